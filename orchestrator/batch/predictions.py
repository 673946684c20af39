"""The accepted patches in the form in which SWE-bench and its relatives take predictions."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

NAME = "pareback"
"""What is predicted by: with the model that made the patch behind a plus sign."""


def write(results: Iterable[Mapping[str, Any]], path: Path) -> None:
    """One object by id, with `instance_id`, `model_name_or_path` and `model_patch` each: accepted patches only, whole
    or not at all. They are written one by one, for they may be many."""
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as out:
        out.write("{")
        for number, prediction in enumerate(_predictions(results)):
            key = json.dumps(prediction["instance_id"])
            out.write(f"{',' if number else ''}\n  {key}: {json.dumps(prediction)}")
        out.write("\n}\n")
    part.replace(path)


def _predictions(results: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    for result in results:
        if result["accepted"] and result["patch"]:
            # a patch may hold bytes that are no UTF-8; JSON cannot, and whoever reads it would fail on them
            patch = Path(result["patch"]).read_bytes().decode("utf-8", "replace")
            name = f"{NAME}+{result['model']}" if result["model"] else NAME
            yield {"instance_id": result["ticket"], "model_name_or_path": name, "model_patch": patch}
