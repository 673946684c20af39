"""What every bench speaks of: a task, where its run starts, how all of them are run, and the row that comes of it."""

import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

_WHO = ("-c", "user.name=bench", "-c", "user.email=bench@example.org", "-c", "commit.gpgsign=false")


@dataclass(frozen=True, slots=True)
class How:
    """How every task is run: models (a ladder where several), the interpreter of the tests (None: `setup auto`),
    seconds in all for one task, and further words for `pareback run`."""

    models: tuple[str, ...]
    python: str | None
    seconds: float
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Start:
    """Where a run starts: a repository, and a commit of it (None: its work tree)."""

    repository: Path
    base: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One task's ending. `applied` of its `replies` changed something; `processor_seconds` are those of the run, its
    tests and its search together, on one core. `size` holds radon's figures of the patch, as differences.

    For tickets whose human answer is known: `verified` says whether all `target` tests and all that had passed do so on
    the patch, in a process that knows nothing of the run, `broken` which do not; `human` holds the human's points and
    figures, measured in the same way. `retry`: not an answer yet, the next start goes on with it.
    """

    id: str
    ending: str
    reason: str
    accepted: bool
    delta: float | None = None
    rounds: int = 0
    candidates: int = 0
    replies: int = 0
    applied: int = 0
    model: str | None = None
    seconds: float = 0.0
    processor_seconds: float = 0.0
    tokens: Mapping[str, int | None] = field(default_factory=dict)
    cost_usd: float | None = None
    prompts: tuple[str, ...] = ()
    patch: str | None = None
    budget: float | None = None
    size: Mapping[str, float | None] = field(default_factory=dict)
    human: Mapping[str, float | None] = field(default_factory=dict)
    verified: bool | None = None
    broken: tuple[str, ...] = ()
    run: str | None = None
    retry: bool = False


class Work(Protocol):
    """What a bench runs. `tests` must turn green, `files` may change (none: any), `seconds` is what one test gets."""

    @property
    def id(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def files(self) -> tuple[str, ...]: ...
    @property
    def tests(self) -> tuple[str, ...]: ...
    @property
    def seconds(self) -> float: ...

    def lay_out(self, place: Path) -> Start:
        """The repository of the run, somewhere below the bench's folder; the same each time. Raises Mistake."""
        ...

    def judged(self, row: Row, place: Path, *, start: Start, python: Path | None) -> Row:
        """The row with what can be said of it once the run has ended; `python` is what its tests ran with."""
        ...


@dataclass(frozen=True, slots=True)
class Task:
    """A small ticket with its repository: the content of each file by path. What such tasks hold takes milliseconds,
    and many of their faults are endless loops."""

    id: str
    text: str
    contents: Mapping[str, bytes]
    files: tuple[str, ...]
    tests: tuple[str, ...]
    seconds: float = 2.0

    def lay_out(self, place: Path) -> Start:
        """A git repository that holds the task and nothing else."""
        repository = place / "repositories" / self.id
        if not repository.exists():
            with tempfile.TemporaryDirectory(dir=_made(repository.parent)) as scratch:
                self._write(Path(scratch) / "work").rename(repository)
        return Start(repository)

    def judged(self, row: Row, place: Path, *, start: Start, python: Path | None) -> Row:
        """The row as it is: the task's own tests have decided."""
        return row

    def _write(self, folder: Path) -> Path:
        for path, content in self.contents.items():
            _made((folder / path).parent)
            (folder / path).write_bytes(content)
        for words in (["init", "-q", "-b", "main"], ["add", "-A", "-f"], ["commit", "-q", "-m", self.id]):
            subprocess.run(["git", *_WHO, *words], cwd=folder, check=True)
        return folder


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
