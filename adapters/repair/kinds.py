"""What kind of value an expression or a name seems to hold, guessed from its form and from its use.

`x.append` makes a list, `len(x)` something sized; a wrong guess only costs rank.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

Kinds = frozenset[str]
NO_KINDS: Kinds = frozenset()
_METHODS = {
    "append": "list", "extend": "list", "insert": "list", "sort": "list", "reverse": "list",
    "add": "set", "discard": "set", "union": "set", "issubset": "set", "issuperset": "set",
    "items": "dict", "keys": "dict", "values": "dict", "setdefault": "dict",
    "split": "str", "strip": "str", "join": "str", "lower": "str", "upper": "str", "startswith": "str",
    "endswith": "str", "isdigit": "str", "isalpha": "str", "encode": "str", "popleft": "list", "appendleft": "list",
}  # fmt: skip  # a table reads better in rows
_CALLS = {
    "len": "int", "int": "int", "abs": "int", "sum": "int", "ord": "int", "round": "int", "hash": "int",
    "float": "float", "list": "list", "sorted": "list", "deque": "list", "set": "set", "frozenset": "set",
    "dict": "dict", "defaultdict": "dict", "Counter": "dict", "str": "str", "repr": "str", "chr": "str",
    "tuple": "tuple", "bool": "bool", "isinstance": "bool", "any": "bool", "all": "bool", "range": "range",
}  # fmt: skip  # as above
_DISPLAYS: Mapping[type[ast.expr], str] = {
    ast.List: "list", ast.ListComp: "list", ast.Dict: "dict", ast.DictComp: "dict", ast.Set: "set",
    ast.SetComp: "set", ast.Tuple: "tuple", ast.JoinedStr: "str", ast.GeneratorExp: "iterator", ast.Lambda: "callable",
    ast.Compare: "bool",
}  # fmt: skip  # as above
_ROLES = {"param", "local", "loop"}
_ITERATES_INTS = {"range"}
CONTAINERS = frozenset({"list", "set", "dict", "str", "tuple", "sized", "iterable", "sequence"})


def kind_of(node: ast.expr, names: Mapping[str, Iterable[str]]) -> Kinds:
    if isinstance(node, ast.Constant):
        return frozenset({type(node.value).__name__})
    if isinstance(node, ast.Name):
        return frozenset(names.get(node.id, ()))
    if isinstance(node, ast.Call):
        return _kind_of_call(node)
    if isinstance(node, ast.BinOp):
        return kind_of(node.left, names) | kind_of(node.right, names)
    return _kind_of_shape(node, names)


def _kind_of_shape(node: ast.expr, names: Mapping[str, Iterable[str]]) -> Kinds:
    if isinstance(node, ast.UnaryOp):
        return frozenset({"bool"}) if isinstance(node.op, ast.Not) else kind_of(node.operand, names)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        return kind_of(node.value, names)
    display = _DISPLAYS.get(type(node))
    return frozenset({display}) if display else NO_KINDS


def _kind_of_call(node: ast.Call) -> Kinds:
    if isinstance(node.func, ast.Name) and node.func.id in _CALLS:
        return frozenset({_CALLS[node.func.id]})
    if isinstance(node.func, ast.Attribute) and node.func.attr in {"join", "strip", "lower", "upper", "replace"}:
        return frozenset({"str"})
    return NO_KINDS


def evidence(node: ast.AST, names: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
    """What one node says about names: (name, kind)."""
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from _assigned(targets, node.value, names)
    elif isinstance(node, ast.For | ast.comprehension):
        yield from _looped(node.target, node.iter)
    elif isinstance(node, ast.Call):
        yield from _called(node)
    elif isinstance(node, ast.Compare | ast.BinOp):
        yield from _beside_number(node)
    elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        yield node.value.id, "sequence" if isinstance(node.slice, ast.Slice) else "subscripted"
    elif isinstance(node, ast.Slice):
        yield from ((part.id, "int") for part in (node.lower, node.upper) if isinstance(part, ast.Name))
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        yield node.value.id, _METHODS.get(node.attr, "object")


def _assigned(
    targets: Sequence[ast.expr], value: ast.expr, names: Mapping[str, Iterable[str]]
) -> Iterator[tuple[str, str]]:
    for target in targets:
        if isinstance(target, ast.Name):
            yield from ((target.id, known) for known in kind_of(value, names) - _ROLES)
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for inner, part in zip(target.elts, value.elts, strict=False):
                yield from _assigned([inner], part, names)


def _looped(target: ast.expr, over: ast.expr) -> Iterator[tuple[str, str]]:
    if isinstance(over, ast.Name):
        yield over.id, "iterable"
    called = over.func.id if isinstance(over, ast.Call) and isinstance(over.func, ast.Name) else ""
    for place, name in enumerate(node for node in ast.walk(target) if isinstance(node, ast.Name)):
        yield name.id, "loop"
        if called in _ITERATES_INTS or (called == "enumerate" and place == 0):
            yield name.id, "int"


def _called(node: ast.Call) -> Iterator[tuple[str, str]]:
    if not isinstance(node.func, ast.Name):
        return
    yield node.func.id, "callable"
    kinds = {"len": "sized", "range": "int", "enumerate": "iterable", "sorted": "iterable", "reversed": "iterable"}
    if node.func.id in kinds:
        yield from ((arg.id, kinds[node.func.id]) for arg in node.args if isinstance(arg, ast.Name))


def _beside_number(node: ast.Compare | ast.BinOp) -> Iterator[tuple[str, str]]:
    sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else [node.left, node.right]
    if any(kind_of(side, {}) & {"int", "float"} for side in sides):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Mod):
            return  # "a" * 3 and "%s" % 3 say nothing
        yield from ((side.id, "int") for side in sides if isinstance(side, ast.Name))
