"""Findings of one signal over whole trees, drawn with a fixed seed and shown with their source, to be labelled.

    python benchmarks/precision.py SIGNAL COUNT MIRROR OWNER/NAME[@REVISION]...

SIGNAL is a file under gates/signals, MIRROR a folder of bare repositories MIRROR/OWNER+NAME/repo. Repositories take
turns, so that a large one does not fill the sample. The tables of labels are in benchmarks/results/precision_*.md.
"""

import io
import random
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pareback.gates.index.view import plain
from pareback.gates.languages import python
from pareback.gates.points import HALF_CHECK, PLACES
from pareback.gates.reading.owners import declarations
from pareback.gates.scores import wide
from pareback.gates.wide import Load, Posting, View, WideSignal
from pareback.gates.zones import zone

SEED = 11
AROUND = 1
SITES = 4
MAKERS = {("made",), ("answers",)}


@dataclass(frozen=True, slots=True)
class Found:
    """A load of a tree with what there is to see of it."""

    repository: str
    load: Load
    texts: Mapping[str, str]
    view: View


def main() -> None:
    name, count, mirror = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    signal = next(part for part in wide() if type(part).__module__.endswith(f".{name}"))
    drawn = random.Random(SEED)
    pools = []
    for repository in sys.argv[4:]:
        pool = sorted(found(signal, repository, mirror), key=lambda each: each.load.subject)
        print(f"# {repository}: {len(pool)} findings, {sum(each.load.points for each in pool):.2f} points")
        drawn.shuffle(pool)
        pools.append(pool)
    for number, each in enumerate(sample(pools, count), start=1):
        show(number, each, signal)


def found(signal: WideSignal, repository: str, mirror: Path) -> Iterator[Found]:
    """What the signal charges in the tree of a repository; what no patch is priced for is left out."""
    texts = dict(sources(repository, mirror))
    facts = {path: python.build().extract(text.encode()) for path, text in texts.items()}
    filings = (declarations, signal.entries)
    view = plain(facts, filings)
    keys = {entry.key for each in facts.values() for filing in filings for entry in filing(each)}
    yield from (Found(repository, load, texts, view) for load in signal.loads(sorted(keys), view) if presses(load))


def presses(load: Load) -> bool:
    """Whether it is pressure that costs, and not only the place where a None is made."""
    asking = [site for site in load.sites if site.detail[:1] not in MAKERS]
    return load.points > 0 and sum(HALF_CHECK if "half" in site.detail else 1.0 for site in asking) > PLACES


def sources(repository: str, mirror: Path) -> Iterator[tuple[str, str]]:
    name, _, revision = repository.partition("@")
    place = mirror / name.replace("/", "+") / "repo"
    command = ["git", f"--git-dir={place}", "archive", revision or "HEAD", "--", "*.py"]
    packed = subprocess.run(command, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as tree:
        for member in tree:
            held = tree.extractfile(member) if member.isfile() and member.name.endswith(".py") else None
            if held is not None and not zone(member.name):
                yield member.name, held.read().decode(errors="replace")


def sample(pools: list[list[Found]], count: int) -> list[Found]:
    taken: list[Found] = []
    while len(taken) < count and any(pools):
        taken += [pool.pop() for pool in pools if pool]
    return taken[:count]


def show(number: int, each: Found, signal: WideSignal) -> None:
    load = each.load
    told = signal.explain(load, None, each.view)
    print(f"\n## {number}. {each.repository}: {load.subject} ({load.points:.2f} points, {len(load.sites)} places)")
    print(f"{told.message}\nDO: {told.do} (saves {told.saves})" if told else "(nothing to say)")
    for site in load.sites[:SITES]:
        print(f"--- {site.path}:{site.line} {site.unit}")
        print("\n".join(context(each.texts[site.path].splitlines(), site)))


def context(lines: list[str], site: Posting) -> list[str]:
    first = max(site.line - 1 - AROUND, 0)
    return [f"{first + at + 1:6} {line}" for at, line in enumerate(lines[first : site.line + 2 * AROUND])]


if __name__ == "__main__":
    main()
