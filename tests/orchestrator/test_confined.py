"""Which sandbox a run gets, and what is said where it is not the one asked for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pareback.orchestrator.confined import BEST, NoSandbox, choose, offers, shortfall, tried
from pareback.workspaces.sandbox import LEVELS


def test_the_best_level_is_the_first_that_is_offered(tmp_path: Path) -> None:
    found = offers(tmp_path)
    assert [offer.name for offer in found] == list(LEVELS)
    best = choose(BEST, cache=tmp_path)
    assert best.level == next(offer.level for offer in found if offer.lack is None)
    assert (shortfall(best, cache=tmp_path) == "") == (best.level == "strict")


def test_none_is_always_offered_and_never_enough_where_more_is_required(tmp_path: Path) -> None:
    assert choose("none", cache=tmp_path).level == "none"
    with pytest.raises(NoSandbox, match="sandbox 'none' is not offered here: 'none' is less"):
        choose("none", cache=tmp_path, required="strict")


def test_a_level_that_is_not_offered_names_why_and_what_to_do(tmp_path: Path) -> None:
    for offer in offers(tmp_path):
        if offer.lack is not None:
            with pytest.raises(NoSandbox, match=f"sandbox '{offer.name}' is not offered here: {offer.name}: "):
                choose(offer.name, cache=tmp_path)


def test_an_unknown_level_is_named_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(NoSandbox, match="no sandbox 'tight'; there is: best, none, standard, strict"):
        choose("tight", cache=tmp_path)


def test_only_a_try_that_went_well_is_remembered(tmp_path: Path) -> None:
    for name in LEVELS:
        first = tried(name, tmp_path)
        remembered = list((tmp_path / "sandboxes").glob("*")) if (tmp_path / "sandboxes").exists() else []
        assert tried(name, tmp_path) == first
        assert (len(remembered) > 0) >= (first.lack is None and name != "none")


def test_our_process_keeps_its_memory_and_starts_nothing_with_foreign_code() -> None:
    code = """
import ctypes, os, resource
from pareback.orchestrator.hardened import harden
harden(os.environ)
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE), sorted(os.environ)[:1])
"""
    environment = {"LD_LIBRARY_PATH": "/x", "PYTHONWARNINGS": "ignore", "ZED": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    dumpable = "0" if sys.platform == "linux" else "-1"
    assert done.stdout.startswith(f"{dumpable} (0, 0) ")
    assert "LD_" not in done.stdout
    assert "PYTHONWARNINGS" not in done.stdout
    assert os.environ.get("PATH")
