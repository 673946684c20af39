"""The embedded model against one-operator and one-name mistakes seeded into modules of the standard library.

    python benchmarks/embedded_seeded.py [--each 2] [--seed 0] [--rounds 8] [--candidates 32] [--jobs 2] [--show]

Each target is a copy of a module with one mistake and a test file that compares calls with what the right module
answers. The mistakes are made here, by swapping tokens, without the repairer's operators. Only mistakes that turn at
least one test red count.
"""

import ast
import importlib
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from embedded_search import Target, judged, parsed, report

CALLS = {
    "textwrap": [
        "wrap('the quick brown fox jumps over the lazy dog', 12)", "fill('one two three four', 9)",
        "shorten('Hello  world!', width=11)", "dedent('  a\\n    b\\n  c')", "indent('a\\n\\nb', '> ')",
        "wrap('supercalifragilistic word', 8)", "wrap('', 5)", "wrap('a-b-c-d-e-f', 3)",
    ],
    "bisect": [
        "bisect_left([1, 2, 2, 3], 2)", "bisect_right([1, 2, 2, 3], 2)", "bisect_left([], 1)",
        "bisect_right([1, 5, 9], 6)", "bisect_left([1, 5, 9], 6, 1, 3)", "bisect_left(['a', 'bb'], 2, key=len)",
    ],
    "colorsys": [
        "rgb_to_hsv(0.2, 0.4, 0.6)", "hsv_to_rgb(0.6, 0.5, 0.4)", "rgb_to_hls(0.9, 0.1, 0.3)", "rgb_to_yiq(.1, .2, .3)",
        "hls_to_rgb(0.3, 0.4, 0.5)", "hsv_to_rgb(0.1, 0.0, 0.4)", "rgb_to_hls(0.2, 0.8, 0.3)", "yiq_to_rgb(.5, .1, .1)",
    ],
    "posixpath": [
        "join('a', 'b', '/c', 'd')", "normpath('/a/./b/../c//d')", "split('/a/b/c')", "splitext('a.b/c.tar.gz')",
        "basename('/a/b')", "dirname('/a/b')", "commonpath(['/a/b/c', '/a/b/d'])", "relpath('/a/b/c', '/a/d')",
        "isabs('/a')", "normpath('')", "splitext('.bashrc')", "commonpath(['a/b', 'a/c/d'])",
    ],
    "fnmatch": [
        "fnmatch('a.py', '*.py')", "filter(['a.py', 'b.txt'], '*.py')", "translate('a[!b-d]?*')",
        "fnmatch('abc', 'a[b-c]c')", "translate('[]')", "translate('a**b[x')",
    ],
    "shlex": [
        "split('a \"b c\" d')", "quote(\"it's\")", "join(['a b', 'c'])", "split('a # b', comments=True)",
        "split(\"x='1 2' y\")", "list(shlex('a && b', punctuation_chars=True))",
    ],
    "statistics": [
        "mean([1, 2, 4])", "median([3, 1, 2, 10])", "median_low([1, 2, 3, 4])", "mode([1, 1, 2])",
        "pvariance([1, 2, 3, 4])", "quantiles([1, 2, 3, 4, 5], n=4)", "multimode('aabbc')", "median_high([1, 2, 3, 4])",
        "harmonic_mean([40, 60])", "variance([2, 4, 6])", "median_grouped([1, 2, 2, 3, 4])",
    ],
    "heapq": [
        "list(merge([1, 4], [2, 3]))", "nlargest(2, [1, 5, 3])", "nsmallest(2, [4, 1, 5, 3])",
        "nsmallest(1, [3, 1, 2], key=abs)", "nlargest(9, [1, 2])", "list(merge([4, 1], [3, 2], reverse=True))",
    ],
    "string": ["capwords('hello big  world')", "capwords('a-b', '-')", "Template('$a ${b} $$').substitute(a=1, b=2)",
               "Template('$x $y').safe_substitute(x=1)", "Formatter().format('{0} {a!r:>5}', 1, a='b')"],
    "difflib": [
        "get_close_matches('appel', ['ape', 'apple', 'peach'])", "SequenceMatcher(None, 'abcd', 'bcde').ratio()",
        "SequenceMatcher(None, 'abxcd', 'abcd').get_opcodes()",
        "list(unified_diff(['a', 'b'], ['a', 'c'], lineterm=''))",
        "list(ndiff(['one'], ['ore']))",
        "SequenceMatcher(None, 'abcd', 'bcde').quick_ratio()",
    ],
}  # fmt: skip  # a table reads better in rows
_SWAPS = {
    ast.Lt: ("<", "<="), ast.LtE: ("<=", "<"), ast.Gt: (">", ">="), ast.GtE: (">=", ">"), ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="), ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "+"), ast.FloorDiv: ("//", "%"),
    ast.And: (" and ", " or "), ast.Or: (" or ", " and "), ast.Is: (" is ", " is not "),
}  # fmt: skip  # as above


