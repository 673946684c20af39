"""Paring without a ticket: what functions of a work tree could be simpler, and, where wanted, the work tree with it."""

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from pareback.adapters.ticket import Ticket
from pareback.gates.index.source import Source
from pareback.gates.judge import judge
from pareback.orchestrator import home, stopping, target
from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.comparison import config_files, gate_source
from pareback.orchestrator.config import Settings, environment_layer, flag_layer, repository_layer, resolve, user_layer
from pareback.orchestrator.desk import Desk, Ended, Surroundings
from pareback.orchestrator.job import Job
from pareback.orchestrator.ledger import Ledger
from pareback.orchestrator.pare import paring, suite
from pareback.orchestrator.pare.offers import Offer, offers
from pareback.orchestrator.pare.paring import Ground, Pared, Price
from pareback.orchestrator.pare.touched import brought
from pareback.workspaces import checkout
from pareback.workspaces.repository import Repository, open_repository

Offers = Callable[[str, bytes], Iterator[Offer]]

UNBOUNDED = 1_000_000
"""Tries, where nobody says how many."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What to pare: files and folders of the repository, whole; without any, the functions that differ from the merge
    base with `base` (None: upstream, then the default branch). `tested`: each simplification is kept only if the tests
    stay green; `write`: what was kept goes into the work tree, so it is tested. `flags` are settings as on the command
    line, `max_seconds` for the whole among them; `most` bounds what is tried."""

    repo: Path
    paths: tuple[str, ...] = ()
    base: str | None = None
    tested: bool = False
    write: bool = False
    most: int = UNBOUNDED
    flags: Mapping[str, Any] = field(default_factory=dict)

    @property
    def tests(self) -> bool:
        """Whether tests are run."""
        return self.tested or self.write


@dataclass(frozen=True, slots=True)
class Thinned:
    """What came of it: everything that was tried, the files looked at, the patch of what was kept, and the run that
    wrote it: `undo` knows it by that name. `written` is False too where a file changed meanwhile."""

    run: str
    tested: bool
    paths: tuple[str, ...]
    pared: Pared
    patch: str
    written: bool = False


def pare(wish: Wish, around: Surroundings) -> Thinned:
    """Pare by hand. Raises Mistake for paths and revisions that name nothing and for tests that cannot be run,
    ConfigError, NotARepository; KeyboardInterrupt where the user wants no more."""
    folder = home.find(around.environ).new_run()
    kept = False
    try:
        with (
            home.lease(folder),
            Ledger(folder / "ledger.db", clock=around.clock) as ledger,
            open_repository(wish.repo.absolute(), shadow=folder / "shadow") as repository,
        ):
            thinned = _thinned(wish, _desk(wish, folder, (repository, ledger), around))
            kept = thinned.written
            return thinned
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


def _desk(wish: Wish, folder: Path, doors: tuple[Repository, Ledger], around: Surroundings) -> Desk:
    repository, ledger = doors
    return Desk(
        job=Job(Ticket("pare", "pare", repo=str(wish.repo)), wish.flags),
        folder=folder,
        ledger=ledger,
        repository=repository,
        around=around,
        cache=home.find(around.environ).cache,
        stop=threading.Event(),
        race=threading.Event(),
    )


def _thinned(wish: Wish, desk: Desk) -> Thinned:
    repository = desk.repository
    start = repository.freeze(None, date=int(time.time()))
    settings = _settings(desk, start)
    source = gate_source(repository, desk.around.environ, settings.python)
    paths, offered = _looked_at(wish, repository, start, source)
    begun = desk.ledger.seconds
    try:
        with stopping.heard(desk.stop, desk.race), _judge(wish, desk, settings, start) as refusal:
            ground = Ground(
                repository,
                paths,
                offered,
                lambda commit: _price(repository, source, start, commit),
                refusal,
                lambda: desk.stop.is_set() or desk.ledger.seconds - begun > settings.max_seconds,
                wish.most,
            )
            pared = paring.pare(start, ground)
    finally:
        source.store.close()
    patch = repository.patch(start, pared.commit).decode("utf-8", "replace")
    written = wish.write and bool(pared.kept) and _write(desk, start, pared)
    return Thinned(desk.folder.name, wish.tests, paths, pared, patch, written)


