"""Rooms: the folders that a tree consists of for those who work on it."""

from collections import defaultdict
from collections.abc import Mapping
from math import fsum

from pareback.gates.survey.standing import Standing

NEARLY_ALL = 0.8
"""Part of a tree's points from which on a folder is the tree, and the folders in it are the rooms; reasoned: that the
package of a project holds nearly all of it tells nobody anything."""

_TOP = "."
Folder = tuple[str, ...]
"""The parts of its path."""


def home(stand: Standing) -> Folder:
    """The innermost folder that holds nearly all of the tree; its folders are the rooms."""
    folders = {_parts(name): points for name, points in stand.folders.items()}
    found: Folder = ()
    most = NEARLY_ALL * fsum(folders.values())
    while most > 0:
        inner = next((name for name, points in _inside(found, folders).items() if points >= most), None)
        if inner is None:
            break
        found = inner
    return found


def by_room(folders: Mapping[str, float], within: Folder) -> dict[str, float]:
    """Points by folder as points by room. A room's name is that of its folder from the top, "." for the top itself.
    Files beside the rooms are a room of the name of their folder; what lies elsewhere is told by its top folder."""
    held: dict[str, list[float]] = defaultdict(list)
    for name, points in folders.items():
        held[room(name, within)].append(points)
    return {name: fsum(held[name]) for name in sorted(held)}


def room(folder: str, within: Folder) -> str:
    """The room that a folder belongs to."""
    parts = _parts(folder)
    inside = parts[: len(within)] == within
    return "/".join(parts[: len(within) + 1] if inside else parts[:1]) or _TOP


def _inside(home: Folder, folders: Mapping[Folder, float]) -> dict[Folder, float]:
    """What each folder directly in this one holds."""
    depth = len(home)
    held: dict[Folder, list[float]] = defaultdict(list)
    for folder, points in folders.items():
        if folder[:depth] == home and len(folder) > depth:
            held[folder[: depth + 1]].append(points)
    return {folder: fsum(points) for folder, points in held.items()}


def _parts(name: str) -> Folder:
    return () if name == _TOP else tuple(name.split("/"))
