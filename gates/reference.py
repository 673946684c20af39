"""The figures everyone knows, from radon: cyclomatic complexity, Halstead volume, source lines. Shown, never charged.

The one importer of radon, which is loaded when the first figure is asked for.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from pareback.gates.facts import Problem
from pareback.gates.points import DECIMALS
from pareback.gates.syntax.source import decode, parse


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over files: cyclomatic complexity of every function and method, Halstead volume in bits, source lines."""

    cyclomatic: float = 0.0
    halstead_volume: float = 0.0
    lines: float = 0.0


def figures(source: bytes) -> Figures | None:
    """radon's figures of one Python file, None if it cannot be read."""
    text = decode(source)
    tree = text if isinstance(text, Problem) else parse(text)
    if isinstance(text, Problem) or isinstance(tree, Problem):
        return None
    try:
        blocks = _radon("complexity").cc_visit_ast(tree)
        volume = _radon("metrics").h_visit_ast(tree).total.volume
    except RecursionError:  # radon's visitors descend one frame per node
        return None
    return Figures(float(sum(map(_cyclomatic, blocks))), float(volume), float(_source_lines(text)))


def difference(base: Iterable[bytes], head: Iterable[bytes]) -> Mapping[str, float | None]:
    """Head minus base, summed over files; all None when one of the files cannot be read."""
    before, after = [figures(source) for source in base], [figures(source) for source in head]
    names = ("cyclomatic", "halstead_volume", "lines")
    return {name: _difference(before, after, name) for name in names}


def _difference(before: list[Figures | None], after: list[Figures | None], name: str) -> float | None:
    if None in before or None in after:
        return None
    total = math.fsum(getattr(found, name) for found in after) - math.fsum(getattr(found, name) for found in before)
    return round(total, DECIMALS)


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
