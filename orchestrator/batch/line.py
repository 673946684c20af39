"""The line from a ticket's process to the supervisor: questions go up, answers come back, JSON a line.

Any thread may ask, and many do at once; one thread of the line's own hears the answers. When the supervisor is gone
nobody waits any longer, and the run is told to end.
"""

import json
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import count
from queue import SimpleQueue
from typing import Any

Answer = Mapping[str, Any]


class Question:
    """A question that was sent."""

    def __init__(self) -> None:
        self._inbox: SimpleQueue[Answer | None] = SimpleQueue()

    def answer(self) -> Answer | None:
        """Wait for the answer; None where the question was given up, here or by the end of the line."""
        return self._inbox.get()

    def close(self, answer: Answer | None = None) -> None:
        """Whoever waits gets this; safe in any thread."""
        self._inbox.put(answer)


class Line:
    """The child's end. `lost` is called once, in the line's thread, when the other end is gone."""

    def __init__(self, end: socket.socket, lost: Callable[[], None]) -> None:
        self._end = end
        self._lost = lost
        self._lock = threading.Lock()
        self._numbers = count(1)
        self._open: dict[int, Question] = {}
        self._up = True
        threading.Thread(target=self._hear, name="line", daemon=True).start()

    def number(self) -> int:
        """A number that this line has not given out before."""
        return next(self._numbers)

    def ask(self, what: Mapping[str, Any]) -> Answer | None:
        """The answer to a question, however long it takes; None where nobody is left to answer."""
        return self.put(what).answer()

    def put(self, what: Mapping[str, Any]) -> Question:
        """Send a question whose answer is waited for later."""
        question, number = Question(), self.number()
        with self._lock:
            if self._up:
                self._open[number] = question
            else:
                question.close()
        self.tell({"id": number, **what})
        return question

    def tell(self, what: Mapping[str, Any]) -> None:
        """Send something that needs no answer. What is said to nobody is lost."""
        with self._lock, suppress(OSError):
            self._end.sendall(json.dumps(what).encode("ascii") + b"\n")

    def _hear(self) -> None:
        with suppress(OSError), self._end.makefile("rb") as lines:
            for line in lines:
                answer = json.loads(line)
                with self._lock:
                    question = self._open.pop(answer.get("id", 0), None)
                if question is not None:
                    question.close(answer)
        self._lost()
        with self._lock:
            self._up, waiting = False, list(self._open.values())
        for question in waiting:
            question.close()
