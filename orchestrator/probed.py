"""What a probe found, written into the user's own settings: one profile, and no other table.

The text around is kept byte for byte. Whether it is, is not hoped for but read back: a file whose other settings would
come out otherwise is not written.
"""

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pareback.orchestrator.config import ConfigError, parse

_HEADER = re.compile(r"^\s*\[")


def proposed(text: str, name: str, profile: Mapping[str, object], *, today: date) -> str:
    """The settings with `[models.NAME.profile]` and the day of the probe. Raises ConfigError where that cannot be done
    without touching something else."""
    before = parse(text.encode(), "config.toml")
    table = before.get("models", {}).get(name, {"model": name})
    found = {key: list(value) if isinstance(value, tuple) else value for key, value in profile.items()}
    merged = {**table.get("profile", {}), **found}
    lines = _without(text, name)
    at = _end_of(lines, name)
    if at is None:
        lines = [*lines, *(["\n"] if lines else []), f"[models.{_key(name)}]\n", f"model = {_value(name)}\n"]
        at = len(lines)
    fresh = [f"probed = {today.isoformat()}\n", *_section(name, merged)]
    after = "".join([*lines[:at], *fresh, *lines[at:]])
    wanted = {**before, "models": {**before.get("models", {}), name: {**table, "profile": merged, "probed": today}}}
    try:
        same = tomllib.loads(after) == wanted
    except tomllib.TOMLDecodeError:
        same = False
    if not same:
        raise ConfigError(
            f"[models.{name}] is written in a way that cannot be changed alone; put this there:\n{''.join(fresh)}"
        )
    return after


def write(path: Path, text: str) -> None:
    """Put the settings in place in one step, readable by their owner where they are new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    if path.exists():
        Path(draft).chmod(path.stat().st_mode & 0o777)
    Path(draft).replace(path.resolve())


def _without(text: str, name: str) -> list[str]:
    """The lines but those of the old profile and the old day."""
    kept, table = list[str](), ""
    for line in text.splitlines(keepends=True):
        if _HEADER.match(line):
            table = line.strip()
        own = table == f"[models.{_key(name)}]" and re.match(r"\s*(probed|profile)\s*=", line)
        if table != f"[models.{_key(name)}.profile]" and not own:
            kept.append(line)
    if kept and not kept[-1].endswith("\n"):
        kept[-1] += "\n"
    return kept


def _end_of(lines: list[str], name: str) -> int | None:
    """Where the table of this name ends, before the blank lines that part it from the next; None without one."""
    start = next((at for at, line in enumerate(lines) if line.strip() == f"[models.{_key(name)}]"), None)
    if start is None:
        return None
    stop = next((at for at in range(start + 1, len(lines)) if _HEADER.match(lines[at])), len(lines))
    while not lines[stop - 1].strip():
        stop -= 1
    return stop


def _section(name: str, profile: Mapping[str, object]) -> list[str]:
    rows = [f"{_key(key)} = {_value(value)}\n" for key, value in profile.items()]
    return ["\n", f"[models.{_key(name)}.profile]\n", *rows]


def _key(name: str) -> str:
    """Bare where TOML allows it."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name)


def _value(value: Any) -> str:
    """TOML of what a profile holds: text, numbers, truth, lists and tables of them."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(each) for each in value) + "]"
    return json.dumps(value)
