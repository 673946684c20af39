"""What is provably without effect, to be dropped where a patch brought it: imports that nobody uses or that stand
twice, names with a plain value that nobody reads, code that is never reached, branches that do nothing.

Importing runs a module, so only imports of the standard library go, and of what the file imports otherwise too.
"""

import ast
import re
import sys
import warnings
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pareback.workspaces.codemods import dead
from pareback.workspaces.codemods.cut import cuts, lines_of, spliced

_ACTING = frozenset({"antigravity", "this", "readline", "rlcompleter", "site", "__future__", "faulthandler", "idlelib"})
"""Modules of the standard library that are imported for what this does."""

Import = ast.Import | ast.ImportFrom


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file without one thing: what it was, in which unit, at which line, counted from 1, and the whole text."""

    what: str
    unit: str
    line: int
    source: str


def without_code(source: str, lines: Collection[int]) -> Iterator[Dropped]:
    """The file without one thing in a function that does nothing, for each in functions that hold one of these lines.
    Nothing where the file does not parse."""
    for cut in cuts(source, lines):
        for changed in dead.effectless(cut.tree):
            yield Dropped("drop what has no effect", cut.name, cut.first, spliced(source, cut, changed))


def without_imports(source: str, lines: Collection[int], spoken: Collection[str] = ()) -> Iterator[Dropped]:
    """The file without one imported name, for each on these lines; `spoken` are names that other files use. Imports
    under a condition, or with a comment beside them, have a reason. Nothing where the file does not parse."""
    tree = _parsed(source)
    used = _used(source, tree) | set(spoken)
    texts = lines_of(source)
    for found in _found(tree.body):
        last = found.end_lineno or found.lineno
        if found.lineno not in lines or last != found.lineno or "#" in texts[last - 1]:
            continue
        for alias in found.names:
            if _is_double(tree, found, alias) or (_bound(alias) not in used and _may_go(found, alias, tree)):
                left = _written(found, [other for other in found.names if other is not alias])
                text = "".join([*texts[: last - 1], *left, *texts[last:]])
                yield Dropped("drop an import", "<module>", found.lineno, text)


def _parsed(source: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the target's invalid escapes are not ours to report
            return ast.parse(source)
    except (SyntaxError, ValueError):
        return ast.Module([], [])


def _found(body: list[ast.stmt]) -> list[Import]:
    """Imports that stand alone on their lines."""
    shared = Counter(line for each in body for line in {each.lineno, each.end_lineno})
    imports = [each for each in body if isinstance(each, ast.Import | ast.ImportFrom)]
    return [each for each in imports if shared[each.lineno] == 1 == shared[each.end_lineno]]


def _module(found: Import) -> str:
    return f"{'.' * found.level}{found.module or ''}" if isinstance(found, ast.ImportFrom) else ""


def _bound(alias: ast.alias) -> str:
    """The name that it binds; of `a.b` that is `a`, but the whole of it is what it imports."""
    return alias.asname or alias.name


def _used(source: str, tree: ast.Module) -> set[str]:
    """Every name in the code, and every word of its texts: annotations and `__all__` may be texts."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    typed = re.findall(r"#\s*type:.*", source)
    return names | {word for text in (*texts, *typed) for word in re.findall(r"\w+", text)}


def _may_go(found: Import, alias: ast.alias, tree: ast.Module) -> bool:
    """Whether the module is run for another reason too, or running it does nothing."""
    top = (_module(found) or alias.name).partition(".")[0]
    if alias.name == "*" or (isinstance(found, ast.Import) and "." in alias.name) or top in _ACTING:
        return False
    others = (each for each in _found(tree.body) if each is not found)
    also = isinstance(found, ast.ImportFrom) and any(_module(each) == _module(found) for each in others)
    return (top in sys.stdlib_module_names and not _module(found).startswith(".")) or also


def _is_double(tree: ast.Module, found: Import, alias: ast.alias) -> bool:
    """Whether one other import binds the same to the same name, an earlier one or one with only imports in between, and
    nothing else binds or deletes that name."""
    name, imports = _bound(alias), [each for each in ast.walk(tree) if isinstance(each, Import)]
    binders = [(each, other) for each in imports for other in each.names if _bound(other) == name]
    written = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    others = [(each, other) for each, other in binders if other is not alias]
    if len(others) != 1 or name in written:
        return False
    ((each, other),) = others
    same = (_module(each), other.name, other.asname) == (_module(found), alias.name, alias.asname)
    return same and each in tree.body and (each.lineno <= found.lineno or _only_imports(tree.body, found, each))


def _only_imports(body: list[ast.stmt], first: ast.stmt, last: ast.stmt) -> bool:
    return all(isinstance(each, Import) for each in body[body.index(first) : body.index(last)])


def _written(found: Import, names: list[ast.alias]) -> list[str]:
    """The statement with these names only, if there are any, as a line."""
    left = ast.Import(names) if isinstance(found, ast.Import) else ast.ImportFrom(found.module, names, found.level)
    return [f"{ast.unparse(left)}\n"] if names else []
