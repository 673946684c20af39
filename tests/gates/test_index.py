"""The index: what blobs file is found again by any process; damage makes it slower, never wrong."""

import random
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from pareback.gates.index.index import Index
from pareback.gates.index.segment import Filed, by_key
from pareback.gates.wide import Entry

BLOBS = {
    "b1": [Entry("nil:a", "f", 3, ("C.a",)), Entry("nil:a", "g", 9), Entry("name:x", "f", 4)],
    "b2": [Entry("nil:a", "f", 1, ("*.a", "é")), Entry("name:y", "<module>", 2)],
    "b3": [],
}


class Reader:
    """Files blobs and remembers which it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, blobs: Collection[str]) -> Iterator[Filed]:
        self.asked += blobs
        return (Filed(blob, by_key(BLOBS.get(blob, [Entry("more", blob, 1)]))) for blob in blobs)


def found(index: Index) -> dict[str, set[tuple[str, Entry]]]:
    keys = ("nil:a", "name:x", "name:y", "nothing")
    return {key: {(blob, entry) for blob, of in rows for entry in of} for key, rows in index.find(keys).items()}


EXPECTED = {
    key: {(blob, entry) for blob, entries in BLOBS.items() for entry in entries if entry.key == key}
    for key in ("nil:a", "name:x", "name:y", "nothing")
}


@pytest.mark.parametrize("kept", [True, False], ids=["on disk", "in memory"])
def test_what_was_filed_is_found_under_its_key(tmp_path: Path, kept: bool) -> None:
    index, reader = Index(tmp_path if kept else None), Reader()
    index.cover(["b1"], reader)
    index.cover(["b1", "b2", "b3"], reader)
    index.cover(BLOBS, reader)
    assert found(index) == EXPECTED
    assert reader.asked == ["b1", "b2", "b3"]


def test_another_process_reads_nothing_again(tmp_path: Path) -> None:
    Index(tmp_path).cover(BLOBS, Reader())
    index, reader = Index(tmp_path), Reader()
    index.cover(BLOBS, reader)
    assert (found(index), reader.asked) == (EXPECTED, [])


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_segment_is_a_miss_and_never_a_wrong_answer(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    Index(tmp_path).cover(BLOBS, Reader())
    [segment] = tmp_path.rglob("*.postings")
    raw = bytearray(segment.read_bytes())
    if seed % 3 == 0:
        raw = raw[: chance.randrange(len(raw))]
    else:
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    segment.write_bytes(raw)
    index, reader = Index(tmp_path), Reader()
    index.cover(BLOBS, reader)
    assert (found(index), sorted(reader.asked)) == (EXPECTED, sorted(BLOBS))
    assert not segment.exists() or segment.read_bytes() != raw


def test_many_segments_become_one_that_forgets_what_the_tree_lost(tmp_path: Path) -> None:
    index, reader = Index(tmp_path), Reader()
    for number in range(9):
        index.cover([*BLOBS, f"extra{number}"], reader)
    assert len(list(tmp_path.rglob("*.postings"))) == 1
    assert found(index) == EXPECTED
    again, counted = Index(tmp_path), Reader()
    again.cover([*BLOBS, "extra8"], counted)
    again.cover(["extra0"], counted)
    assert counted.asked == ["extra0"]


def test_where_the_disk_refuses_memory_serves(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    index, reader = Index(blocked / "index"), Reader()
    index.cover(BLOBS, reader)
    index.cover(BLOBS, reader)
    assert (found(index), len(reader.asked)) == (EXPECTED, 3)


def test_two_writers_of_the_same_blobs_do_not_count_twice(tmp_path: Path) -> None:
    one, two = Index(tmp_path), Index(tmp_path)
    assert one.find(["nil:a"]) == two.find(["nil:a"]) == {"nil:a": []}
    one.cover(["b1", "b3"], Reader())
    two.cover(BLOBS, Reader())
    assert len(list(tmp_path.rglob("*.postings"))) == 2
    assert found(two) == EXPECTED
    assert found(Index(tmp_path)) == EXPECTED
