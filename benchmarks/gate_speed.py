"""Lines per CPU second of the fact extractor over a folder: python benchmarks/gate_speed.py FOLDER [ROUNDS]."""

import sys
import time
from pathlib import Path

from pareback.gates.languages import python


def main() -> None:
    folder, rounds = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3
    sources = [path.read_bytes() for path in sorted(folder.rglob("*.py"))]
    language = python.build()
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        facts = [language.extract(source) for source in sources]
        best = min(best, time.process_time() - start)
    lines = sum(found.lines for found in facts)
    problems = sum(bool(found.problems) for found in facts)
    print(f"{len(sources)} files, {lines} lines, {problems} unreadable, {best:.2f} s, {lines / best:,.0f} lines/s")


if __name__ == "__main__":
    main()
