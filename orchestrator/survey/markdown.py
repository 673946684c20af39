"""The survey for a wiki or a comment: what a tree costs, what to change first, what is not priced."""

from collections.abc import Iterator, Mapping
from typing import Any

from pareback.gates.markdown import code, plain
from pareback.gates.scores import titles

FIRST = 20
"""Entries of the ranked list that are shown."""


def render(told: Mapping[str, Any]) -> str:
    """The document as Markdown."""
    return "\n\n".join("\n".join(block) for block in _blocks(told) if block)


def _blocks(told: Mapping[str, Any]) -> Iterator[list[str]]:
    yield [f"**{told['points']:.1f} points** in {told['files']} files, {told['lines']} lines"]
    if "trend" in told and told["trend"]["commits"]:
        yield [_trend(told["trend"])]
    yield _signals(told)
    yield ["### What to change first"]
    yield _origins(told["origins"])
    yield [*_beside(told)]
    yield [f"<sub>price table {told['table']}</sub>"]


def _trend(trend: Mapping[str, Any]) -> str:
    change = trend["after"] - trend["before"]
    return f"{trend['before']:.1f} → {trend['after']:.1f} points ({change:+.1f}) in {len(trend['commits'])} commits"


def _signals(told: Mapping[str, Any]) -> list[str]:
    names = titles()
    parts = sorted(((points, name) for name, points in told["signals"].items() if points), reverse=True)
    rows = [f"| {name} {names.get(name, '')} | {points:.1f} |" for points, name in parts]
    return ["| signal | points |", "|---|--:|", *rows] if rows else []


def _origins(origins: list[Mapping[str, Any]]) -> list[str]:
    if not origins:
        return ["Nothing makes so many places decide that it is worth a change."]
    rows = [
        f"| {each['frees']:.1f} | {each['decisions']} | {each['kind']} {_cell(each['what'])} "
        f"| {_cell(each['path'] + ':' + str(each['line']))} | {plain(each['do'])} |"
        for each in origins[:FIRST]
    ]
    more = [f"\n…and {len(origins) - FIRST} more."] if len(origins) > FIRST else []
    return ["| frees | decides | what | where | do |", "|--:|--:|---|---|---|", *rows, *more]


def _cell(words: str) -> str:
    """A code span in a table, where a bar would end the cell even in code."""
    return code(words.replace("\n", " ")).replace("|", "\\|")


def _beside(told: Mapping[str, Any]) -> Iterator[str]:
    if told["unpriced"]:
        yield "Not priced: " + ", ".join(f"{count} {code(name)}" for name, count in told["unpriced"].items()) + "\n"
    if told["zones"]:
        yield "Not the product: " + ", ".join(f"{count} in {zone}" for zone, count in told["zones"].items()) + "\n"
    for each in told["unreadable"][:FIRST]:
        yield f"- cannot be read: {code(each['path'] + ':' + str(each['line']))} {plain(each['message'])}"
