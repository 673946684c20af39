"""What the model is shown of real tickets when nobody names a file: is what the maintainers changed among it?

    python benchmarks/context.py --lay-out PROGRAM --tickets FILE --mirror DIR --cache DIR [--aider PYTHON] [--only ID]

`--lay-out` is a program that lays tickets of real history out: `make ID --out TREE` writes the base with the ticket's
tests as one commit, `gold ID --work TREE` lays the maintainers' patch over it, `env --repo NAME` prints where the
environment is that the tests need. Nothing but ticket and tree is told: no file is named. The baseline runs, and the
first request is taken as a model would get it, rules, ticket, tests, files and failures; it is not sent.

*rank* is the place of each changed file among those that are shown. *functions* are those that the maintainers changed
lines of, and how many of them are shown with all their code (a docstring of more than twelve lines may be left out).
*wide* is the same for the request after a round that came to nothing. With `--aider` its repository map of the same
tree, with the test files as the conversation: *map rank* is the place of each file among its ranked tags, in brackets
where the map of as many tokens does not hold it. Tokens are cl100k_base's.
"""

import argparse
import difflib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from litellm.litellm_core_utils.default_encoding import encoding

from pareback.adapters.messages import render
from pareback.adapters.model import Request, Source
from pareback.adapters.models import scripted
from pareback.adapters.ticket import Ticket
from pareback.gates.facts import Unit
from pareback.gates.languages import python
from pareback.orchestrator.context import Context
from pareback.orchestrator.desk import Desk, Surroundings
from pareback.orchestrator.feedback import first
from pareback.orchestrator.job import Job
from pareback.orchestrator.ledger import Ledger
from pareback.orchestrator.nodes.round import question
from pareback.orchestrator.prepare import prepare
from pareback.orchestrator.state import Candidate, Round, State, Step
from pareback.workspaces.repository import open_repository

TOKENS = 8_000


@dataclass(frozen=True, slots=True)
class Seen:
    """One request: its tokens, the rank of each changed file or None, and the changed functions that are not whole."""

    tokens: int
    ranks: Mapping[str, int | None]
    missing: tuple[str, ...]

    @property
    def files(self) -> bool:
        """Whether every changed file is shown."""
        return None not in self.ranks.values()

    @property
    def whole(self) -> bool:
        """Whether every changed function is, too."""
        return self.files and not self.missing


def main() -> None:
    options = _options()
    tickets = [json.loads(line) for line in options.tickets.read_text(encoding="utf-8").splitlines()]
    print("| ticket | tokens | rank | functions | wide: tokens | rank | functions | map rank |")
    print("|---|--:|---|--:|--:|---|--:|---|", flush=True)
    found: list[tuple[Seen, Seen]] = []
    mapped: list[bool] = []
    for ticket in tickets:
        if not options.only or ticket["id"] in options.only:
            pair, changed, ranked = _ticket(ticket, options)
            found.append(pair)
            mapped.append(bool(ranked) and all(shown for _, shown in ranked.values()))
            print(_line(ticket["id"], pair, changed, ranked), flush=True)
    for name, seen in (("first", [one for one, _ in found]), ("wide", [other for _, other in found])):
        tokens = [each.tokens for each in seen]
        print(
            f"\n{name}: {len(seen)} tickets, every file {sum(each.files for each in seen)}, every function "
            f"{sum(each.whole for each in seen)}; tokens {median(tokens):,.0f} in the median, {max(tokens):,} at most"
        )
    if options.aider:
        print(f"\nmap of {TOKENS:,} tokens: every file {sum(mapped)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lay-out", type=Path, required=True)
    parser.add_argument("--tickets", type=Path, required=True)
    parser.add_argument("--mirror", required=True)
    parser.add_argument("--cache", required=True)
    parser.add_argument("--aider", type=Path, help="an interpreter that has aider")
    parser.add_argument("--only", nargs="*")
    return parser.parse_args()


Ranked = Mapping[str, tuple[int | None, bool]]


