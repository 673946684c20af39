"""What every bench does: each task driven through the whole loop; the rows, their table and their document.

With a folder to keep things in, a finished task is never run again, one that was cut off goes on where it was, and
patches and records stay there to be read.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pareback.orchestrator.benches.book import Book
from pareback.orchestrator.benches.play import Place, play
from pareback.orchestrator.benches.task import How, Row, Work

SCHEMA = "pareback/bench/1"
"""docs/schemas/bench.schema.json describes the document."""


def run(tasks: Sequence[Work], how: How, *, jobs: int, keep: Path | None = None) -> Iterator[Row]:
    """A row for each task: first those that `keep` holds from before, the others as they end; with one job in the order
    of the tasks.

    `keep` is a folder; rows made in another way (other models, seconds or words) do not count.
    """
    with ExitStack() as stack:
        folder = (keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pareback-bench-")))).absolute()
        book = Book(folder, how)
        known = {row.id: row for row in book.rows()}
        yield from (known[task.id] for task in tasks if task.id in known)
        reading, writing = os.pipe()  # whoever holds the one ends when the other closes
        stack.callback(os.close, reading)
        pool = stack.enter_context(ThreadPoolExecutor(jobs))
        stack.callback(os.close, writing)
        stack.callback(pool.shutdown, wait=False, cancel_futures=True)
        place = Place(folder, book.mark, lifeline=reading)
        futures = [pool.submit(play, task, how, place) for task in tasks if task.id not in known]
        for future in as_completed(futures):
            book.add(future.result())
            yield future.result()


def finished(keep: Path, how: How) -> list[Row]:
    """The rows that a folder holds of what was run in this way."""
    return list(Book(keep, how).rows())


def document(rows: Sequence[Row]) -> dict[str, Any]:
    """The form that every bench prints with --json."""
    accepted = sum(row.accepted for row in rows)
    tickets = [asdict(row) for row in rows]
    return {"schema": SCHEMA, "tickets": tickets, "accepted": accepted, "total": len(rows)}


def table(rows: Sequence[Row]) -> str:
    """Markdown, a row for each task and the sum below."""
    lines = ["| task | ending | rounds | replies | seconds | processor s | delta CP |", "|---|---|--:|--:|--:|--:|--:|"]
    for row in rows:
        effort = f"{row.rounds} | {row.replies} | {row.seconds:.1f} | {row.processor_seconds:.1f}"
        lines.append(f"| {row.id} | {ending(row)} | {effort} | {signed(row.delta)} |")
    return "\n".join([*lines, "", f"fixed {sum(row.accepted for row in rows)} of {len(rows)}"])


def beside_humans(rows: Sequence[Row]) -> str:
    """Markdown for tickets that a human has solved: what our patch and the human's cost, and what was sent for it."""
    heads = [
        "ticket",
        "ending",
        "solved",
        "rounds",
        "replies",
        "prompt",
        "completion",
        "seconds",
        "ours CP",
        "human CP",
    ]
    lines = [f"| {' | '.join(heads)} |", f"|---|---|---|{'--:|' * (len(heads) - 3)}"]
    for row in rows:
        solved = {True: "yes", False: "no", None: "not known"}[row.verified]
        tokens = [row.tokens.get(kind) for kind in ("prompt", "completion")]
        told = [row.id, ending(row), solved, row.rounds, row.replies, *tokens, f"{row.seconds:.0f}"]
        cells = [*told, signed(row.delta), signed(row.human.get("delta"))]
        lines.append(f"| {' | '.join('' if cell is None else str(cell) for cell in cells)} |")
    return "\n".join([*lines, "", _summed(rows)])


def _summed(rows: Sequence[Row]) -> str:
    solved = [row for row in rows if row.verified]
    pairs = [(row.delta, row.human["delta"]) for row in solved if row.delta is not None]
    known = [(ours, human) for ours, human in pairs if human is not None]
    ours, humans = (sum(pair[side] for pair in known) for side in (0, 1))
    sent = sum(row.tokens.get("prompt") or 0 for row in rows)
    return (
        f"solved {len(solved)} of {len(rows)}, accepted {sum(row.accepted for row in rows)}; "
        f"{sum(row.replies for row in rows)} replies, {sent} prompt tokens; of those solved {signed(ours)} CP, "
        f"the humans' {signed(humans)}; not more than the human's: {sum(a <= b for a, b in known)} of {len(known)}"
    )


def ending(row: Row) -> str:
    """How it ended, with the reason where it was not accepted."""
    return row.ending if row.accepted else f"{row.ending} ({row.reason})"


def signed(points: float | None) -> str:
    """Points with their sign; nothing where they are unknown."""
    return "" if points is None else f"{points + 0.0:+.1f}".replace("-0.0", "+0.0")
