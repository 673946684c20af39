"""Trees in memory."""

from collections.abc import Callable, Mapping

import pytest

from pareback.gates.index.source import Source
from pareback.orchestrator.shown.shelf import Shelf

Files = Mapping[str, str | bytes]
MakeShelf = Callable[..., Shelf]


@pytest.fixture
def shelf() -> MakeShelf:
    """Makes a tree of files; every path with its content is its own blob id."""

    def make(files: Files, roots: tuple[str, ...] = (".",)) -> Shelf:
        raw = {path: text if isinstance(text, bytes) else text.encode() for path, text in files.items()}
        blobs = {f"{path}:{hash(data)}": data for path, data in raw.items()}
        ids = dict(zip(raw, blobs, strict=True))
        return Shelf(repr(sorted(ids.items())), roots, ids, blobs.__getitem__, Source(blobs.__getitem__).facts)

    return make
