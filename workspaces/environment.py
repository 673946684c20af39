"""What the target's processes see: variables built up from nothing, never ours with names taken out; and the virtual
environment that a set-up command makes, once per key."""

import fcntl
import hashlib
import os
import shlex
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pareback.workspaces.imports import top_names
from pareback.workspaces.interpreter import Interpreter, probe
from pareback.workspaces.process import Finished, run
from pareback.workspaces.sandbox import READY, Bind, Wrap, needs, unconfined
from pareback.workspaces.suite import WorkspaceError

FIXED = {
    "CI": "1",  # pytest then prints whole values, tools do not ask questions
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONIOENCODING": "utf-8",
    "OPENBLAS_NUM_THREADS": "1",  # threads of a library would make a fork unsafe, and candidates run side by side
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
PASSED = ("LANG", "LC_ALL", "LC_CTYPE", "TZ")
INDEX = (  # where packages come from: a set-up command needs it, the tests do not
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS",
    "PIP_NO_INDEX",
    "PIP_CERT",
    "PIP_CONFIG_FILE",
    "PIP_DEFAULT_TIMEOUT",
    "UV_INDEX_URL",
    "UV_DEFAULT_INDEX",
    "UV_INDEX",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
)
SECONDS = 1200.0  # for one command: large projects compile
_LINES = 12
_SHELL = frozenset({"&&", "||", "|", ";", "&", ">", ">>", "<"})


class EnvironmentFailed(ValueError):
    """The environment for the tests could not be made; the message ends with what the command printed last."""


@dataclass(frozen=True, slots=True)
class Host:
    """What a set-up starts from: the Python that makes the environment, the user's variables, the sandbox."""

    interpreter: Path
    environ: Mapping[str, str]
    wrap: Wrap = unconfined


def for_target(
    interpreter: Path, *, home: Path, environ: Mapping[str, str], keep: Collection[str] = ()
) -> dict[str, str]:
    """The whole environment of the target's processes. `home` is a private folder, also for temporary files; `keep`
    names what the user wants handed on from `environ`. PYTHONPATH is the runner's: it depends on the slot."""
    beside = interpreter.parent
    passed = {name: environ[name] for name in (*PASSED, *keep) if name in environ}
    private = {"HOME": str(home), "TMPDIR": str(home), "PATH": f"{beside}:{environ.get('PATH', os.defpath)}"}
    active = {"VIRTUAL_ENV": str(beside.parent)} if (beside.parent / "pyvenv.cfg").is_file() else {}
    return {"LANG": "C.UTF-8", **FIXED, **passed, **private, **active}


def for_setup(folder: Path, *, home: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of a set-up command: the new virtual environment in `folder` is the active one, and the settings
    that say where packages come from are there. No keys, an empty home, no cache that others write too."""
    index = {name: environ[name] for name in INDEX if name in environ}
    plain = for_target(folder / "bin" / "python", home=home, environ=environ)
    return {**plain, **index, "VIRTUAL_ENV": str(folder), "PIP_NO_CACHE_DIR": "1", "UV_NO_CACHE": "1"}


def import_roots(slot: Path, configured: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The folders that go first on the path: as configured, else `src` where it holds packages, and the root."""
    if configured:
        return configured
    return ("src", ".") if (slot / "src").is_dir() and top_names(slot / "src", (".",)) else (".",)


def setup_key(
    command: str, *, repository: str, manifests: Mapping[str, bytes], version: str, environ: Mapping[str, str]
) -> str:
    """What a set-up depends on, as one digest: repository, command, lock files and manifests, the interpreter's
    version, and the settings that say where packages come from."""
    parts = [repository, command, version, *(f"{name}={environ[name]}" for name in INDEX if name in environ)]
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape"))
    for path, content in sorted(manifests.items()):
        digest.update(b"\0%s\0%d\0" % (path.encode("utf-8", "surrogateescape"), len(content)) + content)
    return digest.hexdigest()[:32]


def set_up(command: str, *, tree: Path, cache: Path, key: str, host: Host) -> Interpreter:
    """The interpreter of an environment in which `command` ran, from `cache` where `key` was built before.

    The command runs in a private copy of `tree`, which stays beside the environment: an editable install points there.
    Raises EnvironmentFailed with what is missing, and ValueError for `auto` and for a command that needs a shell."""
    argv = _words(command)
    place = cache / key
    cache.mkdir(parents=True, exist_ok=True)
    with _alone(cache / f"{key}.lock"):
        if not (place / READY).exists():
            _build(argv, tree=tree, place=place, host=host)
        found = probe(place / "venv" / "bin" / "python", how="set up", environ=host.environ, wrap=host.wrap)
        if found is None:
            shutil.rmtree(place)  # the next try must not find half an environment
            raise EnvironmentFailed(
                f"the set-up command {command!r} ran, but pytest is missing; add: pip install pytest"
            )
        return found


def _words(command: str) -> list[str]:
    if command.strip() == "auto":
        raise ValueError('setup = "auto" is not there yet; give the command, such as setup = "pip install -e . pytest"')
    words = shlex.split(command)
    if not words:
        raise ValueError('setup is empty; give a command, such as setup = "pip install -e . pytest", or leave it out')
    if not _SHELL.isdisjoint(words):
        raise ValueError(f"the set-up command {command!r} needs a shell: write sh -c '…' around it")
    return words


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process builds, the others wait and find it built."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(argv: list[str], *, tree: Path, place: Path, host: Host) -> None:
    """Make the environment and run the command in it; only a finished one is marked ready."""
    shutil.rmtree(place, ignore_errors=True)  # what a killed process left
    (place / "home").mkdir(parents=True)
    shutil.copytree(tree, place / "tree", symlinks=True, ignore=shutil.ignore_patterns(".git"))
    environment = for_setup(place / "venv", home=place / "home", environ=host.environ)
    steps = ([str(host.interpreter), "-m", "venv", str(place / "venv")], argv)
    sources = [Bind(Path(environment[name])) for name in INDEX if environment.get(name, "").startswith("/")]
    binds = [*needs(host.interpreter), *sources, Bind(place, writable=True)]
    try:
        for step in steps:
            confined = host.wrap(step, binds=binds, purpose="setup")
            finished = run(confined, cwd=place / "tree", environment=environment, deadline=SECONDS)
            _require(finished, shlex.join(step))
    except WorkspaceError as error:
        raise EnvironmentFailed(f"the set-up cannot run: {error}") from error
    (place / READY).touch()
    os.sync()


def _require(finished: Finished, command: str) -> None:
    """Raise EnvironmentFailed unless the command ended well."""
    if finished.end == "exited" and finished.code == 0:
        return
    end = f"exit code {finished.code}" if finished.end == "exited" else finished.end
    tail = "\n".join(finished.output.strip().splitlines()[-_LINES:])
    raise EnvironmentFailed(f"the set-up command {command!r} failed ({end}); it printed last:\n{tail}")
