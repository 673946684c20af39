"""Twenty tickets of one repository through a whole batch, then landed on one tree.

    python benchmarks/land.py --python LEAN/bin/python

The tickets are those of `tests/e2e/test_land.py`: three change one line, two break each other, four bring one helper.
A model on loopback answers each with its patch. LEAN is an environment with pytest and nothing else.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from batch import Loopback, environ

CASES = Path(__file__).resolve().parents[1] / "tests/e2e/test_land.py"


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("--python", default=sys.executable)
    words.add_argument("--jobs", type=int, default=2)
    chosen = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="land-") as folder, Answering(cases().TICKETS) as model:
        place = Path(folder)
        lay_out(place, cases())
        pareback = [sys.executable, "-m", "pareback.orchestrator.cli"]
        common = ["--json", "--python", chosen.python, "--sandbox", "none"]
        batch = [*pareback, "batch", "tickets.jsonl", "--out", "out", "--jobs", str(chosen.jobs), *common]
        batched = timed([*batch, "--model", "openai_chat:m", "--base-url", model.url, "--candidates", "1"], place)
        landed = timed([*pareback, "land", "out", *common], place)
        again = timed([*pareback, "land", "out", *common], place)
        tell(batched, landed, again)


def cases() -> Any:
    spec = spec_from_file_location("cases", CASES)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["cases"] = module
    spec.loader.exec_module(module)
    return module


class Answering(Loopback):
    """A model that answers each ticket, told by the name in its text, with the whole files of its patch."""

    def answer(self, prompt: str, fixes: Any) -> str:
        name = re.search(r"\bDo ([\w-]+)", prompt)
        assert name is not None
        return "\n".join(f"{path}\n```python\n{text}```\n" for path, text in fixes[name[1]].files.items())


def lay_out(place: Path, module: Any) -> None:
    root = place / "shop"
    tests = {f"tests/test_{name.replace('-', '_')}.py": wanted.test for name, wanted in module.TICKETS.items()}
    for path, text in {**module.TREE, **tests, "tests/test_base.py": "def test_it():\n    assert True\n"}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    who = ["git", "-c", "user.name=b", "-c", "user.email=b@example.org"]
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "base"]):
        subprocess.run([*who, *command], cwd=root, check=True)
    lines = [
        {"id": name, "text": f"Do {name}", "repo": str(root), "tests": [test], "budget": "medium"}
        for name, test in zip(module.TICKETS, tests, strict=True)
    ]
    (place / "tickets.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def timed(command: list[str], place: Path) -> tuple[float, int, dict[str, Any]]:
    began = time.monotonic()
    done = subprocess.run(command, cwd=place, env=environ(place), capture_output=True, text=True, check=False)
    took = time.monotonic() - began
    if not done.stdout:
        sys.exit(done.stderr)
    return took, done.returncode, json.loads(done.stdout)


def tell(batched: Any, landed: Any, again: Any) -> None:
    (found,) = landed[2]["repositories"]
    left = {why: [each["ticket"] for each in found["left"] if each["why"] == why] for why in ("conflict", "breaks")}
    print(
        "| tickets | accepted one by one | landed | conflict | break another | copies named | left over budget |",
        end="",
    )
    print(" points together | one by one | cold run | batch s | land s | land again s |")
    print("|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|--:|--:|--:|")
    over = sum(each["why"] == "over_budget" for each in found["left"])
    print(
        f"| 20 | {batched[2]['accepted']} | {len(found['landed'])} | {len(left['conflict'])} | {len(left['breaks'])} "
        f"| {len(found['copies'])} | {over} | {found['delta']['joint']:.1f} | {found['delta']['sum']:.1f} "
        f"| {'green' if found['cold']['green'] else 'red'} | {batched[0]:.0f} | {landed[0]:.0f} | {again[0]:.1f} |"
    )
    for each in found["left"]:
        print(f"- {each['ticket']}: {each['why']}, {each['message']}; with {', '.join(each['partners']) or 'nobody'}")
    for copy in found["copies"]:
        print(f"- copy: {copy['again']} repeats {copy['path']}:{copy['line']} of {copy['first']}")


if __name__ == "__main__":
    main()
