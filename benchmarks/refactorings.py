"""Does the sign of the delta agree with people who read the change? Beside cyclomatic, cognitive complexity and lines.

    python benchmarks/refactorings.py refactorings.jsonl MIRROR

Each line of the list names a commit that somebody read: repo, base, commit, kind, expected_sign ("-", "0" or "+"). The
repositories lie under MIRROR as owner+name/repo. Every measure sums over the files that the gate prices; ours takes the
whole tree. A measure agrees where its sign is the expected one; for "0" where it moves by at most NEUTRAL of its units.
Prints markdown.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import complexipy

from pareback.gates.index.source import Source
from pareback.gates.judge import judge, with_reference
from pareback.gates.zones import zone
from pareback.workspaces.repository import open_repository

NEUTRAL = 2.0
MEASURES = ("delta", "cyclomatic", "cognitive", "lines")


@dataclass(frozen=True, slots=True)
class Measured:
    """One commit: what was expected and what each measure moved by. `parts` are the gate's signals."""

    id: str
    kind: str
    expected: str
    moved: Mapping[str, float]
    parts: Mapping[str, float]


def measured(entry: Mapping[str, str], mirror: Path) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        place = mirror / entry["repo"].replace("/", "+") / "repo"
        subprocess.run(["git", "clone", "-q", "--shared", "--no-checkout", str(place), str(clone)], check=True)
        with open_repository(clone, shadow=Path(folder) / "shadow") as repository:
            source = Source(repository.read)
            trees = [repository.files(entry[side]) for side in ("base", "commit")]
            verdict = judge(trees[0], trees[1], source=source)
            told = with_reference(verdict, trees[0], trees[1], source=source).reference
            changed = [path for path, _ in set(trees[0].items()) ^ set(trees[1].items())]
            priced = sorted({path for path in changed if path.endswith(".py") and zone(path) is None})
            texts = [[source.read(tree[path]).decode() for path in priced if path in tree] for tree in trees]
            cognitive = [sum(complexipy.code_complexity(text).complexity for text in side) for side in texts]
    moved = {
        "delta": verdict.delta,
        "cyclomatic": told["cyclomatic"] or 0.0,
        "cognitive": float(cognitive[1] - cognitive[0]),
        "lines": told["lines"] or 0.0,
    }
    return Measured(entry["id"], entry["kind"], entry["expected_sign"], moved, verdict.signals)


def agrees(expected: str, moved: float) -> bool:
    if expected == "0":
        return abs(moved) <= NEUTRAL
    return moved < 0 if expected == "-" else moved > 0


def main() -> None:
    entries = [json.loads(line) for line in Path(sys.argv[1]).read_text().splitlines()]
    found = [measured(entry, Path(sys.argv[2])) for entry in entries]
    print(row("commit", "kind", "expected", *MEASURES, "the gate's parts"))
    print(row("---", "---", ":-:", *["--:"] * len(MEASURES), "---"))
    for each in found:
        parts = ", ".join(f"{name} {points:+.1f}" for name, points in each.parts.items() if points)
        print(row(each.id, each.kind, each.expected, *(f"{each.moved[name]:+g}" for name in MEASURES), parts))
    print()
    signed = [each for each in found if each.expected != "0"]
    neutral = [each for each in found if each.expected == "0"]
    print(row("", *MEASURES))
    print(row("---", *["--:"] * len(MEASURES)))
    for title, some in (("sign as expected", signed), (f"neutral within {NEUTRAL:g}", neutral)):
        print(
            row(
                title,
                *(
                    f"{sum(agrees(each.expected, each.moved[name]) for each in some)} of {len(some)}"
                    for name in MEASURES
                ),
            )
        )
    shares = [spread(found, name) for name in MEASURES]
    print(row("median of the neutral, as a share of the median of the others", *(f"{share:.0%}" for share in shares)))


def spread(found: list[Measured], name: str) -> float:
    """How far a measure moves where nothing became simpler, against how far it moves where something did."""
    moves = {
        kind: sorted(abs(each.moved[name]) for each in found if (each.expected == "0") == kind)
        for kind in (True, False)
    }
    middle = {kind: some[len(some) // 2] for kind, some in moves.items()}
    return middle[True] / middle[False]


def row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    main()
