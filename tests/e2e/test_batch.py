"""Batches through the command line: real git, real pytest, real processes that are really killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import fsum
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pareback.orchestrator import accounts
from pareback.orchestrator.ledger import Ledger

SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "schemas"


def record(project: Any, name: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": name,
        "text": f"Ship free from 50.00 on [{name}]",
        "repo": str(project.root),
        "budget": "fix",
        **fields,
    }


def write(project: Any, *lines: Mapping[str, Any] | str) -> Path:
    path: Path = project.home.parent / "tickets.jsonl"
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return path


def batch(project: Any, file: Path, *words: str, **environ: str) -> Any:
    out = str(project.home.parent / "out")
    return project.pareback(
        "batch", str(file), "--out", out, "--json", "--python", str(project.python), *words, **environ
    )


def lines(project: Any, name: str = "out") -> list[dict[str, Any]]:
    return [json.loads(line) for line in (project.home.parent / name / "results.jsonl").read_text().splitlines()]


def valid(document: Any, schema: str) -> None:
    whole = json.loads((SCHEMAS / f"{schema}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(whole)
    jsonschema.Draft202012Validator(whole).validate(document)


def ledgers(out: Path) -> tuple[int, int, int, float]:
    """Runs, those whose cost is known, tokens and dollars, added up from the ledgers alone."""
    found = []
    for path in sorted([*out.glob("tickets/*/ledger.db"), *out.glob("earlier/*/ledger.db")]):
        with Ledger(path) as ledger:
            found.append(accounts.books(ledger).total)
    costs = [each.cost_usd for each in found if each.cost_usd is not None]
    return len(found), len(costs), sum((each.prompt or 0) + (each.completion or 0) for each in found), fsum(costs)


PRICES = """[models.fast]
part = "openai_chat"
model = "m"
base_url = "{url}"
prices = {{ prompt = 0.25, completion = 0.7 }}
"""


@pytest.fixture
def priced(shop: Any, endpoint: Any, texts: Mapping[str, str]) -> Any:
    """A model with a price, which mends what is asked for in every ticket but those called wrong."""

    def answer(body: Mapping[str, Any]) -> Any:
        prompt = body["messages"][-1]["content"]
        text = texts["wrong" if "[wrong" in prompt else "fix"]
        return endpoint.say(text, usage={"prompt_tokens": len(prompt) // 4, "completion_tokens": len(text) // 4})

    server = endpoint(answer)
    shop.home.mkdir(exist_ok=True)
    (shop.home / "config.toml").write_text(PRICES.format(url=server.url))
    return server


FAST = ("--model", "fast", "--candidates", "1", "--max-rounds", "1")


def test_each_ending_is_told_from_the_others_and_the_sums_are_those_of_the_ledgers(shop: Any, priced: Any) -> None:
    before = shop.fingerprint()
    file = write(
        shop,
        record(shop, "good"),
        "{nonsense",
        record(shop, "wrong"),
        record(shop, "nowhere", repo="/nowhere/at/all"),
        record(shop, "unknown", base="no-such-revision"),
        record(shop, "good"),
        record(shop, "also/Good"),
    )
    said = batch(shop, file, *FAST)
    assert said.exit == 1, said.err
    found = {line["ticket"]: (line["ending"], line["reason"]) for line in lines(shop)}
    assert found == {
        "good": ("accepted", "within_budget"),
        "wrong": ("red", found["wrong"][1]),
        "nowhere": ("blocked", "not_a_repository"),
        "unknown": ("blocked", "mistake"),
        "also/Good": ("accepted", "within_budget"),
    }
    for line in lines(shop):
        valid(line, "run")
    summary = said.result
    valid(summary, "batch")
    out = shop.home.parent / "out"
    assert json.loads((out / "summary.json").read_text()) == summary
    assert summary["tickets"] == {"read": 5, "complete": True, "ended": 5, "pending": 0, "bad": 2}
    assert [words.partition(": ")[2][:17] for words in summary["bad"]] == ["not a JSON record", "id 'good' is that"]
    _, known, tokens, cost = ledgers(out)
    total = summary["total"]
    assert (total["tokens"]["prompt"] + total["tokens"]["completion"], total["cost_usd"]) == (tokens, cost)
    assert (total["known"], total["runs"], known, cost > 0) == (5, 5, 4, True)
    assert summary["per_accepted"]["cost_usd"] == cost / 2
    assert shop.fingerprint() == before
    assert shop.git("for-each-ref", "--format=%(refname)").split() == ["refs/heads/main"]
    predictions(out, {line["ticket"] for line in lines(shop) if line["accepted"]})
    again(shop, priced, file)


def predictions(out: Path, accepted: set[str]) -> None:
    """What SWE-bench's loader asks for: an object by id, three keys each, the patch as text that git takes."""
    found = json.loads((out / "preds.json").read_text())
    assert set(found) == accepted == {"good", "also/Good"}
    for name, prediction in found.items():
        assert set(prediction) == {"instance_id", "model_name_or_path", "model_patch"}
        assert (prediction["instance_id"], prediction["model_name_or_path"]) == (name, "pareback+fast")
        assert prediction["model_patch"].startswith("diff --git a/shop/cart.py b/shop/cart.py\n")


