"""One wrong producer planted in a real repository, with the checks or casts that it makes: how high is it ranked?

    python benchmarks/planted_origins.py EACH MIRROR OWNER/NAME[@REVISION]...

MIRROR is a folder of bare repositories MIRROR/OWNER+NAME/repo. In each repository EACH things are drawn with a fixed
seed per kind of planting: functions that more than `LEAST` others call, attributes that as many read and that are never
None. The producer gives None, or another type than it gave; every user gets one check or cast, and users are added
until there are `WIDE`. An entry counts if it names the thing, is of the kind and stands on the line that was planted.
"""

import ast
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath

from precision import sources

from pareback.gates.facts import FileFacts, Unit
from pareback.gates.languages import python
from pareback.gates.reading.origins import MADE
from pareback.gates.reading.owners import short
from pareback.gates.survey.origin import Origin
from pareback.gates.survey.ranked import ranked
from pareback.gates.survey.whole import Whole, whole

SEED = 17
LEAST = 5
WIDE = 24
TOP = 3
SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Return)
WORLDS = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Thing:
    """A function of a module, or an attribute of one class (`owner`), at home in one file."""

    name: str
    path: str
    owner: str = ""

    def used(self, node: ast.AST) -> bool:
        """Whether the node is a use of it."""
        if self.owner:
            return isinstance(node, ast.Attribute) and node.attr == self.name and isinstance(node.ctx, ast.Load)
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == self.name


@dataclass(frozen=True, slots=True)
class Planting:
    """How a thing goes wrong: what its right values are made with, the wrong one, and what each user does."""

    kind: str
    right: str
    wrong: str
    use: str


PLANTINGS: Mapping[str, Planting] = {
    "None": Planting("nil", "{0}", "None", "is None"),
    "str for int": Planting("cast", "int({0})", "str(unready())", "int({0})"),
    "str for Path": Planting("cast", "Path({0})", "str(unready())", "Path({0})"),
    "text for bytes": Planting("cast", "bytes({0})", "'unready'", "{0}.encode()"),
    "Enum for text": Planting("cast", "str({0})", "Mode.UNREADY", "{0}.value"),
    "str for list": Planting("type", "list({0})", "str(unready())", "isinstance({0}, str)"),
}


