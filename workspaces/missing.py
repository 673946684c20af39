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
    "-n": "pytest-xdist",
    "--dist": "pytest-xdist",
    "--timeout": "pytest-timeout",
    "--asyncio-mode": "pytest-asyncio",
    "asyncio": "pytest-asyncio",
    "--benchmark": "pytest-benchmark",
    "--reruns": "pytest-rerunfailures",
    "--ds": "pytest-django",
    "DJANGO": "pytest-django",
    "--random-order": "pytest-random-order",
    "--mypy": "pytest-mypy",
}


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
    return next((plugin for option, plugin in _PLUGINS.items() if name.startswith(option)), name)


def _missing(link: Mapping[str, Any]) -> tuple[str, str] | None:
    if "FixtureLookupError" in link["kinds"]:
        return ("fixture", link["name"])
    if "ModuleNotFoundError" in link["kinds"] and link["name"]:
        return ("module", link["name"])
    found = _NO_NAME.search(link["text"]) if "ImportError" in link["kinds"] else _NO_ATTRIBUTE.search(link["text"])
    if found:
        return ("name", f"{found['module']}.{found['name']}")
    marker = _NO_MARKER.search(link["text"])
    return ("plugin", _PLUGINS.get(marker["name"], f"the one of the marker {marker['name']!r}")) if marker else None