def again(shop: Any, priced: Any, file: Path) -> None:
    """A second start asks nobody and changes nothing; --redo begins anew what was not accepted, and counts both."""
    calls, before = len(priced.calls), lines(shop)
    said = batch(shop, file, *FAST)
    assert (said.exit, len(priced.calls), lines(shop)) == (1, calls, before)
    said = batch(shop, file, *FAST, "--redo")
    assert said.exit == 1
    assert len(priced.calls) == calls + 1
    assert sorted(line["ticket"] for line in lines(shop)) == sorted(line["ticket"] for line in before)
    summary = said.result
    _, _, tokens, cost = ledgers(shop.home.parent / "out")
    assert (summary["earlier"]["runs"], summary["total"]["cost_usd"]) == (2, cost)
    assert summary["total"]["tokens"]["prompt"] + summary["total"]["tokens"]["completion"] == tokens


@pytest.mark.usefixtures("priced")
def test_all_accepted_is_zero_and_none_that_could_start_is_two(shop: Any, tmp_path: Path) -> None:
    bare = tmp_path / "mirror" / "owner+shop" / "repo"
    shop.git("clone", "-q", "--bare", str(shop.root), str(bare))
    file = write(
        shop, record(shop, "mirrored", repo="owner/shop"), record(shop, "cloned", repo=shop.root.as_uri(), base=None)
    )
    said = batch(shop, file, *FAST, "--mirror", str(tmp_path / "mirror"), "--branch", "night")
    assert (said.exit, Counter(line["ending"] for line in lines(shop))) == (0, {"accepted": 2}), said.err
    refs = shop.git("-C", str(bare), "for-each-ref", "--format=%(refname)").split()
    assert (len(refs), refs[1].startswith("refs/heads/night/mirrored-")) == (2, True)
    (shop.home.parent / "out").rename(shop.home.parent / "kept")
    assert batch(shop, write(shop, record(shop, "a", repo="/nowhere"), record(shop, "b", base="x")), *FAST).exit == 2


@pytest.mark.parametrize(
    ("words", "said", "exit_"),
    [
        (["tickets.txt"], "is no ticket file; expected a name that ends in .jsonl", 2),
        (["missing.jsonl"], "does not exist", 2),
        (["tickets.jsonl", "--sandbox", "nonsense"], "there is no sandbox 'nonsense'", 78),
        (["tickets.jsonl", "--engine", "nonsense"], "no engines part is named 'nonsense'", 2),
        (["tickets.jsonl", "--model", "openai/gpt-x", "--batch-max-cost-usd", "1"], "OPENAI_API_KEY", 2),
    ],
)
def test_what_would_fail_for_every_ticket_fails_once(words: list[str], said: str, exit_: int, shop: Any) -> None:
    (shop.root / "tickets.jsonl").write_text(json.dumps(record(shop, "a")) + "\n")
    found = shop.pareback("batch", *words)
    assert (found.exit, said in found.err) == (exit_, True), found.err
    assert len(found.err.strip().splitlines()) == 1


@pytest.mark.usefixtures("priced")
def test_people_get_a_line_per_outcome_and_a_summary(shop: Any) -> None:
    file = write(shop, record(shop, "good"), "[]", record(shop, "wrong"))
    out = str(shop.home.parent / "out")
    said = shop.pareback("batch", str(file), "--out", out, "--python", str(shop.python), *FAST)
    assert said.exit == 1
    told = [line.split("  ", 1)[1].strip() if "s  " in line else line for line in said.err.splitlines()]
    assert sum("accepted    good" in line for line in told) == 1
    assert sum("red         wrong" in line for line in told) == 1
    assert sum("not a ticket" in line and ":2: " in line for line in told) == 1
    assert "batch    2 tickets read, 2 ended, 0 pending" in said.out
    assert "per accepted patch" in said.out


