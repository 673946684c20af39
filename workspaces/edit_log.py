"""What became of each operation, one JSON object each, and the way back: the same operations made again.

The model never writes this; our reader does. With the tree that a reply edited, its entries give the same bytes again.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from pareback.workspaces.edit import Operation
from pareback.workspaces.guard import Policy
from pareback.workspaces.patch import Made, Read, Tree, make

_OPERATION = tuple(field.name for field in fields(Operation) if field.name not in {"kind", "form"})


class LogError(ValueError):
    """The log does not fit the tree: names the entry, what was expected and what was found."""


def entries(made: Sequence[Made]) -> list[dict[str, Any]]:
    """An entry for each operation of one reply, in order; `number` counts from 0. Hashes are SHA-256 of the file before
    and after, of the target after a move; null where there is no such file or the operation was refused."""
    return [_entry(each, number) for number, each in enumerate(made)]


def replay(log: Iterable[Mapping[str, Any]], read: Read) -> dict[str, bytes | None]:
    """The changes that one reply's entries make to the tree it edited, which `read` reads; None is a deleted file.

    Raises LogError where a file is not what it was.
    """
    tree = Tree(read, Policy(files=frozenset(), allow=("**",)))
    for entry in log:
        if entry["status"] != "applied":
            continue
        tree, made = make(tree, _operation(entry))
        found = _hash(made.before), _hash(made.after)
        if found != (entry["before_sha"], entry["after_sha"]):
            told = f"expected {entry['before_sha']} before and {entry['after_sha']} after, found {found[0]}, {found[1]}"
            raise LogError(f"entry {entry['number']}, {entry['op']} {entry['path']!r}: {told}; is this the tree?")
    return tree.changes


def _entry(made: Made, number: int) -> dict[str, Any]:
    found, answer = made.found, made.answer
    stated = asdict(found) if isinstance(found, Operation) else {}
    old, new = (Counter((raw or b"").splitlines()) for raw in (made.before, made.after))
    return {
        "number": number,
        "op": stated.get("kind"),
        "path": found.path,
        "symbol": stated.get("symbol") or None,
        "status": answer.status,
        "message": answer.message,
        "before_sha": _hash(made.before),
        "after_sha": _hash(made.after),
        "lines_added": (new - old).total(),
        "lines_removed": (old - new).total(),
        "source_format": found.form,
        **{name: stated[name] for name in _OPERATION if name not in {"path", "symbol"} and stated.get(name)},
    }


def _operation(entry: Mapping[str, Any]) -> Operation:
    stated = {name: entry[name] for name in _OPERATION if entry.get(name)}
    if "below" in stated:
        stated["below"] = tuple(stated["below"])
    return Operation(kind=entry["op"], **stated)


def _hash(data: bytes | None) -> str | None:
    return None if data is None else hashlib.sha256(data).hexdigest()
