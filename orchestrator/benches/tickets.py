"""Tickets from real history as tasks: a file of them and a folder of mirrors; the human's own patch is what to beat.

A line is one JSON object with the fields of `FIELDS`, and whatever else. Only its words and the tree at `base`, with
its `test_files` as they are at `commit`, reach a run; the reference is looked at once the run has ended.
"""

import json
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from os import environ
from pathlib import Path
from typing import Any

from pareback.gates.judge import judge, with_reference
from pareback.orchestrator.benches import mirror, verify
from pareback.orchestrator.benches.mirror import Given, Origin
from pareback.orchestrator.benches.task import Row, Start
from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.comparison import gate_source
from pareback.workspaces.repository import Repository, open_repository

FIELDS: Mapping[str, tuple[type, str]] = {
    "id": (str, "a name"),
    "repo": (str, "owner/name, as the mirror has it"),
    "base": (str, "the commit before the change"),
    "commit": (str, "the commit with the human's change"),
    "problem_statement": (str, "what is asked for, in words"),
    "test_files": (list, "the tests that come with the change"),
    "src_files": (list, "the other files that the human changed"),
    "f2p": (list, "the tests that must turn green"),
}
"""What a ticket must have. `p2p_exclude` may name tests that pass now and then."""


@dataclass(frozen=True, slots=True)
class Solved:
    """A ticket that a human has solved. `src_files` are what the human changed, `shaky` tests that nobody relies on."""

    id: str
    text: str
    tests: tuple[str, ...]
    origin: Origin
    given: Given
    src_files: tuple[str, ...]
    shaky: tuple[str, ...]
    files: tuple[str, ...] = ()
    seconds: float = 10.0

    def lay_out(self, place: Path) -> Start:
        """One commit: the base with the tests visible. Tickets of a project share a repository, and so what a set-up
        makes for it."""
        repository = place / "repositories" / self.origin.name.replace("/", "+")
        return Start(repository, mirror.lay_out(self.origin, repository, self.id, self.given))

    def judged(self, row: Row, place: Path, *, start: Start, python: Path | None) -> Row:
        """The human's points beside ours, and whether the patch does what was asked."""
        base = str(start.base)
        with (
            tempfile.TemporaryDirectory(prefix="pareback-bench-") as scratch,
            open_repository(start.repository, shadow=Path(scratch) / "shadow") as repository,
        ):
            row = replace(row, human=self._human(repository, base))
            if row.patch is None or python is None:
                return replace(row, verified=False, broken=self.tests)
            asked = verify.Asked(base, self.tests, self.shaky, python)
            broken = verify.unmet(repository, Path(row.patch).read_bytes(), asked)
        return row if broken is None else replace(row, verified=not broken, broken=broken)

    def _human(self, repository: Repository, base: str) -> Mapping[str, float | None]:
        """What the human's patch costs by our gate, and radon's figures of it."""
        changes = {path: self.origin.read(self.given.commit, path) for path in self.src_files}
        sides = repository.files(base), repository.files(repository.commit(base, changes, message="human"))
        source = gate_source(repository, environ)
        try:
            verdict = with_reference(judge(*sides, source=source), *sides, source=source)
        finally:
            source.store.close()
        return {"delta": verdict.delta, **verdict.reference}


def tasks(file: Path, mirrors: Path, only: Collection[str] = ()) -> list[Solved]:
    """The tickets of the file, or `only` some, older changes first: a later state of a file shows the solution of
    an earlier ticket. Raises Mistake for a record that lacks something and for what no mirror holds; OSError."""
    lines = file.read_text(encoding="utf-8").splitlines()
    records = [_record(line, f"{file}:{number}") for number, line in enumerate(lines, 1) if line.strip()]
    known = [record["id"] for record in records]
    if unknown := [name for name in only if name not in known]:
        raise Mistake(f"{str(file)!r} holds no ticket {unknown[0]!r}; it has {', '.join(known)}")
    found = [_solved(record, mirrors) for record in records if not only or record["id"] in only]
    return sorted(found, key=lambda each: (each.origin.moment(each.given.commit), each.id))


def _record(line: str, where: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise Mistake(f"{where}: not a JSON record ({error}); expected one object a line") from error
    for name, (kind, meaning) in FIELDS.items():
        value = record.get(name) if isinstance(record, dict) else None
        if not isinstance(value, kind):
            raise Mistake(f"{where}: field {name!r} is {value!r}; expected {meaning}")
    found: dict[str, Any] = record
    return found


def _solved(record: Mapping[str, Any], mirrors: Path) -> Solved:
    origin = mirror.find(mirrors, record["repo"])
    origin.moment(record["base"])
    return Solved(
        id=record["id"],
        text=record["problem_statement"],
        tests=tuple(record["f2p"]),
        origin=origin,
        given=Given(record["base"], record["commit"], tuple(record["test_files"])),
        src_files=tuple(record["src_files"]),
        shaky=tuple(record.get("p2p_exclude", ())),
    )
