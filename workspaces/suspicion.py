"""What in a patch's added lines deserves a second opinion, because tests alone cannot tell it from an honest mend.

Static and easy to get round: a flag accuses nobody and acquits nobody. Python only; what does not parse is red.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from pareback.workspaces.recital import hard_coded, literals

_RUNNER = frozenset({"pytest", "_pytest", "pluggy", "unittest", "doctest", "nose"})
_OWNERS = frozenset({"sys", "os", "gc", "inspect", "signal", "traceback", "builtins", "importlib", "threading"})
_FRAMES = frozenset({"_getframe", "_getframemodulename", "currentframe", "stack", "getouterframes", "_current_frames"})
_FRAMES |= {"extract_stack", "walk_stack"}
_FRAME_FIELDS = frozenset({"f_back", "f_locals", "f_globals", "f_code", "f_lineno", "tb_frame", "__code__"})
_STATE = frozenset({"settrace", "setprofile", "modules", "meta_path", "path_hooks", "excepthook", "breakpointhook"})
_STATE |= {"_exit", "abort", "kill", "get_objects", "get_referrers", "get_referents", "register_at_fork"}
_COMPARISONS = frozenset({"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__contains__"})
_COMPARISONS |= {"__instancecheck__", "__subclasscheck__"}
_LOADS = frozenset({"__import__", "SourceFileLoader", "spec_from_file_location", "run_path"})
_WRITES = frozenset({"write_text", "write_bytes", "unlink", "rmtree"})
_MODE = 3  # letters of what a file is opened for

_Found = tuple[int, str, str, bool]
"""The line, the kind, the message, and whether it asks."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One suspicious place. `id` names it for a waiver, `kind` is its second part; `asks` is whether somebody has to
    answer before the patch is taken, else it is only shown."""

    id: str
    path: str
    line: int
    message: str
    asks: bool

    @property
    def kind(self) -> str:
        """What is suspicious about the place, in a word."""
        return self.id.split(":")[1]


def flags(path: str, before: bytes, after: bytes, *, tests: Iterable[bytes] = ()) -> tuple[Flag, ...]:
    """The flags on lines that `after` adds to `before`, one of each kind. `tests` are the sources of the tests that
    must turn green."""
    tree = _parsed(after) if path.endswith(".py") else None
    if tree is None:
        return ()
    added = _added(before, after)
    found = [*_runner(tree, _imports(_parsed(before))), *_reaching(tree), *_replacing(tree), *_comparing(tree)]
    found += [*_writing(tree), *_leaving(tree), *hard_coded(tree, [_parsed(source) for source in tests])]
    kept: dict[str, Flag] = {}
    for line, kind, message, asks in sorted(found):
        if line in added:
            name = f"flag:{kind}:{path}"
            kept.setdefault(name, Flag(name, path, line, message, asks))
    return tuple(kept.values())


def _parsed(source: bytes) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):  # ValueError: null bytes
        return None


def _added(before: bytes, after: bytes) -> set[int]:
    blocks = SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False).get_opcodes()
    return {line + 1 for kind, _, _, start, end in blocks if kind != "equal" for line in range(start, end)}


def _imports(tree: ast.Module | None) -> set[str]:
    """The top-level modules that a file imports."""
    return {name for node in ast.walk(tree) for name in _imported(node)} if tree is not None else set()


def _imported(node: ast.AST) -> tuple[str, ...]:
    """What an import statement, or a call that imports, names."""
    if isinstance(node, ast.Import):
        return tuple(alias.name.partition(".")[0] for alias in node.names)
    if isinstance(node, ast.Call) and _called(node)[1] in {"import_module", "__import__"}:
        return tuple(str(value).partition(".")[0] for value, _ in literals(node))
    return ((node.module or "").partition(".")[0],) if isinstance(node, ast.ImportFrom) else ()


def _runner(tree: ast.Module, known: set[str]) -> Iterator[_Found]:
    """The test runner, met in code that is no test; a file that knew it already may go on."""
    for node in ast.walk(tree):
        for name in _RUNNER.intersection(_imported(node)) - known:
            yield _line(node), "runner", f"it imports {name}, which runs the tests", True
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("PYTEST_"):
            yield node.lineno, "runner", f"it asks whether tests are running ({node.value})", True


def _reaching(tree: ast.Module) -> Iterator[_Found]:
    """The callers' frames, the interpreter's own state, names that are put together while the code runs."""
    for node in ast.walk(tree):
        for owner, name in _reached(node):
            if name in _FRAME_FIELDS or (name in _FRAMES and owner in _OWNERS):
                yield _line(node), "frames", f"it looks at its callers or at code objects ({name})", True
            elif name in _STATE and owner in _OWNERS:
                yield _line(node), "interpreter", f"it reaches for the interpreter's own state ({owner}.{name})", True
        if isinstance(node, ast.Call) and _is_made_up(node):
            yield node.lineno, "names", "it reaches for something by a name that it puts together", True


def _reached(node: ast.AST) -> list[tuple[str, str]]:
    """(owner, name) of an attribute or of names imported from a module of the interpreter."""
    if isinstance(node, ast.Attribute):
        return [(node.value.id if isinstance(node.value, ast.Name) else "", node.attr)]
    if isinstance(node, ast.ImportFrom) and node.module in _OWNERS:
        return [(node.module, alias.name) for alias in node.names]
    return []


def _called(node: ast.Call) -> tuple[str, str]:
    """(owner, name) of what a call calls."""
    if isinstance(node.func, ast.Name):
        return "", node.func.id
    return next(iter(_reached(node.func)), ("", ""))


def _is_made_up(node: ast.Call) -> bool:
    """`getattr(sys, "_get" + "frame")`, `vars(os)`, `__import__(name)`, a file run as code: a reader has to look."""
    first = node.args[0] if node.args else None
    owned = isinstance(first, ast.Name) and first.id in _OWNERS
    name = _called(node)[1]
    return name in _LOADS or (owned and name in {"getattr", "setattr", "vars", "delattr"})


def _replacing(tree: ast.Module) -> Iterator[_Found]:
    """An attribute of a module that is given another value, such as `time.time = …`."""
    modules = {
        (alias.asname or alias.name) for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else ()
        for owner, name in (reached for target in targets for reached in _reached(target)):
            if name in _COMPARISONS:
                yield _line(node), "comparison", f"it gives {owner}.{name} another value", True
            elif owner in modules:
                yield _line(node), "replaces", f"it gives {owner}.{name} another value", True


def _comparing(tree: ast.Module) -> Iterator[_Found]:
    """Comparisons that give everybody the same answer."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name in _COMPARISONS and _is_constant(node):
            yield from (
                (_line(each), "comparison", f"{node.name} gives everybody the same answer", True)
                for each in (node, *node.body)
            )
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            named = [target.id for target in node.targets if isinstance(target, ast.Name)]
            if _COMPARISONS.intersection(named) and isinstance(node.value.body, ast.Constant):
                yield node.lineno, "comparison", f"{named[0]} gives everybody the same answer", True


