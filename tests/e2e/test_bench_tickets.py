"""`bench tickets` on a mirror of one small project with two commits by a human, in processes of its own."""

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jsonschema import validate

from pareback.adapters.imitation.said import Say
from pareback.adapters.imitation.server import Server

SCHEMA = Path(__file__).resolve().parents[2] / "docs/schemas/bench.schema.json"
SHIPPING = """def shipping(total):
    if total > 5000:
        return 0
    return 490
"""
HUMAN = """def shipping(total):
    if total == 5000:
        return 0
    if total > 5000:
        return 0
    return 490
"""
ROUNDED = HUMAN + "\n\ndef rounded(total):\n    return total // 5 * 5\n"
TEST = "from shop.cart import shipping\n\n\ndef test_{name}():\n    assert shipping({total}) == {costs}\n"
FIX = "shop/cart.py\n<<<<<<< SEARCH\n    if total > 5000:\n=======\n    if total >= 5000:\n>>>>>>> REPLACE\n"
FREE = "tests/test_free.py::test_free"


@dataclass(frozen=True, slots=True)
class History:
    """The bench's surroundings: its command, its file of tickets, and the folder that holds the mirror."""

    project: Any
    file: Path
    mirror: Path
    records: list[dict[str, Any]]

    def write(self, *records: Mapping[str, Any]) -> None:
        self.file.write_text("".join(json.dumps(record) + "\n" for record in records))

    def words(self, *words: str) -> list[str]:
        given = ["bench", "tickets", str(self.file), "--mirror", str(self.mirror)]
        return [*given, "--python", str(self.project.python), "--out", "kept", "--json", *words]

    def bench(self, *words: str) -> dict[str, dict[str, Any]]:
        said = self.project.pareback(*self.words(*words))
        assert said.exit == 0, said.err
        validate(said.result, json.loads(SCHEMA.read_text()))
        return {row["id"]: row for row in said.result["tickets"]}

    def runs(self) -> list[Path]:
        return sorted(self.project.root.glob("kept/home/runs/*/run.json"))


@pytest.fixture
def history(make: Callable[..., Any], tmp_path: Path) -> History:
    """Two tickets of one project: free shipping from 5000 on, and then a function that rounds."""
    (tmp_path / "mirror/shop+shop").mkdir(parents=True)
    upstream = make({"shop/__init__.py": "", "shop/cart.py": SHIPPING}, name="mirror/shop+shop/repo")
    first = upstream.git("rev-parse", "HEAD").strip()
    old = {"tests/test_old.py": TEST.format(name="charged", total=4999, costs=490)}
    upstream.write(old | {"shop/cart.py": HUMAN, "tests/test_free.py": TEST.format(name="free", total=5000, costs=0)})
    upstream.commit("free from 5000 on")
    second = upstream.git("rev-parse", "HEAD").strip()
    rounding = "from shop.cart import rounded\n\n\ndef test_rounded():\n    assert rounded(7) == 5\n"
    upstream.write({"shop/cart.py": ROUNDED, "tests/test_rounded.py": rounding})
    upstream.commit("rounded")
    third = upstream.git("rev-parse", "HEAD").strip()
    free = {"id": "free", "base": first, "commit": second, "problem_statement": "Free from 5000 on.", "f2p": [FREE]}
    free["test_files"] = ["tests/test_free.py", "tests/test_old.py"]
    last = {"id": "rounded", "base": second, "commit": third, "problem_statement": "Round to five."}
    last |= {"f2p": ["tests/test_rounded.py::test_rounded"], "test_files": ["tests/test_rounded.py"]}
    records = [record | {"repo": "shop/shop", "src_files": ["shop/cart.py"]} for record in (last, free)]
    found = History(make(name="here"), tmp_path / "tickets.jsonl", tmp_path / "mirror", records)
    found.write(*records)
    return found


def test_a_solved_and_an_unsolved_ticket_beside_what_the_human_wrote(history: History) -> None:
    model = history.project.script(FIX)
    rows = history.bench("--model", model, "--", "--candidates", "1", "--max-rounds", "1")
    assert list(rows) == ["free", "rounded"]  # in the order in which they were solved, not as the file has them
    free, last = rows.values()
    assert (free["ending"], free["verified"], free["broken"], free["delta"]) == ("accepted", True, [], 0.0)
    assert (free["human"]["delta"], free["human"]["cyclomatic"]) == (pytest.approx(1.5, abs=0.5), 1.0)
    assert "+    if total >= 5000:" in Path(free["patch"]).read_text()
    assert (last["accepted"], last["verified"], last["broken"]) == (
        False,
        False,
        ["tests/test_rounded.py::test_rounded"],
    )
    table = history.project.pareback(
        *[word for word in history.words("--model", model) if word != "--json"], "--only", "free"
    )
    assert "solved 1 of 1, accepted 1" in table.out


