"""What a batch accepted, landed on one tree: everybody who is in somebody's way is named, and what stands is green."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pareback.adapters.ticket import Ticket
from pareback.orchestrator.batch.book import Book
from pareback.orchestrator.job import Job, to_json
from pareback.orchestrator.ledger import Ledger

SCHEMA = Path(__file__).resolve().parents[2] / "docs/schemas/land.schema.json"
SLUG = '''

def {name}(text):
    """A heading as part of an address."""
    parts = []
    for word in text.lower().split():
        kept = "".join(letter for letter in word if letter.isalnum())
        if kept and kept not in ("the", "a", "of"):
            parts.append(kept)
    return "-".join(parts[:8])
'''


@dataclass(frozen=True, slots=True)
class Wanted:
    """One ticket: the files of its accepted patch, and the test that asked for it."""

    files: Mapping[str, str]
    test: str


def feature(number: int) -> Wanted:
    name = f"f{number}"
    return Wanted(
        {f"shop/{name}.py": f"def {name}(price):\n    return price + {number}\n"},
        f"from shop.{name} import {name}\n\n\ndef test_it():\n    assert {name}(1) == {1 + number}\n",
    )


def limit(name: str) -> Wanted:
    return Wanted(
        {"shop/limits.py": f'NAMES = ("base", "{name}")\n'},
        f'from shop.limits import NAMES\n\n\ndef test_it():\n    assert "{name}" in NAMES\n',
    )


def slug(number: int) -> Wanted:
    name = f"page{number}"
    use = f"\n\ndef {name}(title):\n    return '/{name}/' + address{number}(title)\n"
    test = f"def test_it():\n    assert {name}('The Old Cart!') == '/{name}/old-cart'\n"
    return Wanted(
        {f"shop/{name}.py": SLUG.format(name=f"address{number}").lstrip() + use},
        f"from shop.{name} import {name}\n\n\n{test}",
    )


CENTS = Wanted(
    {"shop/rate.py": "def rate(net):\n    return net * 19\n"},
    "from shop.rate import rate\n\n\ndef test_it():\n    assert rate(10) == 190\n",
)
GROSS = Wanted(
    {"shop/gross.py": "from shop.rate import rate\n\n\ndef gross(net):\n    return net + rate(net)\n"},
    "from shop.gross import gross\n\n\ndef test_it():\n    assert round(gross(10), 2) == 11.9\n",
)
TREE = {
    "shop/__init__.py": "",
    "shop/limits.py": 'NAMES = ("base",)\n',
    "shop/rate.py": "def rate(net):\n    return net * 0.19\n",
}
TICKETS: dict[str, Wanted] = {
    **{f"feature-{number}": feature(number) for number in range(1, 12)},
    **{f"limit-{name}": limit(name) for name in ("red", "green", "blue")},
    "cents": CENTS,
    "gross": GROSS,
    **{f"page-{number}": slug(number) for number in range(1, 5)},
}


def accepted(project: Any, out: Path, tickets: Mapping[str, Wanted]) -> None:
    """A batch's folder in which every ticket was accepted, with the record that a run leaves."""
    book = Book(out)
    base = project.git("rev-parse", "HEAD").strip()
    for name, wanted in tickets.items():
        folder = book.folder(name)
        folder.mkdir(parents=True)
        test = f"tests/test_{name.replace('-', '_')}.py"
        ticket = Ticket(id=name, text=f"Do {name}", title=f"Do {name}", repo=str(project.root), tests=(test,))
        with Ledger(folder / "ledger.db") as ledger:
            ledger.say("job", to_json(Job(ticket, {"waive": ()})))
        project.write(wanted.files)
        project.git("add", "-A", "-N")
        (folder / "patch.diff").write_text(project.git("diff", "--no-renames", "HEAD"))
        project.git("reset", "-q", "--hard")
        result = {
            "ticket": name,
            "accepted": True,
            "base": base,
            "delta": 1.5,
            "budget": 12.0,
            "budget_source": "medium",
        }
        (folder / "result.json").write_text(json.dumps(result))
        book.close(result)


