"""Edits of real files, damaged as models damage them: made right, refused, or made wrong, by every applier.

    python benchmarks/edit_damage.py [EDITS]

Random edits of modules of the standard library, each written as a unified diff with three lines around the change, are
damaged in seven ways and given to each of our forms and to other appliers. A file that differs from the one the edit
means is *wrong*. Forms that quote no old text (whole, refill, symbol) have no context that could be damaged.
diff-match-patch joins where it can be imported. Prints markdown.
"""

import difflib
import random
import re
import subprocess
import sys
import sysconfig
import tempfile
import textwrap
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from pareback.orchestrator import parts
from pareback.workspaces.edit import Form
from pareback.workspaces.guard import Policy
from pareback.workspaces.patch import apply
from pareback.workspaces.stream import read

STDLIB = Path(sysconfig.get_paths()["stdlib"])
MODULES = (
    "argparse", "ast", "calendar", "configparser", "csv", "dataclasses", "difflib", "fractions", "gzip", "heapq",
    "inspect", "ipaddress", "mailbox", "pathlib", "pickle", "shlex", "statistics", "tarfile", "textwrap", "zipfile",
)  # fmt: skip
KINDS = (
    "exact", "bad line numbers", "bad counts", "no line numbers", "blank context trimmed", "dedented",
    "context line lost",
)  # fmt: skip
RANGE = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
FORMS: Mapping[str, Form] = {name: parts.build("edits", name) for name in parts.names("edits")}


@dataclass(frozen=True, slots=True)
class Edit:
    """A file before and after, and the damaged hunk: its header and its lines with their marks."""

    before: str
    after: str
    header: str
    body: tuple[str, ...]

    @property
    def old(self) -> str:
        return "".join(f"{line[1:]}\n" for line in self.body if line[:1] != "+")

    @property
    def new(self) -> str:
        return "".join(f"{line[1:]}\n" for line in self.body if line[:1] != "-")

    @property
    def diff(self) -> str:
        return "\n".join(["--- a/a.py", "+++ b/a.py", self.header, *self.body, ""])


def edit(rng: random.Random, text: str) -> Edit:
    """One line changed and one added somewhere, as a diff of one hunk."""
    lines = text.removesuffix("\n").split("\n")
    while not (line := lines[at := rng.randrange(4, len(lines) - 4)]).strip():
        pass
    margin = line[: len(line) - len(line.lstrip())]
    fresh = [*lines[:at], f"{margin}changed = {rng.random()}", f"{margin}added = 1", *lines[at + 1 :]]
    _, _, header, *body = difflib.unified_diff(lines, fresh, "a", "b", lineterm="", n=3)
    return Edit(text, "\n".join(fresh) + "\n", header, tuple(body))


def damaged(kind: str, rng: random.Random, made: Edit) -> Edit:
    """The same edit with another hunk."""
    first, count, fresh, came = (int(found or 1) for found in RANGE.match(made.header).groups())  # type: ignore[union-attr] # difflib wrote it
    header, body = made.header, made.body
    if kind == "bad line numbers":
        off = rng.choice([-1, 1]) * rng.randrange(1, 200)
        header = f"@@ -{max(1, first + off)},{count} +{max(1, fresh + off)},{came} @@"
    elif kind == "bad counts":
        header = f"@@ -{first},{count + rng.choice([-2, -1, 1, 2])} +{fresh},{came + rng.choice([-2, -1, 1, 2])} @@"
    elif kind == "no line numbers":
        header = "@@ @@"
    elif kind == "blank context trimmed":
        body = tuple("" if line == " " else line for line in body)
    elif kind == "dedented":
        plain = textwrap.dedent("\n".join(line[1:] for line in body)).split("\n")
        body = tuple(line[0] + text for line, text in zip(body, plain, strict=True))
    elif kind == "context line lost":
        lost = rng.choice([at for at, line in enumerate(body) if line[0] == " "])
        body = (*body[:lost], *body[lost + 1 :])
    return Edit(made.before, made.after, header, body)


