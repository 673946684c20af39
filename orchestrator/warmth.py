"""Imports that take seconds, made while the baseline's tests run: the loop's framework and the models' libraries."""

import gc
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module

from pareback.adapters.model import Model


@contextmanager
def rising(models: Sequence[Model]) -> Iterator[None]:
    """Import in a thread; whoever needs a module first waits for it where it imports it."""
    thread = threading.Thread(target=load, args=(models,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def load(models: Sequence[Model]) -> None:
    """Import now. Collection is off meanwhile: modules are no garbage, and looking for some costs a tenth of it."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        import_module("pareback.orchestrator.graph")
        for model in models:
            getattr(import_module(type(model).__module__), "warm", _nothing)()
    finally:
        if enabled:
            gc.enable()


def _nothing() -> None:
    """A part without a heavy library."""
