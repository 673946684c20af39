"""Slots for candidates: as many copies of the tree as tests may run side by side, made when first needed."""

import itertools
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pareback.workspaces.projection import Slot, Slots


class Pool:
    """Hands out slots; `size` is how many tests may run at once. Waiting for a slot is what bounds them."""

    def __init__(self, slots: Slots, size: int) -> None:
        self._slots = slots
        self._numbers = itertools.count()
        self._free: queue.SimpleQueue[Slot] = queue.SimpleQueue()
        self._places = threading.BoundedSemaphore(size)

    @contextmanager
    def showing(self, commit: str) -> Iterator[Slot]:
        """A slot that holds exactly the commit, for as long as it is borrowed."""
        with self._places:
            slot = self._any()
            try:
                slot.show(commit)
                yield slot
            finally:
                self._free.put(slot)

    @contextmanager
    def settling(self, commit: str) -> Iterator[Slot]:
        """As `showing`, for a run on bytes that can be trusted: what it compiled stays for the runs that follow."""
        with self._places:
            slot = self._any()
            try:
                slot.show(commit)
                yield slot
                slot.keep_bytecode()
            finally:
                self._free.put(slot)

    @contextmanager
    def fresh(self, commit: str) -> Iterator[Slot]:
        """As `showing`, in a slot that no test has ever run in; removed afterwards."""
        with self._places:
            slot = self._slots.slot(next(self._numbers))
            try:
                slot.show(commit)
                yield slot
            finally:
                slot.remove()

    def _any(self) -> Slot:
        try:
            return self._free.get_nowait()
        except queue.Empty:
            return self._slots.slot(next(self._numbers))
