"""`pareback runs`: what was run, newest last."""

import json as jsons
import os
from pathlib import Path
from typing import Any

from pareback.orchestrator import home


def do(*, repo: Path, every: bool, json: bool) -> int:
    """List this repository's runs, or all of them."""
    found = [_row(folder) for folder in home.find(os.environ).all_runs()]
    here = str(repo.absolute().resolve())
    mine = [row for row in found if every or _within(here, row["root"])]
    print(jsons.dumps(mine, indent=2) if json else "\n".join(_line(row) for row in mine) or "no runs yet")
    return 0


def _row(folder: Path) -> dict[str, Any]:
    """What is known without opening the ledger: a run that did not end has no result."""
    head = _read(folder / "run.json")
    result = _read(folder / "result.json")
    return {"run": folder.name, "root": head.get("root"), "title": head.get("title")} | {
        name: result.get(name) for name in ("ending", "reason", "delta", "budget", "rounds")
    }


def _read(path: Path) -> dict[str, Any]:
    try:
        value = jsons.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _within(here: str, root: str | None) -> bool:
    return root is not None and (here == root or here.startswith(f"{root}/"))


def _line(row: dict[str, Any]) -> str:
    delta = "" if row["delta"] is None else f"{row['delta']:+g} CP"
    ending = row["ending"] or "unfinished: pareback resume " + row["run"]
    return f"{row['run']}  {ending:<12} {delta:>10}  {(row['title'] or '')[:60]}"
