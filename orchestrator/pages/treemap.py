"""A treemap: what each thing weighs as an area, laid out in rows whose tiles are as square as they can be.

The way of Bruls, Huizing and van Wijk, "Squarified Treemaps" (2000).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Self

from pareback.gates.survey.rooms import home, room
from pareback.gates.survey.standing import Standing

TILES = 300
"""Files that have a tile of their own; the others of a room share one."""
_LEVELS = (0.5, 0.8, 1.25, 2.0)
"""Points per line beside those of the whole tree, from which on a tile is one step darker."""
_HEAD = 16.0
"""Height of a room's title."""
_GAP = 1.0
_LETTER, _LINE = 6.2, 15.0
"""Width and height that a letter takes."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; lengths are those of the drawing."""

    x: float
    y: float
    width: float
    height: float

    def inside(self, head: float) -> Self:
        """What is left of it below a title and within its border."""
        width, height = max(self.width - 2 * _GAP, 0.0), max(self.height - 2 * _GAP - head, 0.0)
        return type(self)(self.x + _GAP, self.y + _GAP + head, width, height)


@dataclass(frozen=True, slots=True)
class Tile:
    """A file, or, without a path, the small ones of a room. `heat` is 0 to 4; `label` is empty where none fits."""

    box: Box
    path: str
    label: str
    told: str
    heat: int


@dataclass(frozen=True, slots=True)
class Room:
    """A folder with its tiles. `label` is empty where none fits."""

    box: Box
    name: str
    label: str
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class _File:
    """What weighs: a file, or the rest of a room."""

    path: str
    name: str
    lines: int
    points: float


def treemap(sizes: Sequence[Mapping[str, Any]], box: Box) -> tuple[Room, ...]:
    """The files of a survey's document by room. What costs nothing takes no room."""
    files = [_File(one["path"], "", one["lines"], one["points"]) for one in sizes if one["points"] > 0]
    average = sum(file.points for file in files) / (sum(file.lines for file in files) or 1)
    held = _rooms(files)
    order = sorted(held, key=lambda name: -_weight(held[name]))
    boxes = squarified([_weight(held[name]) for name in order], box)
    return tuple(_room(name, place, held[name], average) for name, place in zip(order, boxes, strict=True))


def squarified(weights: Sequence[float], box: Box) -> list[Box]:
    """A box for every weight. Weights are positive and descend; the boxes fill the whole."""
    areas = [weight * box.width * box.height / sum(weights) for weight in weights]
    found: list[Box] = []
    while len(found) < len(areas):
        row = _row(areas[len(found) :], min(box.width, box.height))
        placed, box = _laid(row, box)
        found += placed
    return found


def _row(areas: Sequence[float], side: float) -> Sequence[float]:
    """As many of the areas as make a row along that side whose worst tile is best."""
    count = 1
    while count < len(areas) and _worst(areas[: count + 1], side) <= _worst(areas[:count], side):
        count += 1
    return areas[:count]


def _worst(row: Sequence[float], side: float) -> float:
    """The longest shape in a row: the larger side of a tile by the smaller."""
    depth = sum(row) / side if side else 0.0
    return max((max(area / depth**2, depth**2 / area) for area in row), default=0.0) if depth else 0.0


def _laid(row: Sequence[float], box: Box) -> tuple[list[Box], Box]:
    """The boxes of a row along the shorter side, and what is left beside it."""
    wide = box.width >= box.height
    side = box.height if wide else box.width
    depth = sum(row) / side if side else 0.0
    found, at = [], 0.0
    for area in row:
        length = area / depth if depth else 0.0
        along = Box(box.x, box.y + at, depth, length) if wide else Box(box.x + at, box.y, length, depth)
        found.append(along)
        at += length
    left = Box(box.x + depth, box.y, box.width - depth, box.height)
    below = Box(box.x, box.y + depth, box.width, box.height - depth)
    return found, left if wide else below


def _rooms(files: Sequence[_File]) -> dict[str, list[_File]]:
    """The files of each room, heaviest first, its small ones as one."""
    folders: dict[str, float] = {}
    for file in files:
        folder = str(PurePosixPath(file.path).parent)
        folders[folder] = folders.get(folder, 0.0) + file.points
    within = home(Standing({}, folders))
    held: dict[str, list[_File]] = {}
    for place, file in enumerate(files):
        held.setdefault(room(str(PurePosixPath(file.path).parent), within), []).append(
            file if place < TILES else _File("", "", file.lines, file.points)
        )
    return {name: sorted(_joined(found), key=lambda file: -file.points) for name, found in held.items()}


def _joined(files: Iterable[_File]) -> Iterator[_File]:
    rest = []
    for file in files:
        if file.path:
            yield file
        else:
            rest.append(file)
    if rest:
        lines, points = sum(file.lines for file in rest), sum(file.points for file in rest)
        yield _File("", f"{len(rest)} smaller files", lines, points)


def _weight(files: Iterable[_File]) -> float:
    return sum(file.points for file in files)


def _room(name: str, box: Box, files: Sequence[_File], average: float) -> Room:
    label = _fitting(name, box, _HEAD)
    boxes = squarified([file.points for file in files], box.inside(_HEAD if label else 0.0))
    return Room(box, name, label, tuple(_tile(file, place, average) for file, place in zip(files, boxes, strict=True)))


def _tile(file: _File, box: Box, average: float) -> Tile:
    name = file.name or PurePosixPath(file.path).name
    told = f"{file.path or file.name}: {file.points:.1f} points, {file.lines} lines"
    density = file.points / (file.lines or 1) / average
    return Tile(box, file.path, _fitting(name, box, _LINE), told, sum(density >= level for level in _LEVELS))


def _fitting(name: str, box: Box, height: float) -> str:
    """The name, or as much of its end as fits; nothing where it would say nothing."""
    letters = int((box.width - 6) / _LETTER)
    if box.height < height + 2 * _GAP or letters < 4:
        return ""
    return name if len(name) <= letters else f"…{name[1 - letters :]}" if letters > 6 else ""
