"""For a terminal: the arithmetic, the parts of the sum, then what costs most and what to do about it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pareback.gates.format import Document, Format, headline, priced, sites, unpriced

_MOST = 10


@dataclass(frozen=True, slots=True)
class _Text:
    def render(self, document: Document, /) -> str:
        return "\n".join([*_figures(document), *_findings(document)])


def _figures(document: Document) -> Iterator[str]:
    yield headline(document)
    parts = (f"{name} {points:+.1f}" for name, points in document["signals"].items() if round(points, 1))
    vector = "  ".join(parts)
    if vector:
        yield f"  {vector}  ({document['table']})"
    beside = (f"{name} {value:+g}" for name, value in document["reference"].items() if value is not None)
    figures = ", ".join(beside)
    if figures:
        yield f"  beside it: {figures}"
    if priced(document):
        yield f"  priced: {priced(document)}"
    if unpriced(document):
        yield f"  not priced: {unpriced(document)}"


def _findings(document: Document) -> Iterator[str]:
    findings = document["findings"]
    for count, finding in enumerate(findings[:_MOST], start=1):
        yield from _finding(count, finding)
    if len(findings) > _MOST:
        yield f"and {len(findings) - _MOST} smaller ones: --format json has them all"


def _finding(count: int, finding: Mapping[str, Any]) -> Iterator[str]:
    mark = "WAIVED " if finding["waived"] else "HARD " if finding["hard"] else ""
    worth = f"{finding['points']:+.1f}" + (f", saves about {finding['saves']:.1f}" if finding["saves"] else "")
    yield f"[{count}] {mark}{finding['path']}:{finding['line']} {finding['unit']}  {finding['signal']} {worth}"
    yield f"    {finding['message']}"
    yield f"    DO: {finding['do']}"
    if finding["others"]:
        yield f"    see also {sites(finding)}"
    yield f"    id {finding['id']}"


def build() -> Format:
    return _Text()
