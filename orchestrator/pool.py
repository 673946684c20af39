"""Slots for candidates: as many copies of the tree as tests may run side by side, made when first needed."""

import queue
import threading

from pareback.workspaces.projection import Slot, Slots


class Pool:
    """Hands out slots; `size` is how many tests may run at once. Waiting for a slot is what bounds them."""

    def __init__(self, slots: Slots, size: int) -> None:
        self._slots = slots
        self._size = size
        self._made = 0
        self._free: queue.SimpleQueue[Slot] = queue.SimpleQueue()
        self._lock = threading.Lock()

    def borrow(self) -> Slot:
        """A slot that nobody else holds."""
        with self._lock:
            if self._free.empty() and self._made < self._size:
                self._made += 1
                return self._slots.slot(self._made - 1)
        return self._free.get()

    def give_back(self, slot: Slot) -> None:
        """Let the next one have it; what it holds is put right when it is next shown a commit."""
        self._free.put(slot)
