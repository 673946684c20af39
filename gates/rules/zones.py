"""H9, a way round the gate: code that needs what is not priced, or a change of what the gate is told.

Tests, docs and generated or vendored files cost nothing, so product code may not lean on them: on tests and docs never,
on others not on what this patch puts there. Names that protocol compilers give are let through. What a patch does to
tests themselves is for whoever guards the tests.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pareback.gates.facts import FileFacts
from pareback.gates.reading.modules import edges
from pareback.gates.rule import Patch, Rule, finding
from pareback.gates.signal import Advice
from pareback.gates.ties import Import
from pareback.gates.verdict import Finding
from pareback.gates.zones import COMPILED, zone

SETTINGS = ("pareback.toml", "pyproject.toml")
"""Where a repository tells the gate what to do."""
_KEYS = ("budget", "waive", "allow")

_MODULE = "<module>"


@dataclass(frozen=True, slots=True)
class _Zones:
    id = "H9"

    def broken(self, patch: Patch, /) -> Iterator[Finding]:
        yield from _reaching(patch)
        yield from _settings(patch)


def _reaching(patch: Patch) -> Iterator[Finding]:
    """Imports that the patch brought and that lead into a zone."""
    fresh = {path: found for path in patch.sides.head if (found := _fresh(patch, path))}
    base, head = patch.trees
    reached = edges({**dict.fromkeys(_meant(head, fresh), ()), **{path: tuple(found) for path, found in fresh.items()}})
    for path, found in fresh.items():
        for target, written in sorted(reached[path].items()):
            kind = None if target.endswith(COMPILED) else zone(target)
            if kind in {"tests", "docs"} or (kind is not None and target not in base):
                yield _escape(path, found[written], target, kind)


def _fresh(patch: Patch, path: str) -> dict[str, Import]:
    """The imports of a file that its base did not have, as they are written."""
    old, new = (_imports(side.get(path)) for side in (patch.sides.base, patch.sides.head))
    return {written: found for written, found in new.items() if written not in old}


def _imports(facts: FileFacts | None) -> dict[str, Import]:
    found = () if facts is None else (*facts.imports, *facts.late)
    return {f"{each.module}:{' '.join(each.names)}": each for each in found}


def _meant(tree: Mapping[str, str], fresh: Mapping[str, Mapping[str, Import]]) -> Iterator[str]:
    """The files that these imports may mean, by their last name; and those that make folders packages."""
    found = [each for imports in fresh.values() for each in imports.values()]
    words = {word for each in found for word in (*each.module.split("."), *each.names)}
    for path in tree if found else ():
        stem, dot, ending = path.rpartition("/")[2].rpartition(".")
        if dot and ending == "py" and (stem in words or stem == "__init__"):
            yield path


def _escape(path: str, found: Import, target: str, kind: str) -> Finding:
    message = f"imports {target}, which is in the zone {kind!r}: code there has no price"
    do = f"move what {path} needs from {target} into a priced file, and import it from there in both"
    return finding(f"H9:{target}", "S19", (path, _MODULE), Advice(found.line, message, do))


def _settings(patch: Patch) -> Iterator[Finding]:
    """Keys of the gate's own settings that the patch changes."""
    for path in SETTINGS:
        old, new = (_told(patch, tree.get(path), path) for tree in patch.trees)
        for key in sorted(key for key in _KEYS if old.get(key) != new.get(key)):
            message = f"changes {key!r} of the gate's settings from {old.get(key)!r} to {new.get(key)!r}"
            do = f"leave {path} as it was; a budget or a waiver is given with the ticket, by a person"
            yield finding(f"H9:{key}", "S19", (path, _MODULE), Advice(1, message, do))


def _told(patch: Patch, blob: str | None, path: str) -> Mapping[str, Any]:
    """What a settings file tells the gate; nothing where it cannot be read, which is for others to say."""
    if blob is None:
        return {}
    try:
        read = tomllib.loads(patch.read(blob).decode())
    except ValueError:
        return {}
    table: Any = read if path == "pareback.toml" else read.get("tool", {}).get("pareback", {})
    return table if isinstance(table, dict) else {}


def build() -> Rule:
    return _Zones()
