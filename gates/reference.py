"""The figures everyone knows, from radon: cyclomatic complexity, Halstead volume, source lines. Shown, never charged.

The one importer of radon, which is loaded when the first figure is asked for.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib import import_module
from typing import Any

from pareback.gates.facts import Problem
from pareback.gates.points import DECIMALS
from pareback.gates.syntax.source import decode, parse

VERSION = "radon/1"
"""Raised whenever the figures of some file would change."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one file: cyclomatic complexity summed over functions and methods, Halstead volume in bits, source lines. All
    None where the file cannot be read."""

    cyclomatic: float | None = None
    halstead_volume: float | None = None
    lines: float | None = None


NONE = Figures(0.0, 0.0, 0.0)
"""The figures of a file that is not there."""

UNKNOWN: Mapping[str, None] = {field.name: None for field in fields(Figures)}
"""The difference where nobody asked for it."""


def figures(source: bytes) -> Figures:
    """radon's figures of one Python file."""
    text = decode(source)
    tree = text if isinstance(text, Problem) else parse(text)
    if isinstance(text, Problem) or isinstance(tree, Problem):
        return Figures()
    try:
        blocks = _radon("complexity").cc_visit_ast(tree)
        volume = _radon("metrics").h_visit_ast(tree).total.volume
    except RecursionError:  # radon's visitors descend one frame per node
        return Figures()
    return Figures(float(sum(map(_cyclomatic, blocks))), float(volume), float(_source_lines(text)))


def difference(base: Sequence[Figures], head: Sequence[Figures]) -> Mapping[str, float | None]:
    """Head minus base, summed over files; a figure is None when it is missing for one of them."""
    return {field.name: _difference(base, head, field.name) for field in fields(Figures)}


def _difference(base: Sequence[Figures], head: Sequence[Figures], name: str) -> float | None:
    before, after = ([getattr(found, name) for found in side] for side in (base, head))
    if None in before or None in after:
        return None
    return round(math.fsum(after) - math.fsum(before), DECIMALS) + 0.0


def _cyclomatic(block: Any) -> int:
    """Of a function with those in it; of a class what radon does not list by itself: the methods of inner classes."""
    if hasattr(block, "inner_classes"):
        inner = [method for found in block.inner_classes for method in (*found.methods, found)]
        return sum(map(_cyclomatic, inner))
    return int(block.complexity) + sum(map(_cyclomatic, block.closures))


def _source_lines(text: str) -> int:
    stripped = (line.strip() for line in text.split("\n"))
    return sum(bool(line) and not line.startswith("#") for line in stripped)


@cache
def _radon(module: str) -> Any:
    return import_module(f"radon.{module}")
