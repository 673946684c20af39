"""Single places that a signal charges in whole trees, drawn with a fixed seed, with their source, to be labelled.

    python benchmarks/precision_each.py SIGNAL COUNT MIRROR OWNER/NAME[@REVISION]...

As `precision.py`, for what costs by itself and not by being there often.
"""

import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from precision import SEED, context, sources

from pareback.gates.languages import python
from pareback.gates.scores import signals
from pareback.gates.signal import Charge, Signal
from pareback.gates.wide import Posting


@dataclass(frozen=True, slots=True)
class Place:
    """A charge in a file, with the text of the file."""

    repository: str
    path: str
    charge: Charge
    text: str


def main() -> None:
    name, count, mirror = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    signal = next(part for part in signals() if type(part).__module__.endswith(f".{name}"))
    pool = [place for repository in sys.argv[4:] for place in places(signal, repository, mirror)]
    lines = sum({(place.repository, place.path): place.text.count("\n") for place in pool}.values())
    print(f"# {len(pool)} places in {lines} lines of the files that have any")
    for number, place in enumerate(random.Random(SEED).sample(pool, count), start=1):
        charge = place.charge
        print(
            f"\n## {number}. {place.repository} {place.path}:{charge.line} {charge.unit} {charge.kind} {charge.subject}"
        )
        site = Posting(place.path, charge.unit, charge.line)
        print("\n".join(context(place.text.splitlines(), site)))


def places(signal: Signal, repository: str, mirror: Path) -> Iterator[Place]:
    for path, text in sources(repository, mirror):
        for charge in signal.price(python.build().extract(text.encode())):
            yield Place(repository, path, charge, text)


if __name__ == "__main__":
    main()