def mistakes(text: str) -> Iterator[str]:
    """The module with one token changed, for every place where that is possible."""
    tree = ast.parse(text)
    lines = text.splitlines(keepends=True)
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        names = [arg.arg for arg in function.args.args if arg.arg != "self"]
        for node in ast.walk(function):
            for line, start, end, new in _changes(node, names, lines):
                changed = lines[line][:start] + new + lines[line][end:]
                yield "".join([*lines[:line], changed, *lines[line + 1 :]])


def _changes(node: ast.AST, names: list[str], lines: list[str]) -> Iterator[tuple[int, int, int, str]]:
    """(line, start, end, text) of each change at a node that lies on one line."""
    if isinstance(node, ast.Name):
        yield from _renamed(node, names)
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield node.lineno - 1, node.col_offset, node.end_col_offset or 0, str(node.value + 1)
    elif isinstance(node, ast.Compare | ast.BinOp | ast.BoolOp):
        yield from _swapped(node, lines)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.lineno - 1, node.col_offset, node.col_offset + 4, ""


def _renamed(node: ast.Name, names: list[str]) -> Iterator[tuple[int, int, int, str]]:
    """The next parameter in place of the one that is read."""
    if isinstance(node.ctx, ast.Load) and node.id in names and len(names) > 1:
        other = names[(names.index(node.id) + 1) % len(names)]
        yield node.lineno - 1, node.col_offset, node.col_offset + len(node.id), other


def _swapped(node: ast.Compare | ast.BinOp | ast.BoolOp, lines: list[str]) -> Iterator[tuple[int, int, int, str]]:
    """Another operator between the first two operands."""
    op, left, right = _operation(node)
    old, new = _SWAPS.get(type(op), ("", ""))
    at = lines[left.end_lineno - 1].find(old, left.end_col_offset) if left.end_lineno and old else -1
    if at >= 0 and left.end_lineno == right.lineno:
        yield right.lineno - 1, at, at + len(old), new


def _operation(node: ast.Compare | ast.BinOp | ast.BoolOp) -> tuple[ast.AST, ast.expr, ast.expr]:
    """The first operator of a node with what stands left and right of it."""
    if isinstance(node, ast.Compare):
        return node.ops[0], node.left, node.comparators[0]
    if isinstance(node, ast.BoolOp):
        return node.op, node.values[0], node.values[1]
    return node.op, node.left, node.right


def seeded(folder: Path, each: int, seed: int) -> Iterator[Target]:
    """`each` red targets for every module, always the same for one seed."""
    for module, calls in CALLS.items():
        tests = _tests(calls, _answers(folder, module, calls))
        changed = list(mistakes(_program(module)))
        random.Random(f"{module}{seed}").shuffle(changed)
        planted = (_planted(folder, f"{module} {at}", wrong, tests) for at, wrong in enumerate(changed))
        yield from islice((target for target in planted if _red(target, len(calls))), each)


def _program(module: str) -> str:
    """A module's source, with nothing taken from its twin in C."""
    text = Path(str(importlib.import_module(module).__file__)).read_text(encoding="utf-8")
    return text.replace("from _bisect import *", "pass").replace("from _heapq import *", "pass")


def _answers(folder: Path, module: str, calls: list[str]) -> list[str]:
    """What the right module answers, each as the text of a literal. Raises CalledProcessError where a call fails."""
    script = folder / f"answers_{module}.py"
    asked = "".join(f"print(repr({_asked('right', call)}))\n" for call in calls)
    script.write_text(f"import {module} as right\n\n{asked}", encoding="utf-8")
    said = subprocess.run([sys.executable, "-I", script], capture_output=True, text=True, check=True)
    return said.stdout.splitlines()


def _tests(calls: list[str], answers: list[str]) -> str:
    pairs = enumerate(zip(calls, answers, strict=True))
    tests = [f"def test_{at}():\n    assert {_asked('target', call)} == {answer}\n\n" for at, (call, answer) in pairs]
    return "\n".join(["import target\n\n", *tests])


def _asked(module: str, call: str) -> str:
    """The call with its module in front of it, inside of a `list` around it."""
    return f"list({module}.{call[5:]}" if call.startswith("list(") else f"{module}.{call}"


def _planted(folder: Path, name: str, program: str, tests: str) -> Target:
    target = Target(name, folder / name.replace(" ", ""), "target.py", "test_target.py")
    target.folder.mkdir()
    (target.folder / target.program).write_text(program, encoding="utf-8")
    (target.folder / target.tests).write_text(tests, encoding="utf-8")
    return target


def _red(target: Target, calls: int) -> bool:
    """Whether the mistake shows in some of the tests and not in all of them."""
    return 0 < len(judged(target, {}, (), stop=False).failures) < calls


def main() -> None:
    parser = parsed(__doc__ or "")
    parser.add_argument("--each", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pareback-seeded-") as name:
        report(list(seeded(Path(name), options.each, options.seed)), options)


if __name__ == "__main__":
    main()
