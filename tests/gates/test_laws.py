"""What must cost nothing, and what must add up: the laws of a potential, on code that nobody wrote for them."""

import ast
import os
import random
import subprocess
import sys
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pareback.gates.verdict import Verdict

Judge = Callable[..., Verdict]
Delta = Callable[[Mapping[str, str], Mapping[str, str]], dict[str, float]]
KEPT = {"self", "cls", "_", "log", "logger", "logging", "warnings", "_logger", "_log"}


def quiet(verdict: Verdict) -> bool:
    return verdict.delta == 0 and not any(verdict.signals.values()) and not verdict.findings


def test_reformatting_costs_nothing(delta: Delta, library: Mapping[str, str]) -> None:
    loud = {name: delta({name: text}, {name: ast.unparse(ast.parse(text))}) for name, text in library.items()}
    assert not any(loud.values()), loud


class Commented(ast.NodeTransformer):
    """Docstrings and annotations everywhere."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        if ast.get_docstring(node) is None:
            node.body.insert(0, ast.Expr(ast.Constant("What it does.")))
        for argument in node.args.args:
            argument.annotation = argument.annotation or ast.parse("dict[str, int] | None", mode="eval").body
        node.returns = node.returns or ast.Constant("Result")
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        if len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            return ast.AnnAssign(node.targets[0], ast.Name("object"), node.value, 1)
        return node


def test_docstrings_and_annotations_cost_nothing(delta: Delta, library: Mapping[str, str]) -> None:
    def documented(text: str) -> str:
        return ast.unparse(ast.fix_missing_locations(Commented().visit(ast.parse(text))))

    loud = {name: delta({name: text}, {name: documented(text)}) for name, text in library.items()}
    assert not any(loud.values()), loud


def test_comments_cost_nothing_and_code_does(judge: Judge) -> None:
    plain = "def f(a):\n    return a\n"
    assert quiet(judge(plain, "# why\n" + plain + "    # and how\n"))
    assert judge(plain, plain + "    # and how\nprint(1)\n").delta > 0


def renamed(text: str) -> str:
    """Every local of every function under another name."""
    tree = ast.parse(text)
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    for node in [*tree.body, *(method for found in classes for method in found.body)]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            _rename_locals(node)
    return ast.unparse(tree)


def _rename_locals(function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    nodes = list(ast.walk(function))
    declared = {name for node in nodes if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names}
    bound = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound -= declared | KEPT
    # names that are bound in a way which this renaming does not follow
    bound -= {node.arg for node in nodes if isinstance(node, ast.arg)}
    bound -= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.ExceptHandler)}
    bound -= {
        (alias.asname or alias.name).partition(".")[0]
        for node in nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    for node in nodes:
        if isinstance(node, ast.Name) and node.id in bound:
            node.id += "_x"


def test_renaming_locals_costs_nothing(delta: Delta, library: Mapping[str, str]) -> None:
    loud = {name: delta({name: text}, {name: renamed(text)}) for name, text in library.items()}
    assert not any(loud.values()), loud


class Renamed(ast.NodeTransformer):
    """Top-level functions and classes, and all that speaks of them, under another name."""

    def __init__(self, names: set[str]) -> None:
        self.names = names

    def visit(self, node: ast.AST) -> ast.AST:
        self.generic_visit(node)
        field = {"Name": "id", "FunctionDef": "name", "AsyncFunctionDef": "name", "ClassDef": "name"}
        key = field.get(type(node).__name__)
        if key and getattr(node, key) in self.names:
            setattr(node, key, getattr(node, key) + "_x")
        return node


def test_renaming_definitions_costs_nothing(delta: Delta, library: Mapping[str, str]) -> None:
    for text in library.values():
        tree = ast.parse(text)
        names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        names -= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)} | {"__getattr__"}
        assert delta({"a.py": text}, {"a.py": ast.unparse(Renamed(names).visit(tree))}) == {}


def test_renaming_files_costs_nothing(judge: Judge, library: Mapping[str, str]) -> None:
    base = {f"a/{name}.py": text for name, text in library.items()}
    assert quiet(judge(base, {f"b/c/{name}_x.py": text for name, text in library.items()}))


def split(text: str, seed: int) -> dict[str, str]:
    """The definitions of a module dealt out over three files in another order, each with all its imports."""
    deal = random.Random(seed)
    tree = ast.parse(text)
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    moved = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    rest = [node for node in tree.body if node not in imports and node not in moved]
    deal.shuffle(moved)
    files: dict[str, list[ast.stmt]] = {"shop/cart.py": [*imports, *rest], "shop/b.py": [*imports], "c.py": [*imports]}
    for node in moved:
        files[deal.choice(list(files))].append(node)
    return {path: ast.unparse(ast.Module(body, [])) for path, body in files.items()}


@pytest.mark.parametrize("seed", range(3))
def test_moving_and_reordering_definitions_costs_nothing(delta: Delta, library: Mapping[str, str], seed: int) -> None:
    loud = {name: delta({name: text}, split(text, seed)) for name, text in library.items()}
    assert not any(loud.values()), loud


SNIPPETS = st.sampled_from(
    [
        "X = 1\n",
        "def f(a, b=True):\n    return a and b or 0\n",
        "def f(a):\n    for x in a:\n        if x:\n            print(x)\n",
        "class A:\n    def set(self, v):\n        self.v = v\n",
        "def g(a, n=[]):\n    try:\n        return a[0]\n    except IndexError:\n        return n\n",
        "import time\ndef h():\n    if time.time() > 3:\n        SEEN.append(1)\n",
        "def k(a):\n  match a:\n    case 1:\n      return 2\n    case _:\n      return [lambda: a]\n",
    ]
)
TREES = st.dictionaries(st.sampled_from(["a.py", "b.py", "c/d.py"]), st.lists(SNIPPETS, max_size=4).map("".join))


@given(base=TREES, middle=TREES, head=TREES)
@settings(max_examples=60, deadline=None)
def test_the_delta_is_a_difference(
    judge: Judge, base: dict[str, str], middle: dict[str, str], head: dict[str, str]
) -> None:
    """Doing and undoing costs nothing, and it does not matter how a patch is cut."""
    there, back = judge(base, head), judge(head, base)
    assert there.delta == pytest.approx(-back.delta, abs=0.001)
    steps = judge(base, middle).delta + judge(middle, head).delta
    assert there.delta == pytest.approx(steps, abs=0.02)
    assert quiet(judge(base, dict(reversed(base.items()))))
    assert judge({}, head).delta >= 0


@given(tree=TREES)
@settings(max_examples=20, deadline=None)
def test_only_the_changed_paths_matter(judge: Judge, tree: dict[str, str]) -> None:
    base, head = {**tree, "z.py": "X = 1\n"}, {**tree, "z.py": "X = 1\nY = 2\n"}
    assert judge(base, head) == judge({"z.py": base["z.py"]}, {"z.py": head["z.py"]})


def test_a_copy_pays_again_and_a_longer_patch_pays_more(judge: Judge) -> None:
    one = "def f(a):\n    if a:\n        return 1\n"
    two = one + one.replace("def f", "def g")
    assert judge("", two).delta == pytest.approx(2 * judge("", one).delta, abs=0.02)
    assert judge("", one + "    return 2\n").delta > judge("", one).delta


PRINT_FACTS = """
import sys
from pareback.gates.rows import rows
from pareback.gates.languages.python import build
print(rows(build().extract(open(sys.argv[1], "rb").read())))
"""


def test_facts_do_not_depend_on_the_hash_seed() -> None:
    def facts(seed: str) -> str:
        command = [sys.executable, "-c", PRINT_FACTS, ast.__file__]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    assert facts("0") == facts("1") == facts("4242")
