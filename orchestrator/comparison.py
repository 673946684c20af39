"""Two trees side by side under the gate, without a model: what `check` and its API answer."""

import os
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from pareback.gates import budget as budgets
from pareback.gates.index.index import Index
from pareback.gates.index.source import Source
from pareback.gates.index.store import Store
from pareback.gates.judge import Terms, judge, with_reference
from pareback.gates.verdict import Verdict
from pareback.orchestrator import home
from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.config import Settings, environment_layer, flag_layer, repository_layer, resolve, user_layer
from pareback.orchestrator.extractors import own
from pareback.orchestrator.extractors.languages import Languages, Named
from pareback.orchestrator.history import learned
from pareback.workspaces.repository import Repository, open_repository

PATIENCE = 1.0
"""Seconds that a check may spend on a history it has not seen; the next one goes on from there."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What to compare. `revisions` is "A..B"; else the merge base with `base` (None: upstream, then the default
    branch) against the work tree, or, `staged`, against the index (None: HEAD)."""

    repo: Path
    base: str | None = None
    revisions: str | None = None
    staged: bool = False
    budget: str | None = None
    waive: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """The verdict with the two commits it is about; a work tree's commit exists only here. `sources` holds the text of
    the files at the head that findings speak of."""

    base: str
    head: str
    verdict: Verdict
    sources: Mapping[str, str]


def compare(wanted: Comparison) -> Compared:
    """Judge head against base. Raises Mistake for words that name nothing, NotARepository, ConfigError."""
    with (
        tempfile.TemporaryDirectory(prefix="pareback-") as folder,
        open_repository(wanted.repo.absolute(), shadow=Path(folder) / "shadow") as repository,
    ):
        try:
            base, head = _commits(wanted, repository)
        except ValueError as error:
            raise Mistake(str(error)) from error
        verdict = _judged(repository, base, head, _settings(wanted, repository, base))
        return Compared(base, head, verdict, _sources(repository, head, verdict))


def _sources(repository: Repository, head: str, verdict: Verdict) -> Mapping[str, str]:
    paths = {finding.path for finding in verdict.findings}
    paths |= {site.path for finding in verdict.findings for site in finding.others}
    found = {path: repository.read_file(head, path) for path in sorted(paths)}
    return {path: raw.decode("utf-8", "replace") for path, raw in found.items() if raw is not None}


def read_budget(text: str) -> budgets.Budget:
    """The budget a word or number names. Raises Mistake."""
    try:
        return budgets.read(text)
    except ValueError as error:
        raise Mistake(str(error)) from error


def config_files(repository: Repository, commit: str) -> Mapping[str, bytes]:
    """The repository's own settings files at a commit."""
    found = {name: repository.read_file(commit, name) for name in ("pareback.toml", "pyproject.toml")}
    return {name: raw for name, raw in found.items() if raw is not None}


def gate_source(repository: Repository, environ: Mapping[str, str], python: str | None = None) -> Source:
    """Where the gate reads this repository: through the caches that all runs share. `python` reads what is newer than
    this interpreter."""
    folder = home.find(environ).cache
    folder.mkdir(parents=True, exist_ok=True)
    languages = languages_of(environ)
    name = blake2b(str(repository.root).encode(), digest_size=8).hexdigest()
    return Source(
        repository.read,
        Store(folder / "facts.db"),
        Index(folder / "index" / name),
        spread=languages.spread,
        newer=own.Newer(python, environ),
        languages=languages,
        absent=languages.absent,
        edition=languages.edition,
    )


def languages_of(environ: Mapping[str, str]) -> Languages:
    """The languages that can be read here. Programs come from the user's own file alone: the repository's would run
    what a stranger wrote."""
    tables = resolve((user_layer(home.config_file(environ)),)).settings.languages
    named = (Named(name, table.suffixes, table.command, table.seconds) for name, table in tables.items())
    return Languages(tuple(named), environ)


def _commits(wanted: Comparison, repository: Repository) -> tuple[str, str]:
    now = int(time.time())
    if wanted.revisions is not None:
        left, dots, right = wanted.revisions.partition("..")
        if not dots or not left or not right:
            raise Mistake(f"{wanted.revisions!r} names no two revisions; expected A..B")
        return repository.freeze(left, date=now), repository.freeze(right.lstrip("."), date=now)
    against = wanted.base or ("HEAD" if wanted.staged else repository.upstream_or_default())
    if against is None:
        raise Mistake("there is no upstream and no default branch to compare with; name one: --base REV")
    base = repository.merge_base(against, "HEAD")
    if wanted.staged:
        index = os.environ.get("GIT_INDEX_FILE")
        return base, repository.freeze_index(date=now, index=Path(index) if index else None)
    return base, repository.freeze(None, date=now)


def _settings(wanted: Comparison, repository: Repository, base: str) -> Settings:
    flags = flag_layer({"budget": wanted.budget, "waive": wanted.waive})
    own = repository_layer(config_files(repository, base))
    user = user_layer(home.config_file(os.environ))
    return resolve((own, user, environment_layer(os.environ), flags)).settings


def _judged(repository: Repository, base: str, head: str, settings: Settings) -> Verdict:
    trees = repository.files(base), repository.files(head)
    source = gate_source(repository, os.environ, settings.python)
    budget = read_budget(settings.budget)
    if settings.budget.strip().lower() == budgets.AUTO:
        start = repository.head or base
        budget = budgets.learn(budgets.Evidence(past=learned(repository, source, start=start, seconds=PATIENCE)))
    verdict = judge(*trees, source=source, terms=Terms(budget, settings.waive))
    try:
        return with_reference(verdict, *trees, source=source)
    finally:
        source.store.close()
