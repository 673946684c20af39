"""Which Python runs the target's tests, with real virtual environments."""

import sys
import venv
from pathlib import Path

import pytest

from pareback.workspaces.interpreter import WAYS_ON, Interpreter, discover

NOWHERE = {"PATH": ""}


@pytest.fixture(scope="module")
def equipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that imports pytest: ours, seen from another place."""
    return _environment(tmp_path_factory.mktemp("equipped") / ".venv", packages=True)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment without pytest."""
    return _environment(tmp_path_factory.mktemp("bare") / "venv", packages=False)


def _environment(folder: Path, *, packages: bool) -> Path:
    venv.create(folder, with_pip=False, symlinks=True)
    if packages:
        site = next(folder.glob("lib/python*/site-packages"))
        ours = Path(pytest.__file__).parents[1]
        (site / "ours.pth").write_text(f"{ours}\n")
    return folder


def test_the_one_asked_for_comes_first(equipped: Path, tmp_path: Path) -> None:
    environ = {"VIRTUAL_ENV": "/nowhere", **NOWHERE}
    for asked in (equipped, equipped / "bin" / "python"):
        found = discover(tmp_path, explicit=str(asked), environ=environ, tracked=())
        version = ".".join(map(str, sys.version_info[:3]))
        assert found == Interpreter(equipped / "bin" / "python", version, "asked for")


def test_one_asked_for_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no interpreter '/no/python'"):
        discover(tmp_path, explicit="/no/python", environ=NOWHERE, tracked=())


def test_one_asked_for_without_pytest_is_named(bare: Path, equipped: Path) -> None:
    with pytest.raises(ValueError, match=r"does not import pytest; run: .*/bin/python -m pip install pytest"):
        discover(equipped.parent, explicit=str(bare), environ=NOWHERE, tracked=())


def test_the_active_environment_comes_before_the_repository_s_own(equipped: Path, tmp_path: Path) -> None:
    environ = {"VIRTUAL_ENV": str(equipped), **NOWHERE}
    found = discover(tmp_path, explicit=None, environ=environ, tracked=())
    assert found is not None
    assert (found.path, found.how) == (equipped / "bin" / "python", "the active environment")


def test_an_active_environment_without_pytest_is_passed_over(bare: Path, equipped: Path) -> None:
    environ = {"VIRTUAL_ENV": str(bare), **NOWHERE}
    found = discover(equipped.parent, explicit=None, environ=environ, tracked=())
    assert found is not None
    assert found.how == "the repository's .venv"


def test_a_tracked_environment_is_material(equipped: Path) -> None:
    assert discover(equipped.parent, explicit=None, environ=NOWHERE, tracked=["README.md"]) is not None
    assert discover(equipped.parent, explicit=None, environ=NOWHERE, tracked=[".venv/pyvenv.cfg"]) is None


def test_path_is_searched_and_ours_does_not_count(equipped: Path, bare: Path, tmp_path: Path) -> None:
    ours = Path(sys.prefix) / "bin"
    environ = {"PATH": f"{bare / 'bin'}:{ours}:{equipped / 'bin'}"}
    found = discover(tmp_path, explicit=None, environ=environ, tracked=())
    assert found is not None
    assert (found.path, found.how) == (equipped / "bin" / "python3", "on PATH")
    assert discover(tmp_path, explicit=None, environ={"PATH": str(ours)}, tracked=()) is None


def test_ours_counts_where_it_is_the_project_s(tmp_path: Path) -> None:
    found = discover(tmp_path, explicit=None, environ={"VIRTUAL_ENV": sys.prefix, **NOWHERE}, tracked=())
    assert found is not None


def test_a_probe_sees_neither_keys_nor_the_repository(tmp_path: Path, equipped: Path) -> None:
    (tmp_path / "pytest.py").write_text("raise SystemExit('the repository was imported')")
    seen: list[list[str]] = []

    def wrap(argv: list[str]) -> list[str]:
        seen.append(argv)
        return ["/bin/sh", "-c", 'test -z "$SECRET" && exec "$@"', "sh", *argv]

    environ = {"SECRET": "key", "PATH": "/usr/bin:/bin"}
    assert discover(tmp_path, explicit=str(equipped), environ=environ, tracked=(), wrap=wrap) is not None
    assert len(seen) == 1


def test_there_are_three_ways_on() -> None:
    assert [line.split()[0] for line in WAYS_ON.splitlines()[1:]] == ["--python", "--setup", "python"]
