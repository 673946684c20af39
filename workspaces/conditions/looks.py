"""What each kind of condition looks for in a definition: the line where it is found, or nothing."""

import ast
from collections.abc import Callable, Iterator, Mapping

from pareback.workspaces.conditions.condition import Condition, Kind

Look = Callable[[Condition, ast.AST], int | None]

_LEVELS: Mapping[str, str] = {
    **{level: level for level in ("debug", "info", "warning", "error", "critical", "log")},
    "warn": "warning",
    "exception": "error",
    "fatal": "critical",
}
"""Methods of a logger, and the level that each logs at; `log` is told it."""


def _decorated(condition: Condition, node: ast.AST) -> int | None:
    found = getattr(node, "decorator_list", [])
    return next((each.lineno for each in found if _is(condition.name, _dotted(each))), None)


def _calls(condition: Condition, node: ast.AST) -> int | None:
    return next((call.lineno for call in _all_calls(node) if _is(condition.name, _dotted(call))), None)


def _uses(condition: Condition, node: ast.AST) -> int | None:
    named = (each for each in ast.walk(node) if isinstance(each, ast.Name | ast.Attribute))
    return next((each.lineno for each in named if _is(condition.name, _dotted(each))), None)


def _parameter(condition: Condition, node: ast.AST) -> int | None:
    if isinstance(node, ast.ClassDef):
        inits = (each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__")
        return next((line for each in inits if (line := _parameter(condition, each))), None)
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    defaults = dict(_parameters(node.args))
    found = next((each for each in defaults if each.arg == condition.name), None)
    if found is None or not (not condition.text or _same(condition.text, defaults[found])):
        return None
    return found.lineno


def _raises(condition: Condition, node: ast.AST) -> int | None:
    raised = (each for each in ast.walk(node) if isinstance(each, ast.Raise) and each.exc is not None)
    return next((each.lineno for each in raised if _fits(condition, _dotted(each.exc), each)), None)


def _warns(condition: Condition, node: ast.AST) -> int | None:
    marked = [each for each in getattr(node, "decorator_list", []) if _is("warnings.deprecated", _dotted(each))]
    calls = (each for each in _all_calls(node) if _is("warnings.warn", _dotted(each)) and each not in marked)
    for each in calls:
        named = [_dotted(inner) for inner in ast.walk(each) if isinstance(inner, ast.Name | ast.Attribute)]
        if _says(condition, each) and any(_is(condition.name or "warn", name) for name in named):
            return each.lineno
    return next((each.lineno for each in marked if _fits(condition, "DeprecationWarning", each)), None)


def _logs(condition: Condition, node: ast.AST) -> int | None:
    wanted = _LEVELS.get(condition.name.lower(), condition.name.lower())
    for call in _all_calls(node):
        level = _level(call)
        if level and wanted in {"", level} and _says(condition, call):
            return call.lineno
    return None


LOOKS: Mapping[Kind, Look] = {
    "decorated": _decorated,
    "calls": _calls,
    "uses": _uses,
    "parameter": _parameter,
    "raises": _raises,
    "warns": _warns,
    "logs": _logs,
}


def _all_calls(node: ast.AST) -> Iterator[ast.Call]:
    return (each for each in ast.walk(node) if isinstance(each, ast.Call))


def _dotted(node: ast.AST | None) -> str:
    """The name that an expression ends in, with what it is reached through as far as that is a name."""
    if isinstance(node, ast.Call):
        return _dotted(node.func)
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}".lstrip(".")
    return node.id if isinstance(node, ast.Name) else ""


def _is(wanted: str, found: str) -> bool:
    """Whether two names mean the same as far as both are told: one may be longer by what it is reached through."""
    shorter, longer = sorted((wanted, found), key=len)
    return bool(shorter) and (shorter == longer or longer.endswith(f".{shorter}"))


def _fits(condition: Condition, name: str, node: ast.AST) -> bool:
    return (not condition.name or _is(condition.name, name)) and _says(condition, node)


def _says(condition: Condition, node: ast.AST) -> bool:
    """Whether the strings below hold the words, whatever their case and spacing."""
    return _plain(condition.text) in _plain("".join(_strings(node)))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _strings(node: ast.AST) -> Iterator[str]:
    """The strings below in the order of the text; what a template fills in stands as its source between braces."""
    if isinstance(node, ast.FormattedValue):
        yield f"{{{ast.unparse(node.value)}}}"
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    else:
        for child in ast.iter_child_nodes(node):
            yield from _strings(child)


def _level(call: ast.Call) -> str:
    """The level at which the call logs; nothing where it is no logger's."""
    through, _, method = _dotted(call).rpartition(".")
    if "log" not in through.lower() or method not in _LEVELS:
        return ""
    told = _dotted(call.args[0]).rpartition(".")[2].lower() if method == "log" and call.args else method
    return _LEVELS.get(told, told)


def _parameters(args: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    """Every parameter with its default."""
    plain = [*args.posonlyargs, *args.args]
    missing: list[ast.expr | None] = [None] * (len(plain) - len(args.defaults))
    yield from zip(plain, [*missing, *args.defaults], strict=True)
    yield from zip(args.kwonlyargs, args.kw_defaults, strict=True)
    yield from ((each, None) for each in (args.vararg, args.kwarg) if each is not None)


def _same(text: str, default: ast.expr | None) -> bool:
    """Whether the default is the same expression as the text."""
    try:
        return default is not None and ast.unparse(ast.parse(text, mode="eval").body) == ast.unparse(default)
    except SyntaxError:
        return False
