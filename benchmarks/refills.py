"""Random regions of real files, written anew over the wire of each endpoint that has it.

    python benchmarks/refills.py --regions 1000 REPOSITORY…

Each REPOSITORY is a git folder whose HEAD is read. A region is one to eight statements that stand together in a
function; an imitated server answers with a changed text of it, in the shape of the endpoint, sometimes fenced or
without its last line feed as such models answer. The reply goes through the client and the applier of a run. Counted:
bytes outside the region that changed, and the tokens (four characters) of the answer beside those of the same change
as a quoted region.
"""

import argparse
import ast
import random
import re
import statistics
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pareback.adapters.imitation.said import Say, tokens
from pareback.adapters.imitation.server import Server
from pareback.adapters.model import ContextTooLong, Profile, Region, Reply, Request
from pareback.adapters.models import openai_chat
from pareback.workspaces import bare, patch
from pareback.workspaces.guard import Policy

CANVAS = 256
PROFILES = {
    "edit": Profile(refill="edit", refill_model="mercury-edit-2"),
    "infill": Profile(refill="infill", refill_model="mercury-edit-2"),
    "canvas": Profile(refill="canvas", canvas_tokens=CANVAS),
}


@dataclass(frozen=True, slots=True)
class Task:
    region: Region
    new: str


@dataclass(frozen=True, slots=True)
class Result:
    ending: str
    answer: int = 0
    quoted: int = 0


def files(folder: str) -> Iterator[tuple[str, str]]:
    """Python files of a repository's HEAD that are valid UTF-8."""
    git = ["git", "--git-dir", folder]
    names = subprocess.run([*git, "ls-tree", "-r", "--name-only", "HEAD"], capture_output=True, text=True, check=True)
    for name in names.stdout.splitlines():
        if name.endswith(".py") and '"' not in name:
            raw = subprocess.run([*git, "show", f"HEAD:{name}"], capture_output=True, check=True).stdout
            try:
                yield name, raw.decode()
            except UnicodeDecodeError:
                continue


def tasks(path: str, text: str, dice: random.Random) -> Iterator[Task]:
    """One region of a file, where it has a function with statements of their own lines."""
    lines, tree = text.splitlines(keepends=True), bare.parsed(text)
    bodies = [node.body for node in ast.walk(tree or ast.Module([], [])) if isinstance(node, ast.FunctionDef)]
    if not bodies or len(lines) != text.count("\n") or "\r" in text:
        return
    body = dice.choice(bodies)
    first = dice.randrange(len(body))
    chosen = body[first : first + dice.randint(1, 8)]
    start, stop = chosen[0].lineno - 1, chosen[-1].end_lineno or 0
    region = Region(path, "".join(lines[:start]), "".join(lines[start:stop]), "".join(lines[stop:]), "make it shorter")
    new = _changed(region.inside, dice)
    whole = region.above + new + region.below
    if lines[start].strip() and new != region.inside and bare.parsed(whole) is not None:
        yield Task(region, new)


def _changed(inside: str, dice: random.Random) -> str:
    """A name written otherwise, a line more, or one line in place of all."""
    margin = inside[: len(inside) - len(inside.lstrip())]
    kind = dice.choice(("name", "more", "one"))
    if kind == "more":
        return f"{inside}{margin}assert True\n"
    if kind == "one":
        return f"{margin}return None\n"
    return re.sub(r"\b([a-z]{4,})\b(?= =)", r"\1_now", inside, count=1)


def quoted(task: Task) -> int:
    """Tokens of the same change as a quoted region: lines are added until the quotation stands in one place."""
    above, below = task.region.above.splitlines(keepends=True), task.region.below.splitlines(keepends=True)
    old, new, whole = task.region.inside, task.new, task.region.above + task.region.inside + task.region.below
    while whole.count(old) > 1 and (above or below):
        before, after = (above.pop() if above else ""), (below.pop(0) if below else "")
        old, new = before + old + after, before + new + after
    return tokens(f"{task.region.path}\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n")


def answered(kind: str, task: Task, dice: random.Random) -> Say:
    """The new text as the endpoint sends it: chat-trained ones fence it or lose the last line feed now and then."""
    text = task.new
    if kind != "canvas":
        text = dice.choice((text, text.rstrip("\n"), f"```python\n{text}```\n" if kind == "edit" else text))
    return Say(text, usage="counted")


def refill(kind: str, task: Task, server: Server, dice: random.Random) -> Result:
    """What came of one region on one endpoint."""
    said = answered(kind, task, dice)
    server.script = lambda _: said
    request = Request(rules="", ticket="", files=(), region=task.region, seed=dice.randrange(1000))
    model = openai_chat.build(model="toy", base_url=server.url, profile=PROFILES[kind])
    try:
        *_, reply = model.complete(request)
    except ContextTooLong:
        return Result("too long for the canvas")
    if not isinstance(reply, Reply):
        return Result("no reply")
    region = task.region
    operation = bare.read(reply.text, bare.Stretch(region.path, region.above, region.inside, region.below))
    old = (region.above + region.inside + region.below).encode()
    applied = patch.apply(
        [operation], lambda path: old if path == region.path else None, Policy(frozenset(), allow=(region.path,))
    )
    found = applied.changes.get(region.path)
    if found is None:
        return Result(f"refused: {'; '.join(answer.message for answer in applied.answers)[:60]}")
    kept = found.startswith(region.above.encode()) and found.endswith(region.below.encode())
    if not kept:
        return Result("BYTES OUTSIDE CHANGED")
    wrote = found == (region.above + task.new + region.below).encode()
    return Result("exact" if wrote else "outside identical, text otherwise", tokens(said.text or ""), quoted(task))


def chosen(repositories: list[str], count: int, dice: random.Random) -> Iterator[Task]:
    """So many regions, the same number from each repository."""
    for folder in repositories:
        shelf = list(files(folder))
        dice.shuffle(shelf)
        found = (task for path, text in shelf * 20 for task in tasks(path, text, dice))
        yield from (task for task, _ in zip(found, range(-(-count // len(repositories))), strict=False))


def table(results: Mapping[str, list[Result]]) -> Iterator[str]:
    columns = (
        *("endpoint", "regions", "exact", "outside identical, text otherwise", "outside changed", "not asked"),
        *("tokens, median", "tokens, sum", "region replace, sum", "share"),
    )
    yield f"| {' | '.join(columns)} |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    for kind, rows in results.items():
        ends = Counter(row.ending for row in rows)
        done = [row for row in rows if row.quoted]
        answer, beside = sum(row.answer for row in done), sum(row.quoted for row in done)
        median = statistics.median(row.answer for row in done)
        known = ("exact", "outside identical, text otherwise", "BYTES OUTSIDE CHANGED", "too long for the canvas")
        shown = " | ".join(str(ends[name]) for name in known)
        yield f"| {kind} | {len(rows)} | {shown} | {median:g} | {answer} | {beside} | {answer / beside:.2f} |"
        yield from (f"| | {count} | {name} |" for name, count in ends.items() if name not in known)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+")
    parser.add_argument("--regions", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    options: Any = parser.parse_args()
    dice = random.Random(options.seed)
    results: dict[str, list[Result]] = {kind: [] for kind in PROFILES}
    with Server([], canvas=CANVAS) as server:
        for task in chosen(options.repositories, options.regions, dice):
            for kind, rows in results.items():
                rows.append(refill(kind, task, server, dice))
    print("\n".join(table(results)))


if __name__ == "__main__":
    main()