def _ticket(ticket: Mapping[str, Any], options: argparse.Namespace) -> tuple[tuple[Seen, Seen], int, Ranked]:
    """What is seen at first and in a wide sight, how many functions were changed, and what a repository map ranks."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        tree, gold = place / "tree", place / "gold"
        home = _call(options, "env", "--repo", ticket["repo"], "--cache", options.cache).strip().splitlines()[-1]
        _call(options, "make", ticket["id"], "--mirror", options.mirror, "--out", str(tree))
        shutil.copytree(tree, gold)
        _call(options, "gold", ticket["id"], "--mirror", options.mirror, "--work", str(gold))
        paths = [path for path in ticket["src_files"] if (tree / path).exists()]
        changed = {path: _changed((tree / path).read_text(), (gold / path).read_text()) for path in paths}
        with _prepared(ticket, tree, Path(home) / "bin" / "python", place) as context:
            opening = State(start=context.base, feedback=first(context))
            pair = _seen(_asked(opening, context), tree, changed), _seen(_asked(_lost(opening), context), tree, changed)
        count = sum(map(len, changed.values()))
        return pair, count, _map(ticket, tree, paths, options.aider) if options.aider else {}


def _call(options: argparse.Namespace, *words: str) -> str:
    done = subprocess.run([sys.executable, options.lay_out, *words], check=True, capture_output=True, text=True)
    return done.stdout


@contextmanager
def _prepared(ticket: Mapping[str, Any], tree: Path, interpreter: Path, place: Path) -> Iterator[Context]:
    folder = place / "run"
    folder.mkdir()
    environ = {"PATH": os.environ["PATH"], "PAREBACK_HOME": str(place), "PAREBACK_CONFIG": str(place / "none.toml")}
    flags = {"python": str(interpreter), "budget": "medium", "visible": [str(interpreter.parents[1])]}
    job = Job(Ticket(ticket["id"], ticket["problem_statement"], repo=str(tree)), flags)
    with ExitStack() as stack:
        repository = stack.enter_context(open_repository(tree, shadow=folder / "shadow"))
        ledger = stack.enter_context(Ledger(folder / "ledger.db"))
        signals = threading.Event(), threading.Event()
        desk = Desk(job, folder, ledger, repository, Surroundings(environ, _quiet), place / "cache", *signals)
        yield stack.enter_context(prepare(desk)).context


def _quiet(_: object) -> None:
    """Nobody listens."""


def _asked(state: State, context: Context) -> Request:
    return question(state, context, scripted.build(replies=[]))


def _lost(opening: State) -> State:
    """After a round whose one candidate came to nothing."""
    request = Request(rules="", ticket="", files=())
    nothing = Candidate(1, 0, 0, "scripted", opening.start, request, status="no_edit")
    return replace(opening, round=1, history=(Round(1, "scripted", (nothing,), None, Step("feedback", "")),))


def _changed(before: str, after: str) -> list[Unit]:
    """The functions of the base that the patch changes lines of."""
    old, new = before.splitlines(), after.splitlines()
    blocks = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    spans = [(start + 1, end) for tag, start, end, _, _ in blocks if tag != "equal"]
    units = [unit for unit in python.build().extract(before.encode()).units if unit.kind == "function"]
    return [unit for unit in units if any(_touches(unit, *span) for span in spans)]


def _touches(unit: Unit, start: int, end: int) -> bool:
    """Whether lines `start` to `end` lie in it; an insertion, which has none, comes before line `start`."""
    return unit.line <= end and start <= unit.end if end >= start else unit.line < start <= unit.end


def _seen(request: Request, tree: Path, changed: Mapping[str, Sequence[Unit]]) -> Seen:
    shown = {source.path: source for source in request.files}
    ranks = {path: list(shown).index(path) + 1 if path in shown else None for path in changed}
    missing = tuple(
        f"{path} {unit.qualname}"
        for path, units in changed.items()
        for unit in units
        if path not in shown or not _holds(shown[path], unit, (tree / path).read_text().split("\n"))
    )
    return Seen(_tokens("\n".join(message.content for message in render(request))), ranks, missing)


def _holds(source: Source, unit: Unit, lines: Sequence[str]) -> bool:
    """Whether its first line and all its code are shown, one after the other."""
    code = next((number for number in unit.lines if number > unit.lines[0]), unit.line)
    return lines[unit.line - 1] in source.text and "\n".join(lines[code - 1 : unit.end]) in source.text


def _tokens(text: str) -> int:
    """By the tokenizer that comes with litellm: nothing is downloaded."""
    return len(encoding.encode(text, disallowed_special=()))


def _map(ticket: Mapping[str, Any], tree: Path, paths: Sequence[str], interpreter: Path) -> Ranked:
    asked = json.dumps({"chat": ticket["test_files"], "text": ticket["problem_statement"]})
    words = [str(each) for each in (interpreter, Path(__file__).with_name("repo_map.py"), tree, TOKENS)]
    done = subprocess.run(words, input=asked, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout[done.stdout.index('{"ranked"') :])
    ranked = found["ranked"]
    return {path: (ranked.index(path) + 1 if path in ranked else None, path in found["shown"]) for path in paths}


def _line(name: str, pair: tuple[Seen, Seen], changed: int, ranked: Ranked) -> str:
    cells = [name]
    for seen in pair:
        ranks = ", ".join(str(rank or "none") for rank in seen.ranks.values())
        cells += [f"{seen.tokens:,}", ranks, f"{changed - len(seen.missing)} of {changed}"]
    told = (str(rank or "none") if shown else f"({rank or 'none'})" for rank, shown in ranked.values())
    return f"| {' | '.join([*cells, ', '.join(told) or '-'])} |"


if __name__ == "__main__":
    main()
