"""Visitors of functions and classes: where units begin and end, what they declare. `read_module` starts the pass."""

import ast
from collections.abc import Iterator

from pareback.gates.facts import Declared, Hidden, Shared
from pareback.gates.syntax import bodies, given
from pareback.gates.syntax.claims import RETURNS
from pareback.gates.syntax.draft import Draft, Heading, Sheet, Visitors
from pareback.gates.syntax.expressions import parameters
from pareback.gates.syntax.handlers import names
from pareback.gates.syntax.nils import generates, in_class, in_function, in_module, never_returning
from pareback.gates.syntax.prints import finish
from pareback.gates.syntax.subjects import last
from pareback.gates.syntax.unused import parameters as named

Function = ast.FunctionDef | ast.AsyncFunctionDef

MODULE = "<module>"
"""The qualname of a file's top level."""

_MAGIC = {"__getattr__", "__getattribute__", "__init_subclass__"}
_ACCESSORS = {"setter", "deleter", "overload"}
_RECORDS = {"dataclass", "define", "frozen", "mutable", "attrs", "NamedTuple", "TypedDict", "BaseModel", "Struct"}
_CONTAINERS = {"list", "dict", "set", "defaultdict", "deque", "OrderedDict", "Counter"}
_DISPLAYS = (ast.List, ast.Dict, ast.Set)
_FACTORY = 3
"""Functions within functions from which on a decorator factory is magic."""


def read_module(sheet: Sheet, tree: ast.Module, end: int) -> None:
    """Read a whole file: its units come to lie on the sheet."""
    for statement in tree.body:
        if type(statement) is ast.Import:
            sheet.modules.update((alias.asname or alias.name).partition(".")[0] for alias in statement.names)
    sheet.quits.update(never_returning(tree.body))
    draft = Draft(sheet, Heading(MODULE, "module", 1, end))
    draft.nils += in_module(tree.body)
    _statements(draft, tree.body)
    if draft.tokens or draft.interface or draft.mentions.aside or sheet.imports or draft.mentions.imported:
        sheet.units.append(finish(draft))


def _statements(draft: Draft, body: list[ast.stmt]) -> None:
    """The statements of a class or module, each counted by itself: moving one elsewhere changes no other's size."""
    for statement in body:
        value = getattr(statement, "value", None)
        literal = isinstance(statement, ast.Assign | ast.AnnAssign) and _is_table(value)
        draft.cuts.append((len(draft.tokens), literal))
        draft.block([statement], 0)


def _is_table(node: ast.expr | None) -> bool:
    if isinstance(node, ast.Constant | ast.UnaryOp):
        return True
    if isinstance(node, ast.Dict):
        return all(key is not None and _is_table(key) for key in node.keys) and all(map(_is_table, node.values))
    return isinstance(node, ast.List | ast.Tuple | ast.Set) and all(map(_is_table, node.elts))


def function(draft: Draft, node: Function, nesting: int) -> None:
    """A function in a function belongs to it; any other is a unit of its own."""
    if draft.heading.kind == "function":
        _nested(draft, node, nesting)
        return
    owner = draft.heading.qualname if draft.heading.kind == "class" else ""
    qualname = draft.sheet.unique(f"{owner}.{node.name}" if owner else node.name)
    unit = Draft(draft.sheet, Heading(qualname, "function", _first_line(node), node.end_lineno or node.lineno, owner))
    unit.name = node.name
    unit.asynchronous = type(node) is ast.AsyncFunctionDef
    decorators = {name for item in node.decorator_list for name in names(_target(item))}
    receivers = node.args.posonlyargs + node.args.args if owner and "staticmethod" not in decorators else []
    unit.selves = {argument.arg for argument in receivers[:1]}
    unit.mentions.parameters = named(node.args, receiver=bool(receivers))
    unit.mentions.decorators = tuple(sorted(decorators))
    unit.interface.append(_declared(node, "free" if decorators & _ACCESSORS else "", receiver=bool(receivers)))
    if node.name in _MAGIC:
        unit.hidden.append(Hidden("magic", node.lineno, 1, node.name))
    unit.mark(node.lineno)
    _body(unit, node, 0)
    read = bodies.read(node.body)
    generator = ("Yield" in unit.tokens or "YieldFrom" in unit.tokens) and generates(node.body)
    receiver = receivers[0].arg if receivers else ""
    unit.nils += in_function(node, read, receiver, draft.sheet.quits, generator=generator)
    unit.given += given.in_function(node, read, receiver, generator=generator)
    draft.sheet.units.append(finish(unit))


def _first_line(node: Function | ast.ClassDef) -> int:
    return min([node.lineno, *(item.lineno for item in node.decorator_list)])


