"""The rules of a batch, end to end: a provider that goes away, shared models, features, and money for the whole night.

Real processes, a real server on loopback that answers by what is asked, one repository with a bug per module.
"""

import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

Endpoint = Any  # of the fixture: starts servers, makes what they say
PRICES = "prices = { prompt = 1.0, completion = 1.0 }\n"


def module(number: int) -> dict[str, str]:
    """A module with a bug, and the test that is red for it."""
    test = f"def test_it():\n    assert compute(1) == {number + 2}\n"
    return {
        f"m{number}.py": f"def compute(total):\n    return total + {number}\n",
        f"test_m{number}.py": f"from m{number} import compute\n\n{test}",
    }


def mended(body: Mapping[str, Any], *, by: int = 1) -> str:
    """The edit that mends the module of the ticket in the prompt; `by` another number, one that does not."""
    prompt = body["messages"][-1]["content"]
    found = re.search(r"\[t-(\d+)\]", prompt)
    assert found is not None
    number = int(found[1])
    search, replace = f"    return total + {number}", f"    return total + {number + by}"
    return f"m{number}.py\n<<<<<<< SEARCH\n{search}\n=======\n{replace}\n>>>>>>> REPLACE\n"


def ticket(number: int, **more: Any) -> dict[str, Any]:
    facts = {"id": f"t-{number}", "text": f"Mend compute() [t-{number}]", "repo": "project", "budget": "fix"}
    return {**facts, "tests": [f"test_m{number}.py"], **more}


class Night:
    """One batch over a project: its tickets, its models, what it left."""

    def __init__(self, project: Any, tickets: Sequence[Mapping[str, Any]]) -> None:
        self.project = project
        self.out = project.root.parent / "out"
        self.file = project.root.parent / "tickets.jsonl"
        self.file.write_text("".join(json.dumps({**each, "repo": str(project.root)}) + "\n" for each in tickets))

    def models(self, **urls: str) -> None:
        self.project.home.mkdir(exist_ok=True)
        tables = [
            f'[models.{name}]\npart = "openai_chat"\nmodel = "{name}"\nbase_url = "{url}"\n{PRICES}'
            for name, url in urls.items()
        ]
        (self.project.home / "config.toml").write_text("\n".join(tables))

    def run(self, *words: str) -> Any:
        lean = str(self.project.python)
        fixed = ("--out", str(self.out), "--python", lean, "--candidates", "1", "--json", "--sandbox", "best")
        return self.project.pareback("batch", str(self.file), *fixed, *words)

    def results(self) -> dict[str, dict[str, Any]]:
        lines = (self.out / "results.jsonl").read_text().splitlines()
        return {result["ticket"]: result for result in map(json.loads, lines)}

    def ledgers(self) -> Iterator[tuple[list[Any], int]]:
        """The stored replies of each ticket, and its reservations without one."""
        for path in self.out.glob("tickets/*/ledger.db"):
            with sqlite3.connect(path) as db:
                replies = db.execute("SELECT value FROM effect WHERE key LIKE 'generate/%'").fetchall()
                (left,) = db.execute("SELECT COUNT(*) FROM intent WHERE key LIKE 'generate/%'").fetchone()
            yield [json.loads(value) for (value,) in replies], left


@pytest.fixture
def night(make: Callable[..., Any]) -> Callable[..., Night]:
    def made(numbers: Sequence[int], tickets: Sequence[Mapping[str, Any]] | None = None) -> Night:
        files = {path: text for number in numbers for path, text in module(number).items()}
        return Night(make(files), tickets or [ticket(number) for number in numbers])

    return made


def test_a_provider_that_goes_away_costs_no_ticket_and_no_money(
    night: Callable[..., Night], endpoint: Endpoint
) -> None:
    times: list[float] = []

    def answer(body: Mapping[str, Any]) -> Any:
        times.append(time.monotonic())
        away = len(times) > 1 and times[-1] - times[1] < 2.5
        return endpoint.fault(503) if away else endpoint.say(mended(body), usage=usage(body))

    batch = night((1, 2, 3))
    batch.models(m=endpoint(answer).url)
    done = batch.run("--jobs", "2", "--model", "m")
    summary = json.loads(done.out)
    assert (done.exit, summary["endings"]) == (0, {"accepted": {"within_budget": 3}})
    replies = [reply for each, _ in batch.ledgers() for reply in each]
    assert [left for _, left in batch.ledgers()] == [0, 0, 0]
    assert summary["total"]["tokens"]["prompt"] == sum(reply["usage"]["prompt"] for reply in replies)
    assert summary["total"]["cost_usd"] == pytest.approx(sum(reply["cost_usd"] for reply in replies), abs=1e-12)
    assert (summary["total"]["known"], len(replies)) == (3, 3)
    assert len(times) < 3 + 14  # not hammered meanwhile: five failures, then a look after 1, 2 and 4 s


