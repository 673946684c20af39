"""Whether a front end prices the kit's cases as it must.

A case is a change in words with what it costs by signal (`cases.toml`); a language brings the sources, before and after
(`python.toml`, `ruby.toml`, or a file of its own).
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from pareback.gates.index.source import Source
from pareback.gates.judge import judge
from pareback.gates.language import Language
from pareback.gates.verdict import Verdict

_SIZE = "S2"
"""The one signal in which languages differ for the same thing."""

Sources = Mapping[str, Mapping[str, str]]
"""By case, the text `before` and `after`."""


@dataclass(frozen=True, slots=True)
class Case:
    """One change: in words, its points by signal as the least and the most, the hard rules it breaks, what a finding
    says."""

    name: str
    says: str
    points: Mapping[str, tuple[float, float]]
    hard: tuple[str, ...]
    tells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What a front end made of a case. `wrong` says what differs, empty where it conforms; `missing`: the language has
    no source for it."""

    case: Case
    wrong: tuple[str, ...] = ()
    missing: bool = False


def cases() -> tuple[Case, ...]:
    """All cases, in order."""
    return tuple(_case(name, told) for name, told in _read("cases").items())


def sources(language: str) -> Sources:
    """The sources that this house has for a language. Raises FileNotFoundError where it has none."""
    found: Sources = _read(language)
    return found


def parsed(text: str) -> Sources:
    """Sources from a file of somebody else. Raises ValueError where it is not readable, or a case has no `before` and
    `after`."""
    found: Sources = tomllib.loads(text)
    for name, pair in found.items():
        if not isinstance(pair, dict) or set(pair) != {"before", "after"}:
            raise ValueError(f"case {name!r} needs two texts, 'before' and 'after'")
    return found


def check(language: Language, told: Sources) -> Iterator[Result]:
    """Price every case of a language."""
    known = cases()
    foreign = told.keys() - {case.name for case in known}
    if foreign:
        raise ValueError(f"there is no case {min(foreign)!r}; known are {', '.join(case.name for case in known)}")
    for case in known:
        pair = told.get(case.name)
        yield Result(case, missing=True) if pair is None else Result(case, tuple(_wrong(case, pair, language)))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files("pareback.gates.kit") / f"{name}.toml").read_text(encoding="utf-8"))


def _case(name: str, told: Mapping[str, Any]) -> Case:
    points = {signal: _range(found) for signal, found in told["points"].items()}
    return Case(name, told["says"], points, tuple(told.get("hard", ())), tuple(told.get("tells", ())))


def _range(found: float | Sequence[float]) -> tuple[float, float]:
    return (found, found) if isinstance(found, int | float) else (found[0], found[1])


def _wrong(case: Case, pair: Mapping[str, str], language: Language) -> Iterator[str]:
    path = f"shop/cart{language.suffixes[0]}"
    source = Source(
        {side: text.encode() for side, text in pair.items()}.__getitem__, languages=lambda _suffix: language
    )
    verdict = judge({path: "before"}, {path: "after"}, source=source)
    for side in pair:
        yield from (f"{side} is not read: {problem.message}" for problem in source.facts(path, side).problems)
    yield from _points(case, verdict.signals)
    yield from _findings(case, verdict)


def _points(case: Case, signals: Mapping[str, float]) -> Iterator[str]:
    for signal, points in signals.items():
        if signal == _SIZE and signal not in case.points:
            continue
        least, most = case.points.get(signal, (0.0, 0.0))
        if not least <= points <= most:
            expected = f"{least:g}" if least == most else f"{least:g} to {most:g}"
            yield f"{signal} is {points:g}, expected {expected}"


def _findings(case: Case, verdict: Verdict) -> Iterator[str]:
    hard = {finding.id.partition(":")[0] for finding in verdict.hard}
    if hard != set(case.hard):
        yield f"hard rules {', '.join(sorted(hard)) or 'none'}, expected {', '.join(case.hard) or 'none'}"
    said = " ".join(f"{finding.message} {finding.do}" for finding in verdict.findings)
    yield from (f"no finding says {words!r}" for words in case.tells if words not in said)
