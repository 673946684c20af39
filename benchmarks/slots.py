"""What slots cost on a repository of yours: `python benchmarks/slots.py PATH [--files 5] [--rounds 50]`.

Milliseconds, the median and the least of the rounds: to open and freeze the repository, to commit a candidate that
changes some files, to make the pristine checkout and a slot, and to make the slot show another candidate, with and
without what tests leave behind. Nothing in the repository is changed.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TypeVar

from pareback.workspaces.projection import Slot, open_slots
from pareback.workspaces.repository import Repository, open_repository

Made = TypeVar("Made")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--files", type=int, default=5, help="files that a candidate changes")
    parser.add_argument("--rounds", type=int, default=50)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        place = Path(folder)
        with timed("open", lambda _: open_repository(options.path, shadow=place / "shadow")) as repository:
            measure(repository, place, options)


def measure(repository: Repository, place: Path, options: argparse.Namespace) -> None:
    base = timed("freeze the work tree", lambda _: repository.freeze(date=0))
    timed("freeze it again", lambda _: repository.freeze(date=0))
    files = list(repository.files(base))
    touched = files[:: max(1, len(files) // options.files)][: options.files]
    print(f"({len(files)} files; a candidate changes {len(touched)})")

    def candidate(number: int) -> str:
        return repository.commit(base, dict.fromkeys(touched, b"# %d\n" % number), message="candidate")

    one = timed("commit a candidate", candidate, rounds=options.rounds)
    two = candidate(-1)
    timed("its patch as text", lambda _: repository.patch(base, one), rounds=min(10, options.rounds))
    with timed(
        "open slots, make the pristine", lambda _: open_slots(repository, base, cache=place, folder=place / "s")
    ) as slots:
        with open_slots(repository, base, cache=place, folder=place / "t") as again:
            timed("make a slot", lambda number: again.slot(number).show(base), rounds=3)
        slot = slots.slot(0)
        slot.show(base)
        timed("show another candidate", lambda n: slot.show(one if n % 2 else two), rounds=options.rounds)
        timed(
            "the same after tests left by-products",
            lambda n: littered(slot, one if n % 2 else two),
            rounds=options.rounds,
        )


def littered(slot: Slot, commit: str) -> None:
    (slot.path / "__pycache__").mkdir()
    (slot.path / "__pycache__" / "module.pyc").write_bytes(b"left behind")
    slot.show(commit)


def timed(name: str, call: Callable[[int], Made], *, rounds: int = 1) -> Made:
    seconds: list[float] = []
    results: list[Made] = []
    for number in range(rounds):
        start = time.perf_counter()
        results.append(call(number))
        seconds.append(time.perf_counter() - start)
    print(f"{name:44}{1000 * median(seconds):10.1f}{1000 * min(seconds):10.1f}")
    return results[-1]


if __name__ == "__main__":
    main()
