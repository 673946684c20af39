"""The versions that a lock file settles, as constraints: what is installed then has the version that was locked.

Hashes are not checked, and what a lock takes from a folder or a repository is not held: the index of the machine may be
another than that of the one who locked. Pure.
"""

import json
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

LOCKS = ("uv.lock", "pylock.toml", "poetry.lock", "pdm.lock", "Pipfile.lock")
"""The files at the root that are read, the first that is there."""

_NOT_HELD = frozenset({"editable", "virtual", "directory", "path", "git", "url", "vcs", "archive"})


def constraints(name: str, content: bytes) -> tuple[str, ...]:
    """`name==version` for each distribution that is locked to one version. Raises ValueError for a file that cannot be
    read."""
    try:
        found = _pipenv(json.loads(content)) if name == "Pipfile.lock" else _packages(tomllib.loads(content.decode()))
        return tuple(_held(found))
    except (AttributeError, TypeError, KeyError) as error:
        raise ValueError(f"{name!r} is no lock file: {error!r}") from error


def _packages(lock: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for package in lock.get("package", lock.get("packages", ())):
        held = _NOT_HELD.isdisjoint(package) and _NOT_HELD.isdisjoint(package.get("source", ()))
        if held and package.get("source", {}).get("type") not in ("git", "directory", "file", "url"):
            yield package["name"], package.get("version", "")


def _pipenv(lock: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for section in ("default", "develop"):
        for name, entry in lock.get(section, {}).items():
            yield name, entry.get("version", "").removeprefix("==")


def _held(found: Iterator[tuple[str, str]]) -> Iterator[str]:
    """One that is locked to several versions, each for other interpreters, is left open."""
    versions = defaultdict(set)
    for name, version in found:
        versions[name].add(version)
    for name, those in sorted(versions.items()):
        if len(those) == 1 and (version := next(iter(those))):
            yield f"{name}=={version}"
