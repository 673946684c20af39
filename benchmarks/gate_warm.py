"""The gate on a large tree: cold index, opening it again, and a warm verdict for patches of one and of five files.

    python benchmarks/gate_warm.py FOLDER [PATCHES]

The folder's Python files are the base. A patch adds a branch and a line to a function of each of its files, another
patch every time, so nothing of its head is known before. All signals are in force; nothing is said about other tools
here (`gate_peers.py` runs them beside it).
"""

import ast
import hashlib
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from pareback.gates.budget import read
from pareback.gates.index.index import Index
from pareback.gates.index.source import Source
from pareback.gates.index.store import Store
from pareback.gates.judge import Terms, judge

BUDGET = read("medium")


class Tree:
    """A folder as blobs by path, with room for the blobs of patches."""

    def __init__(self, folder: Path) -> None:
        self.bytes: dict[str, bytes] = {}
        self.files: dict[str, str] = {}
        for path in sorted(folder.rglob("*.py")):
            self.files[str(path.relative_to(folder))] = self.add(path.read_bytes())

    def add(self, source: bytes) -> str:
        blob = hashlib.sha1(source, usedforsecurity=False).hexdigest()
        self.bytes[blob] = source
        return blob


def patched(source: bytes, chance: random.Random) -> bytes | None:
    """The source with two lines more in one of its functions; None where it has none."""
    try:
        functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    except SyntaxError:
        return None
    if not functions:
        return None
    first = chance.choice(functions).body[0]
    lines = source.decode("utf-8", "surrogateescape").splitlines(keepends=True)
    indent = " " * first.col_offset
    mark = chance.randrange(1 << 30)
    lines.insert(first.lineno - 1, f"{indent}if unknown_{mark} is None:\n{indent}    print({mark})\n")
    return "".join(lines).encode("utf-8", "surrogateescape")


def patch(tree: Tree, count: int, chance: random.Random) -> Mapping[str, str]:
    """A head tree in which so many files differ."""
    head = dict(tree.files)
    left = count
    while left:
        path = chance.choice(list(head))
        changed = patched(tree.bytes[tree.files[path]], chance) if "/tests/" not in f"/{path}" else None
        if changed is not None and head[path] == tree.files[path]:
            head[path] = tree.add(changed)
            left -= 1
    return head


def timed(tree: Tree, source: Source, head: Mapping[str, str]) -> float:
    started = time.process_time()  # one thread that waits for nothing: what others do does not count
    judge(tree.files, head, source=source, terms=Terms(BUDGET))
    return (time.process_time() - started) * 1000


def quantiles(times: list[float]) -> str:
    ordered = sorted(times)
    return f"p50 {statistics.median(ordered):.1f} ms, p95 {ordered[int(len(ordered) * 0.95)]:.1f} ms"


def main() -> None:
    tree, chance = Tree(Path(sys.argv[1])), random.Random(1)
    patches = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    lines = sum(source.count(b"\n") for source in tree.bytes.values())
    print(f"{len(tree.files)} files, {lines} lines")
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)

        def source() -> Source:
            return Source(tree.bytes.__getitem__, Store(cache / "facts.db"), Index(cache / "index"))

        head = patch(tree, 1, chance)
        begun = time.process_time()
        cold = timed(tree, source(), head)
        print(f"cold, one process: {cold / 1000:.1f} s, {time.process_time() - begun:.1f} s CPU")
        opened = [timed(tree, source(), patch(tree, 1, chance)) for _ in range(9)]
        print(f"index opened afresh: {quantiles(opened)}")
        warm = source()
        for count in (1, 5):
            timed(tree, warm, patch(tree, count, chance))
            found = [timed(tree, warm, patch(tree, count, chance)) for _ in range(patches)]
            print(f"warm, {count} files: {quantiles(found)}")
        size = sum(path.stat().st_size for path in cache.rglob("*") if path.is_file())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"cache {size >> 20} MiB, memory {memory} MiB with all sources held")


if __name__ == "__main__":
    main()
