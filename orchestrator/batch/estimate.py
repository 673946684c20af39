"""What a batch will take, before it starts: from what earlier tickets took on this machine, or not at all.

Means over earlier tickets that asked the same models and no others; nothing is made up where none is on record.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from math import fsum
from os import fsencode
from pathlib import Path
from typing import Any

from pareback.orchestrator.batch.book import LINES
from pareback.orchestrator.home import Home

RECORDS = 300
"""Records of earlier tickets that are looked at, and of batches."""

HOUR = 3600.0

Results = Iterable[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Sample:
    """So many earlier tickets, and what one took in the mean: tokens, seconds, US dollars (None: not known of all)."""

    tickets: int
    tokens: float
    seconds: float
    cost_usd: float | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """`tickets` like those of the sample, `jobs` side by side, with so many tokens a minute (None: no known limit)."""

    tickets: int
    sample: Sample
    jobs: int
    tokens_per_minute: float | None = None

    @property
    def hours(self) -> float:
        """At least so many: the runs side by side, or what the rate of tokens lets through."""
        runs = self.tickets * self.sample.seconds / self.jobs
        rate = self.tokens_per_minute
        return max(runs, 0.0 if rate is None else self.tickets * self.sample.tokens / rate * 60) / HOUR

    @property
    def cost_usd(self) -> float | None:
        """US dollars, None where they are not known."""
        each = self.sample.cost_usd
        return None if each is None else self.tickets * each

    def text(self) -> str:
        """One line for people."""
        cost = "money unknown" if self.cost_usd is None else f"${self.cost_usd:.2f}"
        rate = f", {self.tokens_per_minute:,.0f} a minute at most" if self.tokens_per_minute else ""
        tokens = f"{self.tickets * self.sample.tokens:,.0f} tokens ({self.sample.tokens:,.0f} each{rate})"
        known = f"the mean of {self.sample.tickets} earlier tickets with the same models"
        return f"estimate {self.tickets} tickets, about {tokens}, {self.hours:.2f} h, {cost}; from {known}"


def sample(results: Results, models: Collection[str]) -> Sample | None:
    """What tickets took that asked these models and no others; None where no such ticket is among the results."""
    alike = [each for each in results if _asked(each) and _asked(each) <= set(models) and _tokens(each) is not None]
    if not alike:
        return None
    costs = [each["cost_usd"] for each in alike]
    return Sample(
        tickets=len(alike),
        tokens=sum(_tokens(each) or 0 for each in alike) / len(alike),
        seconds=fsum(each["seconds"].get("total", 0.0) for each in alike) / len(alike),
        cost_usd=None if None in costs else fsum(costs) / len(alike),
    )


def earlier(place: Home) -> Iterator[dict[str, Any]]:
    """Result documents of this machine's latest runs, and of the batches that `remember` wrote down."""
    for folder in place.all_runs()[-RECORDS:]:
        yield from _read(folder / "result.json")
    for note in _notes(place):
        yield from _read(Path(note.read_text(encoding="utf-8", errors="surrogateescape")) / LINES)


def remember(place: Home, out: Path) -> None:
    """Write down where a batch keeps its results, for later estimates."""
    folder = place.state / "batches"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    note = folder / sha256(fsencode(out)).hexdigest()[:16]
    note.write_text(str(out), encoding="utf-8", errors="surrogateescape")


def _notes(place: Home) -> list[Path]:
    notes = (place.state / "batches").glob("*")
    return sorted(notes, key=lambda note: note.stat().st_mtime)[-RECORDS:]


def _read(path: Path) -> Iterator[dict[str, Any]]:
    """The documents of a file, one a line or one in all; a file that is gone or was cut off says nothing."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        return
    for document in text.splitlines()[:RECORDS] if path.name == LINES else [text]:
        try:
            yield json.loads(document)
        except ValueError:
            continue


def _asked(result: Mapping[str, Any]) -> set[str]:
    return {each["model"] for each in result.get("by_model", ()) if each["calls"]}


def _tokens(result: Mapping[str, Any]) -> int | None:
    tokens = result["tokens"]["prompt"], result["tokens"]["completion"]
    return None if None in tokens else sum(tokens)
