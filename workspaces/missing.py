"""What a failure says was missing: a module, a name in a module, a fixture, a plugin. Pure reading of plain values."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

_NO_NAME = re.compile(
    r"cannot import name '(?P<name>[^']+)' from (?:partially initialized module )?'(?P<module>[^']+)'"
)
_NO_ATTRIBUTE = re.compile(r"module '(?P<module>[^']+)' has no attribute '(?P<name>[^']+)'")
_NO_MARKER = re.compile(r"'(?P<name>[^']+)' not found in `markers` configuration option")
_USAGE = re.compile(
    r'Error importing plugin "(?P<module>[^"]+)"'
    r"|Missing required plugins: (?P<required>[^\s,]+)"
    r"|Unknown config option: (?P<ini>\w+)"
    r"|unrecognized arguments: (?P<option>--?[a-zA-Z-]+)"
)
_PLUGINS = {  # options and settings that stand in many repositories, and the plugin each belongs to
    "--cov": "pytest-cov",
    "--dist": "pytest-xdist",
    "--numprocesses": "pytest-xdist",
    "--timeout": "pytest-timeout",
    "timeout": "pytest-timeout",
    "--asyncio-mode": "pytest-asyncio",
    "asyncio": "pytest-asyncio",
    "anyio": "anyio",
    "trio": "pytest-trio",
    "--benchmark": "pytest-benchmark",
    "--reruns": "pytest-rerunfailures",
    "--ds": "pytest-django",
    "--nomigrations": "pytest-django",
    "--reuse-db": "pytest-django",
    "--no-migrations": "pytest-django",
    "DJANGO": "pytest-django",
    "django_find_project": "pytest-django",
    "--random-order": "pytest-random-order",
    "--randomly": "pytest-randomly",
    "--mypy": "pytest-mypy",
    "--flake8": "pytest-flake8",
    "--isort": "pytest-isort",
    "--black": "pytest-black",
    "--ruff": "pytest-ruff",
    "--pylint": "pytest-pylint",
    "--html": "pytest-html",
    "--snapshot": "syrupy",
    "--picked": "pytest-picked",
    "--testmon": "pytest-testmon",
    "--disable-socket": "pytest-socket",
    "--allow-hosts": "pytest-socket",
    "--doctest-plus": "pytest-doctestplus",
    "--instafail": "pytest-instafail",
    "--sugar": "pytest-sugar",
    "env": "pytest-env",
    "mock_use_standalone_module": "pytest-mock",
    "qt_api": "pytest-qt",
    "httpserver": "pytest-httpserver",
}
_EXACT = frozenset({"timeout", "anyio", "trio", "env"})  # words with which other settings begin too
_XDIST = re.compile(r"-n(?:\d+|auto|logical|=.*)?$")


def plugin_of(word: str) -> str:
    """The plugin that an option, a setting or a marker belongs to; empty where nobody knows."""
    if _XDIST.match(word):
        return "pytest-xdist"
    plain = word.partition("=")[0]
    known = (plugin for name, plugin in _PLUGINS.items() if plain == name or (_is_open(name) and word.startswith(name)))
    return next(known, "")


def _is_open(name: str) -> bool:
    return name not in _EXACT


def cause(chain: Sequence[Mapping[str, Any]]) -> tuple[str, tuple[str, str] | None]:
    """The message of the error that tells most, and what it says was missing as (kind, name), or None.

    `chain` is an error and what lies behind it, each with `kinds` (class names), `text` and `name`."""
    for link in chain:
        found = _missing(link)
        if found is not None:
            text = f"fixture {found[1]!r} not found" if found[0] == "fixture" else link["text"]
            return f"{link['kinds'][0]}: {text}", found
    deepest = chain[-1]
    return f"{deepest['kinds'][0]}: {deepest['text']}", None


def plugin_in(output: str) -> str:
    """The plugin that a usage error of pytest is about; empty where it is about something else."""
    found = _USAGE.search(output)
    if not found:
        return ""
    name = found["module"] or found["required"] or found["option"] or found["ini"]
    return plugin_of(name) or name


def _missing(link: Mapping[str, Any]) -> tuple[str, str] | None:
    if "FixtureLookupError" in link["kinds"]:
        return ("fixture", link["name"])
    if "ModuleNotFoundError" in link["kinds"] and link["name"]:
        return ("module", link["name"])
    found = _NO_NAME.search(link["text"]) if "ImportError" in link["kinds"] else _NO_ATTRIBUTE.search(link["text"])
    if found:
        return ("name", f"{found['module']}.{found['name']}")
    marker = _NO_MARKER.search(link["text"])
    return ("plugin", plugin_of(marker["name"]) or f"the one of the marker {marker['name']!r}") if marker else None
