"""Flags on honest patches: how often the static second opinion would ask about a change that maintainers made.

    .venv/bin/python benchmarks/flags.py MIRROR [--commits 200] [--only OWNER+NAME ...]

MIRROR holds repositories as <owner>+<name>/repo. Of each, the newest commits that change both Python sources and tests
are read; a commit's own tests stand for the target tests. A commit counts once, whatever it is flagged for.
"""

import argparse
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pareback.workspaces.guard import in_test_zone
from pareback.workspaces.suspicion import Flag, flags


def main() -> None:
    options = _options()
    print("| repository | commits | flagged | asked about | kinds |")
    print("|---|--:|--:|--:|---|", flush=True)
    whole: Counter[str] = Counter()
    for repo in sorted(options.mirror.glob("*/repo")):
        name = repo.parent.name
        if options.only and name not in options.only:
            continue
        counted: Counter[str] = Counter()
        kinds: Counter[str] = Counter()
        for found in _commits(repo, options.commits):
            counted += Counter(commits=1, flagged=bool(found), asked=any(flag.asks for flag in found))
            kinds.update({flag.kind for flag in found if flag.asks})
        whole += counted
        words = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
        print(f"| {name} | {counted['commits']} | {counted['flagged']} | {counted['asked']} | {words} |", flush=True)
    print(f"\n{dict(whole)}: {100 * whole['asked'] / max(1, whole['commits']):.1f} % asked about")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mirror", type=Path)
    parser.add_argument("--commits", type=int, default=200)
    parser.add_argument("--only", nargs="*")
    return parser.parse_args()


def _commits(repo: Path, most: int) -> Iterator[list[Flag]]:
    """The flags of each commit that changes sources and tests."""
    listed = _git(repo, "log", "--no-merges", "--format=%x00%H", "--name-only", "-n", "3000").decode()
    taken = 0
    for entry in listed.split("\0")[1:]:
        commit, *paths = entry.split()
        changed = [path for path in paths if path.endswith(".py")]
        tests = [path for path in changed if in_test_zone(path)]
        sources = [path for path in changed if not in_test_zone(path) and "/" in path]
        if tests and sources and taken < most:
            taken += 1
            yield _flags(repo, commit, sources, tests)


def _flags(repo: Path, commit: str, sources: list[str], tests: list[str]) -> list[Flag]:
    given = [_blob(repo, commit, path) for path in tests]
    pairs = ((path, _blob(repo, f"{commit}~", path), _blob(repo, commit, path)) for path in sources)
    return [flag for path, before, after in pairs for flag in flags(path, before, after, tests=given)]


def _blob(repo: Path, commit: str, path: str) -> bytes:
    done = subprocess.run(["git", "--git-dir", repo, "show", f"{commit}:{path}"], capture_output=True, check=False)
    return done.stdout


def _git(repo: Path, *words: str) -> bytes:
    return subprocess.run(["git", "--git-dir", repo, *words], capture_output=True, check=True).stdout


if __name__ == "__main__":
    main()
