"""Tests that are red for want of a right, at the one level that takes rights away without hiding it."""

import pytest

from pareback.orchestrator.desk import Ended
from pareback.orchestrator.fenced import excused
from pareback.workspaces.suite import Report, Result

REFUSED = Result("test_a.py::test_server", "failed", 0.1, "PermissionError: [Errno 1] Operation not permitted")
RED = Result("test_a.py::test_sum", "failed", 0.1, "assert 1 == 2")
GREEN = Result("test_a.py::test_ok", "passed", 0.1)
REPORTS = [Report("ran", (REFUSED, RED, GREEN)), Report("ran", (GREEN, RED))]


def test_at_the_level_standard_a_refused_test_is_skipped_and_named() -> None:
    reports, unfit = excused(REPORTS, "standard", ())
    assert unfit == ("test_a.py::test_server",)
    assert [result.outcome for result in reports[0].results] == ["skipped", "failed", "passed"]
    assert reports[1] == REPORTS[1]


@pytest.mark.parametrize("level", ["strict", "none"])
def test_at_every_other_level_a_red_test_is_red(level: str) -> None:
    assert excused(REPORTS, level, ()) == (REPORTS, ())


def test_a_refused_test_that_the_ticket_names_ends_the_run() -> None:
    with pytest.raises(Ended, match=r"'test_a\.py::test_server' needs bubblewrap"):
        excused(REPORTS, "standard", ("test_a.py",))
    assert excused(REPORTS, "standard", ("test_a.py::test_sum",))[1] == ("test_a.py::test_server",)