def test_what_is_finished_stays_and_what_has_no_row_is_not_asked_again(history: History) -> None:
    model = history.project.script(FIX)
    words = ("--model", model, "--only", "free", "--", "--candidates", "1")  # two would race, and either may reply
    rows = history.bench(*words)
    (run,) = history.runs()
    patch = Path(rows["free"]["patch"])
    patch.unlink()
    assert (history.bench(*words), patch.exists(), history.runs()) == (rows, False, [run])
    (history.project.root / "kept/rows.jsonl").unlink()  # as if the bench had been killed before it wrote the row
    Path(model.partition(":")[2]).write_text(json.dumps(["nobody asks for this"]))
    again = history.bench(*words)["free"]
    assert (again["run"], again["verified"], again["replies"], history.runs()) == (run.parent.name, True, 1, [run])


def test_the_run_sees_one_commit_and_no_reference(history: History) -> None:
    history.bench("--model", history.project.script(FIX), "--only", "free", "--arm", "off")
    laid = history.project.root / "kept/repositories/shop+shop"
    told = subprocess.run(["git", "log", "--all", "--format=%s"], cwd=laid, check=True, capture_output=True, text=True)
    assert told.stdout.split("\n") == ["base of free", ""]
    shown = ["git", "show", "free:shop/cart.py", "free:tests/test_free.py"]
    assert subprocess.run(shown, cwd=laid, check=True, capture_output=True, text=True).stdout == SHIPPING + TEST.format(
        name="free", total=5000, costs=0
    )


@pytest.mark.parametrize(
    ("words", "change", "named"),
    [
        (["--arm", "of"], {}, "--arm is 'of'; expected on, told, off"),
        (["--only", "free", "--only", "fre"], {}, "no ticket 'fre'"),
        ([], {"repo": "shop/gone"}, "no mirror of 'shop/gone'"),
        ([], {"base": "f" * 40}, f"does not hold commit '{'f' * 40}'"),
        ([], {"f2p": None}, ":1: field 'f2p' is None; expected the tests that must turn green"),
    ],
)
def test_what_does_not_fit_is_one_line(history: History, words: list[str], change: dict[str, Any], named: str) -> None:
    history.write(history.records[0] | change, history.records[1])
    said = history.project.pareback(*history.words("--model", "embedded", *words))
    assert (said.exit, named in said.err, said.err.count("\n")) == (2, True, 1), said.err


def test_a_killed_bench_takes_its_run_along_and_goes_on_with_it(history: History) -> None:
    with Server([Say(FIX, delay=600.0), FIX]) as endpoint:
        place, environ = table(history, endpoint.url)
        words = [*history.words("--model", "slow", "--only", "free"), "--", "--candidates", "1"]
        program = [sys.executable, "-m", "pareback.orchestrator.cli", *words]
        first = subprocess.Popen(program, cwd=history.project.root, env=environ, stdout=subprocess.DEVNULL)
        until(lambda: bool(endpoint.calls))
        first.kill()
        first.wait()
        until(endpoint.calls[0].hung_up.is_set)  # nobody waits for that reply any more: the run has ended too
        (run,) = history.runs()
        until(lambda: free(run.parent / "lock"))
        row = history.project.pareback(*words, PAREBACK_CONFIG=str(place)).result["tickets"][0]
        assert (row["run"], row["accepted"], row["verified"], row["replies"]) == (run.parent.name, True, True, 1)
        assert [call.body for call in endpoint.calls] == [endpoint.calls[0].body] * 2


def table(history: History, url: str) -> tuple[Path, dict[str, str]]:
    """The user's settings with that endpoint, and an environment that has them."""
    place = history.project.home / "config.toml"
    place.parent.mkdir(exist_ok=True)
    lines = ["[models.slow]", 'part = "openai_chat"', f'base_url = "{url}"', "total_seconds = 900"]
    place.write_text("\n".join([*lines, "profile = { streaming = false }", ""]))
    return place, {**os.environ, "PAREBACK_HOME": str(history.project.home), "PAREBACK_CONFIG": str(place)}


def until(met: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not met():
        assert time.monotonic() < end
        time.sleep(0.05)


def free(lock: Path) -> bool:
    """Whether nobody works on the run."""
    with lock.open() as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
