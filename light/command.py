"""`pareback-gate`: judge a change and leave with the exit code of `pareback check`."""

import argparse
import os
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from hashlib import blake2b
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from pareback.gates.budget import Budget, read
from pareback.gates.index.extraction import Extracted, Job, extract
from pareback.gates.index.index import Index
from pareback.gates.index.source import Source
from pareback.gates.index.store import Store
from pareback.gates.judge import Terms, judge
from pareback.gates.scores import FORMATS, telling
from pareback.gates.verdict import Verdict, document
from pareback.light.trees import Trees, Unreadable, Wanted, opened, root

ENFORCE = ("off", "hard", "budget")
_FEW = 64
"""Files below which another process costs more than it saves."""


def main() -> None:
    """Every call starts here."""
    words = _words()
    try:
        code = run(words)
    except (Unreadable, ValueError) as error:
        sys.stderr.write(f"pareback-gate: {error}\n")
        code = 2
    raise SystemExit(code)


def run(words: argparse.Namespace) -> int:
    """Print the verdict. Returns 0, or 1 for what `--enforce` names. Raises Unreadable, ValueError."""
    top = root(Path(words.repo))
    with opened(top, Wanted(words.revisions, words.base, words.staged)) as trees:
        settings, source = _settings(trees), _source(top, trees)
        verdict = judge(
            trees.base,
            trees.head,
            source=source,
            terms=Terms(
                _budget(words.budget or settings.get("budget", "auto")), (*words.waive, *settings.get("waive", ()))
            ),
        )
        source.store.close()
    told = document(verdict)
    text = telling(words.format).render({"schema": told["schema"], "base": trees.commit, "head": ""} | told)
    sys.stdout.write(text + "\n")
    return int(_blocks(verdict, words.enforce))


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser("pareback-gate", description="Judge a change: the gate alone, without a model.")
    parser.add_argument("revisions", nargs="?", metavar="A..B", help="compare two revisions")
    parser.add_argument("--repo", default=".", metavar="PATH")
    parser.add_argument("--base", metavar="REV", help="compare its merge base with the work tree")
    parser.add_argument("--staged", action="store_true", help="compare HEAD with what is staged")
    parser.add_argument("--budget", metavar="B", help="fix, small, medium, large or points")
    parser.add_argument("--waive", action="append", default=[], metavar="ID")
    parser.add_argument("--enforce", choices=ENFORCE, default="budget", help="what exits 1")
    parser.add_argument("--format", choices=FORMATS, default="text")
    return parser.parse_args()


def _settings(trees: Trees) -> Mapping[str, Any]:
    """The repository's own words at the base: a patch cannot change what it is held against."""
    for name in ("pareback.toml", "pyproject.toml"):
        if name in trees.base:
            try:
                found = tomllib.loads(trees.read(trees.base[name]).decode())
            except ValueError as error:
                raise ValueError(f"{name} at the base cannot be read: {error}") from error
            settings: Mapping[str, Any] = found if name == "pareback.toml" else found.get("tool", {}).get("pareback")
            if settings:
                return settings
    return {}


def _budget(text: object) -> Budget:
    return read(str(text))


def _source(top: Path, trees: Trees) -> Source:
    cache = _cache(os.environ)
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Source(trees.read)
    name = blake2b(str(top).encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
    return Source(trees.read, Store(cache / "facts.db"), Index(cache / "index" / name), spread=_spread)


def _spread(jobs: Iterable[Job]) -> Iterator[Extracted]:
    """On all cores where there is a whole repository to read; forking is safe, for there is one thread."""
    waiting = list(jobs)
    if len(waiting) < _FEW or not hasattr(os, "fork"):
        return map(extract, waiting)
    with ProcessPoolExecutor(mp_context=get_context("fork")) as pool:
        return iter(list(pool.map(extract, waiting, chunksize=16)))


def _cache(environ: Mapping[str, str]) -> Path:
    """The folder that `pareback` uses too, so that neither reads what the other has read."""
    if environ.get("PAREBACK_HOME"):
        return Path(environ["PAREBACK_HOME"]).absolute() / "cache"
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA", Path.home())) / "pareback" / "pareback" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "pareback"
    return Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pareback"


def _blocks(verdict: Verdict, enforce: str) -> bool:
    if enforce == "off":
        return False
    return bool(verdict.hard) if enforce == "hard" else not verdict.within
