"""Which tests a patch is likely to break: an order for them, never a selection.

First those that, in the baseline's run, entered a function which the patch changes; then the files that import what it
changes, the nearest first. Imports are found by their look, not by parsing: a wrong guess costs a little time.
"""

import ast
import difflib
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pareback.workspaces.imports import module_paths

MOST = 2000
"""Names in an order; behind the nearest ones it says nothing."""

_FROM = re.compile(rb"^[ \t]*from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#;]*)", re.MULTILINE)
_IMPORT = re.compile(rb"^[ \t]*import[ \t]+([\w., \t]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Impact:
    """What the baseline taught. `touched` names the tests that entered each function, given as "path:first line" on T;
    `importers` the files that import each file directly."""

    touched: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    importers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


UNKNOWN = Impact()
"""Nothing was learnt."""


def order(impact: Impact, changes: Mapping[str, tuple[bytes | None, bytes | None]]) -> tuple[str, ...]:
    """Ids of tests and paths, the likeliest first. `changes` are the patch: by path, the bytes on T and after."""
    ranked: Counter[str] = Counter()
    for path, (before, after) in changes.items():
        for line in changed_functions(before or b"", after or b""):
            ranked.update(impact.touched.get(f"{path}:{line}", ()))
    entered = [test for test, _ in ranked.most_common()]
    return tuple([*entered, *_importing(impact.importers, changes)][:MOST])


def changed_functions(before: bytes, after: bytes) -> tuple[int, ...]:
    """The first lines, decorators included, of the functions that differ: of nested ones the innermost. Text between
    functions belongs to none; a file that cannot be parsed has none."""
    old, new = before.splitlines(), after.splitlines()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    changed = [(low, high) for tag, low, high, *_ in matcher.get_opcodes() if tag != "equal"]
    spans = _spans(before)
    lines = (line for low, high in changed for line in (range(low + 1, high + 1) or (low, low + 1)))
    found = (_innermost(spans, line) for line in lines)  # what is put in belongs to the lines on both sides
    return tuple(dict.fromkeys(line for line in found if line))


def importers(
    files: Mapping[str, str], read: Callable[[str], bytes], roots: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """For each Python file the files of the tree that import it. `files` maps paths to what `read` takes."""
    found: dict[str, list[str]] = {}
    within = dict.fromkeys([*roots, "."])
    for path in (path for path in files if path.endswith(".py")):
        names = dict.fromkeys(_imported(read(files[path]), path))
        targets = dict.fromkeys(target for name in names for target in module_paths(name, files, within))
        for target in targets:
            if target != path:
                found.setdefault(target, []).append(path)
    return {path: tuple(those) for path, those in found.items()}


def _importing(importers: Mapping[str, tuple[str, ...]], changed: Iterable[str]) -> Iterator[str]:
    """Files that import the changed ones, directly before indirectly; of a conftest, the folder it is for."""
    seen = dict.fromkeys(changed)
    for path in (waiting := list(seen)):  # grows while it is read
        folder, _, name = path.rpartition("/")
        yield folder if name == "conftest.py" and folder else path
        fresh = [above for above in importers.get(path, ()) if above not in seen]
        seen.update(dict.fromkeys(fresh))
        waiting += fresh


def _imported(source: bytes, path: str) -> Iterator[str]:
    """Dotted names, `from a import b` as `a.b` before `a`, since `b` may be a module."""
    for dots, module, names in _FROM.findall(source):
        package = path.split("/")[: -len(dots)] if dots else []
        above = ".".join([*package, *filter(None, [module.decode()])])
        yield from (".".join(filter(None, [above, name])) for name in _words(names.strip(b"()")))
        yield above
    for names in _IMPORT.findall(source):
        yield from _words(names)


def _words(names: bytes) -> list[str]:
    """The names of `a.b, c as d`; comments in between are no names."""
    plain = re.sub(rb"#[^\n]*", b"", names).decode("utf-8", "replace")
    return [words[0] for name in plain.split(",") if (words := name.split())]


def _spans(source: bytes) -> list[tuple[int, int]]:
    """First and last line of every function, outer ones first."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the target's invalid escapes are not ours to report
            tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return []
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    lines = [(min([node.lineno, *(each.lineno for each in node.decorator_list)]), node) for node in functions]
    return [(first, node.end_lineno or first) for first, node in lines]


def _innermost(spans: Sequence[tuple[int, int]], line: int) -> int:
    return max((first for first, last in spans if first <= line <= last), default=0)
