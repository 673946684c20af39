"""Tickets in one JSON or YAML document: a list of records, or one record. The door to pyyaml."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from pareback.adapters.records import Reading, as_record
from pareback.adapters.ticket import BadTicket, Ticket, Tickets

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The compiled one, where there is one: ten times faster."""

Rows = Iterator[tuple[int, Callable[[], Any]]]
"""Each record's number, and what makes the record: one that cannot be made costs no other."""


def build(*, path: str) -> Tickets:
    """The tickets of the file at `path`: YAML where its name ends in .yaml or .yml, else JSON."""
    return Document(Path(path))


class Document:
    """One document, read as a whole; one record to a line (`jsonl`) is the form for what does not fit into memory."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def tickets(self) -> Iterator[Ticket]:
        """Every ticket in order. Raises BadTicket naming file, place and field, and OSError. Where one record is bad,
        the next `next` reads on; a document that is no JSON or YAML at all has no tickets."""
        raw = self._path.read_bytes()
        if self._path.suffix in {".yaml", ".yml"}:
            return Reading(_yaml(raw, str(self._path)), lambda line: f"{self._path}:{line}", _made)
        return Reading(_json(raw, str(self._path)), lambda number: f"{self._path}: record {number}", _made)


def _json(raw: bytes, path: str) -> Rows:
    try:
        found = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadTicket(f"{path}: not JSON ({error}); expected a list of records, or one record") from error
    for number, value in enumerate(found if isinstance(found, list) else [found], 1):
        yield number, partial(_same, value)


def _same(value: Any) -> Any:
    return value


def _yaml(raw: bytes, path: str) -> Rows:
    """Records are made one by one, so that each has its line. Aliases are refused: a few lines of them can stand for
    more than any memory holds, and a permission should be read where it stands."""
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(raw, _LOADER)):
            raise BadTicket(f"{path}: holds an alias (*name); expected every record written out")
        loader = _LOADER(raw)
        root = loader.get_single_node()
    except (yaml.YAMLError, RecursionError) as error:
        raise BadTicket(f"{path}: not YAML ({_one_line(error)}); expected a list of records, or one record") from error
    for node in root.value if isinstance(root, yaml.SequenceNode) else [root] if root else []:
        yield node.start_mark.line + 1, partial(_constructed, loader, node)


def _constructed(loader: Any, node: yaml.Node) -> Any:
    """The node as plain values. Raises ValueError, as JSON does."""
    try:
        return loader.construct_document(node)
    except yaml.YAMLError as error:
        raise ValueError(_one_line(error)) from error


def _made(make: Callable[[], Any], where: str) -> Mapping[str, object]:
    try:
        record = make()
    except (ValueError, RecursionError) as error:
        raise BadTicket(f"{where}: not a record ({error}); quote what is meant as text") from error
    return as_record(record, where)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
