"""Does rule H6 see a cycle where there is one? Imports planted into real projects, against imports that are there.

    python benchmarks/planted_cycles.py COUNT ROOT[:SOURCES]...

ROOT is a checkout, SOURCES the folder below it from which its packages are imported (default: ROOT). The imports that
are there are found by file names alone, not by the gate. Of those whose ends do not need each other yet, so many are
drawn; the imported file gets an import of the importing one and must be accused.
"""

import ast
import random
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from pareback.gates.facts import FileFacts
from pareback.gates.index.view import plain
from pareback.gates.languages import python
from pareback.gates.scores import wide
from pareback.gates.wide import Load
from pareback.gates.zones import zone

SIGNAL = next(part for part in wide() if part.id == "S12")
FUTURE = "from __future__ import annotations"


def loads(files: Mapping[str, FileFacts]) -> dict[str, Load]:
    return {load.subject: load for load in SIGNAL.loads(["imports"], plain(files, (SIGNAL.entries,)))}


def imported(path: str, text: str, modules: Mapping[str, str]) -> Iterator[str]:
    """The files that a file imports when it is loaded, from its topmost statements and the names of files."""
    home = next(name for name, where in modules.items() if where == path).split(".")
    package = home if path.endswith("__init__.py") else home[:-1]
    for node in ast.parse(text).body:
        names = _named(node, package, modules) if isinstance(node, ast.Import | ast.ImportFrom) else []
        yield from (modules[name] for name in names if name in modules and modules[name] != path)


def _named(node: ast.Import | ast.ImportFrom, package: list[str], modules: Mapping[str, str]) -> list[str]:
    names = [alias.name for alias in node.names]
    if isinstance(node, ast.Import):
        return names
    start = package[: len(package) - node.level + 1] if node.level else []
    base = ".".join([*start, *filter(None, [node.module])])
    return [f"{base}.{name}" if f"{base}.{name}" in modules else base for name in names]


def planted(root: Path, sources: Path, count: int) -> tuple[int, int]:
    """How many cycles were planted and how many were seen."""
    paths = [path for path in sources.rglob("*.py") if zone(str(path.relative_to(root))) is None]
    texts = {str(path.relative_to(root)): path.read_text("utf-8", "replace") for path in paths}
    files = {path: python.build().extract(text.encode()) for path, text in texts.items()}
    files = {path: facts for path, facts in files.items() if not facts.problems}
    modules = {dotted(root / path, sources): path for path in files}
    known = loads(files)
    knotted = {path for subject in known for path in subject.split(" -> ")}
    edges = {(path, other) for path in files for other in imported(path, texts[path], modules)}
    free = sorted(edge for edge in edges if not knotted.issuperset(edge))
    drawn = random.Random(1).sample(free, min(count, len(free)))
    seen = 0
    for importer, target in drawn:
        source = texts[target].replace(FUTURE, "") + f"\nimport {dotted(root / importer, sources)}\n"
        found = loads({**files, target: python.build().extract(source.encode())})
        seen += any(load.rule == "H6" and load.sites[0].path == target for load in fresh(found, known))
    return len(drawn), seen


def fresh(found: Mapping[str, Load], known: Mapping[str, Load]) -> list[Load]:
    return [load for subject, load in found.items() if subject not in known]


def dotted(path: Path, sources: Path) -> str:
    parts = path.relative_to(sources).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def main() -> None:
    print("| project | planted | seen |\n|---|--:|--:|")
    for place in sys.argv[2:]:
        root, _, below = place.partition(":")
        drawn, seen = planted(Path(root), Path(root) / below, int(sys.argv[1]))
        print(f"| {Path(root).name} | {drawn} | {seen} |", flush=True)


if __name__ == "__main__":
    main()
