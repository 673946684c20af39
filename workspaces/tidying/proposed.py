"""What the repository's own configuration says about formatting and linting: a proposal, never taken unasked."""

import configparser
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_HOOKS = {"ruff format": "ruff-format", "ruff": "ruff", "black": "black", "flake8": "flake8", "isort": "isort"}
"""The ids of their pre-commit hooks."""


def proposed(tree: Path) -> dict[str, str]:
    """`format_cmd` and `lint_cmd` by what is configured at the root of a checkout; what is not configured is left
    out, and so is a file that cannot be read."""
    tools = frozenset(_configured(tree))
    formats = {"ruff format": "ruff format", "black": "black -q", "isort": "isort -q"}
    lints = {"ruff": "ruff check", "flake8": "flake8", "pylint": "pylint"}
    found = {
        "format_cmd": next((command for tool, command in formats.items() if tool in tools), ""),
        "lint_cmd": next((command for tool, command in lints.items() if tool in tools), ""),
    }
    return {setting: command for setting, command in found.items() if command}


def _configured(tree: Path) -> Iterator[str]:
    """Names of tools that a file at the root speaks of."""
    sections = _toml(tree / "pyproject.toml").get("tool", {})
    yield from sections
    if "format" in sections.get("ruff", {}):
        yield "ruff format"
    if (tree / "ruff.toml").exists() or (tree / ".ruff.toml").exists():
        yield "ruff"
    for name in ("setup.cfg", "tox.ini", ".flake8", ".isort.cfg"):
        yield from _sections(tree / name)
    if (tree / ".pylintrc").exists() or (tree / "pylintrc").exists():
        yield "pylint"
    hooks = re.findall(r"\bid:\s*([\w-]+)", _text(tree / ".pre-commit-config.yaml"))
    yield from (tool for tool, hook in _HOOKS.items() if hook in hooks)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError:
        return {}


def _sections(path: Path) -> list[str]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(_text(path))
    except configparser.Error:
        return []
    return parser.sections()


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
