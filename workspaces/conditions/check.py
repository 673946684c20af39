"""Judges one condition on one tree. Pure: source text in, an answer with its place out."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from pareback.workspaces.conditions import sites
from pareback.workspaces.conditions.condition import Condition, Held, Kind, Tree
from pareback.workspaces.conditions.looks import LOOKS
from pareback.workspaces.conditions.sites import Lost
from pareback.workspaces.python_source import definitions


def check(condition: Condition, tree: Tree, *, delta: float | None = None) -> Held:
    """Whether the condition holds on the tree; `delta` are the points that the change adds, None where nobody knows."""
    if condition.kind == "delta":
        held = _delta(condition, delta)
    else:
        try:
            held = _KINDS.get(condition.kind, _within)(condition, tree)
        except Lost as lost:
            return Held(condition, None, str(lost))
    if condition.negated and held.holds is not None:
        return replace(held, holds=not held.holds)
    return held


def _within(condition: Condition, tree: Tree) -> Held:
    """Something inside a definition, or anywhere in a file."""
    site = sites.site(condition, tree)
    lines = (LOOKS[condition.kind](condition, node) for node in site.nodes)
    line = next((each for each in lines if each is not None), None)
    message = "not found there" if line is None else "found there"
    return Held(condition, line is not None, message, site.path, line or site.line)


def _defined(condition: Condition, tree: Tree) -> Held:
    try:
        site = sites.site(condition, tree)
    except Lost as lost:
        if not lost.absent:
            raise
        return Held(condition, holds=False, message=str(lost), path=condition.path)
    return Held(
        condition, holds=True, message=f"{condition.symbol or site.path!r} is defined", path=site.path, line=site.line
    )


def _gone(condition: Condition, tree: Tree) -> Held:
    path, line = next(sites.naming(condition.symbol, tree), ("", 0))
    message = f"{condition.symbol!r} is still named" if path else f"{condition.symbol!r} is named nowhere"
    return Held(condition, not path, message, path, line)


def _renamed(condition: Condition, tree: Tree) -> Held:
    """The new name stands in the place of the old one, and no use of the old one is left, unless something else has
    the same name: whose uses are whose cannot be seen then."""
    scope, _, old = condition.symbol.rpartition(".")
    new = condition.name.rpartition(".")[2]
    defined = _defined(replace(condition, symbol=f"{scope}.{new}".lstrip(".")), tree)
    if not defined.holds:
        return replace(defined, condition=condition)
    before = _defined(replace(condition, path=condition.path or defined.path), tree)
    if before.holds:
        return Held(
            condition, holds=False, message=f"{condition.symbol!r} is still there", path=before.path, line=before.line
        )
    left = list(sites.naming(old, tree))
    shared = any(_defines(old, path, tree) for path in dict.fromkeys(path for path, _ in left))
    if left and not shared:
        path, line = left[0]
        return Held(condition, holds=False, message=f"the old name {old!r} is still used", path=path, line=line)
    return replace(defined, condition=condition, message=f"{condition.symbol!r} is {new!r} now")


def _defines(name: str, path: str, tree: Tree) -> bool:
    return any(known.rpartition(".")[2] == name for known, _ in definitions(sites.parsed(path, tree)))


def _text(condition: Condition, tree: Tree) -> Held:
    path = sites.file(condition.path, tree)
    before, found, _ = tree.text(path).partition(condition.text)
    if not found:
        return Held(condition, holds=False, message=f"the text {condition.text!r} is not in it", path=path)
    message = f"the text {condition.text!r} is in it"
    return Held(condition, holds=True, message=message, path=path, line=before.count("\n") + 1)


def _delta(condition: Condition, delta: float | None) -> Held:
    if delta is None:
        return Held(condition, None, "the points of this change are not known")
    message = f"the change adds {delta:+.2f} points; at most {condition.points:+g} are wanted"
    return Held(condition, delta <= condition.points, message)


_KINDS: Mapping[Kind, Callable[[Condition, Tree], Held]] = {
    "defined": _defined,
    "gone": _gone,
    "renamed": _renamed,
    "text": _text,
}
