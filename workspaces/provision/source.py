"""What every reader of declarations yields: requirements, and where they are declared. Files are read as data."""

import configparser
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LARGEST = 8 << 20
"""Bytes of a file that is read; a lock file of a large project has two million."""


@dataclass(frozen=True, slots=True)
class Source:
    """Requirements of one place: `lines` as such (PEP 508), `arguments` that make the installer read them itself.

    `development` ones are let go of where everything together cannot be installed."""

    where: str
    lines: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    development: bool = False


class _AsWritten(configparser.ConfigParser):
    """Settings and extras keep their names, which others write in lower case."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def content(tree: Path, name: str) -> bytes:
    """The bytes of a file of the tree; nothing where it is none, leads outside or is too large."""
    place = tree / name
    if not place.is_file() or not place.resolve().is_relative_to(tree.resolve()) or place.stat().st_size > LARGEST:
        return b""
    return place.read_bytes()


def toml(tree: Path, name: str) -> Mapping[str, Any]:
    """The tables of a TOML file. Raises ValueError naming the file where it is none."""
    try:
        return tomllib.loads(content(tree, name).decode("utf-8-sig"))
    except ValueError as error:
        raise ValueError(f"{name!r} is not readable TOML: {error}") from error


def ini(text: bytes, name: str) -> configparser.ConfigParser:
    """The sections of an INI file, values as written. Raises ValueError naming the file where it is none."""
    found = _AsWritten(interpolation=None, strict=False, allow_no_value=True)
    try:
        found.read_string(text.decode("utf-8-sig"))
    except (configparser.Error, UnicodeDecodeError) as error:
        raise ValueError(f"{name!r} is not readable: {error}") from error
    return found


def table(tables: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """The table at a path of keys; an empty one where there is none."""
    for key in path:
        inner = tables.get(key)
        tables = inner if isinstance(inner, dict) else {}
    return tables


def strings(value: object) -> tuple[str, ...]:
    """The strings of a list; nothing where it is none."""
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list | tuple) else ()
