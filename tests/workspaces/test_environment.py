"""What the target's processes see, and the set-up command, with real virtual environments."""

import sys
from pathlib import Path

import pytest

from pareback.workspaces.environment import (
    EnvironmentFailed,
    Host,
    for_setup,
    for_target,
    import_roots,
    set_up,
    setup_key,
)

SITE = Path(pytest.__file__).parents[1]
INSTALL = f"""\
echo "$OPENAI_API_KEY$(ls)" >> "$1"
touch left
echo "{SITE}" > "$(echo "$VIRTUAL_ENV"/lib/python*/site-packages)/ours.pth"
"""


@pytest.fixture
def host(tmp_path: Path) -> Host:
    """A Python that makes environments without pip, which is most of the time one takes."""
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@" --without-pip\n')
    python.chmod(0o755)
    return Host(python, {"PATH": "/usr/bin:/bin", "OPENAI_API_KEY": "secret"})


def test_the_environment_is_an_allow_list(tmp_path: Path) -> None:
    environ = {"PATH": "/usr/bin", "TZ": "UTC", "OPENAI_API_KEY": "secret", "PYTHONPATH": "/ours", "FLAG": "1"}
    seen = for_target(Path("/env/bin/python"), home=tmp_path, environ=environ, keep=["FLAG", "ABSENT"])
    assert seen == {
        "CI": "1",
        "FLAG": "1",
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "MKL_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PATH": "/env/bin:/usr/bin",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONIOENCODING": "utf-8",
        "TMPDIR": str(tmp_path),
        "TZ": "UTC",
    }


def test_a_virtual_environment_is_the_active_one(tmp_path: Path) -> None:
    seen = for_target(Path(sys.prefix) / "bin" / "python", home=tmp_path, environ={})
    assert seen["VIRTUAL_ENV"] == sys.prefix


def test_only_a_set_up_sees_where_packages_come_from(tmp_path: Path) -> None:
    environ = {"PIP_INDEX_URL": "https://packages.example/simple", "OPENAI_API_KEY": "secret"}
    inside = for_setup(tmp_path / "venv", home=tmp_path, environ=environ)
    outside = for_target(tmp_path / "venv" / "bin" / "python", home=tmp_path, environ=environ)
    assert inside["PIP_INDEX_URL"] == "https://packages.example/simple"
    assert inside["VIRTUAL_ENV"] == str(tmp_path / "venv")
    assert "PIP_INDEX_URL" not in outside
    assert "OPENAI_API_KEY" not in inside.keys() | outside.keys()


@pytest.mark.parametrize(
    ("files", "roots"),
    [
        (["shop/__init__.py"], (".",)),
        (["src/shop/__init__.py"], ("src", ".")),
        (["src/shop.py"], ("src", ".")),
        (["src/shop/cart.py"], ("src", ".")),
        (["src/main.c"], (".",)),
    ],
)
def test_src_is_a_root_where_it_holds_python(files: list[str], roots: tuple[str, ...], tmp_path: Path) -> None:
    for file in files:
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).touch()
    assert import_roots(tmp_path) == roots
    assert import_roots(tmp_path, ("lib",)) == ("lib",)


def test_a_set_up_runs_once_per_key_in_a_copy_of_the_tree(tmp_path: Path, host: Host) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "install.sh").write_text(INSTALL)
    command = f"sh install.sh {tmp_path}/log"
    found = [set_up(command, tree=tree, cache=tmp_path / "cache", key="k", host=host) for _ in range(2)]
    assert found[0] == found[1]
    assert found[0].path == tmp_path / "cache" / "k" / "venv" / "bin" / "python"
    assert (tmp_path / "log").read_text() == "install.sh\n"
    assert sorted(path.name for path in tree.iterdir()) == ["install.sh"]


def test_a_failed_set_up_says_what_it_printed_and_does_not_count(tmp_path: Path, host: Host) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    with pytest.raises(EnvironmentFailed, match=r"failed \(exit code 4\); it printed last:\nno libfoo here"):
        set_up("sh -c 'echo no libfoo here; exit 4'", tree=tree, cache=tmp_path / "cache", key="k", host=host)
    assert not (tmp_path / "cache" / "k" / "ready").exists()


def test_a_set_up_that_forgets_pytest_is_told_so(tmp_path: Path, host: Host) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    with pytest.raises(EnvironmentFailed, match="ran, but pytest is missing; add: pip install pytest"):
        set_up("true", tree=tree, cache=tmp_path / "cache", key="k", host=host)
    nowhere = Host(Path("/no/python"), {})
    with pytest.raises(EnvironmentFailed, match="the set-up cannot run: '/no/python' cannot be started"):
        set_up("true", tree=tree, cache=tmp_path / "cache", key="other", host=nowhere)


@pytest.mark.parametrize(
    ("command", "message"),
    [("auto", "not there yet"), ("", "setup is empty"), ("make deps && make", "needs a shell")],
)
def test_a_command_that_cannot_work_is_refused(command: str, message: str, tmp_path: Path, host: Host) -> None:
    with pytest.raises(ValueError, match=message):
        set_up(command, tree=tmp_path, cache=tmp_path, key="k", host=host)


def test_the_key_changes_with_what_a_set_up_depends_on() -> None:
    def key(
        command: str = "make", content: bytes = b"a", version: str = "3.11.7", index: str = "https://one.example"
    ) -> str:
        manifests = {"pyproject.toml": content}
        environ = {"PIP_INDEX_URL": index, "HOME": "/home/me"}
        return setup_key(command, repository="r", manifests=manifests, version=version, environ=environ)

    changed = [key(command="x"), key(content=b"b"), key(version="3.12.1"), key(index="https://two.example")]
    assert key() == key()
    assert len({key(), *changed}) == 5
