"""`pareback bench quixbugs`: a model over the 40 one-line bugs of a QuixBugs checkout, each through the whole loop."""

import json as jsons
import sys
from pathlib import Path

from pareback.orchestrator import boundary, quixbugs


def do(
    *,
    path: Path,
    model: list[str] | None,
    only: list[str] | None,
    python: str | None,
    max_seconds: float,
    jobs: int,
    json: bool,
) -> int:
    """Print a table, or the one JSON document that every bench has. 0 where the bench ran, whatever was fixed."""
    programs = quixbugs.programs(path)
    if not programs:
        raise boundary.Mistake(
            f"{str(path)!r} is no QuixBugs checkout: python_programs/ and python_testcases/ expected"
        )
    only = only or list(programs)
    unknown = sorted(set(only) - set(programs))
    if unknown:
        raise boundary.Mistake(f"no QuixBugs program is named {unknown[0]!r}")
    chosen = [name for name in programs if name in only]
    rows = []
    how = quixbugs.How(tuple(model or ()), python or sys.executable, max_seconds)
    for row in quixbugs.run(path, chosen, how, jobs=jobs):
        rows.append(row)
        sys.stderr.write(f"{row.id:<32} {row.ending:<12} {row.seconds:6.1f} s\n")
    rows.sort(key=lambda row: row.id)
    print(jsons.dumps(quixbugs.document(rows), indent=2) if json else quixbugs.table(rows))
    return 0
