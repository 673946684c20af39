"""Attempts: only the last one publishes, and only once, whoever else works in the folder."""

import multiprocessing
from pathlib import Path

from pareback.adapters import attempts


def test_a_result_is_published_once(tmp_path: Path) -> None:
    written: list[str] = []
    token = attempts.begin(tmp_path / "one")
    assert attempts.publish(tmp_path / "one", token, lambda: written.append("first"))
    assert not attempts.publish(tmp_path / "one", token, lambda: written.append("twice"))
    assert written == ["first"]


def test_a_late_attempt_is_refused(tmp_path: Path) -> None:
    written: list[str] = []
    early = attempts.begin(tmp_path)
    late = attempts.begin(tmp_path)
    assert not attempts.publish(tmp_path, early, lambda: written.append("zombie"))
    assert attempts.publish(tmp_path, late, lambda: written.append("right"))
    assert (written, attempts.count(tmp_path)) == (["right"], 2)


def test_a_publication_that_failed_may_be_made_again(tmp_path: Path) -> None:
    token = attempts.begin(tmp_path)
    written: list[str] = []
    try:
        attempts.publish(tmp_path, token, (tmp_path / "no" / "folder").touch)
    except OSError:
        written.append("failed")
    assert attempts.publish(tmp_path, token, lambda: written.append("made"))
    assert written == ["failed", "made"]


def test_a_line_that_a_crash_cut_off_is_passed_over(tmp_path: Path) -> None:
    token = attempts.begin(tmp_path)
    with (tmp_path / attempts.NAME).open("ab") as journal:
        journal.write(b'{"token": "half')
    assert attempts.publish(tmp_path, token, lambda: None)
    after = attempts.begin(tmp_path)
    assert attempts.publish(tmp_path, after, lambda: None)
    assert attempts.count(tmp_path) == 2


def rival(folder: str, token: str) -> None:
    mine = Path(folder) / f"published-{multiprocessing.current_process().pid}"
    attempts.publish(Path(folder), token, mine.touch)


def test_of_rivals_with_one_token_one_publishes(tmp_path: Path) -> None:
    token = attempts.begin(tmp_path)
    context = multiprocessing.get_context("fork")
    rivals = [context.Process(target=rival, args=(str(tmp_path), token)) for _ in range(8)]
    for each in rivals:
        each.start()
    for each in rivals:
        each.join()
    assert len(list(tmp_path.glob("published-*"))) == 1