class Started:
    """A batch in a process of its own, to be told to stop or killed."""

    def __init__(self, project: Any, file: Path, words: Sequence[str]) -> None:
        out = str(project.home.parent / "out")
        command = [sys.executable, "-m", "pareback.orchestrator.cli", "batch", str(file), "--out", out, "--json"]
        keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        home = {"PAREBACK_HOME": str(project.home), "PAREBACK_CONFIG": str(project.home / "config.toml")}
        self.out = Path(out)
        self.process = subprocess.Popen(
            [*command, "--python", str(project.python), *words],
            env=keep | home,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def wait_for(self, happened: Callable[[], bool], seconds: float = 120.0) -> None:
        until = time.monotonic() + seconds
        while not happened():
            assert self.process.poll() is None, "the batch ended before"
            assert time.monotonic() < until
            time.sleep(0.02)

    def begun(self) -> int:
        return sum(1 for _ in self.out.glob("tickets/*/run.json"))

    def ended(self) -> int:
        path = self.out / "results.jsonl"
        return path.read_bytes().count(b"\n") if path.exists() else 0

    def kill(self, *, everything: bool) -> None:
        victims = list(descendants(self.process.pid)) if everything else []
        for pid in (self.process.pid, *victims):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.communicate()


def descendants(pid: int) -> Iterator[int]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid:
            yield int(stat.parent.name)
            yield from descendants(int(stat.parent.name))


def test_a_batch_that_is_killed_again_and_again_comes_to_the_same_end(shop: Any, priced: Any) -> None:
    """Three kills: of the supervisor alone, of everything, of the supervisor again, each once more has ended."""
    names = [f"{'wrong' if number == 2 else 'good'}-{number}" for number in range(6)]
    file = write(shop, *(record(shop, name) for name in names))
    for everything in (False, True, False):
        started = Started(shop, file, [*FAST, "--jobs", "2"])
        before = started.ended()
        started.wait_for(lambda: started.ended() > before and started.begun() > started.ended())  # noqa: B023
        started.kill(everything=everything)
    killed = lines(shop)
    said = batch(shop, file, *FAST, "--jobs", "2")
    assert said.exit == 1, said.err
    found = lines(shop)
    assert found[: len(killed)] == killed
    assert Counter(line["ticket"] for line in found) == Counter(names)
    assert {line["ticket"]: line["ending"] for line in found} == {
        name: "red" if name.startswith("wrong") else "accepted" for name in names
    }
    assert len({Path(line["patch"]).read_bytes() for line in found if line["accepted"]}) == 1
    assert len(priced.calls) <= len(names) + 3 * 2  # one call in flight per child and kill, at the most
    summary = said.result
    runs, known, tokens, cost = ledgers(shop.home.parent / "out")
    total = summary["total"]
    assert (total["runs"], total["known"], total["cost_usd"]) == (runs, known, cost)
    assert total["tokens"]["prompt"] + total["tokens"]["completion"] == tokens


def test_a_batch_that_is_told_to_stop_leaves_everything_resumable(
    shop: Any, endpoint: Any, texts: Mapping[str, str]
) -> None:
    slow = endpoint.say(texts["fix"], hold=60.0)
    server = endpoint([slow, slow, *[texts["fix"]] * 3])
    words = ["--model", "openai_chat:m", "--base-url", server.url, "--candidates", "1", "--jobs", "2"]
    file = write(shop, *(record(shop, name) for name in "abc"))
    started = Started(shop, file, words)
    started.wait_for(lambda: len(server.calls) == 2)
    second = batch(shop, file, *words)
    assert (second.exit, "another batch works in" in second.err) == (75, True)
    os.kill(started.process.pid, signal.SIGTERM)
    summary = json.loads(started.process.communicate(timeout=60)[0])
    assert (started.process.returncode, summary["interrupted"]) == (130, True)
    assert (summary["tickets"]["ended"], summary["unfinished"]["runs"], lines(shop)) == (0, 2, [])
    assert (summary["unfinished"]["known"], summary["unfinished"]["counted"]["tokens"] > 0) == (0, True)
    said = batch(shop, file, *words)
    assert (said.exit, Counter(line["ending"] for line in lines(shop))) == (0, {"accepted": 3}), said.err
    assert said.result["total"]["known"] == 0  # nobody knows the price of this model
