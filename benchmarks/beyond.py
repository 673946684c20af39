"""Which patches only satisfy the tests: mended programs beside the reference on further inputs.

    python benchmarks/beyond.py quixbugs CHECKOUT OUT        # OUT as `pareback bench quixbugs --out OUT` left it
    python benchmarks/beyond.py humanevalfix CHECKOUT OUT    # of `humanevalfix.py --out OUT`, with or without --search
    python benchmarks/beyond.py refactory CHECKOUT OUT       # of `refactory.py --out OUT`

The inputs are those that the tests give the reference, changed a little at random (same types, sorted lists stay
sorted, letters come from the same text). Where the reference raises or runs too long the input is outside of what it is
for and does not count. A patch agrees where every answer is the reference's. Inputs may still break a promise that only
the docstring makes, so a difference is where to look, and not yet a fault.
"""

import argparse
import copy
import functools
import importlib.util
import json
import math
import random
import resource
import signal
import subprocess
import sys
import tempfile
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import humanevalfix
import pytest
import refactory
from inputs import varied

SECONDS = 0.5
"""Of the processor, for one call."""

LONGEST = 2_000
"""Items of an answer that are compared: some programs make endless generators."""


class TooLong(BaseException):
    """A call took longer than its limit; no program may catch it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One task: the reference's and the mended program's text, and what calls the reference as the tests do, given
    the functions of the reference with a tap on each."""

    name: str
    reference: str
    mended: str
    play: Callable[[types.ModuleType], None]


class Tap:
    """Functions of a module that note what they are called with from outside."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self._inside = False

    def on(self, module: types.ModuleType) -> None:
        for name, value in list(vars(module).items()):
            if isinstance(value, types.FunctionType) and value.__module__ == module.__name__:
                setattr(module, name, self._noted(name, value))

    def _noted(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def noted(*args: Any) -> Any:
            if self._inside:
                return function(*args)
            self._inside = True
            self.calls.append((name, copy.deepcopy(args)))
            try:
                return function(*args)
            finally:
                self._inside = False

        return noted


def compared(pair: Pair) -> dict[str, Any]:
    """{"inputs": that counted, "same": of these, "first": the first difference in words}."""
    tap, reference = Tap(), loaded("reference", pair.reference)
    tap.on(reference)
    pair.play(reference)
    right, other = loaded("right", pair.reference), loaded("mended", pair.mended)
    inputs = same = 0
    first = ""
    for name, args in varied(tap.calls, random.Random(pair.name)):
        wanted = answer(getattr(right, name), args)
        if wanted[0] == "raised":
            continue
        got = answer(getattr(other, name), args)
        inputs += 1
        same += alike(wanted, got)
        if not first and not alike(wanted, got):
            first = f"{name}{args!r}"[:160] + f" is {got!r}"[:80] + f", expected {wanted!r}"[:80]
    return {"inputs": inputs, "same": same, "first": first}


def loaded(name: str, text: str) -> types.ModuleType:
    """The program as a module of this name."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{name}.py"
        file.write_text(text, encoding="utf-8")
        spec = importlib.util.spec_from_file_location(name, file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return module


def answer(function: Callable[..., Any], args: tuple[Any, ...]) -> tuple[str, Any]:
    """What a call returns, its arguments too where it returns nothing; or that it raised or took too long."""
    given = copy.deepcopy(args)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        value = frozen(function(*given), {})
        return ("changed", frozen(given, {})) if value is None else ("returned", value)
    except (Exception, TooLong):  # noqa: BLE001 - whatever a program does is its answer
        return "raised", None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def frozen(value: Any, seen: dict[int, int]) -> Any:
    """The value as plain data; objects by their fields, those met before by their number."""
    if isinstance(value, list | tuple | types.GeneratorType | map | filter | range | zip):
        return [frozen(item, seen) for item, _ in zip(value, range(LONGEST), strict=False)]
    if isinstance(value, set | frozenset):
        return sorted((frozen(item, seen) for item in value), key=repr)
    if isinstance(value, dict):
        return sorted(([frozen(key, seen), frozen(item, seen)] for key, item in value.items()), key=repr)
    if hasattr(value, "__dict__") and not isinstance(value, types.FunctionType | type):
        if id(value) in seen:
            return f"<{seen[id(value)]}>"
        seen[id(value)] = len(seen)
        return [type(value).__name__, *(frozen(item, seen) for _, item in sorted(vars(value).items()))]
    return value


def alike(one: Any, other: Any) -> bool:
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, float) and isinstance(other, float | int):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9) or (math.isnan(one) and math.isnan(other))
    return bool(one == other)


