"""Our own process keeps its secrets: what runs with our rights may not read its memory or bring code into it."""

import resource
import sys
from collections.abc import MutableMapping

_LOADERS = ("LD_", "DYLD_", "PYTHON")
_DUMPABLE = 4  # of prctl(2)


def harden(environ: MutableMapping[str, str]) -> None:
    """No core dumps, no look into our memory by others of the same user (on Linux; nothing keeps root out), and no
    variable that would load code into what we start. For a process of our own, not for one that imports us."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for name in [name for name in environ if name.startswith(_LOADERS)]:
        del environ[name]
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_DUMPABLE, 0, 0, 0, 0)
