"""What hides control flow: pure questions about expressions, asked by the visitors."""

import ast

from pareback.gates.facts import Hidden

_CODE = {"exec", "eval", "compile"}
_MAKES_CODE = {"exec", "eval", "compile", "FunctionType", "CodeType"}
_MAKERS = {"builtins", "types", "__builtins__"}
_DYNAMIC = {"getattr", "setattr", "delattr"}
_NAMESPACES = {"globals", "locals", "vars"}
_NUMBERS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.LShift, ast.RShift)
_DISPLAYS = (ast.List, ast.Tuple, ast.Set, ast.Dict)
_CLOCKS = {"time", "random", "uuid", "socket", "secrets"}
_TODAY = {"now", "utcnow", "today"}
_DISK = {"exists", "is_file", "is_dir"}


def suspect_call(node: ast.Call) -> Hidden | None:
    """A call that runs text as code or reaches for a computed name."""
    func = node.func
    if type(func) is ast.Name:
        return _suspect_name(node, func.id)
    if type(func) is ast.Attribute:
        return _suspect_attribute(node, func)
    return None


def only_compiles(statement: ast.Call) -> bool:
    """A call of `compile` whose result nothing takes: the text is checked and never run."""
    return type(statement.func) is ast.Name and statement.func.id == "compile"


def _suspect_name(node: ast.Call, name: str) -> Hidden | None:
    if name in _CODE or name == "FunctionType":
        return Hidden("code", node.lineno, 1, name)
    if name in _DYNAMIC and len(node.args) > 1 and type(node.args[1]) is not ast.Constant:
        return Hidden("dynamic", node.lineno, 1, name)
    if name in {"__import__", "import_module"} and _computed(node):
        return Hidden("dynamic", node.lineno, 1, name)
    return None


def _suspect_attribute(node: ast.Call, func: ast.Attribute) -> Hidden | None:
    if func.attr in _MAKES_CODE and type(func.value) is ast.Name and func.value.id in _MAKERS:
        return Hidden("code", node.lineno, 1, func.attr)
    if func.attr == "import_module" and _computed(node):
        return Hidden("dynamic", node.lineno, 1, func.attr)
    if func.attr == "get" and _namespace(func.value) and _computed(node):
        return Hidden("dynamic", node.lineno, 1, "namespace")
    return None


def _computed(node: ast.Call) -> bool:
    return bool(node.args) and type(node.args[0]) is not ast.Constant


def _namespace(node: ast.expr) -> bool:
    if type(node) is ast.Call:
        return type(node.func) is ast.Name and node.func.id in _NAMESPACES
    return type(node) is ast.Attribute and node.attr == "__dict__"


def inline_table(value: ast.expr, index: ast.expr | None) -> int:
    """Entries beyond the first of a literal container that a computed index picks from on the spot."""
    if index is None or type(index) in (ast.Constant, ast.Slice) or not isinstance(value, _DISPLAYS):
        return 0
    if isinstance(index, ast.UnaryOp) and isinstance(index.operand, ast.Constant):
        return 0
    return len(value.keys if isinstance(value, ast.Dict) else value.elts) - 1


def looked_up(node: ast.Call) -> bool:
    """A call of what a literal container just returned: `{…}[key](x)`, `{…}.get(key)(x)`."""
    func = node.func
    if type(func) is ast.Subscript:
        return isinstance(func.value, _DISPLAYS)
    inner = func.func if type(func) is ast.Call else None
    return type(inner) is ast.Attribute and inner.attr == "get" and isinstance(inner.value, ast.Dict)


def computed_name(node: ast.Subscript) -> bool:
    """A subscript of a namespace with a computed name: `globals()[name]`, `x.__dict__[name]`."""
    return type(node.slice) is not ast.Constant and _namespace(node.value)


def arithmetic(node: ast.BinOp) -> bool:
    """A condition used as a number: `(a > b) * c`, `bool(x) * y`. Masks (`&`, `|`) are left to array libraries."""
    return isinstance(node.op, _NUMBERS) and (_condition(node.left) or _condition(node.right))


def _condition(node: ast.expr) -> bool:
    if type(node) is ast.Call:
        return _cast(node)
    return type(node) is ast.Compare or (type(node) is ast.UnaryOp and type(node.op) is ast.Not)


def _cast(node: ast.Call) -> bool:
    if type(node.func) is not ast.Name or len(node.args) != 1:
        return False
    return node.func.id == "bool" or (node.func.id == "int" and _condition(node.args[0]))


def volatile(node: ast.expr) -> tuple[str, str] | None:
    """The root and the name of a reading of the clock, chance, the environment or the disk."""
    func = node.func if type(node) is ast.Call else node
    if type(func) is ast.Name:
        return ("input", "input") if func.id == "input" and type(node) is ast.Call else None
    if type(func) is not ast.Attribute:
        return None
    root = _root(func)
    name = f"{root}.{func.attr}" if root else func.attr
    return (root, name) if _reads_world(root, func.attr, called=type(node) is ast.Call) else None


def _reads_world(root: str, name: str, *, called: bool) -> bool:
    if name in {"environ", "getenv"}:
        return root == "os"
    return called and (root in _CLOCKS or name in _DISK or (name in _TODAY and root in {"datetime", "date", "dt"}))


def _root(node: ast.expr) -> str:
    while type(node) is ast.Attribute:
        node = node.value
    return node.id if type(node) is ast.Name else ""
