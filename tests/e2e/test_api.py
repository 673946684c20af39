"""The doors for scripts, from a script: the same meaning as on the command line."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SCRIPT = """
import json, sys
import pareback
from pareback.adapters.ticket import Ticket

root, home, python = sys.argv[1:]
base = {"sandbox": "none", "python": python}
heard = []
night = {"out": f"{home}/out", "jobs": 1, "listen": heard.append}
summary = pareback.batch(f"{root}/../tickets.jsonl", budget="fix", **night, **base)
outcome = pareback.run(Ticket("one", "Free from 50.00 on", repo=root), budget="fix", **base)
verdict = pareback.check(root, base="HEAD")
said = [summary["exit"], summary["accepted"], outcome.ending.name, outcome.exit, verdict.delta, bool(heard)]
said += [pareback.survey(root).files, pareback.survey(root, path="shop/cart.py").files]
try:
    pareback.survive
except AttributeError as error:
    said.append(str(error))
print(json.dumps(said))
"""


def test_a_script_drives_a_batch_and_a_run_and_asks_the_gate(shop: Any, tmp_path: Path) -> None:
    (shop.root.parent / "tickets.jsonl").write_text(json.dumps({"id": "a", "text": "Mend it", "repo": str(shop.root)}))
    words = [sys.executable, "-c", SCRIPT, str(shop.root), str(shop.home), str(shop.python)]
    done = subprocess.run(
        words,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PAREBACK_HOME": str(shop.home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *said, unknown = json.loads(done.stdout)
    assert said == [0, 1, "accepted", 0, 0.0, True, 2, 1]
    assert unknown == "module 'pareback' has no attribute 'survive'; it offers batch, check, run, survey"
