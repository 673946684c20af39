"""The gate's study on real tickets with a live model: the kept rows of several arms of `bench tickets`, side by side.

    pareback bench tickets FILE --mirror DIR --model NAME --arm on --out ON -- --candidates 1     (told, off: likewise)
    python benchmarks/live.py on=ON told=TOLD off=OFF

Each argument is an arm's name and its `--out` folder. Only tickets that every arm has an answer to are summed up, so
that the arms speak of the same work; the others are listed below as left out. *Solved*: a plain pytest on the delivered
patch says that the target tests and all that had passed are green, whatever the gate said. Tokens are as the endpoint
counted. Points are those of our gate for both patches, of solved tickets; *not more* counts those whose patch costs at
most the human's.
"""

import json
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
Arms = Mapping[str, Mapping[str, Row]]


def read(folder: Path) -> dict[str, Row]:
    """The last row of each ticket. Rows of other ways to run stand in the same file: a folder for each arm."""
    lines = (folder / "rows.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}


def shared(arms: Arms) -> list[str]:
    """The tickets that every arm has an answer to, in the order of the first."""
    first, *others = arms.values()
    return [name for name in first if all(name in rows for rows in others)]


def summary(name: str, rows: Sequence[Row]) -> str:
    solved = [row for row in rows if row["verified"]]
    priced = [row for row in solved if row["delta"] is not None and row["human"].get("delta") is not None]
    tokens = [row["tokens"].get("prompt") or 0 for row in rows]
    ours, human = (sum(row[side] if side == "delta" else row[side]["delta"] for row in priced) for side in SIDES)
    within = sum(row["delta"] <= row["human"]["delta"] for row in priced)
    cells = [
        name,
        f"{len(solved)} of {len(rows)}",
        f"{sum(row['accepted'] for row in rows)}",
        f"{sum(row['replies'] for row in rows)}",
        f"{sum(tokens):,}",
        f"{statistics.median(tokens):,.0f}",
        f"{sum(row['tokens'].get('completion') or 0 for row in rows):,}",
        f"{ours:+.1f}",
        f"{human:+.1f}",
        f"{ours / human:.2f}" if human else "",
        f"{within} of {len(priced)}",
        *(f"{lines(priced, side):+.0f}" for side in ("size", "human")),
    ]
    return f"| {' | '.join(cells)} |"


SIDES = ("delta", "human")
HEADS = (
    *("arm", "solved", "accepted", "replies", "prompt tokens", "median", "completion"),
    *("ours CP", "human CP", "ratio", "not more", "lines ours", "lines human"),
)


def lines(rows: Sequence[Row], side: str) -> float:
    return sum(row[side].get("lines") or 0.0 for row in rows)


def tables(arms: Arms) -> Iterator[str]:
    names = shared(arms)
    yield f"| {' | '.join(HEADS)} |"
    yield f"|---|{'--:|' * (len(HEADS) - 1)}"
    for arm, rows in arms.items():
        yield summary(arm, [rows[name] for name in names])
    yield ""
    yield f"| ticket | human CP | {' | '.join(arms)} |"
    yield f"|---|--:|{'---|' * len(arms)}"
    for name in names:
        human = next(iter(arms.values()))[name]["human"].get("delta")
        told = [answer(rows[name]) for rows in arms.values()]
        yield f"| {name} | {points(human)} | {' | '.join(told)} |"
    yield ""
    left = sorted({name for rows in arms.values() for name in rows} - set(names))
    yield f"{len(names)} tickets; left out, as not every arm has an answer: {', '.join(left) or 'none'}"


def answer(row: Row) -> str:
    """One ticket in one arm: what became of it, points, replies, prompt tokens."""
    solved = {True: "solved", False: "not solved", None: "not known"}[row["verified"]]
    ending = "" if row["accepted"] else f", {row['ending']} ({row['reason']})"
    sent = row["tokens"].get("prompt")
    return f"{solved}{ending}, {points(row['delta'])} CP, {row['replies']} replies, {sent} tokens"


def points(value: float | None) -> str:
    return "?" if value is None else f"{value:+.1f}"


def main() -> None:
    pairs = [word.partition("=") for word in sys.argv[1:]]
    if not pairs or not all(folder for _, _, folder in pairs):
        sys.exit(__doc__)
    print("\n".join(tables({name: read(Path(folder)) for name, _, folder in pairs})))


if __name__ == "__main__":
    main()
