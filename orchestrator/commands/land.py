"""`pareback land`: a batch's accepted patches onto one tree per repository; what was left is a batch file again."""

import json as jsons
import os
from pathlib import Path
from typing import Any

from pareback.orchestrator.desk import Surroundings
from pareback.orchestrator.land import report
from pareback.orchestrator.land.land import Harvest, Place, land
from pareback.orchestrator.land.piece import pieces
from pareback.orchestrator.progress import show

FLAGS = ("python", "setup", "sandbox", "max_seconds")


def do(*, out: Path, onto: str | None, only: list[str] | None, branch: str | None, json: bool, **words: Any) -> int:
    """Land; the record goes into the batch's folder `land`. 0 where everything landed, else 1."""
    flags = {name: words[name] for name in FLAGS if words[name] is not None}
    around = Surroundings(os.environ, show(quiet=json))
    harvests = [
        land(found, Place(repo, out / "land", onto, branch, flags), around)
        for repo, found in pieces(out, only or ()).items()
    ]
    document = {"schema": report.SCHEMA, "repositories": [_kept(harvest) for harvest in harvests]}
    print(jsons.dumps(document, indent=2) if json else report.text(harvests))
    return 0 if all(harvest.branch and not report.again(harvest) for harvest in harvests) else 1


def _kept(harvest: Harvest) -> dict[str, Any]:
    """The document, written beside the landing's ledger, with the file that holds what was left."""
    folder = harvest.place.folder
    queue = report.queue(harvest, folder / "queue.jsonl")
    document = {**report.document(harvest), "queue": str(queue) if queue else None}
    (folder / "land.json").write_text(jsons.dumps(document, indent=2) + "\n", encoding="utf-8")
    return document
