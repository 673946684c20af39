"""Random regions of real files refilled between the two lines around them: bytes outside the region stay.

    python benchmarks/edit_refill.py [REGIONS]

Files are modules of the standard library, some with CRLF line ends, a byte order mark or no end after the last line. A
quoted line that is blank or not the only one that can be meant must be refused. Prints markdown.
"""

import random
import sys
import sysconfig
from collections import Counter
from pathlib import Path

from pareback.workspaces.document import EditError
from pareback.workspaces.refill import refill

STDLIB = Path(sysconfig.get_paths()["stdlib"])
MARK = b"\xef\xbb\xbf"


def study(count: int) -> Counter[str]:
    """How many regions were right, wrong, or refused for which reason."""
    rng, found = random.Random("refill"), Counter[str]()
    files = [path for path in sorted(STDLIB.glob("*.py")) if path.stat().st_size < 200_000]
    while found.total() < count:
        text = rng.choice(files).read_text(encoding="utf-8")
        lines = text.split("\n")
        if len(lines) > 40 and "\r" not in text:
            found[outcome(rng, lines)] += 1
    return found


def outcome(rng: random.Random, lines: list[str]) -> str:
    """One region: one to 24 lines apart, refilled with up to five new ones."""
    end, mark = rng.choice(["\n", "\r\n"]), rng.choice([b"", MARK])
    top = rng.randrange(len(lines) - 30)
    bottom = top + rng.randrange(1, 25)
    new = [f"fresh_{rng.random()} = 1" for _ in range(rng.randrange(6))]
    if not (lines[top].strip() and lines[bottom].strip()):
        return "not asked: a quoted line would be blank"
    try:
        after = refill(
            "a.py",
            mark + end.join(lines).encode(),
            above=lines[top] + "\n",
            new="".join(f"{line}\n" for line in new),
            beneath=lines[bottom] + "\n",
        )
    except EditError as error:
        return "refused: in several places" if "several places" in str(error) else f"refused: {error}"
    wanted = mark + end.join([*lines[: top + 1], *new, *lines[bottom:]]).encode()
    return "right, every byte outside the same" if after == wanted else "WRONG"


if __name__ == "__main__":
    regions = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print("| outcome | regions |\n|---|--:|")
    for name, number in study(regions).most_common():
        print(f"| {name} | {number} |")
