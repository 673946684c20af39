"""What a replayed history amounts to: how often each hard rule refuses, and how many changes exceed which budget."""

import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from pareback.gates.delta import fits
from pareback.gates.points import BUDGETS, DECIMALS, TABLE
from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.comparison import gate_source
from pareback.orchestrator.history import Change, Kind, replay
from pareback.workspaces.repository import open_repository

SCHEMA = "pareback/history/1"
"""The form of the document: fields may be added to it, never renamed."""

_SHOWN = 12
"""Characters of a commit's id that people are shown."""


def look_back(repo: Path, *, limit: int, start: str | None = None) -> dict[str, Any]:
    """The tally of the newest `limit` merged changes behind a revision (None: HEAD). Raises Mistake, NotARepository."""
    if limit < 1:
        raise Mistake(f"--history is {limit}; expected how many merged changes to judge, 1 or more")
    with (
        tempfile.TemporaryDirectory(prefix="pareback-") as folder,
        open_repository(repo.absolute(), shadow=Path(folder) / "shadow") as repository,
    ):
        source = gate_source(repository, os.environ)
        try:
            head = repository.freeze(start or "HEAD", date=0)
            return document(replay(repository, source, start=head, limit=limit), head)
        except ValueError as error:
            raise Mistake(str(error)) from error
        finally:
            source.store.close()


def document(changes: Sequence[Change], head: str) -> dict[str, Any]:
    """The tally as plain JSON values. A change counts once per rule, whatever number of findings it has."""
    rules = Counter(rule for change in changes for rule in _rules(change))
    kinds = {kind: [change for change in changes if change.kind == kind] for kind in get_args(Kind)}
    return {
        "schema": SCHEMA,
        "table": TABLE,
        "head": head,
        "commits": len(changes),
        "rules": {rule: {"commits": rules[rule], "share": _share(rules[rule], len(changes))} for rule in sorted(rules)},
        "kinds": {kind: _kind(some) for kind, some in kinds.items() if some},
        "refused": [_refused(change) for change in changes if change.replayed.broken],
    }


def lines(tally: dict[str, Any]) -> list[str]:
    """The document in words."""
    refused, count = tally["refused"], tally["commits"]
    told = [f"{count} merged changes, {len(refused)} of them refused by a hard rule, {tally['table']}"]
    told += [f"  {rule:<4}{each['commits']:6}{each['share']:8.1%}" for rule, each in tally["rules"].items()]
    names = ("auto", *BUDGETS)
    told.append("over budget" + "".join(f"{name:>9}" for name in ("changes", "refused", *names)))
    told += [_row(kind, each, names) for kind, each in tally["kinds"].items()]
    told += [line for each in refused for line in _told(each)]
    return told


def _row(kind: str, each: dict[str, Any], names: Sequence[str]) -> str:
    shares = [_share(each["over"][name], each["commits"]) for name in names]
    return f"  {kind:<9}{each['commits']:9}{each['refused']:9}" + "".join(f"{share:9.1%}" for share in shares)


def _told(each: dict[str, Any]) -> list[str]:
    head = f"{each['commit'][:_SHOWN]} {each['kind']}, {each['delta']:+.1f} points: {each['subject']}"
    return [head, *(f"  {found['id']} line {found['line']}: {found['message']}" for found in each["findings"])]


def _kind(changes: Sequence[Change]) -> dict[str, Any]:
    over = {
        name: sum(not fits(change.replayed.charged, points) for change in changes) for name, points in BUDGETS.items()
    }
    auto = sum(not fits(change.replayed.charged, change.auto.points) for change in changes)
    refused = sum(bool(change.replayed.broken) for change in changes)
    return {"commits": len(changes), "refused": refused, "over": {"auto": auto, **over}}


def _refused(change: Change) -> dict[str, Any]:
    found = change.replayed.broken
    return {
        "commit": change.commit.id,
        "subject": change.commit.subject,
        "kind": change.kind,
        "delta": round(change.replayed.delta, DECIMALS),
        "findings": [{"id": each.id, "path": each.path, "line": each.line, "message": each.message} for each in found],
    }


def _rules(change: Change) -> set[str]:
    return {found.rule for found in change.replayed.broken}


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
