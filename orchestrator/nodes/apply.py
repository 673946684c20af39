"""apply: the reply's operations become a patch, each applied exactly or refused with an answer."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from pareback.orchestrator.context import Context
from pareback.orchestrator.draft import Draft
from pareback.orchestrator.edits import write_down
from pareback.orchestrator.state import Candidate


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
    return replace(committed(candidate, applied.changes, context), status="applied")


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
