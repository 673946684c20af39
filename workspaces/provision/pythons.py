"""Which Python an environment is made from: one that is installed here and that the project asks for."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pareback.workspaces.process import run
from pareback.workspaces.sandbox import Wrap
from pareback.workspaces.suite import WorkspaceError

_SAY = "import platform; print(platform.python_version())"
_PATIENCE = 60.0  # seconds for one of them to answer
_CLAUSE = re.compile(r"^(~=|===?|!=|>=|<=|>|<)\s*v?(\d+(?:\.\d+)*)(\.\*)?[a-z0-9.]*$")
_Version = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Python:
    """An interpreter at `path` and its version, such as "3.11.2"."""

    path: Path
    version: str


class NoneFits(ValueError):
    """No interpreter here is one that the project asks for: names what was asked and what there is."""


def fitting(wanted: str, *, environ: Mapping[str, str], wrap: Wrap) -> Python:
    """The `python3` of the PATH where it is in the range `wanted` (PEP 440; empty: any), else the newest other one
    there that is. Each is asked in the sandbox. Raises NoneFits."""
    seen: list[Python] = []
    for path in _candidates(environ):
        found = asked(path, environ=environ, wrap=wrap)
        if found is not None and allows(wanted, found.version):
            return found
        seen += [found] if found else []
    there = ", ".join(f"{each.version} ({each.path})" for each in seen) or "none"
    need = f"Python {wanted}" if wanted else "a Python"
    raise NoneFits(f"{need} is needed; on PATH there is {there}: install one, or name it with --python")


def asked(path: Path, *, environ: Mapping[str, str], wrap: Wrap) -> Python | None:
    """What the interpreter says of itself; None where it does not start."""
    environment = {"PATH": environ.get("PATH", os.defpath)}
    try:
        said = run(wrap([str(path), "-c", _SAY]), cwd=Path("/"), environment=environment, deadline=_PATIENCE)
    except WorkspaceError:
        return None
    version = said.output.strip()
    return Python(path, version) if said.code == 0 and re.fullmatch(r"\d+\.\d+\.\S+", version) else None


def allows(wanted: str, version: str) -> bool:
    """Whether a version is in a range (PEP 440, without its rules for previews); what is no clause says nothing.

    >>> allows(">=3.9,<3.12", "3.11.2"), allows("~=3.12", "3.11.2"), allows("", "3.11.2")
    (True, False, True)
    """
    number = tuple(int(part) for part in re.findall(r"\d+", version)[:3])
    clauses = filter(None, (_CLAUSE.match(clause.strip()) for clause in wanted.split(",")))
    return all(_holds(found[1], number, tuple(map(int, found[2].split(".")))) for found in clauses)


def _holds(sign: str, number: _Version, bound: _Version) -> bool:
    """A version with fewer numbers stands for all that begin with it, except as an upper or lower end."""
    padded = bound + (0,) * (3 - len(bound))
    same = number[: len(bound)] == bound
    found = {
        "==": same,
        "===": same,
        "!=": not same,
        ">=": number >= padded,
        "<=": number <= padded,
        ">": number > padded,
        "<": number < padded,
        "~=": number >= padded and number[: len(bound) - 1] == bound[:-1],
    }
    return found[sign]


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    folders = [Path(folder) for folder in environ.get("PATH", os.defpath).split(os.pathsep) if folder.startswith("/")]
    yield from (folder / "python3" for folder in folders if (folder / "python3").is_file())
    numbered = (path for folder in folders if folder.is_dir() for path in folder.glob("python3.*"))
    names = {path: int(path.suffix[1:]) for path in numbered if path.suffix[1:].isdigit()}
    yield from sorted(names, key=lambda path: -names[path])
