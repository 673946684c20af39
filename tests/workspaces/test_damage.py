"""Edits of real files, damaged as models do it: made right or refused, never wrong."""

import difflib
import random
import sysconfig
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pareback.workspaces.edit import Operation
from pareback.workspaces.edits import diff
from pareback.workspaces.guard import Policy
from pareback.workspaces.patch import apply
from pareback.workspaces.stream import read

STDLIB = Path(sysconfig.get_paths()["stdlib"])
MODULES = ("argparse", "ast", "calendar", "configparser", "csv", "difflib", "fractions", "heapq", "shlex", "textwrap")


def _damaged(kind: str, rng: random.Random, old: list[str], new: list[str]) -> tuple[list[str], list[str]]:
    if kind == "trailing space":
        return [line + rng.choice(["", " ", "\t"]) for line in old], new
    if kind == "dedented":
        both = textwrap.dedent("\n".join([*old, *new])).split("\n")
        return both[: len(old)], both[len(old) :]
    if kind == "lost context":
        at = rng.choice([at for at, line in enumerate(old) if line in new])
        back = new.index(old[at])
        return [*old[:at], *old[at + 1 :]], [*new[:back], *new[back + 1 :]]
    if kind == "misspelt":
        at = rng.randrange(len(old))
        return [*old[:at], old[at] + "x", *old[at + 1 :]], new
    return old, new


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _edit(rng: random.Random, lines: list[str]) -> tuple[int, list[str], list[str]]:
    """A region of three to eight lines with text, and what replaces it: one line changed, one added."""
    while True:
        start = rng.randrange(len(lines) - 10)
        old = lines[start : start + rng.randrange(3, 9)]
        at = rng.randrange(len(old))
        if len(set(old)) == len(old) and all(line.strip() and line.isascii() for line in (old[0], old[at], old[-1])):
            indent = old[at][: len(old[at]) - len(old[at].lstrip())]
            return start, old, [*old[:at], f"{indent}changed = {rng.random()}", f"{indent}added = 1", *old[at + 1 :]]


@pytest.mark.parametrize(
    ("kind", "least", "most"),
    [
        ("exact", 95, 100),
        ("trailing space", 95, 100),
        ("dedented", 70, 100),
        ("lost context", 5, 60),
        ("misspelt", 0, 0),
    ],
)
def test_a_damaged_edit_of_a_real_file_is_made_right_or_refused_but_never_wrong(
    kind: str, least: int, most: int
) -> None:
    rng, right = random.Random(f"damage {kind}"), 0
    for _ in range(100):
        data = (STDLIB / f"{rng.choice(MODULES)}.py").read_bytes()
        lines = data.decode().removesuffix("\n").split("\n")
        start, old, new = _edit(rng, lines)
        quoted, fresh = _damaged(kind, rng, old, new)
        operation = Operation(kind="replace", path="a.py", old=_text(quoted), new=_text(fresh))
        applied = apply([operation], {"a.py": data}.get, Policy(files=frozenset({"a.py"})))
        status, after = applied.answers[0].status, applied.changes.get("a.py", data)
        wanted = _text([*lines[:start], *new, *lines[start + len(old) :]]).encode()
        assert (status, after) in (("applied", wanted), ("refused", data))
        right += status == "applied"
    assert least <= right <= most


DAMAGES: Mapping[str, Callable[[random.Random, str, list[str]], list[str]]] = {
    "exact": lambda _, header, body: [header, *body],
    "bad line numbers": lambda rng, _, body: [f"@@ -{rng.randrange(1, 900)},7 +{rng.randrange(1, 900)},8 @@", *body],
    "bad counts": lambda rng, header, body: [header.replace(",", f",{rng.randrange(1, 9)}"), *body],
    "no line numbers": lambda _, _header, body: ["@@ @@", *body],
    "blank context trimmed": lambda _, header, body: [header, *("" if line == " " else line for line in body)],
    "dedented": lambda _, header, body: [header, *_dedented(body)],
    "context line lost": lambda rng, header, body: [header, *_without_one(rng, body)],
}


def _dedented(body: list[str]) -> list[str]:
    plain = textwrap.dedent("\n".join(line[1:] for line in body)).split("\n")
    return [line[0] + text for line, text in zip(body, plain, strict=True)]


def _without_one(rng: random.Random, body: list[str]) -> list[str]:
    lost = rng.choice([at for at, line in enumerate(body) if line[0] == " "])
    return [*body[:lost], *body[lost + 1 :]]


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_diff_is_made_right_or_refused_but_never_wrong(kind: str) -> None:
    """The large version of this is benchmarks/edit_damage.py."""
    rng, right = random.Random(f"diff {kind}"), 0
    for _ in range(40):
        data = (STDLIB / f"{rng.choice(MODULES)}.py").read_bytes()
        lines = data.decode().removesuffix("\n").split("\n")
        start, old, new = _edit(rng, lines)
        wanted = [*lines[:start], *new, *lines[start + len(old) :]]
        _, _, header, *body = difflib.unified_diff(lines, wanted, "a", "b", lineterm="", n=3)
        reply = "\n".join(["--- a/a.py", "+++ b/a.py", *DAMAGES[kind](rng, header, body), ""])
        applied = apply(read(reply, {"diff": diff.build()}), {"a.py": data}.get, Policy(files=frozenset({"a.py"})))
        status, after = applied.answers[0].status, applied.changes.get("a.py", data)
        assert (status, after) in (("applied", _text(wanted).encode()), ("refused", data))
        right += status == "applied"
    assert right >= (5 if kind == "context line lost" else 34)
