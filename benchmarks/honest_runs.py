"""Honest mends against the guard: is anything called tampered, flagged or refused that good people wrote?

    .venv/bin/python benchmarks/honest_runs.py --lay-out PROGRAM --tickets FILE --mirror DIR --cache DIR [--repeats N]

`--lay-out` is a program that lays tickets of real history out: `make ID --out TREE` writes the base with the ticket's
tests as one commit, `gold ID --work TREE` lays the maintainers' patch over it, `env --repo NAME` prints where the
environment is that the tests need. Each patch is judged as a candidate would be, with guard, canaries and the warm
server: N times, and once cold.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pareback.adapters.models import scripted
from pareback.adapters.ticket import Ticket
from pareback.orchestrator.context import Context
from pareback.orchestrator.desk import Desk, Ended, Surroundings
from pareback.orchestrator.feedback import first
from pareback.orchestrator.job import Job
from pareback.orchestrator.ledger import Ledger
from pareback.orchestrator.nodes.round import question
from pareback.orchestrator.nodes.test import run_cold, test
from pareback.orchestrator.prepare import prepare
from pareback.orchestrator.state import Candidate, State
from pareback.workspaces.canaries import sound
from pareback.workspaces.guard import refusal
from pareback.workspaces.repository import open_repository


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one ticket: runs by status, tests, canaries that work in its suite, flags, refused paths."""

    ticket: str
    runs: Counter[str]
    tests: int = 0
    canaries: int = 0
    flags: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    why: str = ""


def main() -> None:
    options = _options()
    tickets = [json.loads(line) for line in options.tickets.read_text(encoding="utf-8").splitlines()]
    chosen = [ticket for ticket in tickets if not options.only or ticket["id"] in options.only]
    print("| ticket | tests | canaries | runs | green | red | tampered | flags | refused |")
    print("|---|--:|--:|--:|--:|--:|--:|---|---|", flush=True)
    whole: Counter[str] = Counter()
    flagged = 0
    for ticket in chosen:
        told = _told(ticket, options)
        whole += told.runs
        flagged += bool(told.flags)
        counts = " | ".join(str(told.runs[word]) for word in ("green", "red", "tampered"))
        words = " | ".join(", ".join(each) or "-" for each in (told.flags, told.refused))
        print(
            f"| {told.ticket} | {told.tests} | {told.canaries} | {told.runs.total()} | {counts} | {words} |", flush=True
        )
        if told.why:
            print(f"  {told.ticket}: {told.why}", file=sys.stderr, flush=True)
    print(f"\n{whole.total()} runs of {len(chosen)} patches: {dict(whole)}; {flagged} patches flagged")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lay-out", type=Path, required=True)
    parser.add_argument("--tickets", type=Path, required=True)
    parser.add_argument("--mirror", required=True)
    parser.add_argument("--cache", required=True)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--sandbox", default="best")
    parser.add_argument("--only", nargs="*")
    return parser.parse_args()


def _told(ticket: Mapping[str, Any], options: argparse.Namespace) -> Told:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        tree, gold = place / "tree", place / "gold"
        home = _call(options, "env", "--repo", ticket["repo"], "--cache", options.cache).strip().splitlines()[-1]
        _call(options, "make", ticket["id"], "--mirror", options.mirror, "--out", str(tree))
        shutil.copytree(tree, gold)
        _call(options, "gold", ticket["id"], "--mirror", options.mirror, "--work", str(gold))
        python = Path(home) / "bin" / "python"
        try:
            with _prepared(ticket, tree, python, place, options.sandbox) as context:
                return _judged(ticket, gold, context, options.repeats)
        except Ended as ended:
            return Told(ticket["id"], Counter(), why=ended.ending.message)


def _call(options: argparse.Namespace, *words: str) -> str:
    done = subprocess.run([sys.executable, options.lay_out, *words], check=True, capture_output=True, text=True)
    return done.stdout


@contextmanager
def _prepared(ticket: Mapping[str, Any], tree: Path, python: Path, place: Path, sandbox: str) -> Iterator[Context]:
    folder = place / "run"
    folder.mkdir()
    environ = {"PATH": os.environ["PATH"], "PAREBACK_HOME": str(place), "PAREBACK_CONFIG": str(place / "none.toml")}
    flags = {
        "python": str(python),
        "budget": "100",
        "sandbox": sandbox,
        "max_seconds": 3600.0,
        "visible": [str(python.parents[1])],
    }
    job = Job(Ticket(ticket["id"], ticket["problem_statement"], repo=str(tree)), flags)
    with ExitStack() as stack:
        repository = stack.enter_context(open_repository(tree, shadow=folder / "shadow"))
        ledger = stack.enter_context(Ledger(folder / "ledger.db"))
        signals = threading.Event(), threading.Event()
        desk = Desk(job, folder, ledger, repository, Surroundings(environ, _quiet), place / "cache", *signals)
        yield stack.enter_context(prepare(desk)).context


def _quiet(_: object) -> None:
    """Nobody listens."""


def _judged(ticket: Mapping[str, Any], gold: Path, context: Context, repeats: int) -> Told:
    """The maintainers' patch as a candidate, again and again."""
    changes = {path: _read(gold / path) for path in ticket["src_files"]}
    known = context.repository.files(context.base)
    refused = [path for path in changes if refusal(path, context.policy, exists=path in known) is not None]
    commit = context.repository.commit(context.base, changes, message="the maintainers' patch")
    opening = State(start=context.base, feedback=first(context))
    request = question(opening, context, scripted.build(replies=[]))
    applied = Candidate(1, 0, 0, "human", context.base, request, status="applied", commit=commit)
    runs: Counter[str] = Counter()
    done = [test(replace(applied, index=index), context) for index in range(repeats)]
    done.append(run_cold(replace(applied, index=repeats), context))
    for each in done:
        runs["tampered" if each.status == "tampered" else "green" if each.green else "red"] += 1
    why = next((each.detail for each in done if each.status == "tampered"), "")
    if not why and runs["red"]:
        why = next(str(each.standing.failures[:2])[:300] for each in done if each.standing and not each.green)
    return Told(
        ticket["id"],
        runs,
        tests=len(context.measured.baseline.collected),
        canaries=len(sound(context.measured.baseline.signs)),
        flags=tuple(flag.id.partition(":")[2] for flag in done[0].flags),
        refused=tuple(refused),
        why=why,
    )


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


if __name__ == "__main__":
    main()
