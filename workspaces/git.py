"""The one place that starts git: explicit directories, no hooks, no filters, nobody's configuration.

Git finds repositories by walking up and runs what it finds written in them. Here the directories are always named,
and every key that could start a program is set on the command line, where it wins over any file.
"""

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pareback.workspaces.suite import WorkspaceError

_OPTIONS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.attributesFile=/dev/null",
    "core.autocrlf=false",
    "core.symlinks=true",
    "core.pager=cat",
    "core.sshCommand=false",
    "core.logAllRefUpdates=false",
    "core.fsync=committed,reference",
    "credential.helper=",
    "diff.external=",
    "gc.auto=0",
    "maintenance.auto=false",
    "protocol.allow=never",
    "safe.bareRepository=explicit",
    "submodule.recurse=false",
)
_ENVIRONMENT = {
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CEILING_DIRECTORIES": "/",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_NOBODY = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
_KEPT = ("PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR")  # HOME only expands "~" in paths; nothing is read from it
_ONLINE = tuple(f"protocol.{name}.allow=always" for name in ("https", "http", "file"))
_ONLINE_KEPT = (
    *("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "CURL_CA_BUNDLE"),
)
"""How the network is reached here; none of these names a program."""
_SECONDS = 600.0


class GitFailed(WorkspaceError):
    """A git process said no. `said` is what it complained about, on one line, `printed` what it answered."""

    def __init__(self, command: str, code: int, said: str, printed: bytes = b"") -> None:
        super().__init__(f"git {command} ended with {code}: {said or 'it said nothing'}")
        self.code = code
        self.said = said
        self.printed = printed


@dataclass(frozen=True, slots=True)
class Git:
    """A git directory, named outright, with its work tree and index where a command needs them.

    Only an `online` one may fetch, over protocols that start no program here and without anybody's credentials.
    """

    folder: Path
    work_tree: Path | None = None
    index: Path | None = None
    online: bool = False

    def run(self, *args: str, stdin: bytes = b"") -> bytes:
        """What the command printed. Raises GitFailed; WorkspaceError where git itself cannot be started."""
        options = [part for option in (*_OPTIONS, *(_ONLINE if self.online else ())) for part in ("-c", option)]
        done = _start(["git", *options, *args], self._environment() | _NOBODY, cwd=self.work_tree, stdin=stdin)
        if done.returncode:
            raise GitFailed(args[0], done.returncode, one_line(done.stderr), done.stdout)
        return done.stdout

    def answer(self, *args: str) -> str | None:
        """The command's one line, or None where it says no (exit code 1 or 128)."""
        try:
            return os.fsdecode(self.run(*args)).strip() or None
        except GitFailed as failure:
            if failure.code not in {1, 128}:
                raise
            return None

    def settings(self, pattern: str) -> Mapping[str, str]:
        """Configuration keys that match, lower case, the user's own files included: read as data, nothing is run."""
        args = ["git", "config", "--includes", "-z", "--get-regexp", pattern]
        done = _start(args, self._environment(), cwd=self.work_tree, stdin=b"")
        if done.returncode > 1:
            raise GitFailed("config", done.returncode, one_line(done.stderr))
        pairs = (os.fsdecode(item).partition("\n") for item in done.stdout.split(b"\0") if item)
        return {key: value for key, _, value in pairs}

    def _environment(self) -> dict[str, str]:
        named = {"GIT_DIR": self.folder, "GIT_WORK_TREE": self.work_tree, "GIT_INDEX_FILE": self.index}
        names = (*_KEPT, *(_ONLINE_KEPT if self.online else ()))
        kept = {key: os.environ[key] for key in names if key in os.environ}
        return kept | _ENVIRONMENT | {key: str(value) for key, value in named.items() if value is not None}


def version() -> tuple[int, ...]:
    """The installed git as numbers, (2, 50, 1). Raises WorkspaceError."""
    done = _start(["git", "version"], {"PATH": os.environ.get("PATH", os.defpath)}, cwd=None, stdin=b"")
    found = re.search(rb"\d+(\.\d+)+", done.stdout)
    return tuple(int(part) for part in found.group().split(b".")) if found else ()


def granted(key: str) -> list[str]:
    """Every value of the key in the user's and the system's own files, which no repository can write."""
    environment = {name: os.environ[name] for name in (*_KEPT, "GIT_CONFIG_GLOBAL") if name in os.environ}
    scopes = ("--global", "--system")
    found = [
        _start(["git", "config", scope, "-z", "--get-all", key], environment, cwd=None, stdin=b"") for scope in scopes
    ]
    return [os.fsdecode(value) for done in found for value in done.stdout.split(b"\0") if value]


def expanded(path: str) -> str:
    """A path of a configuration file with its "~" spelled out; one that names nobody stays as it is."""
    return os.path.expanduser(path)  # noqa: PTH111  Path.expanduser raises for a user that does not exist


def one_line(output: bytes) -> str:
    """What a git process complained about, without its prefixes, at most 500 characters."""
    lines = (
        line.strip().removeprefix("error: ").removeprefix("fatal: ")
        for line in output.decode(errors="replace").splitlines()
    )
    return "; ".join(line for line in lines if line)[:500]


def _start(
    argv: list[str], environment: Mapping[str, str], *, cwd: Path | None, stdin: bytes
) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            argv, env=dict(environment), cwd=cwd or "/", input=stdin, capture_output=True, timeout=_SECONDS, check=False
        )
    except FileNotFoundError as missing:
        raise WorkspaceError("git was not found on PATH: install git 2.39 or newer") from missing
    except subprocess.TimeoutExpired as slow:
        raise WorkspaceError(f"git {argv[-1]!r} did not end within {_SECONDS:.0f} s: is the disk there?") from slow
