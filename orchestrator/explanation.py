"""Explaining: one finding whole, with the code it speaks of, or one signal with what it costs and what it does not."""

from collections.abc import Iterator, Mapping
from difflib import unified_diff

from pareback.gates.scores import signals, titles, wide
from pareback.gates.signal import Example, Signal
from pareback.gates.verdict import Finding, Site
from pareback.gates.wide import WideSignal
from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.comparison import Compared

_AROUND = 2
"""Lines of code quoted on either side of a place."""


def is_signal(name: str) -> bool:
    """Whether a name is that of a signal, such as S4."""
    return name in titles()


def signal(name: str) -> str:
    """A signal: what it looks at, what helps, and its examples with their points."""
    parts: list[Signal | WideSignal] = [*signals(), *wide()]
    part = next(part for part in parts if part.id == name)
    return "\n".join([f"{part.id} {part.name}: {part.advice}", *_examples(part)])


def finding(name: str, compared: Compared) -> str:
    """A finding of a comparison: where, what, what to do, the code of every place. Raises Mistake for an id that the
    comparison does not have."""
    found = [each for each in compared.verdict.findings if each.id == name]
    if not found:
        known = ", ".join(each.id for each in compared.verdict.findings[:5]) or "none"
        raise Mistake(f"no finding has the id {name!r}; there are: {known}")
    return "\n".join(_told(found[0], compared.sources))


def _told(each: Finding, sources: Mapping[str, str]) -> Iterator[str]:
    mark = "waived" if each.waived else "blocks at any budget" if each.hard else f"{each.points:+.1f} points"
    yield f"{each.id}: {titles().get(each.signal, each.signal)}, {mark}"
    yield f"{each.path}:{each.line} {each.unit}: {each.message}"
    yield f"DO: {each.do}"
    if each.saves:
        yield f"This saves about {each.saves:.1f} points."
    for place in (Site(each.path, each.line), *each.others):
        yield from _quoted(place, sources.get(place.path))
    if each.signal in titles():
        yield f"`--explain {each.signal}` shows what this signal prices"


def _quoted(place: Site, text: str | None) -> Iterator[str]:
    if text is None:
        return
    yield f"  {place.path}:{place.line}"
    lines = text.splitlines()
    for number in range(max(1, place.line - _AROUND), min(len(lines), place.line + _AROUND) + 1):
        yield f"  {'>' if number == place.line else ' '} {number:>5}  {lines[number - 1]}"


def _examples(part: Signal | WideSignal) -> Iterator[str]:
    for example in part.examples:
        yield f"\n{example.delta:+.2f} points"
        yield from _change(example)


def _change(example: Example) -> Iterator[str]:
    before, after = (side if isinstance(side, Mapping) else {"": side} for side in (example.before, example.after))
    for path in sorted({*before, *after}):
        old, new = before.get(path, "").splitlines(), after.get(path, "").splitlines()
        diff = list(unified_diff(old, new, lineterm="", n=99))[3:]
        yield from (f"  {path}: {line}" if path else f"  {line}" for line in diff)
