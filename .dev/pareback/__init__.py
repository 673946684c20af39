"""pareback: coding agents whose patches stay small.

One file serves two places. In a checkout it is the package that an editable install puts on the path: the rooms lie
at the repository's root, so `__path__` points there. In a wheel it lies beside the rooms and needs no detour.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

_here = Path(__file__).resolve().parent
if _here.parent.name == ".dev":
    __path__ = [str(_here.parents[1])]

__all__ = ["batch", "check", "run", "survey"]


def __getattr__(name: str) -> Any:
    """Offer the doors of `pareback.orchestrator.api` without importing anything before one is used."""
    if name in __all__:
        return getattr(import_module("pareback.orchestrator.api"), name)
    raise AttributeError(f"module 'pareback' has no attribute {name!r}; it offers {', '.join(__all__)}")
