"""Imports taken out of real projects: how many come back without a model, and are they the same ones?

    python benchmarks/imports.py MIRROR [--each 5] [--seed 1] [--out FILE]

Every repository lies under MIRROR as owner+name/repo and is read at its HEAD. A case is a function that is the only one
of its file to use some import at the file's margin. At the base the file has neither; the patch brings the function
and forgets the import. `--each` cases are drawn from every repository, product code only, each from another file as far
as there are enough. Mended means: the very name is bound again, at the margin, to the same thing where it comes from,
and every other line of the file is as it was. Prints markdown.
"""

import argparse
import ast
import io
import random
import re
import subprocess
import tarfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pareback.workspaces.guard import in_test_zone
from pareback.workspaces.importing.mend import Note, mended
from pareback.workspaces.importing.statement import Import, absolute
from pareback.workspaces.importing.tree import Modules, modules
from pareback.workspaces.importing.unbound import unbound

Files = Mapping[str, bytes]
ROOTS = ("src", "lib")
APART = ("docs/", "doc/", "examples/", "benchmarks/", "scripts/", "tools/")


@dataclass(frozen=True, slots=True)
class Case:
    """A function whose import is forgotten: the file at the base and in the patch, and what was there."""

    repo: str
    path: str
    function: str
    name: str
    was: Import
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Came:
    """What became of a case."""

    case: Case
    how: str
    same_statement: bool
    seconds: float
    said: str


def tree_at_head(place: Path) -> tuple[str, Files]:
    git = ["git", f"--git-dir={place}"]
    head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    raw = subprocess.run([*git, "archive", head], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
        members = [each for each in archive.getmembers() if each.isfile() and each.name.endswith(".py")]
        return head, {each.name: handle.read() for each in members if (handle := archive.extractfile(each))}


def cases(repo: str, files: Files, known: Modules, rng: random.Random) -> Iterator[Case]:
    """Cases in random order, one from each file that has any."""
    paths = sorted(path for path in files if not in_test_zone(path) and not path.startswith(APART))
    rng.shuffle(paths)
    for path in paths:
        try:
            text = files[path].decode("utf-8")
            found = next(_in_file(repo, path, text, package=known.package(path), rng=rng), None)
        except (SyntaxError, UnicodeDecodeError):
            continue
        if found is not None:
            yield found


def _in_file(repo: str, path: str, text: str, *, package: str, rng: random.Random) -> Iterator[Case]:
    """The cases of one file, its imports in random order."""
    tree, lines = ast.parse(text), text.split("\n")
    if "\r" in text or unbound(text):
        return
    nodes = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom) and not _is_future(node)]
    pairs = [(node, alias) for node in nodes for alias in node.names]
    rng.shuffle(pairs)
    for node, alias in pairs:
        was, bare = _import(node, alias, package), _without_alias(lines, node, alias)
        if alias.name != "*" and bare is not None:
            yield from (
                Case(repo, path, name, was.binds, was, *texts) for name, texts in _alone(tree, lines, bare, was)
            )


def _is_future(node: ast.Import | ast.ImportFrom) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _alone(tree: ast.Module, lines: list[str], bare: list[str], was: Import) -> Iterator[tuple[str, tuple[str, str]]]:
    """The functions that alone use the import, with the text without them and the text without the import."""
    after = "\n".join(bare)
    mentions = re.compile(rf"\b{was.binds}\b")
    for name, function in _functions(tree):
        if not mentions.search("\n".join(lines[function.lineno - 1 : function.end_lineno])):
            continue
        base = _without(bare, function, len(bare) - len(lines))
        if base is not None and not unbound(base) and set(unbound(after)) == {was.binds}:
            yield name, (base, after)


def _import(node: ast.Import | ast.ImportFrom, alias: ast.alias, package: str) -> Import:
    renamed = "" if alias.asname in {None, alias.name} else alias.asname or ""
    if isinstance(node, ast.Import):
        return Import(alias.name, "", alias.asname or "")
    return Import(absolute(node.module or "", level=node.level, package=package), alias.name, renamed)


def _without_alias(lines: list[str], node: ast.Import | ast.ImportFrom, alias: ast.alias) -> list[str] | None:
    """The lines without one imported name; the statement goes where it was the only one. None where something else
    stands on its lines."""
    first, last = node.lineno - 1, node.end_lineno or node.lineno
    if ";" in "".join(lines[first:last]) or lines[first][: node.col_offset].strip():
        return None
    if len(node.names) == 1:
        return [*lines[:first], *lines[last:]]
    kept = [each for each in node.names if each is not alias]
    row = alias.lineno - 1
    alone = lines[row].strip().rstrip(",").strip() == ast.unparse(alias)
    if alone and last - first > 1:
        return [*lines[:row], *lines[row + 1 :]]
    new = type(node)(**{field: getattr(node, field) for field in node._fields if field != "names"}, names=kept)
    return [*lines[:first], ast.unparse(new), *lines[last:]]


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef) and len(node.body) > 1:
            inner = (each for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))
            yield from ((f"{node.name}.{each.name}", each) for each in inner)


