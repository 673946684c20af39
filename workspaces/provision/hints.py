"""What tox, nox and hatch install before they run the tests: asked only where the project itself names nothing for
tests, and only for what is spelled out."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pareback.workspaces.provision.source import Source, content, ini, strings, table, toml
from pareback.workspaces.provision.words import is_for_tests

_CONDITIONAL = re.compile(r"^[\w{},.!-]+:\s")
_FILE = re.compile(r"^(-r|-c|--requirement|--constraint)[ =]*(\S+)$")
_OWN = re.compile(r"^(?:-e\s*)?\.(?:\[([^\]]+)\])?$")
_ENVIRONMENTS = ("default", "test", "tests", "testing", "dev", "hatch-test")


def sources(tree: Path, tables: Mapping[str, Any]) -> Iterator[Source]:
    """What each tool's configuration says. Raises ValueError for a file that cannot be read."""
    yield from _source("tox", _tox(tree, tables))
    yield from _source("hatch", _hatch(tables))
    yield from _source("noxfile.py", _nox(content(tree, "noxfile.py")))


def _source(where: str, words: Iterator[str]) -> Iterator[Source]:
    """The words of an installer's command line as a source: requirements, files, and the project's own extras."""
    told = list(dict.fromkeys(words))
    lines = [word for word in told if not word.startswith("-") and "{" not in word and not _OWN.match(word)]
    arguments = [part for word in told for part in _arguments(word)]
    if lines or arguments:
        yield Source(where, tuple(lines), tuple(arguments))


def _arguments(word: str) -> list[str]:
    """A file, or the project itself with extras, as options."""
    if found := _FILE.match(word):
        return ["-c" if found[1] in ("-c", "--constraint") else "-r", found[2]]
    own = _OWN.match(word)
    return [part for name in (own[1] or "").split(",") if name for part in ("--extra", name.strip())] if own else []


def _tox(tree: Path, tables: Mapping[str, Any]) -> Iterator[str]:
    tool = table(tables, "tool", "tox")
    for place in (table(toml(tree, "tox.toml"), "env_run_base"), table(tool, "env_run_base")):
        yield from strings(place.get("deps"))
        yield from (f".[{name}]" for name in strings(place.get("extras")))
    texts = {"tox.ini": content(tree, "tox.ini"), "pyproject.toml": str(tool.get("legacy_tox_ini", "")).encode()}
    for name, text in texts.items():
        sections = ini(text, name)
        if sections.has_section("testenv"):
            lines = (sections.get("testenv", "deps", fallback="") or "").splitlines()
            yield from (line.strip() for line in lines if line.strip() and not _is_conditional(line.strip()))
            extras = sections.get("testenv", "extras", fallback="") or ""
            yield from (f".[{extra}]" for extra in re.findall(r"^[\w.-]+$", extras, re.MULTILINE))


def _is_conditional(line: str) -> bool:
    """Whether it is for some environments only, or a comment."""
    return line.startswith("#") or (_CONDITIONAL.match(line) is not None and "://" not in line)


def _hatch(tables: Mapping[str, Any]) -> Iterator[str]:
    for name, environment in table(tables, "tool", "hatch", "envs").items():
        if name in _ENVIRONMENTS:
            for key in ("dependencies", "extra-dependencies"):
                yield from strings(table({name: environment}, name).get(key))
            yield from (f".[{feature}]" for feature in strings(table({name: environment}, name).get("features")))


def _nox(script: bytes) -> Iterator[str]:
    """The words of `session.install(...)` in the sessions whose names say tests."""
    try:
        tree = ast.parse(script)
    except (SyntaxError, ValueError):
        return
    sessions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and is_for_tests(node.name)]
    for node in (node for session in sessions for node in ast.walk(session)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "session.install":
            words = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            yield from _joined(words)


def _joined(words: list[str]) -> Iterator[str]:
    """An option and its value as one word."""
    waiting = iter(words)
    for word in waiting:
        yield f"{word} {next(waiting, '')}" if word in ("-r", "-c", "-e", "--requirement", "--constraint") else word