def usage(body: Mapping[str, Any], completion: int = 30) -> dict[str, int]:
    prompt = sum(len(message["content"]) for message in body["messages"]) // 4
    return {"prompt_tokens": prompt, "completion_tokens": completion}


def test_models_of_one_server_are_loaded_once_each(night: Callable[..., Night], endpoint: Endpoint) -> None:
    asked: list[str] = []

    def answer(body: Mapping[str, Any]) -> str:
        asked.append(body["model"])
        return mended(body, by=1 if body["model"] == "large" or "[t-2]" in str(body["messages"]) else 7)

    batch = night((1, 2, 3))
    url = endpoint(answer).url
    batch.models(small=url, large=url)
    done = batch.run("--jobs", "2", "--max-rounds", "1", "--model", "small", "--model", "large")
    changes = sum(one != other for one, other in pairwise(asked))
    assert (done.exit, json.loads(done.out)["accepted"]) == (0, 3)
    assert (changes, asked.count("small"), asked.count("large")) == (1, 3, 2)


def test_a_feature_is_built_in_order_out_of_one_budget(night: Callable[..., Night], endpoint: Endpoint) -> None:
    """The second member mends nothing, the third stands on the first one's patch: its test needs both."""
    calls = "from m1 import compute as one\nfrom m3 import compute\n\n"
    both = f"{calls}def test_both():\n    assert (one(1), compute(1)) == (3, 5)\n"
    feature = {"feature": "sums", "budget": "5"}
    third = ticket(3, **feature) | {"tests": ["test_both.py"], "test_patch": new_file("test_both.py", both)}
    batch = night((1, 2, 3), [ticket(1, **feature), ticket(2, **feature), third])
    server = endpoint(lambda body: mended(body, by=7 if "[t-2]" in str(body["messages"]) else 1))
    batch.models(m=server.url)
    done = batch.run("--jobs", "2", "--max-rounds", "1", "--model", "m")
    results = batch.results()
    assert (done.exit, {name: result["ending"] for name, result in results.items()}) == (
        1,
        {"t-1": "accepted", "t-2": "red", "t-3": "accepted"},
    )
    assert [*results] == ["t-1", "t-2", "t-3"]
    assert results["t-3"]["budget"] == 5 - results["t-1"]["charged"]
    patch = Path(results["t-3"]["patch"]).read_text()
    assert ("m3.py" in patch, "m1.py" in patch) == (True, False)  # its own change only


def new_file(name: str, text: str) -> str:
    lines = text.splitlines(keepends=True)
    head = f"diff --git a/{name} b/{name}\nnew file mode 100644\n"
    return f"{head}--- /dev/null\n+++ b/{name}\n@@ -0,0 +1,{len(lines)} @@\n" + "".join(f"+{line}" for line in lines)


def test_money_for_the_whole_night_is_never_overspent(night: Callable[..., Night], endpoint: Endpoint) -> None:
    """Replies that cost nearly their worst case: the second does not fit any more, and what is left stays pending."""
    batch = night((1, 2))
    server = endpoint(lambda body: endpoint.say(mended(body), usage=usage(body, 8000)))
    batch.models(m=server.url)
    unpriced = batch.run("--batch-max-cost-usd", "0.0125", "--model", "openai_chat:x", "--base-url", server.url)
    done = batch.run("--jobs", "1", "--batch-max-cost-usd", "0.0125", "--model", "m")
    summary = json.loads(done.out)
    assert (unpriced.exit, "[models." in unpriced.err) == (2, True)
    assert (summary["accepted"], len(server.calls)) == (1, 1)
    assert summary["total"]["counted"]["cost_usd"] <= 0.0125
    assert "of the batch's $0.0125" in summary["closed"]
    assert done.exit == 1


def test_a_refused_key_stops_the_batch_at_once(night: Callable[..., Night], endpoint: Endpoint) -> None:
    batch = night((1, 2))
    server = endpoint(lambda _: endpoint.fault(401, "no such key"))
    batch.models(m=server.url)
    done = batch.run("--jobs", "1", "--model", "m")
    summary = json.loads(done.out)
    assert (summary["endings"], summary["tickets"]["pending"]) == ({"blocked": {"model_refused": 1}}, 1)
    assert (len(server.calls), "401" in summary["closed"]) == (1, True)
    assert done.exit != 0
