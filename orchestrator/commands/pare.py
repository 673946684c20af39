"""`pareback pare`: simplifications of your own code with a preview, without a model; --write keeps what stays green."""

import json as jsons
import os
from pathlib import Path
from typing import Any

from pareback.orchestrator import boundary
from pareback.orchestrator.desk import Surroundings
from pareback.orchestrator.pare import report
from pareback.orchestrator.pare.by_hand import Wish, pare
from pareback.orchestrator.progress import show

FLAGS = ("tests", "test_cmd", "python", "setup", "sandbox", "max_seconds")


def do(*, paths: list[str] | None, repo: Path, base: str | None, write: bool, json: bool, **words: Any) -> int:
    """Print what could be simpler; 1 where it was to be written and files had changed meanwhile."""
    if paths and base is not None:
        raise boundary.Mistake("PATHS are pared whole; leave out --base, or leave out the paths")
    flags = {name: words[name] for name in FLAGS if words[name] not in (None, [], ())}
    tested = bool(words["tests"] or words["test_cmd"])
    wish = Wish(repo, tuple(paths or ()), base, tested, write, flags=flags)
    thinned = pare(wish, Surroundings(os.environ, show(quiet=json)))
    print(jsons.dumps(report.document(thinned), indent=2) if json else report.text(thinned))
    return int(write and bool(thinned.pared.kept) and not thinned.written)
