"""Keeps the cache within its size: what was used least recently goes first. Done while a run waits for its tests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pareback.workspaces import kept, pristine
from pareback.workspaces.provision import build

KEEP = 5_000_000_000
"""Bytes of pristine checkouts and of environments that are kept for later runs."""


@contextmanager
def sweeping(cache: Path) -> Iterator[None]:
    """Sweep in a thread of its own; it is waited for, since it must not outlive the run."""
    shelves = {cache / "trees": pristine.size, cache / "environments": build.size}
    thread = threading.Thread(target=kept.sweep, args=(shelves,), kwargs={"keep": KEEP}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join()
