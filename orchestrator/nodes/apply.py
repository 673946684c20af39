"""apply: the reply's operations become a patch, each applied exactly or refused with an answer.

Imports that the reply forgot are put in where each has one possible source; the answers say so."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from pareback.orchestrator.context import Context
from pareback.orchestrator.draft import Draft
from pareback.orchestrator.edits import write_down
from pareback.orchestrator.state import Candidate
from pareback.workspaces.edit import Answer
from pareback.workspaces.importing.mend import mended
from pareback.workspaces.importing.tree import Modules, modules


def apply(candidate: Candidate, context: Context) -> Candidate:
    """The candidate with its commit (base plus the whole patch so far) and one answer per operation. What was applied
    while the reply arrived is not applied again."""
    reply = candidate.reply
    applied = candidate.applied or Draft(candidate, context).finish("" if reply is None else reply.text)
    write_down(candidate, applied.made, context)
    candidate = replace(candidate, applied=None, answers=applied.answers)
    if not applied.changes:
        why = "no operation applied" if applied.answers else "the reply holds no edit operation"
        return replace(candidate, status="no_edit", why=why)
    changes, answers = _whole(applied.changes, candidate, context)
    candidate = replace(candidate, answers=(*applied.answers, *answers))
    return replace(committed(candidate, changes, context), status="applied")


def _whole(
    changes: Mapping[str, bytes | None], candidate: Candidate, context: Context
) -> tuple[Mapping[str, bytes | None], tuple[Answer, ...]]:
    """The changes with the imports that they lack, and an answer for each name: `applied` where one was put in,
    `refused` where nobody can tell which one is meant."""
    repository = context.repository
    start, roots = repository.files(candidate.start), context.tests.roots
    whole = {path: raw for path, raw in changes.items() if raw is not None}

    def tree() -> Modules:
        paths = sorted((start.keys() - changes.keys()) | whole.keys())
        return modules(paths, lambda path: whole[path] if path in whole else repository.read(start[path]), roots)

    found = mended(changes, before=lambda path: repository.read_file(context.base, path), tree=tree)
    answers = tuple(Answer("applied" if note.done else "refused", note.path, note.message) for note in found.notes)
    return {**changes, **found.changes}, answers


def committed(candidate: Candidate, changes: Mapping[str, bytes | None], context: Context) -> Candidate:
    """The candidate with these changes on top of its patch so far, or, before it has one, of what it starts from."""
    repository = context.repository
    before = repository.files(context.base)
    changes = {**repository.changes(context.base, candidate.commit or candidate.start), **changes}
    kept = {path: raw for path, raw in changes.items() if raw is not None or path in before}
    commit = repository.commit(context.base, kept, message=f"round {candidate.round} candidate {candidate.index}")
    size = sum(_changed_lines(repository.read_file(context.base, path), raw) for path, raw in kept.items())
    return replace(candidate, commit=commit, size=size)


def _changed_lines(before: bytes | None, after: bytes | None) -> int:
    """Lines that only one side has, wherever they stand: moved lines are no change."""
    old, new = (Counter((raw or b"").splitlines()) for raw in (before, after))
    return ((old - new) + (new - old)).total()