def _without(lines: list[str], function: ast.stmt, shift: int) -> str | None:
    first = min([function.lineno, *(each.lineno for each in getattr(function, "decorator_list", ()))]) - 1 + shift
    base = "\n".join([*lines[:first], *lines[(function.end_lineno or 0) + shift :]])
    try:
        ast.parse(base)
    except SyntaxError:
        return None
    return base


def tried(case: Case, files: Files) -> Came:
    """The case through the mender, and the judgement on what came out."""
    head = {**files, case.path: case.after.encode()}
    started = time.perf_counter()
    came = mended(
        {case.path: head[case.path]},
        before={case.path: case.before.encode()}.get,
        tree=lambda: modules(list(head), head.__getitem__, ROOTS),
    )
    seconds = time.perf_counter() - started
    said = "; ".join(note.message for note in came.notes)
    text = came.changes.get(case.path, b"").decode()
    if not text:
        return Came(case, _why_not(came.notes), same_statement=False, seconds=seconds, said=said)
    known = modules(list(files), files.__getitem__, ROOTS)
    got = [each for each in _margin_imports(text, known.package(case.path)) if each.binds == case.name]
    same = [known.origin(each) for each in got] == [known.origin(case.was)] and _loads(got[0], case.was)
    kept = not Counter(case.after.split("\n")) - Counter(text.split("\n")) or _only_imports(case.after, text)
    how = "mended" if same and kept and not unbound(text) else "put in, and another"
    return Came(case, how, same_statement=got == [case.was], seconds=seconds, said=said)


def _loads(got: Import, was: Import) -> bool:
    """Whether a whole module without an alias is the same one, not only of the same top package."""
    return bool(got.name or got.alias) or got.module == was.module or got.module.startswith(f"{was.module}.")


def _only_imports(before: str, after: str) -> bool:
    """Whether everything but the imports reads the same."""
    trees = [ast.parse(text) for text in (before, after)]
    bodies = [[each for each in tree.body if not isinstance(each, ast.Import | ast.ImportFrom)] for tree in trees]
    dumped = [[ast.dump(each) for each in body] for body in bodies]
    return dumped[0] == dumped[1]


def _margin_imports(text: str, package: str) -> Iterator[Import]:
    for node in ast.parse(text).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (_import(node, alias, package) for alias in node.names)


def _why_not(notes: tuple[Note, ...]) -> str:
    said = notes[0].message if notes else "nothing was seen"
    for words, how in (("define it", "no source"), ("circle", "circle"), ("inside of", "lazy"), (" or `", "several")):
        if words in said:
            return how
    return "other"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mirror", type=Path)
    parser.add_argument("--each", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--out", type=Path)
    words = parser.parse_args()
    came: list[Came] = []
    heads: dict[str, str] = {}
    left_out: list[str] = []
    for place in sorted(words.mirror.glob("*+*/repo")):
        repo = place.parent.name.replace("+", "/", 1)
        if words.only and repo not in words.only:
            continue
        try:
            heads[repo], files = tree_at_head(place)
        except subprocess.CalledProcessError:
            left_out.append(repo)
            continue
        known = modules(list(files), files.__getitem__, ROOTS)
        drawn = cases(repo, files, known, random.Random(f"{words.seed} {repo}"))
        came += [tried(case, files) for case, _ in zip(drawn, range(words.each), strict=False)]
    text = "\n".join(report(came, heads, left_out))
    print(text) if words.out is None else words.out.write_text(text + "\n", encoding="utf-8")


def report(came: list[Came], heads: Mapping[str, str], left_out: list[str]) -> Iterator[str]:
    counts = Counter(each.how for each in came)
    seconds = sorted(each.seconds for each in came)
    yield f"{len(came)} functions of {len({each.case.repo for each in came})} projects."
    yield ""
    yield "| what became of it | cases |\n|---|---|"
    yield from (f"| {how} | {count} |" for how, count in counts.most_common())
    yield ""
    yield f"Word for word the import that was taken out: {sum(each.same_statement for each in came)}."
    yield f"Seconds for one: median {seconds[len(seconds) // 2]:.3f}, at most {seconds[-1]:.3f}."
    yield "\n## Not mended\n\n| project | function | import | what was said |\n|---|---|---|---|"
    for each in came:
        if each.how != "mended":
            case, said = each.case, each.said.replace("|", "\\|")
            yield f"| {case.repo} | `{case.path}::{case.function}` | `{case.was}` | {each.how}: {said} |"
    yield "\n## Projects\n\n| project | commit | cases | mended |\n|---|---|---|---|"
    for repo, head in heads.items():
        own = [each for each in came if each.case.repo == repo]
        if own:
            yield f"| {repo} | {head[:12]} | {len(own)} | {sum(each.how == 'mended' for each in own)} |"
    without = [repo for repo in heads if not any(each.case.repo == repo for each in came)]
    yield f"\nWithout a case: {', '.join(without) or 'none'}. Not whole in the mirror: {', '.join(left_out) or 'none'}."


if __name__ == "__main__":
    main()
