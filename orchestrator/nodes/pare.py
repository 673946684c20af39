"""pare: make the best green candidate smaller without a model, on the code that its patch brought and on no other.

What is within budget only loses what provably has no effect. What is over budget is simplified, one rewrite after the
other; each is kept only if the tests stay green and the points fall.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from pydantic import TypeAdapter

from pareback.orchestrator import rank
from pareback.orchestrator.call import Cancelled
from pareback.orchestrator.context import Context
from pareback.orchestrator.events import Event
from pareback.orchestrator.ledger import effect_key
from pareback.orchestrator.nodes.accept import winner_of
from pareback.orchestrator.nodes.apply import committed
from pareback.orchestrator.nodes.measure import measure, meet, price
from pareback.orchestrator.nodes.test import test
from pareback.orchestrator.pare import paring
from pareback.orchestrator.pare.minimal import minimal
from pareback.orchestrator.pare.offers import Offer, offers
from pareback.orchestrator.pare.paring import Ground, Price
from pareback.orchestrator.pare.touched import brought, keeps_to
from pareback.orchestrator.pare.tried import Tried
from pareback.orchestrator.state import Candidate, State
from pareback.workspaces.guard import in_test_zone

SECONDS = 30.0
"""Seconds after which nothing new is tried: another round may be the better way."""

TRIES = 12
"""Simplifications whose tests are run; with a warm suite each takes milliseconds."""

TRIED: TypeAdapter[tuple[Tried, ...]] = TypeAdapter(tuple[Tried, ...])


def pare(state: State, context: Context) -> State:
    """The state with its winner, or the best of its green candidates, made smaller; that one wins if it is acceptable
    now."""
    found = winner_of(state) or rank.best(*state.candidates)
    if found is None or not found.green or not context.settings.pare:
        return state
    if not context.stop.is_set():
        context.race.clear()  # the round is over, and its race with it
    try:
        pared = _pared(found, context)
    except Cancelled:
        return state  # the run was told to stop; a resumed one goes on here
    candidates = tuple(pared if each.index == pared.index else each for each in state.candidates)
    return replace(state, candidates=candidates, winner=pared.index if pared.acceptable else None)


def _pared(candidate: Candidate, context: Context) -> Candidate:
    """The candidate, smaller if it can be; what was done is looked up first, and every test of it too."""
    key = effect_key("pare", round=candidate.round, candidate=candidate.index, inputs=[candidate.tree])
    value = context.ledger.effect(key, lambda: _made(candidate, context))
    tried = TRIED.validate_python(value["tried"])
    kept = [each for each in tried if each.kept]
    if kept:
        files = {path: text.encode() for path, text in value["files"].items()}
        candidate = measure(test(committed(candidate, files, context), context), context)
        said = ", ".join(f"{each.what} in {each.unit}" for each in kept)
        data = {"what": "pared", "reason": f"{said}: {-sum(each.points for each in kept):+.1f} CP"}
        context.listen(Event("step", candidate.round, candidate.index, data))
    return replace(candidate, pared=tried)


def _made(candidate: Candidate, context: Context) -> dict[str, Any]:
    started, trial = time.monotonic(), _Trial(candidate, context)
    assert candidate.commit is not None
    smaller = paring.pare(candidate.commit, trial.ground(trial.idle, least=0.0))
    tried = smaller.tried
    if candidate.verdict is not None and not candidate.verdict.within:
        smaller = paring.pare(smaller.commit, trial.ground(trial.simpler, least=paring.LEAST))
        tried += smaller.tried
    changes = context.repository.changes(candidate.commit, smaller.commit)
    return {
        "files": {path: raw.decode() for path, raw in changes.items() if raw is not None},
        "tried": [asdict(each) for each in tried],
        "seconds": time.monotonic() - started - trial.waited,
    }


@dataclass(slots=True)
class _Trial:
    """The candidate's tree while it is pared. `waited` are seconds of its tests, which are accounted by themselves."""

    candidate: Candidate
    context: Context
    waited: float = 0.0
    late: bool = False

    def ground(self, offered: Any, *, least: float) -> Ground:
        """What its paring stands on."""
        begun = time.monotonic()
        return Ground(
            repository=self.context.repository,
            paths=tuple(self._paths()),
            offers=offered,
            price=self._price,
            refusal=self._refusal,
            is_over=lambda: self.late or time.monotonic() - begun > SECONDS,
            most=TRIES,
            least=least,
        )

    def idle(self, path: str, raw: bytes) -> Iterator[Offer]:
        """The file without what the patch brought for nothing."""
        return minimal(path, raw, self._before(path), self._spoken(path))

    def simpler(self, path: str, raw: bytes) -> Iterator[Offer]:
        """Simplifications of what the patch brought; of what it copied, that was there before, the original too."""
        lines = brought(self._before(path), raw)
        return (each for each in offers(path, raw, lines) if each.shared or keeps_to(lines, raw, each.source))

    def _paths(self) -> Iterator[str]:
        """Python files of the patch that are no tests, where the base has them otherwise or not at all."""
        repository, commit = self.context.repository, self.candidate.commit or ""
        for path, raw in repository.changes(self.context.base, commit).items():
            if raw is not None and path.endswith(".py") and not in_test_zone(path):
                yield path

    def _before(self, path: str) -> bytes | None:
        return self.context.repository.read_file(self.context.base, path)

    def _spoken(self, path: str) -> frozenset[str]:
        """Every word of the patch's other files: one of them may import what this one imports."""
        repository, commit = self.context.repository, self.candidate.commit or ""
        others = (raw or b"" for other, raw in repository.changes(self.context.base, commit).items() if other != path)
        return frozenset(word for raw in others for word in re.findall(r"\w+", raw.decode("utf-8", "replace")))

    def _price(self, commit: str) -> Price:
        verdict = price(commit, self.context)
        return Price(verdict.delta, verdict.charged, len(verdict.hard))

    def _refusal(self, commit: str) -> str:
        """Why the tests do not take this tree. Raises Cancelled where the run was told to stop."""
        started = time.monotonic()
        judged = test(replace(self.candidate, commit=commit), self.context)
        judged = replace(judged, conditions=meet(commit, self.context, delta=self._price(commit).delta))
        self.waited += time.monotonic() - started
        if judged.status == "cancelled":
            raise Cancelled(0)
        self.late = self.late or judged.status == "limit"
        if judged.green and judged.doubtful <= self.candidate.doubtful:
            return ""
        return _told(judged)


def _told(judged: Candidate) -> str:
    """What the tests had against a tree."""
    if judged.standing is None:
        return judged.why or judged.status
    said = (each.message.strip().partition("\n")[0] for each in judged.standing.failures)
    if judged.unmet:
        return f"it would not meet {judged.unmet[0].condition.said!r} any more"
    failed = next(iter(judged.standing.regressions), "a target test")
    return f"{failed}: {next(said, 'red')}"
