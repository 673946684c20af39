"""apply: the reply's operations become a patch, each applied exactly or refused with an answer."""

from collections import Counter
from dataclasses import replace

from pareback.orchestrator import prompts
from pareback.orchestrator.context import Context
from pareback.orchestrator.state import Candidate
from pareback.workspaces import bare, patch, stream
from pareback.workspaces.edit import Operation, Unreadable


def apply(candidate: Candidate, context: Context) -> Candidate:
    """The candidate with its commit (base plus the whole patch so far) and one answer per operation."""
    repository = context.repository
    files = repository.files(candidate.start)
    operations = _operations(candidate, context)

    def read(path: str) -> bytes | None:
        return repository.read(files[path]) if path in files else None

    applied = patch.apply(operations, read, context.policy)
    if not applied.changes:
        why = "no operation applied" if applied.answers else "the reply holds no edit operation"
        return replace(candidate, answers=applied.answers, status="no_edit", why=why)
    before = repository.files(context.base)
    changes = {**repository.changes(context.base, candidate.start), **applied.changes}
    kept = {path: raw for path, raw in changes.items() if raw is not None or path in before}
    commit = repository.commit(context.base, kept, message=f"round {candidate.round} candidate {candidate.index}")
    size = sum(_changed_lines(repository.read_file(context.base, path), raw) for path, raw in kept.items())
    return replace(candidate, answers=applied.answers, commit=commit, size=size, status="applied")


def _operations(candidate: Candidate, context: Context) -> list[Operation | Unreadable]:
    """What the reply asks for; where one region was asked for, the reply is that region."""
    text = "" if candidate.reply is None else candidate.reply.text
    region = candidate.request.region
    if region is not None:
        return [bare.read(text, bare.Stretch(region.path, region.above, region.inside, region.below))]
    return [_refused_where_unseen(each, candidate) for each in stream.read(text, context.forms)]


def _refused_where_unseen(operation: Operation | Unreadable, candidate: Candidate) -> Operation | Unreadable:
    """Nobody writes a whole file of which only a part was shown: the rest would be lost, and no test may say so."""
    shown = (*candidate.request.files, *candidate.request.tests)
    parts = {source.path for source in shown if not source.whole}
    if isinstance(operation, Unreadable) or operation.kind != "write" or operation.path not in parts:
        return operation
    return Unreadable(prompts.IN_PART.format(path=operation.path), operation.path)


def _changed_lines(before: bytes | None, after: bytes | None) -> int:
    """Lines that only one side has, wherever they stand: moved lines are no change."""
    old, new = (Counter((raw or b"").splitlines()) for raw in (before, after))
    return ((old - new) + (new - old)).total()