def _nested(draft: Draft, node: Function, nesting: int) -> None:
    """One level deeper, unless the function around it does nothing but make and return it."""
    draft.tokens.append("n:" + node.name)
    draft.locals.add(node.name)
    draft.interface.append(_declared(node, "nested", receiver=False))
    if draft.functions == _FACTORY - 1:
        draft.hidden.append(Hidden("magic", node.lineno, 1, "factory"))
    wrapping, loops = draft.wrapping, draft.loops
    draft.loops = 0
    start = len(draft.tokens)
    _body(draft, node, nesting if wrapping else nesting + 1)
    draft.mentions.within(node, start, len(draft.tokens))
    draft.wrapping, draft.loops = wrapping, loops


def _body(draft: Draft, node: Function, nesting: int) -> None:
    draft.tokens.append("def")
    draft.mentions.signature(node)
    draft.names.hinted(RETURNS, node.returns)
    _decorators(draft, node.decorator_list, nesting)
    parameters(draft, node.args, nesting)
    for default in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
        if _mutable(default):
            draft.shared.append(Shared("default", node.name, default.lineno))
    draft.wrapping = _only_wraps(node.body)
    draft.functions += 1
    scope = draft.open_scope()
    draft.block(node.body, nesting, tail=True)
    draft.close_scope(scope)
    draft.functions -= 1


def _decorators(draft: Draft, nodes: list[ast.expr], nesting: int) -> None:
    """A decorator's name is free; one with arguments is a call."""
    for node in nodes:
        if type(node) is ast.Call:
            draft.tokens.append("call")
            for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
                draft.visit(argument, nesting)


def _target(node: ast.expr) -> ast.expr:
    return node.func if isinstance(node, ast.Call) else node


def _mutable(node: ast.expr) -> bool:
    return isinstance(node, _DISPLAYS) or (isinstance(node, ast.Call) and bool(names(node.func) & _CONTAINERS))


def _only_wraps(body: list[ast.stmt]) -> bool:
    """Whether a function only makes another one and returns it, as a decorator does."""
    documented = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    rest = body[1:] if documented else body
    kinds = [type(statement) for statement in rest]
    return kinds in ([ast.FunctionDef, ast.Return], [ast.AsyncFunctionDef, ast.Return])


def _declared(node: Function, kind: str, *, receiver: bool) -> Declared:
    if kind == "free":
        return Declared(kind, node.name, node.lineno)
    special = node.name.startswith("__") and node.name.endswith("__")
    arguments = node.args
    parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    parameters += [extra for extra in (arguments.vararg, arguments.kwarg) if extra]
    defaults = [*arguments.defaults, *arguments.kw_defaults]
    flags = sum(isinstance(default, ast.Constant) and type(default.value) is bool for default in defaults)
    kind = kind or ("special" if special else "function")
    return Declared(kind, node.name, node.lineno, len(parameters) - receiver, flags)


def class_(draft: Draft, node: ast.ClassDef, nesting: int) -> None:
    """A class body is a unit, unless the class is local to a function."""
    if draft.heading.kind == "function":
        draft.locals.add(node.name)
        _class_header(draft, node, nesting)
        wrapping, draft.wrapping = draft.wrapping, False
        draft.mentions.classes += 1
        draft.block(node.body, nesting)
        draft.mentions.classes -= 1
        draft.wrapping = wrapping
        return
    prefix = f"{draft.heading.qualname}." if draft.heading.kind == "class" else ""
    qualname = draft.sheet.unique(prefix + node.name)
    unit = Draft(draft.sheet, Heading(qualname, "class", _first_line(node), node.end_lineno or node.lineno))
    unit.fields = _is_record(node)
    unit.mentions.decorators = tuple(sorted(name for item in node.decorator_list for name in names(_target(item))))
    unit.mark(node.lineno)
    unit.cuts.append((0, False))
    unit.nils += in_class(node)
    unit.given += given.in_class(node)
    _class_header(unit, node, 0)
    unit.bases = tuple(filter(None, map(last, node.bases)))
    unit.members = dict(_fields(node))
    _statements(unit, node.body)
    draft.sheet.units.append(finish(unit))


def _class_header(draft: Draft, node: ast.ClassDef, nesting: int) -> None:
    draft.interface.append(Declared("class", node.name, node.lineno))
    draft.tokens.append("class")
    draft.mentions.aside += node.decorator_list
    _decorators(draft, node.decorator_list, nesting)
    for base in node.bases:
        draft.visit(base, nesting)
    for keyword in node.keywords:
        draft.visit(keyword.value, nesting)
        if keyword.arg == "metaclass":
            draft.hidden.append(Hidden("magic", node.lineno, 1, "metaclass"))


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, int]]:
    """What the body of a class declares, the last of a name first, with or without a value; methods are units."""
    for statement in reversed(node.body):
        found = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        for target in found:
            if isinstance(target, ast.Name):
                yield target.id, target.lineno


def _is_record(node: ast.ClassDef) -> bool:
    """A class whose methods are generated from its fields: they are its parameters, not names of their own."""
    marks = {name for item in [*node.decorator_list, *node.bases] for name in names(_target(item))}
    return bool(marks & _RECORDS)


DEFINITIONS: Visitors = {
    ast.FunctionDef: function,
    ast.AsyncFunctionDef: function,
    ast.ClassDef: class_,
}