@pytest.fixture
def shop(make: Any) -> Any:
    """A repository with a red test for every ticket."""
    tests = {f"tests/test_{name.replace('-', '_')}.py": wanted.test for name, wanted in TICKETS.items()}
    return make({**TREE, **tests, "tests/test_base.py": "def test_it():\n    assert True\n"})


def land(shop: Any, out: Path, *words: str) -> Any:
    return shop.pareback("land", str(out), "--json", "--sandbox", "none", "--python", str(shop.python), *words)


def test_twenty_tickets_of_which_some_are_in_each_others_way(shop: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    accepted(shop, out, TICKETS)
    before = shop.fingerprint()
    said = land(shop, out)
    assert said.exit == 1, said.err
    jsonschema.validate(said.result, json.loads(SCHEMA.read_text(encoding="utf-8")))
    (found,) = said.result["repositories"]
    landed = [each["ticket"] for each in found["landed"]]
    left = {each["ticket"]: (each["why"], each["partners"]) for each in found["left"]}
    assert left["limit-green"] == ("conflict", ["limit-red"])
    assert left["limit-blue"] == ("conflict", ["limit-red"])
    assert left["gross"] == ("breaks", ["cents"])
    assert [each["details"] for each in found["left"] if each["ticket"] == "gross"] == [
        ["tests/test_gross.py::test_it"]
    ]
    assert {copy["again"] for copy in found["copies"]} == {"page-2", "page-3", "page-4"}
    assert {copy["first"] for copy in found["copies"]} == {"page-1"}
    assert landed[:13] == [*(f"feature-{number}" for number in range(1, 12)), "limit-red", "cents"]
    assert set(landed) | set(left) == set(TICKETS)
    assert found["cold"] == {"green": True, "regressions": []}
    assert shop.git("log", "--format=%s", f"HEAD..{found['branch']}").splitlines()[-1] == "Do feature-1"
    assert shop.fingerprint() == before
    queue = [json.loads(line) for line in Path(found["queue"]).read_text().splitlines()]
    assert {ticket["id"] for ticket in queue} == set(left)
    assert {ticket["base"] for ticket in queue} == {found["commit"]}


def test_tickets_in_nobodys_way_all_land_and_a_second_time_nothing_is_run(shop: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    accepted(shop, out, {name: TICKETS[name] for name in ("feature-1", "cents")})
    first = land(shop, out)
    assert first.exit == 0, first.err
    (found,) = json.loads(first.out)["repositories"]
    assert (len(found["landed"]), found["left"], found["copies"], found["queue"]) == (2, [], [], None)
    assert land(shop, out).result == first.result
    words = shop.pareback("land", str(out), "--sandbox", "none", "--python", str(shop.python)).out
    assert words.splitlines()[0] == f"landed   2 of 2 on {found['onto'][:12]}"
    assert words.splitlines()[-1] == f"branch   {found['branch']}"


def test_what_cannot_be_landed_is_said_in_a_line(shop: Any, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    nothing = land(shop, tmp_path / "out")
    assert (nothing.exit, "holds no results.jsonl" in nothing.err) == (2, True)
    accepted(shop, tmp_path / "out", {"cents": CENTS})
    unknown = land(shop, tmp_path / "out", "--only", "nobody")
    assert (unknown.exit, "named 'nobody'" in unknown.err) == (2, True)
    elsewhere = land(shop, tmp_path / "out", "--onto", "no-such")
    assert (elsewhere.exit, "no-such" in elsewhere.err) == (2, True)


def test_a_landing_out_of_time_says_so_and_spoils_none_with_more(shop: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    accepted(shop, out, {name: TICKETS[name] for name in ("feature-1", "cents")})
    short = land(shop, out, "--max-seconds", "1")
    assert (short.exit, "--max-seconds" in short.err) == (2, True), short.err
    assert land(shop, out).exit == 0
