"""How a run that a server has forked confines itself: as far as it can before the run is known, the rest after.

Standard library only, Python 3.8 syntax: it runs under the target's interpreter, before anything of the project is
imported. What to do arrives in one variable of the environment, from the sandbox that wrapped the server.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import tempfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

ORDERS = "PAREBACK_CONFINEMENT"


class Forked:
    """One server's orders, and the files that carry them out. `failed` says in words why a run cannot be confined; it
    then must not begin."""

    def __init__(self, load: Callable[[str], Any], environ: MutableMapping[str, str]) -> None:
        self.orders: dict[str, Any] = json.loads(environ.pop(ORDERS, "{}"))
        self.level = self.orders.get("level", "none")
        self.resources = load("confinement/resources")
        self.memory = self.resources.memory(environ)
        self.limits = self.resources.limits(self.memory)
        tasks = self.resources.TASKS if self.level == "strict" else self.resources.tasks()
        self.limits.update({resource.RLIMIT_NPROC: tasks} if tasks else {})
        self.user, self.group = os.getuid(), os.getgid()
        self.failed = self.private = ""
        if self.level != "none":
            self.seccomp = load("confinement/seccomp")
            self.filter = self.seccomp.program(sockets=self.level == "strict")
            self.wall = load("confinement/" + ("namespaces" if self.level == "strict" else "landlock"))

    def withdraw(self) -> None:
        """What needs no request; the process that returns may be another one."""
        if self.level == "strict":
            try:
                self.wall.withdraw(self.orders["slots"], self.orders["keep"], self.orders["size"])
            except OSError as error:
                self.failed = str(error)

    def supervise(self, request: dict[str, Any]) -> None:
        """What the supervisor of the run gives up, which at this level is all that there is to give up."""
        if self.level == "strict" and not self.failed:
            try:
                where = {"slots": self.orders["slots"], "user": self.user, "group": self.group}
                self.wall.enter(request["slot"], request.get("readonly", []), **where)
                self.seccomp.install(self.filter)
            except OSError as error:
                self.failed = str(error)
        if self.level == "standard":
            self.private = tempfile.mkdtemp(prefix="home-", dir=os.environ["HOME"])

    def begin(self, request: dict[str, Any]) -> None:
        """What the process of the tests gives up: its supervisor has to see all processes, where one can."""
        self.resources.limit(self.limits)
        if self.level == "standard":
            os.environ.update(HOME=self.private, TMPDIR=self.private)
            tempfile.tempdir = None  # the server's is remembered
            self.wall.restrict(self.orders["read"], [*self.orders["write"], request["slot"], self.private])
            self.seccomp.install(self.filter)

    def watch(self, request: dict[str, Any]) -> Any:
        """A watch over what the run uses."""
        return self.resources.Watch(self.memory, request["slot"])

    def end(self) -> None:
        """Remove what was made for the run."""
        if self.private:
            shutil.rmtree(self.private, ignore_errors=True)
