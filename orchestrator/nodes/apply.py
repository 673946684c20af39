"""apply: the reply's operations become a patch, each applied exactly or refused with an answer."""

from dataclasses import replace

from pareback.orchestrator.context import Context
from pareback.orchestrator.state import Candidate
from pareback.workspaces import patch, stream


def apply(candidate: Candidate, context: Context) -> Candidate:
    """The candidate with its commit (base plus the whole patch so far) and one answer per operation."""
    repository = context.repository
    files = repository.files(candidate.start)
    reply = candidate.reply
    operations = stream.read("" if reply is None else reply.text, tuple(context.forms.values()))

    def read(path: str) -> bytes | None:
        return repository.read(files[path]) if path in files else None

    applied = patch.apply(operations, read, replace(context.policy, files=frozenset(files)))
    if not applied.changes:
        why = "no operation applied" if applied.answers else "the reply holds no edit operation"
        return replace(candidate, answers=applied.answers, status="no_edit", why=why)
    before = repository.files(context.base)
    changes = {**repository.changes(context.base, candidate.start), **applied.changes}
    kept = {path: raw for path, raw in changes.items() if raw is not None or path in before}
    commit = repository.commit(context.base, kept, message=f"round {candidate.round} candidate {candidate.index}")
    return replace(candidate, answers=applied.answers, commit=commit, status="applied")
