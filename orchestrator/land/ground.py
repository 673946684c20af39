"""What patches land on: one base, one baseline of its suite with the tests of every ticket laid into it.

The baseline is run once for all; each step of the growing tree is then held against it, with the targets of what has
landed so far.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pareback.adapters.model import Request
from pareback.gates.judge import Terms, judge
from pareback.gates.verdict import Verdict
from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.call import Cancelled
from pareback.orchestrator.context import Context
from pareback.orchestrator.land.piece import Piece
from pareback.orchestrator.limits import LimitReached
from pareback.orchestrator.nodes.test import run_cold, test
from pareback.orchestrator.state import Candidate
from pareback.workspaces import baseline
from pareback.workspaces.baseline import Targets

_NOBODY = Request("", "", ())
_LATE = "the {seconds:g} seconds of this landing are used up; give it more with --max-seconds"


@dataclass(frozen=True, slots=True)
class Ground:
    """`alone` holds by ticket the base with only its patch, `targets` what its patch has to turn green, `tests` the
    blobs by path that the tickets came with."""

    context: Context
    alone: Mapping[str, str]
    targets: Mapping[str, Targets]
    tests: Mapping[str, str]

    def stand(self, commit: str, pieces: Sequence[Piece], *, step: int, look: int = 0, cold: bool = False) -> Candidate:
        """The tree under the suite, with the targets of these pieces: tested, or tampered. `step` and `look` name the
        run in the ledger, so that a second landing of the same patches makes none twice. Raises Mistake out of time,
        KeyboardInterrupt where the landing was told to stop."""
        asked = joined([self.targets[piece.id] for piece in pieces])
        context = replace(self.context, measured=replace(self.context.measured, targets=asked))
        candidate = Candidate(step, look, 0, "land", context.base, _NOBODY, commit=commit)
        try:
            judged = run_cold(candidate, context) if cold else test(candidate, context)
        except Cancelled:
            raise KeyboardInterrupt from None
        except LimitReached:
            raise Mistake(_LATE.format(seconds=context.settings.max_seconds)) from None
        if judged.status == "cancelled":
            raise KeyboardInterrupt
        late = context.ledger.seconds >= context.settings.max_seconds
        if judged.status == "limit" or (late and not judged.green):  # a run that was cut says nothing of the patch
            raise Mistake(_LATE.format(seconds=context.settings.max_seconds))
        return judged

    def price(self, before: str, after: str, piece: Piece) -> Verdict:
        """What the piece costs on the grown tree, under its own budget and waivers."""
        return self._judged(before, after, Terms(piece.budget, piece.waive, self.tests))

    def joint(self, commit: str) -> float:
        """The points of everything that landed, as one change."""
        return self._judged(self.context.base, commit, Terms(tests=self.tests)).delta

    def _judged(self, before: str, after: str, terms: Terms) -> Verdict:
        repository = self.context.repository
        return judge(repository.files(before), repository.files(after), source=self.context.source, terms=terms)


def joined(targets: Sequence[Targets]) -> Targets:
    """The targets of several tickets as one."""
    ids = dict.fromkeys(test for each in targets for test in each.ids)
    return Targets(tuple(ids), tuple(dict.fromkeys(group for each in targets for group in each.groups)))


def aims(pieces: Sequence[Piece], context: Context, given: Mapping[str, Sequence[str]]) -> dict[str, Targets]:
    """By ticket, what it has to turn green: the tests it names, else those it came with (`given`: their files), else
    whatever is red and no other ticket's."""
    judged = context.measured.baseline
    named = {piece.id: piece.ticket.tests or tuple(given.get(piece.id, ())) for piece in pieces}
    found = {name: _red(baseline.targets(judged, tests), judged.red) for name, tests in named.items() if tests}
    claimed = joined(tuple(found.values()))
    free = baseline.targets(judged)
    rest = Targets(
        tuple(test for test in free.ids if not claimed.include(test)),
        tuple(group for group in free.groups if group not in claimed.groups),
    )
    return {piece.id: found.get(piece.id, rest) for piece in pieces}


def _red(targets: Targets, red: Sequence[str]) -> Targets:
    """What passes already may not break, as ever; it need not be run first."""
    return replace(targets, ids=tuple(test for test in targets.ids if test in red), unknown=())
