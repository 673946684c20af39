"""What setup.py and setup.cfg declare. Neither is run here: what is not spelled out, the installer asks the build."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pareback.workspaces.provision.pyproject import chosen
from pareback.workspaces.provision.source import Source, content, ini, strings
from pareback.workspaces.provision.words import is_for_tests

_EXTRAS = "options.extras_require"


@dataclass(frozen=True, slots=True)
class Described:
    """The project as the two files describe it; what they compute is not there. `file` is the one to build from."""

    file: str = ""
    name: str = ""
    python: str = ""
    extras: Mapping[str, tuple[str, ...]] | None = None
    tests: tuple[str, ...] = ()

    def sources(self) -> Iterator[Source]:
        """Runtime dependencies, the extras for tests and development, and `tests_require`."""
        if not self.file:
            return
        yield Source(self.file, arguments=("-r", self.file))
        for name in chosen(self.extras or {}):
            told = ("--extra", name)
            yield Source(f"{self.file}, extra {name}", arguments=told, development=not is_for_tests(name))
        if self.tests:
            yield Source(f"{self.file}, tests_require", self.tests)


def read(tree: Path) -> Described:
    """Both files as one: setup.py is asked where both are there, for it reads the other. Raises ValueError for a
    setup.cfg that cannot be read."""
    sections = ini(content(tree, "setup.cfg"), "setup.cfg")
    script = content(tree, "setup.py")
    words = _arguments(script)
    extras = {name: _lines(value or "") for name, value in sections.items(_EXTRAS)} if _EXTRAS in sections else {}
    own = words.get("extras_require")
    extras.update({str(name): strings(lines) for name, lines in own.items()} if isinstance(own, dict) else {})
    is_described = sections.has_section("metadata") and sections.has_section("options")
    return Described(
        file="setup.py" if script else "setup.cfg" if is_described else "",
        name=str(words.get("name") or sections.get("metadata", "name", fallback="") or ""),
        python=str(words.get("python_requires") or sections.get("options", "python_requires", fallback="") or ""),
        extras=extras,
        tests=strings(words.get("tests_require"))
        or _lines(sections.get("options", "tests_require", fallback="") or ""),
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#"))


def _arguments(script: bytes) -> dict[str, Any]:
    """The keyword arguments of `setup(...)` that are spelled out, there or under a name at the top."""
    try:
        tree = ast.parse(script)
    except (SyntaxError, ValueError):  # an old dialect: the build will say so
        return {}
    names: dict[str, Any] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            names[node.targets[0].id] = _spelled(node.value, names)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_setup(node.func)]
    return {word.arg: _spelled(word.value, names) for call in calls for word in call.keywords if word.arg}


def _is_setup(function: ast.expr) -> bool:
    return ast.unparse(function).rpartition(".")[2] == "setup"


def _spelled(value: ast.expr, names: Mapping[str, Any]) -> Any:
    """The value of an expression of literals, or of a name that stands for one. Of a dictionary whose values are
    computed, the keys."""
    if isinstance(value, ast.Name):
        return names.get(value.id)
    if isinstance(value, ast.Dict):
        return {
            key.value: _spelled(inner, names)
            for key, inner in zip(value.keys, value.values, strict=True)
            if isinstance(key, ast.Constant)
        }
    try:
        return ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError):
        return None
