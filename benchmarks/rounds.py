"""What rounds, candidates, gate and ladder do for one model: a simulation of the loop, no claim about any model.

    .venv/bin/python benchmarks/rounds.py gate|samples|ladder [--seeds N] [--python PATH]

The loop, the tests, the gate and the ledger are real; only the model is a stand-in: a stochastic function of the
request with the parameters stated below, seeded, over the tickets of `arena`. Tokens are bytes of what was said and
rendered by four. Model seconds are computed, not slept: tokens over the stated speed, candidates side by side.
"""

import argparse
import random
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from arena import SMALL, Small, opened, play

from pareback.adapters.messages import render
from pareback.adapters.model import Model, Request
from pareback.adapters.models import scripted
from pareback.orchestrator import accounts
from pareback.orchestrator.context import Context
from pareback.orchestrator.ledger import Ledger
from pareback.orchestrator.state import State

BYTES_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Mind:
    """A stand-in for a model. Probabilities: `solves` a ticket at a try, `learns` to where it was told what failed,
    writes what solves it `tight` where nobody asked for it and where a budget was told, and `heeds` findings. Tokens a
    second and seconds to the first token."""

    name: str
    solves: float
    learns: float
    tight: float
    tight_told: float
    heeds: float
    speed: float
    wait: float


FAST = Mind("fast", solves=0.30, learns=0.45, tight=0.20, tight_told=0.40, heeds=0.60, speed=1000, wait=0.5)
WEAK = Mind("weak", solves=0.06, learns=0.10, tight=0.20, tight_told=0.40, heeds=0.60, speed=1000, wait=0.5)
STRONG = Mind("strong", solves=0.75, learns=0.85, tight=0.40, tight_told=0.60, heeds=0.90, speed=60, wait=1.5)


@dataclass(frozen=True, slots=True)
class Told:
    """One run: whether it ended green and was accepted, points charged of its best, rounds, tokens, model seconds."""

    accepted: bool
    green: bool
    charged: float | None
    rounds: int
    tokens: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Way:
    """One row of a table: who is asked and under which settings."""

    name: str
    minds: tuple[Mind, ...]
    settings: Mapping[str, object]


STUDIES: Mapping[str, tuple[Way, ...]] = {
    "gate": tuple(
        Way(f"gate {word}", (FAST,), {"enforce": word, "candidates": 2}) for word in ("off", "told", "budget")
    ),
    "samples": tuple(Way(f"n = {count}", (FAST,), {"candidates": count}) for count in (1, 2, 4)),
    "ladder": (
        Way("weak alone, 8 rounds", (WEAK,), {"candidates": 2}),
        Way("strong alone, 8 rounds", (STRONG,), {"candidates": 1}),
        Way("weak 3 rounds, then strong", (WEAK, STRONG), {"candidates": 2, "max_rounds": 3, "quality_rounds": 1}),
    ),
}


def model(mind: Mind, small: Small, seed: int) -> Model:
    """The mind at one ticket as a model part: the same request gets the same reply, another seed another one."""

    def say(request: Request) -> scripted.Said:
        chance = random.Random(f"{mind.name}/{small.name}/{seed}/{request.round}/{request.index}")
        text = small.answer(_body(mind, small, request, chance))
        prompt = sum(len(message.content.encode()) for message in render(request))
        return scripted.Line(
            text, prompt_tokens=prompt // BYTES_PER_TOKEN, completion_tokens=len(text.encode()) // BYTES_PER_TOKEN
        )

    return scripted.build(replies=say, name=mind.name)


def _body(mind: Mind, small: Small, request: Request, chance: random.Random) -> str:
    """Three draws, whatever is asked: studies differ by what the loop tells, not by luck."""
    solved, neat, which = chance.random(), chance.random(), chance.randrange(2)
    if request.findings:
        return small.tight if neat < mind.heeds else small.sloppy[which]
    if solved >= (mind.learns if request.tried else mind.solves):
        return small.wrong[which]
    told = "complexity points" in request.rules
    return small.tight if neat < (mind.tight_told if told else mind.tight) else small.sloppy[which]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", choices=sorted(STUDIES))
    parser.add_argument("--seeds", type=int, default=12)
    parser.add_argument("--python", default=sys.executable)
    options = parser.parse_args()
    print("\n".join(table(options.study, seeds=options.seeds, python=options.python)))


def table(study: str, *, seeds: int, python: str) -> Iterator[str]:
    """The lines of the study's table."""
    ways = STUDIES[study]
    told = _played(ways, seeds=seeds, python=python)
    for mind in dict.fromkeys(mind for way in ways for mind in way.minds):
        yield f"{mind}"
    yield ""
    yield "| way | runs | accepted | green | within 3 points | points of green | rounds | tokens | model seconds |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    for way in ways:
        yield _row(way.name, told[way.name])


def _played(ways: Sequence[Way], *, seeds: int, python: str) -> dict[str, list[Told]]:
    told: dict[str, list[Told]] = {way.name: [] for way in ways}
    for small in SMALL:
        with opened(small, python=python) as context:
            for way in ways:
                told[way.name] += [_once(context, small, way, seed) for seed in range(seeds)]
    return told


def _once(context: Context, small: Small, way: Way, seed: int) -> Told:
    ladder = [model(mind, small, seed) for mind in way.minds]
    return play(context, ladder, lambda state, ledger: _told(state, ledger, way.minds), **way.settings)


def _told(state: State, ledger: Ledger, minds: Sequence[Mind]) -> Told:
    best, total = state.best, accounts.books(ledger).total
    verdict = None if best is None or not best.green else best.verdict
    return Told(
        accepted=state.ending is not None and state.ending.name == "accepted",
        green=verdict is not None,
        charged=None if verdict is None else verdict.charged,
        rounds=len(state.history),
        tokens=(total.prompt or 0) + (total.completion or 0),
        seconds=_seconds(state, {mind.name: mind for mind in minds}),
    )


def _seconds(state: State, minds: Mapping[str, Mind]) -> float:
    """Rounds one after the other, candidates of one side by side."""
    seconds = 0.0
    for finished in state.history:
        mind = minds[finished.model]
        written = [each.reply.usage.completion or 0 for each in finished.candidates if each.reply is not None]
        seconds += mind.wait + max(written, default=0) / mind.speed
    return seconds


def _row(name: str, told: Sequence[Told]) -> str:
    points = [each.charged for each in told if each.charged is not None]
    within = sum(charged <= 3.0 for charged in points)
    cells = [
        *(len(told), sum(each.accepted for each in told), len(points), within),
        f"{statistics.fmean(points):.2f}" if points else "-",
        *(f"{statistics.fmean(value(each) for each in told):.{digits}f}" for value, digits in MEANS),
    ]
    return f"| {name} | " + " | ".join(map(str, cells)) + " |"


MEANS: Sequence[tuple[Callable[[Told], float], int]] = (
    (lambda each: each.rounds, 2),
    (lambda each: each.tokens, 0),
    (lambda each: each.seconds, 2),
)
"""Columns that are plain means, and their digits."""


if __name__ == "__main__":
    main()
