"""Whether a delivered patch does what was asked: found out by a plain pytest that knows nothing of the run.

The tree is made anew from the base, the patch, and whatever decides about tests as the base has it; the sandbox is the
best there is. Files that only a build writes are not there.
"""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import environ
from pathlib import Path

from pareback.orchestrator import confined, home
from pareback.workspaces import environment, trees
from pareback.workspaces.guard import judges
from pareback.workspaces.material import Material
from pareback.workspaces.process import run
from pareback.workspaces.repository import Repository
from pareback.workspaces.sandbox import Bind

SECONDS = 600.0
"""For one run of a suite."""

TWICE = 30
"""As many tests that are red now and were green are tried once more by themselves: some are flaky."""

_PASSED = "PASSED "
_COMMAND = (
    "-m",
    "pytest",
    "-q",
    "-rp",
    "--tb=no",
    "--color=no",
    "-p",
    "no:cacheprovider",
    "--continue-on-collection-errors",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a patch of the tree `base` has to meet: `target` tests green, and those that pass on the base, but for
    `excluded` ones. `python` is what the tests run with."""

    base: str
    target: Sequence[str]
    excluded: Sequence[str]
    python: Path


def unmet(repository: Repository, patch: bytes, asked: Asked) -> tuple[str, ...] | None:
    """Tests that are not green on the patch though they have to be; None where not one passes on the base, so that
    nothing can be said. Raises ValueError for a patch that does not fit the base; OSError."""
    before = _passing(repository, asked.base, asked.python)
    if not before:
        return None
    head = _restored(repository, asked.base, patch)
    wanted = {*asked.target, *before} - {*asked.excluded}
    lost = sorted(wanted - _passing(repository, head, asked.python))
    if 0 < len(lost) <= TWICE:
        again = _passing(repository, head, asked.python, only=lost)
        lost = [test for test in lost if test not in again]
    return tuple(lost)


def _restored(repository: Repository, base: str, patch: bytes) -> str:
    """The patched tree with all that decides about tests as the base has it."""
    head = repository.apply_patch(base, patch, message="patch")
    changed = [path for path in repository.changes(base, head) if judges(path)]
    return repository.commit(head, {path: repository.read_file(base, path) for path in changed}, message="tests")


def _passing(repository: Repository, commit: str, python: Path, *, only: Sequence[str] = ()) -> set[str]:
    """The ids of the tests that pass."""
    with tempfile.TemporaryDirectory(prefix="pareback-verify-") as scratch:
        tree, private = Path(scratch) / "tree", Path(scratch) / "home"
        for folder in (tree, private):
            folder.mkdir()
        entries = dict(trees.flatten(repository.store, repository.store.commit(commit).tree))
        Material(repository.store).fill(tree, entries)
        offer = confined.choose(confined.BEST, cache=home.find(environ).cache)
        binds = [Bind(tree, writable=True), Bind(private, writable=True)]
        command = offer.build().wrap([str(python), *_COMMAND, *only], binds=binds)
        said = run(command, cwd=tree, environment=_variables(tree, private, python), deadline=SECONDS)
    lines = said.output.splitlines() if said.end == "exited" else []
    return {line.removeprefix(_PASSED) for line in lines if line.startswith(_PASSED)}


def _variables(tree: Path, private: Path, python: Path) -> Mapping[str, str]:
    roots = ":".join(str(tree / root) for root in environment.import_roots(tree))
    return {**environment.for_target(python, home=private, environ=environ), "PYTHONPATH": roots, "COLUMNS": "400"}