Applier = Callable[[Edit], str | None]
"""The file after the edit, or None where the applier refuses."""


def ours(write: Callable[[Edit], str]) -> Applier:
    """One of our forms, with all of them reading."""

    def made(case: Edit) -> str | None:
        data = case.before.encode()
        applied = apply(read(write(case), FORMS), {"a.py": data}.get, Policy(files=frozenset({"a.py"})))
        if any(answer.status != "applied" for answer in applied.answers):
            return None if not applied.changes else ""
        return (applied.changes["a.py"] or b"").decode()

    return made


def region(case: Edit) -> str:
    return f"a.py\n<<<<<<< SEARCH\n{case.old}=======\n{case.new}>>>>>>> REPLACE\n"


def envelope(case: Edit) -> str:
    body = "\n".join(case.body)
    return f"*** Begin Patch\n*** Update File: a.py\n{case.header}\n{body}\n*** End Patch\n"


def command(*words: str) -> Applier:
    """A program that patches a file in a folder."""

    def made(case: Edit) -> str | None:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder, "a.py")
            place.write_text(case.before)
            done = subprocess.run(words, cwd=folder, input=case.diff.encode(), capture_output=True, check=False)
            after = place.read_text()
        return after if done.returncode == 0 or after != case.before else None

    return made


def diff_match_patch(case: Edit) -> str | None:
    """Fuzzy patching by character, given the hunk's two texts and its place."""
    engine = import_module("diff_match_patch").diff_match_patch()
    patches = engine.patch_make(case.old, case.new)
    numbered = RANGE.match(case.header)
    above = case.before.split("\n")[: int(numbered[1]) - 1] if numbered else []
    offset = sum(len(line) + 1 for line in above)
    for patch in patches:
        patch.start1 += offset
        patch.start2 += offset
    after, done = engine.patch_apply(patches, case.before)
    return str(after) if all(done) else None


def appliers() -> dict[str, Applier]:
    found = {
        "diff (ours)": ours(lambda case: case.diff),
        "envelope (ours)": ours(envelope),
        "region (ours)": ours(region),
        "`git apply`": command("git", "apply", "-"),
        "`git apply --recount -C1`": command("git", "apply", "--recount", "-C1", "-"),
        "`patch --fuzz=3`": command("patch", "--fuzz=3", "-p1", "-s", "-f", "--no-backup-if-mismatch", "-r", "-"),
    }
    if find_spec("diff_match_patch"):
        found["diff-match-patch"] = diff_match_patch
    return found


def verdict(case: Edit, after: str | None) -> str:
    if after is None:
        return "refused"
    return "right" if after == case.after else "wrong"


def study(count: int) -> dict[str, dict[str, Counter[str]]]:
    """For each applier and kind how many edits came out how; every applier gets the same ones."""
    found: dict[str, dict[str, Counter[str]]] = {name: {kind: Counter() for kind in KINDS} for name in appliers()}
    texts = [(STDLIB / f"{module}.py").read_text() for module in MODULES]
    for kind in KINDS:
        rng = random.Random(f"damage {kind}")
        for _ in range(count):
            case = damaged(kind, rng, edit(rng, rng.choice(texts)))
            for name, made in appliers().items():
                found[name][kind][verdict(case, made(case))] += 1
    return found


def table(found: Mapping[str, Mapping[str, Counter[str]]]) -> Sequence[str]:
    rows = ["| applier | " + " | ".join(KINDS) + " |", "| --- |" + " --- |" * len(KINDS)]
    for name, kinds in found.items():
        cells = ("/".join(str(kinds[kind][word]) for word in ("right", "refused", "wrong")) for kind in KINDS)
        rows.append(f"| {name} | " + " | ".join(cells) + " |")
    return rows


if __name__ == "__main__":
    edits = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print(f"{edits} edits of {len(MODULES)} modules for each kind; right / refused / **wrong file written**\n")
    print("\n".join(table(study(edits))))
