"""The trend as a document, and in words: where the branch stood, and which commits moved it most."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pareback.gates.points import DECIMALS
from pareback.gates.scores import titles
from pareback.gates.survey.rooms import Folder, by_room, home
from pareback.orchestrator.survey.trend import Step, Trend

TOLD = 5
"""Commits that are named of those that charged, and of those that paid."""

_MOVED = 0.05
"""Points below which a commit neither charged nor paid: what people are shown has one decimal."""
_SHOWN = 12
"""Characters of a commit's id that people are shown."""
_WIDTH = 60
_BARS = "▁▂▃▄▅▆▇█"


def document(trend: Trend) -> dict[str, Any]:
    """The trend as plain JSON values. Lists of `signals` and `rooms` begin before the first commit and have one number
    for each after it; commits come oldest first, those that charged or paid most first."""
    stands, within = trend.stands, home(trend.now)
    points = [round(stand.points, DECIMALS) for stand in stands]
    pairs = list(zip(trend.steps, points[1:], strict=True))
    return {
        "from": trend.steps[0].commit.parent if trend.steps else trend.head,
        "to": trend.head,
        "cut": trend.cut,
        "before": points[0],
        "after": points[-1],
        "commits": [{**_commit(step), "points": after} for step, after in pairs],
        "signals": _courses([stand.signals for stand in stands]),
        "rooms": _courses([by_room(stand.folders, within) for stand in stands]),
        "charged": [_whole(step, within) for step in _most(trend.steps, 1)],
        "paid": [_whole(step, within) for step in _most(trend.steps, -1)],
    }


def lines(told: Mapping[str, Any]) -> list[str]:
    """The document in words."""
    commits = told["commits"]
    if not commits:
        return ["trend: no commit lies between, so nothing changed"]
    points = [told["before"], *(each["points"] for each in commits)]
    change = f"{points[0]:.1f} → {points[-1]:.1f} points ({points[-1] - points[0]:+.1f})"
    head = f"trend: {change} in {len(commits)} commits since {_day(commits[0])}, {_counts(commits)}"
    found = [head, f"  {_bars(points)}", *(["  the clone holds no more of the history"] if told["cut"] else [])]
    found += _table("by signal", told["signals"], {name: f"{name} {title}" for name, title in titles().items()})
    found += _table("by room", told["rooms"], {})
    return [*found, *_movers("charged most", told["charged"]), *_movers("paid most", told["paid"])]


def _commit(step: Step) -> dict[str, Any]:
    commit = step.commit
    delta = round(step.added.points, DECIMALS) + 0.0  # no minus zero
    return {"commit": commit.id, "date": commit.date, "subject": commit.subject, "delta": delta}


def _whole(step: Step, within: Folder) -> dict[str, Any]:
    signals, found = step.added.signals, by_room(step.added.folders, within)
    return {**_commit(step), "signals": _rounded(signals), "rooms": _rounded(found)}


def _rounded(parts: Mapping[str, float]) -> dict[str, float]:
    """The parts that are left at the decimals of a report, largest first."""
    found = {name: round(points, DECIMALS) for name, points in parts.items()}
    return {name: found[name] for name in sorted(found, key=lambda name: (-abs(found[name]), name)) if found[name]}


def _most(steps: Sequence[Step], sign: int) -> list[Step]:
    """The steps that added most, or, with a negative sign, took most away."""
    moved = [step for step in steps if sign * step.added.points >= _MOVED]
    return sorted(moved, key=lambda step: -sign * step.added.points)[:TOLD]


def _courses(parts: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    """For every name its number at each time, the largest at the end first."""
    names = sorted({name for each in parts for name in each}, key=lambda name: (-parts[-1].get(name, 0.0), name))
    return {name: [round(each.get(name, 0.0), DECIMALS) for each in parts] for name in names}


def _counts(commits: Sequence[Mapping[str, Any]]) -> str:
    charged = sum(each["delta"] >= _MOVED for each in commits)
    paid = sum(each["delta"] <= -_MOVED for each in commits)
    return f"{charged} charged, {paid} paid"


def _bars(points: Sequence[float]) -> str:
    """The course as a line of bars: from the least to the most that was, and not from zero."""
    width = min(len(points), _WIDTH)
    shown = [points[at * (len(points) - 1) // (width - 1)] for at in range(width)]
    low, spread = min(shown), (max(shown) - min(shown)) or 1.0
    return "".join(_BARS[int((each - low) / spread * (len(_BARS) - 1))] for each in shown)


def _table(title: str, courses: Mapping[str, Sequence[float]], names: Mapping[str, str]) -> Iterator[str]:
    """What moved, that which changed most first."""
    moved = {name: course[-1] - course[0] for name, course in courses.items() if abs(course[-1] - course[0]) >= _MOVED}
    if moved:
        yield title
    for name in sorted(moved, key=lambda name: (-abs(moved[name]), name)):
        course = courses[name]
        yield f"  {safe(names.get(name, name)):<32}{course[0]:10.1f} → {course[-1]:<10.1f}{moved[name]:+10.1f}"


def _movers(title: str, steps: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if steps:
        yield title
    for each in steps:
        where = ", ".join(f"{safe(name)} {points:+.1f}" for name, points in list(each["signals"].items())[:3])
        yield f"  {each['delta']:+8.1f}  {each['commit'][:_SHOWN]} {_day(each)} {safe(each['subject'])} ({where})"


def _day(commit: Mapping[str, Any]) -> str:
    return datetime.fromtimestamp(commit["date"], UTC).date().isoformat()


def safe(text: str) -> str:
    """What others wrote, without anything that a terminal would act on."""
    return "".join(sign if sign.isprintable() else "�" for sign in text)
