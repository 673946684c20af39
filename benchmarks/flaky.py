"""Flaky tests: how often one is taken for a regression, for a fix, or costs an honest patch its win.

    .venv/bin/python benchmarks/flaky.py [--runs 200] [--seed 1] [--json]

A suite of two steady tests, one red target and one test that fails with probability p, against an honest patch that
mends the target and nothing else. Outcomes are drawn; the judging is the product's own: two baseline runs, one lone run
of what is red, the run on the patch, two lone re-runs of a suspect and one on T, and the cold run, which does the same.
"""

import argparse
import json
import random
from collections import Counter
from dataclasses import replace

from pareback.workspaces import baseline, standing
from pareback.workspaces.baseline import Baseline, Targets
from pareback.workspaces.standing import Standing
from pareback.workspaces.suite import Report, Result

STEADY = ("t::a", "t::b")
TARGET, FLAKY = "t::target", "t::flaky"
CHANCES = (0.1, 0.2, 0.3, 0.4, 0.5)
LONE_RUNS = 2


def main() -> None:
    options = _options()
    told = {chance: study(chance, options.runs, seed=options.seed) for chance in CHANCES}
    if options.json:
        print(json.dumps({str(chance): dict(counted) for chance, counted in told.items()}))
        return
    print(
        "| p | runs | left out at the baseline | taken for a regression | taken for a fix | honest patch not accepted |"
    )
    print("|--:|--:|--:|--:|--:|--:|")
    for chance, counted in told.items():
        words = ("left out", "regression", "fix", "lost")
        shares = " | ".join(f"{100 * counted[word] / options.runs:.1f} %" for word in words)
        print(f"| {chance} | {options.runs} | {shares} |")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def study(chance: float, runs: int, *, seed: int) -> Counter[str]:
    """What happened how often."""
    dice = random.Random(f"{seed}/{chance}")
    counted: Counter[str] = Counter()
    for _ in range(runs):
        judged = _baseline(dice, chance)
        counted["left out"] += FLAKY in judged.flaky
        wanted = baseline.targets(judged)
        ways = [_stood(judged, wanted, dice, chance) for _ in ("warm", "cold")]
        counted["regression"] += any(FLAKY in each.regressions for each in ways)
        counted["fix"] += wanted.include(FLAKY) and all(each.green for each in ways)
        counted["lost"] += not all(each.green for each in ways)
    return counted


def _baseline(dice: random.Random, chance: float) -> Baseline:
    first, second = (_report(dice, chance, mended=False) for _ in range(2))
    judged = baseline.judge(first, second, tree=["t"])
    red = baseline.reds(first, second)
    alone = _report(dice, chance, mended=False)
    return baseline.steadied(judged, replace(alone, results=tuple(each for each in alone.results if each.id in red)))


def _stood(judged: Baseline, wanted: Targets, dice: random.Random, chance: float) -> Standing:
    """One run on the candidate, with the re-runs that its suspects get."""
    stood = standing.standing(_report(dice, chance, mended=True), baseline=judged, targets=wanted)
    guilty = []
    for suspect in standing.suspects(stood):
        reruns = [_report(dice, chance, mended=True) for _ in range(LONE_RUNS)]
        if standing.confirmed(suspect, reruns=reruns, base=_report(dice, chance, mended=False)):
            guilty.append(suspect)
    return standing.confirm(stood, guilty)


def _report(dice: random.Random, chance: float, *, mended: bool) -> Report:
    outcomes = {**dict.fromkeys(STEADY, True), TARGET: mended, FLAKY: dice.random() >= chance}
    results = tuple(Result(test, "passed" if green else "failed", 0.0) for test, green in outcomes.items())
    return Report("ran", results, collected=tuple(outcomes))


if __name__ == "__main__":
    main()
