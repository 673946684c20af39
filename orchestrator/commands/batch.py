"""`pareback batch`: a file of tickets, each driven to an ending; a table while it goes, a summary in the morning."""

import json as jsons
from pathlib import Path
from typing import Any

from pareback.orchestrator.batch.batch import Order, batch
from pareback.orchestrator.batch.report import text
from pareback.orchestrator.batch.watch import watch
from pareback.orchestrator.commands.run import FLAGS


def do(**words: Any) -> int:
    """Drive the tickets. Progress goes to stderr, the summary to stdout."""
    order = Order(
        file=words["file"],
        out=words["out"] or Path(f"{words['file'].stem}-out"),
        flags={name: words[name] for name in FLAGS if words.get(name) not in (None, [], ())},
        jobs=words["jobs"],
        engine=words["engine"],
        engine_options={} if words["scheduler"] is None else {"address": words["scheduler"]},
        redo=words["redo"],
        mirror=words["mirror"],
        branch=words["branch"],
        max_cost_usd=words["batch_max_cost_usd"],
        yes=words["yes"],
    )
    listen, end = watch(quiet=words["json"])
    try:
        summary = batch(order, listen)
    finally:
        end()
    print(jsons.dumps(summary, indent=2) if words["json"] else text(summary))
    exit_code: int = summary["exit"]
    return exit_code
