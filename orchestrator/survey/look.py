"""One look at a repository: the survey of its work tree, and, where it is asked for, the trend that led there."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from pareback.gates.index.source import Source
from pareback.gates.survey.survey import Survey, document, survey
from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.comparison import gate_source
from pareback.orchestrator.survey import chronicle
from pareback.orchestrator.survey.trend import Trend, trend
from pareback.workspaces.repository import Repository, open_repository


@dataclass(frozen=True, slots=True)
class Look:
    """What to look at. `path` is a file or folder of the repository, None for all of it. A trend is told of the last
    `history` commits or of those after `since`, with neither of none. `texts`: to quote from the files too."""

    repo: Path
    path: Path | None = None
    since: str | None = None
    history: int | None = None
    texts: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What was there; `root` is the repository's work tree, `texts` what stands in the files that are priced, by path,
    where it was asked for; `title` names what was looked at."""

    root: Path
    survey: Survey
    trend: Trend | None
    texts: Mapping[str, str]
    title: str


def look(wanted: Look) -> Seen:
    """Raises Mistake for words that name nothing, NotARepository, ConfigError, MissingObject."""
    _check(wanted)
    with (
        tempfile.TemporaryDirectory(prefix="pareback-") as folder,
        open_repository(wanted.repo.absolute(), shadow=Path(folder) / "shadow") as repository,
    ):
        source = gate_source(repository, os.environ)
        try:
            tree = repository.files(repository.freeze(None, date=0))
            below = _below(wanted.path, tree, repository)
            found = survey(below, source)
            texts = {one.path: _text(repository.read(below[one.path])) for one in found.sizes if wanted.texts}
            title = str(PurePosixPath(repository.root.name, "" if wanted.path is None else wanted.path.name))
            return Seen(repository.root, found, _trend(wanted, repository, source), texts, title)
        except ValueError as error:
            raise Mistake(str(error)) from error
        finally:
            source.store.close()


def whole(seen: Seen) -> dict[str, Any]:
    """The survey's document, with the trend where there is one."""
    told = {} if seen.trend is None else {"trend": chronicle.document(seen.trend)}
    return document(seen.survey) | told


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _check(wanted: Look) -> None:
    if wanted.since is not None and wanted.history is not None:
        raise Mistake("--since and --history both say how far to look back; give one of them")
    if wanted.path is not None and (wanted.since or wanted.history) is not None:
        raise Mistake("a trend is told of the whole repository; leave out the path, or --since and --history")


def _trend(wanted: Look, repository: Repository, source: Source) -> Trend | None:
    if wanted.since is None and wanted.history is None:
        return None
    if repository.head is None:
        raise Mistake("there is no commit yet, so there is nothing to look back on")
    since = None if wanted.since is None else repository.freeze(wanted.since, date=0)
    return trend(repository, source, start=repository.head, limit=wanted.history, since=since)


def _below(path: Path | None, tree: Mapping[str, str], repository: Repository) -> Mapping[str, str]:
    """The files of the tree at or below the path. Raises Mistake where there are none."""
    if path is None:
        return tree
    inside = path.absolute().is_relative_to(repository.root) and (path.is_absolute() or path.exists())
    place = PurePosixPath(path.absolute().relative_to(repository.root) if inside else path)
    found = {name: blob for name, blob in tree.items() if PurePosixPath(name).is_relative_to(place)}
    if not found:
        raise Mistake(f"{str(path)!r} names no file of the repository at {str(repository.root)!r}")
    return found