def _settings(desk: Desk, commit: str) -> Settings:
    environ = desk.around.environ
    own = repository_layer(config_files(desk.repository, commit))
    user = user_layer(home.config_file(environ))
    return resolve((own, user, environment_layer(environ), flag_layer(desk.job.flags))).settings


@contextmanager
def _judge(wish: Wish, desk: Desk, settings: Settings, start: str) -> Iterator[Any]:
    """Says why the tests refuse a commit; where none are wanted, nothing is refused."""
    if not wish.tests:
        yield lambda _: ""
        return
    try:
        with target.opened(desk, settings, start) as tests:
            known = suite.measured(desk, settings, tests, start)
            desk.say(f"{len(known.limits)} tests pass before anything is changed")
            yield known.refusal
    except Ended as ended:
        raise Mistake(str(ended)) from ended


def _looked_at(wish: Wish, repository: Repository, commit: str, source: Source) -> tuple[tuple[str, ...], Offers]:
    """The files, and what each of them offers as it is then. Raises Mistake."""
    if wish.paths:
        return _named(wish, repository, commit, source), offers
    base = _base(wish, repository)
    found = repository.changes(base, commit)
    here = tuple(path for path, raw in found.items() if raw is not None and _is_priced(path, source))
    return here, lambda path, raw: offers(path, raw, brought(repository.read_file(base, path), raw))


def _named(wish: Wish, repository: Repository, commit: str, source: Source) -> tuple[str, ...]:
    """The files that the paths name. Raises Mistake."""
    files = [path for path in repository.files(commit) if _is_priced(path, source)]
    found: dict[str, None] = {}
    for name in wish.paths:
        place = _below(repository.root, name)
        here = [path for path in files if place in {".", path} or path.startswith(f"{place}/")]
        if not here:
            raise Mistake(
                f"{name!r} names no Python file that the gate prices; give files or folders of the repository"
            )
        found |= dict.fromkeys(here)
    return tuple(found)


def _is_priced(path: str, source: Source) -> bool:
    return path.endswith(".py") and source.prices(path)


def _below(root: Path, name: str) -> str:
    """The path below the root, whether it was given from there or from here."""
    place = Path(name)
    inside = place.absolute().is_relative_to(root) and (place.is_absolute() or place.exists())
    return PurePosixPath(place.absolute().relative_to(root) if inside else place).as_posix()


def _base(wish: Wish, repository: Repository) -> str:
    """What the work tree is compared with. Raises Mistake."""
    against = wish.base or repository.upstream_or_default()
    if against is None:
        raise Mistake("there is no upstream and no default branch to compare with; name files, or one: --base REV")
    try:
        return repository.merge_base(against, "HEAD")
    except ValueError as error:
        raise Mistake(str(error)) from error


def _price(repository: Repository, source: Source, start: str, commit: str) -> Price:
    delta = judge(repository.files(start), repository.files(commit), source=source).delta
    return Price(delta, delta)


def _write(desk: Desk, start: str, pared: Pared) -> bool:
    """All or nothing; `runs` lists it, `undo` can take it back."""
    repository = desk.repository
    changes = repository.changes(start, pared.commit)
    expected = {path: repository.read_file(start, path) for path in changes}
    head = {"root": str(repository.root), "title": f"pare: {', '.join(sorted(changes))}"[:120], "ticket": "pare"}
    said = {"ending": "accepted", "reason": "pared", "message": f"{len(pared.kept)} simplifications"}
    documents = {"run": head, "result": {**said, "delta": -round(pared.points, 2)}, "record": {"rounds": []}}
    for name, value in documents.items():
        (desk.folder / f"{name}.json").write_text(json.dumps(value) + "\n", encoding="utf-8")
    desk.ledger.say("root", str(repository.root))
    return checkout.apply(repository.root, changes, expected, journal=desk.folder / "applied")