def quixbugs(checkout: Path, mended: dict[str, str]) -> Iterator[Pair]:
    """The corrected programs, called by the set's own tests with its own option for that."""
    sys.path.insert(0, str(checkout))
    for name, text in mended.items():
        module = f"correct_python_programs.{name}"
        right = (checkout / "correct_python_programs" / f"{name}.py").read_text(encoding="utf-8")
        tests = str(checkout / "python_testcases" / f"test_{name}.py")

        def play(reference: types.ModuleType, module: str = module, tests: str = tests) -> None:
            sys.modules[module] = reference
            quiet = ["-p", "no:cacheprovider", "-p", "no:terminal"]
            pytest.main([*quiet, "--correct", "--rootdir", str(checkout), tests])

        yield Pair(name, right, text, play)


def humaneval(checkout: Path, mended: dict[str, str]) -> Iterator[Pair]:
    for entry in humanevalfix.entries(checkout):
        text = mended.get(humanevalfix.name(entry))
        if text is not None:
            tests, called = humanevalfix.tests(entry), f"test_{entry['entry_point']}"
            right = humanevalfix.program(entry, "canonical_solution")
            yield Pair(humanevalfix.name(entry), right, text, _player(f"{tests}\n{called}()\n"))


def students(checkout: Path, mended: dict[str, str]) -> Iterator[Pair]:
    for name, text in mended.items():
        question = refactory.question_of(name)
        yield Pair(name, refactory.reference(checkout, question), text, _player(refactory.calls(checkout, question)))


def _player(script: str) -> Callable[[types.ModuleType], None]:
    """Plays a script with the functions of the reference in sight."""
    return lambda reference: _play(f"from {reference.__name__} import *\n{script}")


def _play(script: str) -> None:
    loaded("player", script)


SETS = {"quixbugs": quixbugs, "humanevalfix": humaneval, "refactory": students}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", choices=SETS)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--one", help="compare this task here and print JSON; without it each gets its own process")
    options = parser.parse_args()
    texts = programs(options.set, options.checkout, options.out)
    if options.one:
        _alone(next(SETS[options.set](options.checkout, {options.one: texts[options.one]})))
        return
    print("| task | inputs | same | first difference |\n|---|--:|--:|---|")
    agree = 0
    for name in sorted(texts):
        found = _asked(name)
        agree += found["inputs"] > 0 and found["same"] == found["inputs"]
        first = str(found["first"]).replace("|", "\\|").replace("\n", " ")
        print(f"| {name} | {found['inputs']} | {found['same']} | {f'`{first}`' if first else ''} |", flush=True)
    print(f"\n{agree} of {len(texts)} behave as the reference")


def _alone(pair: Pair) -> None:
    def over(*_: object) -> None:
        raise TooLong

    signal.signal(signal.SIGVTALRM, over)
    resource.setrlimit(resource.RLIMIT_AS, (2 * 1024**3, 2 * 1024**3))
    sys.setrecursionlimit(2_000)
    found = compared(pair)
    sys.stderr.write("\n" + json.dumps(found))


def _asked(name: str) -> dict[str, Any]:
    """The comparison in a process of its own, told over its last line on stderr."""
    command = [sys.executable, *sys.argv, "--one", name]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        found: dict[str, Any] = json.loads(done.stderr.rsplit("\n", 1)[-1])
    except (ValueError, subprocess.TimeoutExpired):
        return {"inputs": 0, "same": 0, "first": "the comparison did not end"}
    return found


def programs(kind: str, checkout: Path, out: Path) -> dict[str, str]:
    """Mended program texts by task: written as such, or made from the patches of accepted rows."""
    written = {file.stem: file.read_text(encoding="utf-8") for file in out.glob("*.py")}
    if written or not (out / "rows.jsonl").exists():
        return written
    rows = [json.loads(line) for line in (out / "rows.jsonl").read_text(encoding="utf-8").splitlines()]
    return {row["id"]: _patched(kind, checkout, out, row["id"]) for row in rows if row["accepted"]}


def _patched(kind: str, checkout: Path, out: Path, name: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        patch = (out / f"{name}.diff").resolve()
        path = f"python_programs/{name}.py" if kind == "quixbugs" else "solution.py"
        target = Path(folder) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_buggy(kind, checkout, name))
        subprocess.run(["git", "apply", "--unsafe-paths", "--directory", folder, str(patch)], cwd="/", check=True)
        return target.read_text(encoding="utf-8")


def _buggy(kind: str, checkout: Path, name: str) -> bytes:
    if kind == "quixbugs":
        return (checkout / "python_programs" / f"{name}.py").read_bytes()
    tasks = humanevalfix.tasks(checkout) if kind == "humanevalfix" else refactory.tasks(checkout)
    return next(task.contents["solution.py"] for task in tasks if task.id == name)


if __name__ == "__main__":
    main()
