"""A second run on the same tree: it knows the baseline and starts without running the suite."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

COUNTED = """
def test_counted():
    with open({log!r}, "a") as log:
        log.write("run ")
"""


def test_a_second_run_runs_no_baseline(shop: Any, texts: Mapping[str, str], tmp_path: Path) -> None:
    log = tmp_path / "log"
    shop.write({"tests/test_counted.py": COUNTED.format(log=str(log))})
    plain = ("Ship free", "--model", shop.script(texts["fix"]), "--candidates", "1", "--sandbox", "none")
    first = shop.run(*plain, "--dry-run")
    assert log.read_text().split() == ["run"] * 2
    second = shop.run(*plain, "--dry-run")
    assert (second.result["tests"], second.result["reason"]) == (first.result["tests"], "dry_run")
    assert log.read_text().split() == ["run"] * 2
    third = shop.run(*plain)
    assert (third.result["ending"], third.result["tests"]["total"]) == ("accepted", first.result["tests"]["total"])
    assert log.read_text().split() == ["run"] * 4  # the candidate, warm and confirmed
    shop.write({"tests/test_more.py": "def test_more(): pass\n"})
    other = shop.run(*plain, "--dry-run")
    assert other.result["tests"]["total"] == first.result["tests"]["total"] + 1
    assert log.read_text().split() == ["run"] * 6


def test_results_in_junit_are_tests_of_a_weak_oracle(shop: Any, texts: Mapping[str, str]) -> None:
    shop.write({"pareback.toml": 'junit = "out.xml"\n'})
    check = "python -m pytest -q -p no:cacheprovider --junit-xml out.xml"
    said = shop.run("Ship free", "--model", shop.script(texts["fix"]), "--test-cmd", check, "--candidates", "1")
    assert (said.result["ending"], said.result["oracle"]) == ("accepted", "command")
    known = {name: said.result["tests"][name] for name in ("target", "target_green", "regressions", "total", "flaky")}
    assert known == {"target": 1, "target_green": 1, "regressions": 0, "total": 4, "flaky": 0}
