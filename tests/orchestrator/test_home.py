"""Run folders: named, found, held by one process alone, swept when they are old."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pareback.orchestrator import home
from pareback.orchestrator.home import KEEP_SECONDS, AlreadyRunning, Home, NoSuchRun

HOLD = """
import sys, time
from pathlib import Path
from pareback.orchestrator.home import lease
with lease(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def place(tmp_path: Path) -> Home:
    return Home(tmp_path / "state", tmp_path / "cache")


def run(place: Home, name: str) -> Path:
    """A run folder as one that has begun."""
    folder = place.runs / name
    folder.mkdir(parents=True)
    (folder / "ledger.db").touch()
    return folder


def aged(folder: Path, seconds: float) -> Path:
    then = time.time() - seconds
    os.utime(folder / "ledger.db", (then, then))
    return folder


def test_a_new_run_is_private_and_named_by_its_time(place: Home) -> None:
    one, other = place.new_run(), place.new_run()
    assert one.name != other.name
    assert [each.stat().st_mode & 0o777 for each in (one, place.runs)] == [0o700, 0o700]
    assert one.name.startswith(time.strftime("%m", time.gmtime()))


def test_a_run_is_found_by_its_id_by_a_unique_beginning_or_as_the_latest(place: Home) -> None:
    run(place, "0101-ab")
    run(place, "0101-abc")
    latest = run(place, "0102-c")
    found = [place.run(name).name for name in ("0101-ab", "0101-abc", "0102", None)]
    assert found == ["0101-ab", "0101-abc", "0102-c", latest.name]


def test_a_run_in_the_folder_of_a_batch_is_found_by_its_path(place: Home, tmp_path: Path) -> None:
    ticket = run(Home(tmp_path / "out", tmp_path), "t-001")
    assert place.run(str(ticket)) == ticket
    with pytest.raises(NoSuchRun):
        place.run(str(ticket.parent))  # a folder, but no run


@pytest.mark.parametrize(
    ("name", "said"),
    [("0101", r"run '0101' is ambiguous \(0101-a, 0101-b\); `pareback runs --all`"), ("9", "run '9' does not exist")],
)
def test_a_name_that_finds_no_run_or_several_is_an_error(place: Home, name: str, said: str) -> None:
    run(place, "0101-a")
    run(place, "0101-b")
    with pytest.raises(NoSuchRun, match=said):
        place.run(name)


def test_where_there_is_no_run_yet_it_is_said_how_to_make_one(place: Home) -> None:
    with pytest.raises(NoSuchRun, match="there is no run under"):
        place.run(None)


def test_a_folder_without_a_ledger_is_no_run(place: Home) -> None:
    place.new_run()
    assert place.all_runs() == []


def test_a_lease_keeps_others_out_until_it_is_given_back(place: Home) -> None:
    folder = run(place, "r")
    with home.lease(folder), pytest.raises(AlreadyRunning, match="run 'r' is being worked on"), home.lease(folder):
        pass
    with home.lease(folder):
        assert (folder / "lock").stat().st_mode & 0o777 == 0o600


def test_a_lease_ends_with_its_process_however_that_dies(place: Home) -> None:
    folder = run(place, "r")
    with subprocess.Popen([sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunning), home.lease(folder):
            pass
        holder.kill()
    with home.lease(folder):
        pass


def test_old_runs_are_swept_young_and_running_ones_stay(place: Home) -> None:
    old, young, running = (aged(run(place, name), KEEP_SECONDS + 10) for name in ("old", "young", "running"))
    aged(young, KEEP_SECONDS - 3600)
    with home.lease(running):
        place.sweep(now=time.time())
    assert [each.exists() for each in (old, young, running)] == [False, True, True]


def test_the_home_and_the_settings_come_from_the_environment_where_they_are_named(tmp_path: Path) -> None:
    named = home.find({"PAREBACK_HOME": str(tmp_path)})
    assert (named.state, named.cache) == (tmp_path, tmp_path / "cache")
    assert home.config_file({"PAREBACK_CONFIG": "/etc/p.toml"}) == Path("/etc/p.toml")
    assert (home.find({}).state.name, home.config_file({}).name) == ("pareback", "config.toml")
