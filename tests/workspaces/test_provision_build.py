"""Carrying out a recipe, with real virtual environments: once, whole or not at all, in a copy of the tree."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from pareback.workspaces import kept
from pareback.workspaces.provision.build import EnvironmentFailed, Host, key, set_up, size
from pareback.workspaces.provision.recipe import Recipe, Step, commanded

SITE = Path(pytest.__file__).parents[1]
INSTALL = f"""\
echo "$OPENAI_API_KEY$(ls)" >> "$1"
touch left
echo "{SITE}" > "$(echo "$VIRTUAL_ENV"/lib/python*/site-packages)/ours.pth"
"""
HOST = Host({"PATH": "/usr/bin:/bin", "OPENAI_API_KEY": "secret"})
Command = Callable[[str], Recipe]


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """A recipe whose Python makes environments without pip, which is most of the time one takes."""
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@" --without-pip\n')
    python.chmod(0o755)
    return lambda words: commanded(words, python)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    place = tmp_path / "tree"
    place.mkdir()
    (place / "install.sh").write_text(INSTALL)
    return place


def test_a_set_up_runs_once_in_a_copy_of_the_tree(tmp_path: Path, tree: Path, command: Command) -> None:
    recipe, place = command(f"sh install.sh {tmp_path}/log"), tmp_path / "cache" / "k"
    with ThreadPoolExecutor(4) as pool:
        found = [*pool.map(lambda _: set_up(recipe, tree=tree, place=place, host=HOST), range(4))]
    assert {made.interpreter.path for made in found} == {place / "venv" / "bin" / "python"}
    assert (tmp_path / "log").read_text() == "install.sh\n"
    assert sorted(path.name for path in tree.iterdir()) == ["install.sh"]
    assert not (place / "home").exists()
    for made in found:
        made.close()


def test_who_makes_an_environment_does_not_wait_for_who_holds_it(tmp_path: Path, tree: Path, command: Command) -> None:
    """Of several who ask at once one makes it and keeps it for a whole run: the others would wait for its end."""
    recipe, place = command(f"sh install.sh {tmp_path}/log"), tmp_path / "cache" / "k"
    place.parent.mkdir()
    other = kept.shared(place)
    with ThreadPoolExecutor(1) as pool:
        made = pool.submit(set_up, recipe, tree=tree, place=place, host=HOST)
        try:
            made.result(timeout=30).close()
        finally:
            other.close()


def test_an_environment_in_use_is_not_swept(tmp_path: Path, tree: Path, command: Command) -> None:
    recipe, place = command(f"sh install.sh {tmp_path}/log"), tmp_path / "cache" / "k"
    made = set_up(recipe, tree=tree, place=place, host=HOST)
    assert kept.sweep({tmp_path / "cache": size}, keep=0) == size(place) > 0
    made.close()
    assert kept.sweep({tmp_path / "cache": size}, keep=0) == 0
    assert not place.exists()


def test_what_a_killed_process_left_is_made_anew(tmp_path: Path, tree: Path, command: Command) -> None:
    place = tmp_path / "cache" / "k"
    script = (
        "import sys; from pathlib import Path; from pareback.workspaces.provision.build import *;"
        "from pareback.workspaces.provision.recipe import *;"
        "a, b, c = map(Path, sys.argv[1:]); set_up(commanded('sleep 60', a), tree=b, place=c, host=Host({}))"
    )
    child = subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "python"), str(tree), str(place)])
    until = time.monotonic() + 60
    while not (place / "venv" / "bin" / "python").exists() and time.monotonic() < until:
        time.sleep(0.02)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    (place / "venv" / "half").touch()
    with set_up(command(f"sh install.sh {tmp_path}/log"), tree=tree, place=place, host=HOST).held:
        assert (tmp_path / "log").read_text() == "install.sh\n"
        assert not (place / "venv" / "half").exists()


def test_a_failed_set_up_says_what_it_printed_and_does_not_count(tmp_path: Path, tree: Path, command: Command) -> None:
    place = tmp_path / "cache" / "k"
    recipe = command("sh -c 'echo foo.c:1: fatal error: libfoo.h: No such file or directory; exit 4'")
    message = r"failed \(exit code 4\): the C header 'libfoo.h' is missing; it printed last:\nfoo.c:1: fatal error"
    with pytest.raises(EnvironmentFailed, match=message):
        set_up(recipe, tree=tree, place=place, host=HOST)
    assert not place.exists()


def test_who_waited_for_a_failure_shares_it_and_who_comes_later_tries_again(
    tmp_path: Path, tree: Path, command: Command
) -> None:
    place, log = tmp_path / "cache" / "k", tmp_path / "log"
    recipe = command(f"sh -c 'echo tried >> {log}; sleep 1; exit 1'")

    def fails(_: int) -> str:
        with pytest.raises(EnvironmentFailed) as caught:
            set_up(recipe, tree=tree, place=place, host=HOST)
        return str(caught.value)

    with ThreadPoolExecutor(3) as pool:
        assert len({*pool.map(fails, range(3))}) == 1
    assert log.read_text() == "tried\n"
    fails(0)
    assert log.read_text() == "tried\ntried\n"


def test_a_set_up_that_forgets_pytest_is_told_so(tmp_path: Path, tree: Path, command: Command) -> None:
    with pytest.raises(EnvironmentFailed, match="ran, but pytest is missing; add: pip install pytest"):
        set_up(command("true"), tree=tree, place=tmp_path / "cache" / "k", host=HOST)
    nowhere = commanded("true", Path("/no/python"))
    with pytest.raises(EnvironmentFailed, match="the set-up cannot run: '/no/python' cannot be started"):
        set_up(nowhere, tree=tree, place=tmp_path / "cache" / "other", host=HOST)


def test_a_set_up_ends_at_once_where_it_is_asked_to(tmp_path: Path, tree: Path, command: Command) -> None:
    halt = threading.Event()
    threading.Timer(0.5, halt.set).start()
    started = time.monotonic()
    with pytest.raises(EnvironmentFailed, match="stopped"):
        set_up(command("sleep 60"), tree=tree, place=tmp_path / "k", host=replace(HOST, halt=halt))
    assert time.monotonic() - started < 30


def test_a_step_that_may_fail_is_told(tmp_path: Path, tree: Path, command: Command) -> None:
    recipe = command(f"sh install.sh {tmp_path}/log")
    fails, passes = ("false",), ("true",)
    steps = (*recipe.steps, Step((fails,), without="no metadata"), Step((fails, passes)), Step((passes,)))
    made = set_up(replace(recipe, steps=steps), tree=tree, place=tmp_path / "k", host=HOST)
    assert [note.partition(" (")[0] for note in made.notes] == [
        "no metadata",
        f"the set-up command 'sh install.sh {tmp_path}/log' left out what could not be installed",
    ]
    made.close()


@pytest.mark.parametrize(("words", "message"), [("", "setup is empty"), ("make deps && make", "needs a shell")])
def test_a_command_that_cannot_work_is_refused(words: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        commanded(words, Path(sys.executable))


def test_the_key_changes_with_what_a_set_up_depends_on() -> None:
    def of(
        words: str = "make", content: bytes = b"a", version: str = "3.11.7", index: str = "https://one.example"
    ) -> str:
        environ = {"PIP_INDEX_URL": index, "HOME": "/home/me"}
        return key("repository", words, version, files={"pyproject.toml": content}, environ=environ)

    changed = [of(words="x"), of(content=b"b"), of(version="3.12.1"), of(index="https://two.example")]
    assert of() == of()
    assert len({of(), *changed}) == 5
