"""HumanEvalFix: 164 small functions, each with one mistake put in by hand, and its tests.

    python benchmarks/humanevalfix.py PATH [--model NAME…] [--every 1] [--seconds 60] [--python LEAN] [--out DIR]
    python benchmarks/humanevalfix.py PATH --search [--every 1] [--out DIR]

PATH is a checkout of bigcode-project/octopack. The task is the function with its docstring; its tests decide, and the
solution stays behind. The first form is the whole loop; `--search` asks the embedded model alone (`quick_search.py`).
`--out` keeps patches, records or mended programs; the loop goes on from there, and `beyond.py` reads them.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import quick_search

from pareback.orchestrator.benches import bench
from pareback.orchestrator.benches.task import How, Task

DATA = "evaluation/create/humaneval-x/data/python/data/humanevalpack.jsonl"


def entries(checkout: Path) -> Iterator[dict[str, Any]]:
    """The set's own records, in its order."""
    return (json.loads(line) for line in (checkout / DATA).read_text(encoding="utf-8").splitlines())


def tasks(checkout: Path) -> list[Task]:
    """Every entry as a task, named `HE000` to `HE163`."""
    return [_task(entry) for entry in entries(checkout)]


def name(entry: dict[str, Any]) -> str:
    return f"HE{int(entry['task_id'].rpartition('/')[2]):03d}"


def program(entry: dict[str, Any], solution: str) -> str:
    """The module with one of the entry's two solutions."""
    return str(entry["prompt"] + entry[solution])


def tests(entry: dict[str, Any]) -> str:
    """The entry's tests as pytest finds them; the set calls `check` when the module is run."""
    called = f"check({entry['entry_point']})"
    body = entry["test"].strip().removesuffix(called).rstrip()
    return f"{body}\n\n\ndef test_{entry['entry_point']}():\n    {called}\n"


def _task(entry: dict[str, Any]) -> Task:
    text = f"Repair {entry['entry_point']}: its test is red"
    return quick_search.task(name(entry), text, program(entry, "buggy_solution"), tests(entry))


def parsed(description: str) -> argparse.Namespace:
    """The options that sets of this shape share."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--model", action="append", default=[])
    parser.add_argument("--every", type=int, default=1, help="every n-th task only")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--search", action="store_true")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def measured(found: list[Task], options: argparse.Namespace) -> None:
    """Search alone or the whole loop over every n-th task, and the table."""
    chosen = found[:: options.every]
    if options.search:
        quick_search.search(chosen, options.out)
        return
    how = How(tuple(options.model), options.python, options.seconds)
    rows = sorted(bench.run(chosen, how, jobs=options.jobs, keep=options.out), key=lambda row: row.id)
    print(json.dumps(bench.document(rows), indent=2) if options.json else bench.table(rows))


if __name__ == "__main__":
    asked = parsed(__doc__ or "")
    measured(tasks(asked.checkout), asked)
