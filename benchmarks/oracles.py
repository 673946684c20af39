"""Our flow and decisions against three other tools, function by function, on code that nobody here wrote.

    pip install cognitive-complexity complexipy
    python benchmarks/oracles.py FOLDER [FOLDER …]

Compared are top-level functions and methods of top-level classes. Our steps are counted at the prices of cognitive
complexity (1, and the nesting for what nests), those of radon at 1. A difference counts as explained where the function
holds something that METRICS prices differently on purpose; what is left is printed.
"""

import ast
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import complexipy
from cognitive_complexity.api import get_cognitive_complexity
from radon.complexity import cc_visit_ast

from pareback.gates.facts import Increment, Unit
from pareback.gates.languages import python

Function = ast.FunctionDef | ast.AsyncFunctionDef
NESTING = {"if", "again", "for", "while", "ternary", "except", "match"}
OURS_ALONE = {"comprehension", "filter", "inner", "case", "when", "value", "recursion"}
DECISIONS = {"if", "elif", "arm", "again", "for", "while", "except", "ternary", "comprehension", "filter", "inner"}
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    for node in tree.body:
        if isinstance(node, Function):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{each.name}", each) for each in node.body if isinstance(each, Function))


def reasons(node: Function) -> set[str]:
    """What in a function is counted otherwise on purpose, by name."""
    parts = [part for part in ast.walk(node) if part is not node]
    known: dict[str, Callable[[ast.AST], bool]] = {
        "comprehension": lambda part: isinstance(part, COMPREHENSIONS),
        "match": lambda part: isinstance(part, ast.Match),
        "nested function or lambda": lambda part: isinstance(part, (*Function.__args__, ast.Lambda)),
        "class in a function": lambda part: isinstance(part, ast.ClassDef),
        "recursion": lambda part: isinstance(part, ast.Call) and _called(part) == node.name,
        "import guard": lambda part: (
            isinstance(part, ast.Try) and any(isinstance(each, ast.Import | ast.ImportFrom) for each in part.body)
        ),
        "loop or try with else": lambda part: (
            isinstance(part, ast.For | ast.While | ast.AsyncFor | ast.Try) and bool(part.orelse)
        ),
        "async for or with": lambda part: isinstance(part, ast.AsyncFor | ast.AsyncWith),
        "and/or": lambda part: isinstance(part, ast.BoolOp),
        "ternary": lambda part: isinstance(part, ast.IfExp),
        "assert": lambda part: isinstance(part, ast.Assert),
        "handler inside a branch": lambda part: (
            isinstance(part, ast.If | ast.For | ast.While | ast.AsyncFor)
            and any(isinstance(each, ast.Try) for each in ast.walk(part))
        ),
        "except*": lambda part: type(part).__name__ == "TryStar",
    }
    return {name for name, holds in known.items() if any(holds(part) for part in parts)}


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def cognitive(unit: Unit) -> int:
    return sum(_cognitive(step) for step in unit.flow if step.kind not in OURS_ALONE)


def _cognitive(step: Increment) -> int:
    return 1 + step.nesting * (step.kind in NESTING)


def cyclomatic(unit: Unit) -> int:
    return 1 + sum(step.kind in DECISIONS for step in unit.flow)


ORACLES = {
    "complexipy": {"comprehension", "match", "nested function or lambda", "class in a function", "import guard",
                   "recursion", "loop or try with else", "ternary", "except*"},
    "cognitive_complexity": {"comprehension", "match", "nested function or lambda", "class in a function",
                             "import guard", "recursion", "async for or with", "loop or try with else", "except*",
                             "handler inside a branch"},
    "radon (cyclomatic)": {"match", "nested function or lambda", "class in a function", "import guard", "and/or",
                           "loop or try with else", "assert", "except*"},
}  # fmt: skip


@dataclass
class Tally:
    """What came of one oracle."""

    functions: int = 0
    equal: int = 0
    explained: Counter[str] = field(default_factory=Counter)
    left: list[str] = field(default_factory=list)

    def add(self, name: str, pair: tuple[int, int], found: set[str]) -> None:
        self.functions += 1
        if pair[0] == pair[1]:
            self.equal += 1
        elif found:
            self.explained[min(found)] += 1
        else:
            self.left.append(f"{name}: ours {pair[0]}, theirs {pair[1]}")


def compare(path: Path, tallies: dict[str, Tally]) -> None:
    raw = path.read_bytes()
    facts = python.build().extract(raw)
    if facts.problems:
        return
    tree = ast.parse(raw)
    theirs = {found.name.replace("::", "."): found.complexity for found in _complexipy(raw)}
    blocks = {block.fullname: block.complexity for block in cc_visit_ast(tree)}
    units = {unit.qualname: unit for unit in facts.units}
    for name, node in functions(tree):
        if f"{name}#2" in units or name not in units or name not in theirs or name not in blocks:
            continue
        why, unit = reasons(node), units[name]
        pairs = {
            "complexipy": (cognitive(unit), theirs[name]),
            "cognitive_complexity": (cognitive(unit), get_cognitive_complexity(node)),
            "radon (cyclomatic)": (cyclomatic(unit), blocks[name]),
        }
        for oracle, pair in pairs.items():
            tallies[oracle].add(f"{path.name} {name}", pair, why & ORACLES[oracle])


def _complexipy(raw: bytes) -> list[object]:
    try:
        return list(complexipy.code_complexity(raw.decode()).functions)
    except (UnicodeDecodeError, ValueError, SyntaxError):
        return []


def main() -> None:
    tallies = {oracle: Tally() for oracle in ORACLES}
    for folder in sys.argv[1:]:
        for path in sorted(Path(folder).rglob("*.py")):
            compare(path, tallies)
    print("| oracle | functions | equal | explained | left |\n|---|--:|--:|--:|--:|")
    for oracle, tally in tallies.items():
        explained = tally.explained.total()
        share = 100 * tally.equal / max(1, tally.functions)
        print(f"| {oracle} | {tally.functions} | {share:.1f} % | {explained} | {len(tally.left)} |")
    for oracle, tally in tallies.items():
        print(f"\n{oracle}, differences by what the function holds: {dict(tally.explained.most_common())}")
        print("\n".join(f"    {line}" for line in tally.left[:12]))


if __name__ == "__main__":
    main()
