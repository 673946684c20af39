"""Paring real projects: every simplification that frees points, tried under the project's own tests, one after another.

    python benchmarks/pare.py --mirror MIRROR --environments DIR --out OUT [--only NAME] [--seconds 600]

MIRROR holds bare repositories as owner+name/repo, DIR environments as owner+name/bin/python, made with what each
project's tests need. Of every project HEAD is laid out in a temporary folder; the work of each is kept in OUT as JSON,
and a project that is there is not run again. Printed are the tables of `results/pare.md`.
"""

import argparse
import ast
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pareback.gates.index.source import Source
from pareback.gates.judge import judge
from pareback.gates.zones import zone
from pareback.orchestrator.desk import Surroundings
from pareback.orchestrator.pare.by_hand import Thinned, Wish, pare

PROJECTS = {
    "mahmoud/boltons": "boltons",
    "lepture/mistune": "src",
    "jd/tenacity": "tenacity",
    "tkem/cachetools": "src",
    "Python-Markdown/markdown": "markdown",
    "python-validators/validators": "src",
    "msiemens/tinydb": "tinydb",
    "pallets/click": "src",
    "pallets/jinja": "src",
    "pypa/packaging": "src",
    "marshmallow-code/marshmallow": "src",
    "networkx/networkx": "networkx/algorithms",
}
"""Each with the folder that is pared."""

WHO = ("-c", "user.name=bench", "-c", "user.email=bench@example.org")


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("--mirror", type=Path, required=True)
    words.add_argument("--environments", type=Path, required=True)
    words.add_argument("--out", type=Path, required=True)
    words.add_argument("--only", action="append")
    words.add_argument("--seconds", type=float, default=600.0)
    words.add_argument("--tests", action="append", default=[])
    chosen = words.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    for name in chosen.only or PROJECTS:
        place = chosen.out / f"{name.replace('/', '+')}.json"
        if not place.exists():
            place.write_text(json.dumps(studied(name, chosen), indent=1))
    found = [json.loads(path.read_text()) for path in sorted(chosen.out.glob("*.json"))]
    print("\n".join([*projects(found), "", *kinds(found), "", *refused(found)]))


def studied(name: str, chosen: argparse.Namespace) -> dict[str, Any]:
    """One project, pared."""
    git = ["git", f"--git-dir={chosen.mirror / name.replace('/', '+') / 'repo'}"]
    commit = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    python = chosen.environments / name.replace("/", "+") / "bin/python"
    with tempfile.TemporaryDirectory(prefix="pare-") as folder:
        root = Path(folder, "tree")
        root.mkdir()
        tar = subprocess.run([*git, "archive", commit], check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x", "-C", str(root)], input=tar, check=True)
        for more in (["init", "-q"], ["add", "-A", "-f"], ["commit", "-q", "-m", "base"]):
            subprocess.run(["git", *WHO, *more], cwd=root, check=True)
        flags = {"python": str(python), "sandbox": "none", "max_seconds": chosen.seconds, "tests": tuple(chosen.tests)}
        flags = {key: value for key, value in flags.items() if value}
        environ = {**os.environ, "PAREBACK_HOME": f"{folder}/home", "PAREBACK_CONFIG": f"{folder}/none.toml"}
        started = time.monotonic()
        told: list[str] = []
        wish = Wish(root, (PROJECTS[name],), tested=True, flags=flags)
        thinned = pare(wish, Surroundings(environ, lambda event: told.append(str(event.data.get("text", "")))))
        seconds = time.monotonic() - started
        return {"name": name, "commit": commit, "seconds": seconds, "told": told, **measured(root, thinned)}


def measured(root: Path, thinned: Thinned) -> dict[str, Any]:
    """The figures of one project: functions there are, points of the folder before and after, what was tried."""
    before = {path: (root / path).read_bytes() for path in thinned.paths}
    subprocess.run(["git", "apply", "--allow-empty"], cwd=root, input=thinned.patch.encode(), check=True)
    after = {path: (root / path).read_bytes() for path in thinned.paths}
    return {
        "functions": sum(len(list(functions(raw))) for raw in before.values()),
        "before": points(before),
        "after": points(after),
        "tried": [{**asdict(each), "kept": each.kept} for each in thinned.pared.tried],
    }


def functions(raw: bytes) -> Iterator[ast.AST]:
    for node in ast.walk(ast.parse(raw)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def points(files: dict[str, bytes]) -> float:
    """The potential of these files by themselves."""
    texts = {f"{number}": raw for number, raw in enumerate(files.values())}
    tree = {path: str(number) for number, path in enumerate(files) if zone(path) is None}
    return judge({}, tree, source=Source(texts.__getitem__)).delta


def projects(found: Sequence[dict[str, Any]]) -> Iterator[str]:
    heads = ["functions", "tests green", "tried", "in functions", "kept", "in functions", "refused", "points", "after"]
    yield f"| project | commit | {' | '.join(heads)} |"
    yield f"|---|---{'|---' * len(heads)}|"
    total: Counter[str] = Counter()
    for each in found:
        kept = [tried for tried in each["tried"] if tried["kept"]]
        tests = next((line.split()[0] for line in each["told"] if "tests pass" in line), "?")
        row = {
            "functions": each["functions"],
            "tests": int(tests),
            "tried": len(each["tried"]),
            "in": len({(tried["path"], tried["unit"]) for tried in each["tried"]}),
            "kept": len(kept),
            "of": len({(tried["path"], tried["unit"]) for tried in kept}),
            "refused": len(each["tried"]) - len(kept),
            "before": each["before"],
            "after": each["after"],
        }
        total.update(row)
        yield f"| {each['name']} | {each['commit'][:8]} | {cells(row)} |"
    yield f"| all |  | {cells(total)} |"


def cells(row: dict[str, Any]) -> str:
    return " | ".join(f"{value:,.1f}" if isinstance(value, float) else f"{value:,}" for value in row.values())


def kinds(found: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield "| simplification | tried | kept | refused by a test | points freed |"
    yield "|---|---|---|---|---|"
    tried = [each for project in found for each in project["tried"]]
    for what, count in Counter(each["what"] for each in tried).most_common():
        kept = [each for each in tried if each["what"] == what and each["kept"]]
        yield f"| {what} | {count} | {len(kept)} | {count - len(kept)} | {sum(each['points'] for each in kept):.1f} |"


def refused(found: Sequence[dict[str, Any]]) -> Iterator[str]:
    for project in found:
        for each in project["tried"]:
            if not each["kept"]:
                where = f"{project['name']} {each['path']}:{each['line']} {each['unit']}"
                yield f"- {where}, {each['what']}: {each['why'][:160]}"


if __name__ == "__main__":
    sys.exit(main())
