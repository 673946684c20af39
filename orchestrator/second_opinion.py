"""Flags on a candidate: what a person, or held-out tests, should have a look at before the patch is taken.

A patch with a flag that asks is not accepted by visible tests alone: the run ends with the question. A waiver of the
flag's id answers it. So do held-out tests, unless the code could know that it is being tested: then it would behave for
them as well.
"""

from dataclasses import replace

from pareback.orchestrator.context import Context
from pareback.orchestrator.state import Candidate
from pareback.workspaces import suspicion
from pareback.workspaces.guard import in_test_zone
from pareback.workspaces.standing import Standing
from pareback.workspaces.suspicion import Flag

ANSWERED = frozenset({"comparison", "literal", "replaces", "writes", "written"})
"""Kinds of flags that held-out tests answer."""

_WRITTEN = "it was written while the tests ran, and tests may read it"


def flags(candidate: Candidate, judged: Standing, context: Context) -> tuple[Flag, ...]:
    """The candidate's flags; those that are answered already ask no more."""
    found = [*_static(candidate, context)]
    found += [Flag(f"flag:written:{path}", path, 1, _WRITTEN, asks=True) for path in judged.written]
    return tuple(replace(flag, asks=flag.asks and not _is_answered(flag, context)) for flag in found)


def _is_answered(flag: Flag, context: Context) -> bool:
    waived = flag.id in (*context.ticket.waive, *context.settings.waive)
    return waived or (context.held_out is not None and flag.kind in ANSWERED)


def _static(candidate: Candidate, context: Context) -> list[Flag]:
    repository = context.repository
    assert candidate.commit is not None
    tests = [repository.read_file(context.tests_tree, path) or b"" for path in context.measured.files]
    return [
        flag
        for path, raw in repository.changes(context.base, candidate.commit).items()
        if raw is not None and not in_test_zone(path)
        for flag in suspicion.flags(path, repository.read_file(context.base, path) or b"", raw, tests=tests)
    ]
