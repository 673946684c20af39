"""The gate beside its peers on one change of five files, in one run, taking turns.

    python benchmarks/gate_peers.py FOLDER [ROUNDS]

The folder's files become a repository of one commit in a temporary place; five of them are changed in its work tree.
Each round runs every tool that is installed once, as a whole process; ours also as a resident one. What the others are
asked for is the nearest they offer to "what did this change add": none of them answers all that the gate does.
"""

import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from gate_warm import BUDGET, Tree, patched

from pareback.gates.index.index import Index
from pareback.gates.index.source import Source
from pareback.gates.index.store import Store
from pareback.gates.judge import Terms, judge

WHO = ("-c", "user.name=a", "-c", "user.email=a@b")
TOOLS: dict[str, list[str]] = {
    "pareback check": [
        sys.executable,
        "-m",
        "pareback.orchestrator.cli",
        "check",
        "--base",
        "HEAD",
        "--enforce",
        "off",
    ],
    "complexipy --diff HEAD": ["complexipy", ".", "--diff", "HEAD", "--quiet"],
    "complexipy": ["complexipy", ".", "--quiet"],
    "radon cc": ["radon", "cc", "-s", "."],
    "lizard": ["lizard", "-l", "python", "."],
    "pyscn analyze": ["pyscn", "analyze", "--json", "."],
    "jscpd --baseline-from-ref HEAD": ["jscpd", "--baseline-from-ref", "HEAD", "."],
    "ruff C901,PLR": ["ruff", "check", "--no-cache", "--isolated", "--select", "C901,PLR", "."],
}


def git(root: Path, *words: str) -> None:
    subprocess.run(["git", *WHO, *words], cwd=root, check=True, capture_output=True)


def staged(folder: Path, root: Path, chance: random.Random) -> tuple[Tree, dict[str, str]]:
    """The repository and both trees."""
    shutil.copytree(folder, root, ignore=shutil.ignore_patterns("__pycache__", ".git", "*.po", "*.mo", "*.js"))
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "base")
    tree = Tree(root)
    head = dict(tree.files)
    while len(set(head.items()) - set(tree.files.items())) < 5:
        path = chance.choice(list(head))
        changed = patched(tree.bytes[tree.files[path]], chance)
        if changed is not None and head[path] == tree.files[path]:
            head[path] = tree.add(changed)
            (root / path).write_bytes(changed)
    return tree, head


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as place:
        root, home = Path(place) / "tree", Path(place) / "home"
        tree, head = staged(Path(sys.argv[1]), root, random.Random(1))
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environ = {**os.environ, "PAREBACK_HOME": str(home), "PATH": path}
        source = Source(tree.bytes.__getitem__, Store(), Index())

        def resident() -> None:
            judge(tree.files, head, source=source, terms=Terms(BUDGET))

        def tool(words: list[str]) -> None:
            subprocess.run(words, cwd=root, env=environ, check=False, capture_output=True)

        found = {name: words for name, words in TOOLS.items() if shutil.which(words[0], path=path)}
        resident()
        print(f"cold: pareback check {seconds(lambda: tool(found['pareback check'])):.1f} s")
        times: dict[str, list[float]] = {name: [] for name in ("resident gate", *found)}
        for _ in range(rounds):
            times["resident gate"].append(seconds(resident))
            for name, words in found.items():
                times[name].append(seconds(lambda words=words: tool(words)))
    ours = statistics.median(times["resident gate"])
    print("| tool | median s | times the resident gate |\n|---|--:|--:|")
    for name, taken in times.items():
        print(f"| {name} | {statistics.median(taken):.3f} | {statistics.median(taken) / ours:.0f} |")


if __name__ == "__main__":
    main()