@dataclass(slots=True)
class Project:
    """A repository as it is, and what is known of it."""

    name: str
    texts: dict[str, str]
    facts: dict[str, FileFacts] = field(default_factory=dict)

    def things(self) -> list[Thing]:
        """What could go wrong: nothing else has its name, and enough functions use it."""
        called, read = self._uses()
        found = [thing for thing in self._named() if (read if thing.owner else called)[thing.name] > LEAST]
        return sorted(found, key=lambda thing: (thing.path, thing.name))

    def _uses(self) -> tuple[Counter[str], Counter[str]]:
        """How many functions call a name, how many read an attribute."""
        called, read = Counter[str](), Counter[str]()
        for text in self.texts.values():
            for function, _ in functions(ast.parse(text)):
                nodes = list(ast.walk(function))
                called.update(
                    {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
                )
                read.update({node.attr for node in nodes if isinstance(node, ast.Attribute)})
        return called, read

    def _named(self) -> Iterator[Thing]:
        tree = whole(self.facts)
        units = [(path, unit) for path, facts in tree.files.items() for unit in facts.units]
        known = Counter(short(unit.qualname) for _, unit in units)
        for path, unit in units:
            if _answers(unit) and known[unit.qualname] == 1:
                yield Thing(unit.qualname, path)
        for path, unit in units:
            for name in _declared(unit):
                if self._alone(name, tree):
                    yield Thing(name, path, short(unit.owner))

    def _alone(self, name: str, tree: Whole) -> bool:
        declared = tree.view.postings(f"attribute:{name}")
        nils = (posting.detail[0] for posting in tree.view.postings(f"nil:.{name}"))
        return len({(posting.path, posting.detail[0]) for posting in declared}) == 1 and MADE not in nils


def _answers(unit: Unit) -> bool:
    """Whether it is a function of a module that gives something back."""
    return unit.kind == "function" and not unit.owner and any(not given.name for given in unit.given)


def _declared(unit: Unit) -> list[str]:
    """The attributes that a constructor sets."""
    return [member.name for member in unit.members] if short(unit.qualname) == "__init__" else []


def main() -> None:
    each, mirror = int(sys.argv[1]), Path(sys.argv[2])
    language, found = python.build(), list[tuple[str, int]]()
    for name in sys.argv[3:]:
        texts = dict(sources(name, mirror))
        project = Project(name, texts, {path: language.extract(text.encode()) for path, text in texts.items()})
        found += planted(project, each)
    hits = Counter(kind for kind, place in found if 0 < place <= TOP)
    totals = Counter(kind for kind, _ in found)
    for kind in PLANTINGS:
        print(f"| {kind} | {totals[kind]} | {hits[kind]} |")
    print(f"| all | {len(found)} | {sum(hits.values())} |")


def planted(project: Project, each: int) -> Iterator[tuple[str, int]]:
    """Kind and rank of every planting in a repository; 0 where it is not in the list."""
    drawn = random.Random(f"{SEED} {project.name}")
    things = project.things()
    drawn.shuffle(things)
    for kind, planting in PLANTINGS.items():
        for thing, changed in islice(wide(project, list(things), planting), each):
            things.remove(thing)
            origins = surveyed(project, changed)
            place = rank(origins, thing, planting, changed)
            print(told(project.name, kind, thing, place, origins), flush=True)
            yield kind, place


def wide(project: Project, things: list[Thing], planting: Planting) -> Iterator[tuple[Thing, dict[str, str]]]:
    """The things that could be planted with all of their users, each with the files that change."""
    for thing in things:
        changed, uses = plant(project, thing, planting)
        if uses == WIDE:
            yield thing, changed


def told(project: str, kind: str, thing: Thing, place: int, origins: tuple[Origin, ...]) -> str:
    """The row of a planting."""
    entry = origins[place - 1] if place else None
    shown = f"{entry.frees} points, {entry.decisions} places" if entry else "not in the list"
    owner = f"{thing.owner}." if thing.owner else ""
    cells = (project, kind, f"`{owner}{thing.name}`", WIDE, place or "-", shown)
    return f"| {' | '.join(map(str, cells))} |"


def surveyed(project: Project, changed: Mapping[str, str]) -> tuple[Origin, ...]:
    """The list of the repository with these files in place of its own."""
    language = python.build()
    fresh = {path: language.extract(text.encode()) for path, text in changed.items()}
    return ranked(whole({**project.facts, **fresh}))


def rank(origins: tuple[Origin, ...], thing: Thing, planting: Planting, changed: Mapping[str, str]) -> int:
    """The place of the planted producer in the list, from 1; 0 where it has none."""
    lines = changed[thing.path].splitlines()
    for place, origin in enumerate(origins, start=1):
        named = origin.kind == planting.kind and origin.path == thing.path and thing.name in origin.what
        if named and planting.wrong in lines[origin.line - 1].replace('"', "'"):
            return place
    return 0


def plant(project: Project, thing: Thing, planting: Planting) -> tuple[dict[str, str], int]:
    """The files that change, and how many functions use the thing in them."""
    changed, uses = dict[str, str](), 0
    for path, text in (*project.texts.items(), added(thing)):
        if thing.name not in text or uses >= WIDE:
            continue
        module = ast.parse(text)
        before, home = uses, path == thing.path
        if home:
            spoilt(module, thing, planting)
        users = [function for function, owner in functions(module) if not (home and makes(function, owner, thing))]
        for function in users:
            uses += uses < WIDE and use(function.body, thing, planting, uses)
        if uses > before or home:
            changed[path] = ast.unparse(ast.fix_missing_locations(module))
    return changed, uses


def makes(function: Function, owner: str, thing: Thing) -> bool:
    """Whether a function of the thing's file is where the thing comes from."""
    return (function.name, owner) == (("__init__", thing.owner) if thing.owner else (thing.name, owner))


def spoilt(module: ast.Module, thing: Thing, planting: Planting) -> None:
    """Let the thing go wrong in its own file."""
    for function, owner in functions(module):
        if makes(function, owner, thing):
            produce(function, thing, planting)
    if thing.owner and planting.kind != "nil":
        reload(module, thing, planting)


def added(thing: Thing) -> tuple[str, str]:
    """A file of more users, beside the thing."""
    used = f"thing.{thing.name}" if thing.owner else f"{thing.name}(thing)"
    text = "".join(f"def planted_user_{number}(thing):\n    keep_{number}({used})\n" for number in range(WIDE))
    return str(PurePosixPath(thing.path).with_name("planted_users.py")), text


def functions(module: ast.Module) -> Iterator[tuple[Function, str]]:
    """The functions of a module and the methods of its classes, each with the class."""
    for statement in module.body:
        for node in statement.body if isinstance(statement, ast.ClassDef) else [statement]:
            if isinstance(node, Function):
                yield node, statement.name if isinstance(statement, ast.ClassDef) else ""


def produce(function: Function, thing: Thing, planting: Planting) -> None:
    """Make the right values in the right way, and one wrong one: in place of what a constructor sets where that is
    None, else beside them."""
    right = planting.wrong if thing.owner and planting.kind == "nil" else planting.right
    for node in own_statements(function.body):
        if isinstance(node, ast.Assign | ast.AnnAssign) if thing.owner else isinstance(node, ast.Return):
            assert isinstance(node, ast.Assign | ast.AnnAssign | ast.Return)
            if node.value is not None and (not thing.owner or sets(node, thing)):
                node.value = wrapped(right, node.value)
    if not thing.owner:
        function.body.insert(1, ast.parse(f"if unready():\n    return {planting.wrong}").body[0])


def sets(node: ast.stmt, thing: Thing) -> bool:
    """Whether an assignment sets the attribute."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return any(isinstance(target, ast.Attribute) and target.attr == thing.name for target in targets)


def reload(module: ast.Module, thing: Thing, planting: Planting) -> None:
    """A method of the class that sets the attribute to the wrong value."""
    method = ast.parse(f"def reload_planted(self):\n    self.{thing.name} = {planting.wrong}").body[0]
    for statement in module.body:
        if isinstance(statement, ast.ClassDef) and statement.name == thing.owner:
            statement.body.append(method)


def own_statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a function without those of functions in it."""
    for statement in body:
        yield statement
        if not isinstance(statement, WORLDS):
            for name in ("body", "orelse", "finalbody"):
                yield from own_statements(getattr(statement, name, []))
            for handler in getattr(statement, "handlers", []):
                yield from own_statements(handler.body)


def use(body: list[ast.stmt], thing: Thing, planting: Planting, number: int) -> bool:
    """Change the first plain statement that uses the thing; False where there is none."""
    for at, statement in enumerate(body):
        if isinstance(statement, SIMPLE):
            node = next((found for found in plain(statement) if thing.used(found)), None)
            if node is not None:
                body[at : at + 1] = changed_use(statement, node, planting, number)
                return True
        elif not isinstance(statement, WORLDS):
            blocks = [getattr(statement, name, []) for name in ("body", "orelse", "finalbody")]
            blocks += [handler.body for handler in getattr(statement, "handlers", [])]
            if any(use(block, thing, planting, number) for block in blocks):
                return True
    return False


def plain(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a statement that run where it stands, each once."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, WORLDS):
            yield child
            yield from plain(child)


def changed_use(statement: ast.stmt, node: ast.AST, planting: Planting, number: int) -> list[ast.stmt]:
    """The statement with the thing cast, or with a check before it: by `if` and `raise`, every third by a choice."""
    assert isinstance(node, ast.expr)
    if planting.kind == "cast":
        return [replaced(statement, node, wrapped(planting.use, node))]
    name = ast.Name(f"planted_{number}", ast.Load())
    hoisted = ast.Assign([ast.Name(name.id, ast.Store())], node)
    test = planting.use.format(name.id) if "{" in planting.use else f"{name.id} {planting.use}"
    if number % 3 == 0:
        choice = ast.parse(f"0 if {test} else {name.id}", mode="eval").body
        return [hoisted, replaced(statement, node, choice)]
    check = ast.parse(f"if {test}:\n    raise LookupError({name.id!r})").body[0]
    return [hoisted, check, replaced(statement, node, name)]


def wrapped(form: str, node: ast.expr) -> ast.expr:
    """The expression in that form."""
    return ast.parse(form.format(f"({ast.unparse(node)})"), mode="eval").body


def replaced(statement: ast.stmt, old: ast.AST, new: ast.expr) -> ast.stmt:
    """The statement with another expression in one place."""

    class _Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return new if node is old else self.generic_visit(node)

    done = _Replace().visit(statement)
    assert isinstance(done, ast.stmt)
    return done


if __name__ == "__main__":
    main()
