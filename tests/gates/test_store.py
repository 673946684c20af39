"""The cache: what it knows it gives back; damaged, locked or shared it is slow and never wrong."""

import multiprocessing
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pareback.gates.facts import FileFacts
from pareback.gates.index.source import Source
from pareback.gates.index.store import Store
from pareback.gates.judge import judge as judge_trees
from pareback.gates.languages import python
from pareback.gates.rows import from_rows, rows
from pareback.gates.verdict import Verdict

Judge = Callable[..., Verdict]

SOURCE = b"""
import time
class A:
    X = {1: 2}
    def f(self, a=[], flag=True):
        try:
            self.a = a[0]  # noqa: E501
        except IndexError:
            self.a = 2
        for x in a:
            x = x or time.time() > 3
        if self.a: return [lambda: 1][x]
"""
FACTS = python.build().extract(SOURCE)


def find(store: Store, key: str) -> FileFacts | None:
    return store.find(key, from_rows)


def test_facts_survive_as_json_rows() -> None:
    assert from_rows(rows(FACTS)) == FACTS


@pytest.mark.parametrize("row", [[], [1, 2], {"a": 1}, [1, False, [["x"]], [], []], 3])
def test_rows_of_another_form_are_refused(row: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        from_rows(row)  # type: ignore[arg-type]  # what a damaged cache may hold


def test_without_a_path_it_remembers() -> None:
    store = Store()
    assert find(store, "k") is None
    store.keep("k", FACTS)
    assert find(store, "k") is FACTS


def test_another_process_finds_what_was_kept(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "facts.db"
    store = Store(path)
    store.keep("k", FACTS)
    store.close()
    other = Store(path)
    assert find(other, "k") == FACTS
    assert find(other, "l") is None
    other.close()


def test_a_row_that_was_tampered_with_is_a_miss(tmp_path: Path) -> None:
    path = tmp_path / "facts.db"
    store = Store(path)
    store.keep("k", FACTS)
    store.keep("l", FACTS)
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE facts SET body = replace(body, 'A.f', 'A.g') WHERE key = 'k'")
        connection.execute("UPDATE facts SET key = 'm' WHERE key = 'l'")
    connection.close()
    fresh = Store(path)
    assert find(fresh, "k") is None
    assert find(fresh, "m") is None
    fresh.keep("k", FACTS)
    fresh.close()
    again = Store(path)
    assert find(again, "k") == FACTS
    again.close()


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "facts.db"
    path.write_bytes(content)
    for _ in range(2):
        store = Store(path)
        assert find(store, "k") is None
        store.keep("k", FACTS)
        assert find(store, "k") == FACTS
        store.close()
        path_of_next = Store(path)
        if find(path_of_next, "k") == FACTS:
            path_of_next.close()
            return
        path_of_next.close()
    pytest.fail("the damaged file was never replaced")


def test_pages_that_rot_are_no_facts(tmp_path: Path) -> None:
    path = tmp_path / "facts.db"
    store = Store(path)
    for number in range(200):
        store.keep(f"k{number}", FACTS)
    store.close()
    content = bytearray(path.read_bytes())
    for at in range(4096, len(content), 997):
        content[at] ^= 0xFF
    path.write_bytes(content)
    rotten = Store(path)
    assert {find(rotten, f"k{number}") for number in range(200)} <= {None, FACTS}
    rotten.close()


def test_a_folder_that_cannot_be_written_costs_time_only(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x")
    store = Store(blocked / "facts.db")
    assert find(store, "k") is None
    store.keep("k", FACTS)
    assert find(store, "k") is FACTS
    store.close()


def test_a_locked_file_costs_time_only(tmp_path: Path) -> None:
    path = tmp_path / "facts.db"
    Store(path).keep("k", FACTS)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    store = Store(path)
    store.keep("l", FACTS)
    assert find(store, "l") is FACTS
    holder.execute("ROLLBACK")
    holder.close()
    store.close()


def _keep_many(path: Path, start: int) -> None:
    store = Store(path)
    for number in range(start, start + 40):
        store.keep(f"k{number % 60}", FACTS)
        assert store.find(f"k{number % 60}", from_rows) == FACTS
    store.close()


def test_processes_may_share_it(tmp_path: Path) -> None:
    path = tmp_path / "facts.db"
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_keep_many, args=(path, start)) for start in (0, 20, 40)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    store = Store(path)
    assert all(find(store, f"k{number}") == FACTS for number in range(60))
    store.close()


def test_threads_may_share_it(tmp_path: Path) -> None:
    store = Store(tmp_path / "facts.db")
    seen: list[FileFacts | None] = []

    def work(start: int) -> None:
        for number in range(start, start + 30):
            store.keep(f"k{number}", FACTS)
            seen.append(find(store, f"k{number}"))

    threads = [threading.Thread(target=work, args=(start,)) for start in (0, 10, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [FACTS] * 90
    store.close()


def test_a_verdict_is_the_same_with_and_without_it(judge: Judge, tmp_path: Path) -> None:
    base, head = "def f(a):\n    return a\n", SOURCE
    plain = judge(base, head)
    for _ in range(2):
        store = Store(tmp_path / "facts.db")
        assert judge(base, head, store=store) == plain
        assert judge(base, head, store=store) == plain
        store.close()


def test_with_it_nothing_is_extracted_twice(tmp_path: Path) -> None:
    reads: list[str] = []

    def read(blob: str) -> bytes:
        reads.append(blob)
        return SOURCE

    for _ in range(2):
        store = Store(tmp_path / "facts.db")
        judge_trees({"a.py": "1"}, {"a.py": "2"}, source=Source(read, store))
        store.close()
    assert sorted(set(reads)) == ["1", "2"]
    assert len(reads) == 2
