"""The page of a survey: the list of what to change first, the map of where the points are, every table, and the lines
that all of them speak of.

A page is as long as a person reads: lists are cut, and say so.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pareback.gates.scores import titles
from pareback.orchestrator.pages.curve import curve
from pareback.orchestrator.pages.page import page
from pareback.orchestrator.pages.quotes import Cite, quotes
from pareback.orchestrator.pages.treemap import Box, treemap

FIRST, ROWS, FILES = 50, 25, 50
"""Entries that are shown of the ranked list, of each other table, and of the files."""
PLACES = 60
"""Places that an entry spells out."""

TABLES = {
    "conditions": ("Conditions", "One question about the same thing, asked in many functions."),
    "types": ("Types", "Tests for a type, and where a value becomes one type or another."),
    "nones": ("None", "Checks for None, and where the None is made."),
    "casts": ("Casts", "Conversions of the same thing, and where it gets the other form."),
    "clones": ("Copies", "Code that stands in several places, with what differs as parameters."),
    "drift": ("Drift", "Things that are written together, and functions that write only one of them."),
    "conjunctions": (
        "Repeated conjunctions",
        "Conditions joined the same way again and again, and who leaves one out.",
    ),
    "state": ("State", "What outlives a call or comes from outside: who writes it, and which decisions hang on it."),
}
"""The heading of each table of rows, and what it shows."""

_LISTS = ("made", "missed", "places")
_WIDE, _NARROW = Box(0, 0, 1120, 560), Box(0, 0, 360, 640)
_LINE = Box(0, 0, 1120, 160)
_SPARK = Box(0, 0, 120, 24)


def survey_page(told: Mapping[str, Any], texts: Mapping[str, str], *, title: str) -> str:
    """The page of a survey's document as HTML. `texts` holds what stands in the files that are priced, by path."""
    origins = [*_entries("origins", told["origins"][:FIRST])]
    tables = {name: [*_entries(name, told[name][:ROWS])] for name in TABLES}
    shown = [*origins, *(entry for entries in tables.values() for entry in entries)]
    return page(
        "survey.html",
        title=title,
        told=told,
        names=titles(),
        origins=origins,
        tables=tables,
        headings=TABLES,
        labels={entry["id"]: entry["label"] for entry in shown},
        files=told["sizes"][:FILES],
        quotes=quotes(_cites(shown), texts),
        maps=[(kind, box, treemap(told["sizes"], box)) for kind, box in (("wide", _WIDE), ("narrow", _NARROW))],
        trend=_trend(told["trend"]) if "trend" in told else None,
    )


def _entries(table: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The rows with an anchor, a short label, and no more places than are shown; how many are left out stands in
    `more`."""
    for number, row in enumerate(rows, start=1):
        lists = {name: row.get(name, ()) for name in _LISTS}
        cut = {name: found[:PLACES] for name, found in lists.items()}
        more = sum(map(len, lists.values())) - sum(map(len, cut.values()))
        label = f"{'change first' if table == 'origins' else TABLES[table][0].lower()} {number}"
        yield {**row, **cut, "id": f"{table}-{number}", "label": label, "number": number, "more": more}


def _cites(entries: Sequence[Mapping[str, Any]]) -> Iterator[Cite]:
    """The lines that these entries speak of."""
    for entry in entries:
        yield Cite(entry["id"], entry["path"], entry["line"])
        for place in (place for name in _LISTS for place in entry[name]):
            yield Cite(entry["id"], place["path"], place["line"])


def _trend(told: Mapping[str, Any]) -> dict[str, Any]:
    """The trend with its lines drawn: one for the whole, a small one for each signal and room that moved."""
    names = titles()
    whole = [told["before"], *(each["points"] for each in told["commits"])]
    signals = {f"{name} {names.get(name, '')}": course for name, course in told["signals"].items()}
    courses = {"signals": _moved(signals), "rooms": _moved(told["rooms"])}
    return {**told, "box": _LINE, "line": curve(whole, _LINE.width, _LINE.height), "spark": _SPARK, "courses": courses}


def _moved(courses: Mapping[str, Sequence[float]]) -> list[dict[str, Any]]:
    """Those that are elsewhere at the end, that which moved most first."""
    changes = {name: course[-1] - course[0] for name, course in courses.items()}
    moved = sorted((name for name in changes if round(changes[name], 1)), key=lambda name: -abs(changes[name]))
    return [_course(name, courses[name]) for name in moved[:ROWS]]


def _course(name: str, course: Sequence[float]) -> dict[str, Any]:
    line = curve(course, _SPARK.width, _SPARK.height)
    return {"name": name, "first": course[0], "last": course[-1], "line": line}