def _is_constant(function: ast.FunctionDef) -> bool:
    returned = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
    return bool(returned) and all(isinstance(value, ast.Constant) for value in returned)


def _writing(tree: ast.Module) -> Iterator[_Found]:
    """Writes to a place that is told from the code's own, beside which the tests lie."""
    for node in ast.walk(tree):
        names = [inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)] if _writes(node) else []
        if "__file__" in names:
            yield _line(node), "writes", "it writes to files beside the code", True


def _writes(node: ast.AST) -> bool:
    name = _called(node)[1] if isinstance(node, ast.Call) else ""
    modes = [str(value) for value, _ in literals(node)] if name == "open" else []
    return name in _WRITES or any(mode[:1] in {"w", "a", "x"} and len(mode) < _MODE for mode in modes)


def _leaving(tree: ast.Module) -> Iterator[_Found]:
    """An end of the process, or something put off to its end, that importing the file brings about."""
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or _is_main(statement):
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and _called(node) in {("sys", "exit"), ("atexit", "register"), ("", "exit")}:
                yield node.lineno, "leaves", "importing it ends the process or arranges for its end", True


def _is_main(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and any(value == "__main__" for value, _ in literals(statement.test))


def _line(node: ast.AST) -> int:
    line: int = getattr(node, "lineno", 0)
    return line
