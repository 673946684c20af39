"""The survey in words, for a terminal: what it costs, what to change first, what is not priced."""

from collections.abc import Iterator, Mapping
from typing import Any

from pareback.gates.scores import titles
from pareback.orchestrator.survey import chronicle
from pareback.orchestrator.survey.chronicle import safe

FIRST = 20
"""Entries of the ranked list that are shown."""


def lines(told: Mapping[str, Any]) -> list[str]:
    """The document in words."""
    if not told["files"]:
        return ["no file here is priced", *_beside(told)]
    head = f"{told['points']:.1f} points in {told['files']} files, {told['lines']} lines, {told['table']}"
    found = [head, *_signals(told), *_origins(told), *_beside(told)]
    return found if "trend" not in told else [*found, "", *chronicle.lines(told["trend"])]


def _signals(told: Mapping[str, Any]) -> Iterator[str]:
    names = titles()
    for name, points in sorted(told["signals"].items(), key=lambda part: (-part[1], part[0])):
        if points:
            yield f"  {name + ' ' + names.get(name, ''):<32}{points:10.1f}{points / told['points']:8.0%}"


def _origins(told: Mapping[str, Any]) -> Iterator[str]:
    origins = told["origins"]
    if not origins:
        yield "nothing makes so many places decide that it is worth a change"
        return
    shown = f", {FIRST} are shown" if len(origins) > FIRST else ""
    yield f"what to change first ({len(origins)} in all{shown})"
    yield "   frees  decides"
    for each in origins[:FIRST]:
        yield f"{each['frees']:8.1f}{each['decisions']:9}  {each['kind']}: {safe(each['what'])}"
        yield f"{'':17}  {safe(each['path'])}:{each['line']}  {safe(each['do'])}"


def _beside(told: Mapping[str, Any]) -> Iterator[str]:
    if told["unpriced"]:
        yield "not priced: " + ", ".join(f"{count} {safe(ending)}" for ending, count in told["unpriced"].items())
    if told["zones"]:
        yield "not the product: " + ", ".join(f"{count} in {zone}" for zone, count in told["zones"].items())
    for each in told["unreadable"]:
        yield f"cannot be read: {safe(each['path'])}:{each['line']} {safe(each['message'])}"
