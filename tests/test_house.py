"""The house rules: who imports whom, one door per package, no cycles, what start-up loads, how large things get."""

import ast
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("orchestrator", "gates", "adapters", "workspaces", "light")
SIBLINGS = {"gates", "adapters", "workspaces"}
PARTS = {
    "adapters": ("models", "tickets", "sinks", "engines"),
    "workspaces": ("edits", "runners", "sandboxes"),
    "gates": ("signals", "languages", "rules", "formats"),
}
FOLDER_DOORS = {"typer": "pareback.orchestrator.cli", "libcst": "pareback.workspaces.codemods"}
MANY_DOORS = {"pydantic"}  # the door of ledger, settings and options is the room orchestrator
TARGET_SIDE = {"pytest", "_pytest"}  # imported by what runs under the target's interpreter
EARLY = ("langgraph", "litellm", "libcst", "radon", "httpx", "rich")


@cache
def files() -> tuple[Path, ...]:
    return tuple(sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")))


def module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(("pareback", *(parts[:-1] if parts[-1] == "__init__" else parts)))


def imported(path: Path) -> Iterator[str]:
    """Full dotted names, `from a import b` as both `a` and `a.b`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def ours(path: Path) -> set[str]:
    names = {module(each) for each in files()}
    return {name for name in imported(path) if name in names} - {module(path)}


def test_siblings_know_neither_each_other_nor_the_orchestrator() -> None:
    wrong = [
        f"{module(path)} imports {name}"
        for path in files()
        if (room := path.relative_to(ROOT).parts[0]) in SIBLINGS
        for name in imported(path)
        if name.startswith("pareback.") and name.split(".")[1] != room
    ]
    assert wrong == []


def test_the_light_gate_needs_the_gate_and_nothing_installed() -> None:
    known = {*sys.stdlib_module_names, "pareback"}
    light = [path for path in files() if path.relative_to(ROOT).parts[0] == "light"]
    foreign = {name for path in light for name in imported(path) if name.partition(".")[0] not in known}
    rooms = {name.split(".")[1] for path in light for name in imported(path) if name.startswith("pareback.")}
    assert (foreign, rooms) == (set(), {"gates", "light"})


def test_a_part_imports_no_other_part() -> None:
    wrong = []
    for path in files():
        room, *rest = path.relative_to(ROOT).parts
        if len(rest) < 2 or rest[0] not in PARTS.get(room, ()):
            continue
        folders = tuple(f"pareback.{room}.{folder}." for folder in PARTS[room])
        own = f"pareback.{room}.{rest[0]}.{rest[1].removesuffix('.py')}"
        wrong += [
            f"{module(path)} imports {name}"
            for name in ours(path)
            if name.startswith(folders) and not name.startswith(own)
        ]
    assert wrong == []


def test_every_package_has_one_door() -> None:
    doors = defaultdict(set)
    for path in files():
        for name in imported(path):
            top = name.split(".")[0]
            if top not in sys.stdlib_module_names and top not in {"pareback", *MANY_DOORS, *TARGET_SIDE}:
                where = FOLDER_DOORS.get(top, "")
                doors[top].add(where if where and module(path).startswith(f"{where}.") else module(path))
    assert {package: sorted(where) for package, where in doors.items() if len(where) > 1} == {}


def test_pydantic_stays_at_the_orchestrators_door() -> None:
    wrong = [module(path) for path in files() if "pydantic" in {name.split(".")[0] for name in imported(path)}]
    assert [name for name in wrong if not name.startswith("pareback.orchestrator.")] == []


def test_rooms_are_imported_by_their_full_names() -> None:
    wrong = [f"{module(path)}: {name}" for path in files() for name in imported(path) if name.split(".")[0] in ROOMS]
    assert wrong == []


def test_no_module_takes_part_in_a_cycle() -> None:
    edges = {module(path): ours(path) for path in files()}
    gone: set[str] = set()
    while free := {name for name, others in edges.items() if name not in gone and others <= gone}:
        gone |= free
    assert sorted(set(edges) - gone) == []


def test_nothing_is_named_after_a_drawer() -> None:
    drawers = {"utils", "util", "common", "helpers", "helper", "base", "misc", "manager", "handler", "service"}
    assert [module(path) for path in files() if drawers & set(path.with_suffix("").parts)] == []


def test_files_stay_below_250_lines_and_open_with_a_docstring() -> None:
    long = {module(path): count for path in files() if (count := len(path.read_text().splitlines())) > 250}
    mute = [module(path) for path in files() if not ast.get_docstring(ast.parse(path.read_text()))]
    assert (long, mute) == ({}, [])


def test_functions_stay_below_50_lines() -> None:
    long = {}
    for path in files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and path.name != "cli.py":
                lines = (node.end_lineno or 0) - node.lineno + 1
                long |= {f"{module(path)}.{node.name}": lines} if lines > 50 else {}
    assert long == {}


def test_broad_handlers_stand_only_at_the_boundary_and_where_errors_change_threads() -> None:
    broad = []
    for path in files():
        for node in ast.walk(ast.parse(path.read_text())):
            caught = ast.unparse(node.type) if isinstance(node, ast.ExceptHandler) and node.type else ""
            bare = isinstance(node, ast.ExceptHandler) and node.type is None
            if (bare or caught in {"Exception", "BaseException"}) and not _raises(node):
                broad.append(module(path))
    allowed = {"pareback.orchestrator.cli.main", "pareback.orchestrator.call", "pareback.adapters.pump"}
    allowed.add("pareback.orchestrator.batch.child")  # one ticket costs no other anything
    assert set(broad) - allowed - {"pareback.workspaces.zygote", "pareback.workspaces.reporter"} == set()


def _raises(handler: ast.AST) -> bool:
    """Whether the handler ends by raising again: it cleans up, it does not swallow."""
    return isinstance(handler, ast.ExceptHandler) and isinstance(handler.body[-1], ast.Raise)


def test_tests_are_no_package() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_no_product_class_looks_like_a_test() -> None:
    wrong = [
        f"{module(path)}.{node.name}"
        for path in files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test")
    ]
    assert wrong == []


@pytest.mark.parametrize("words", [["--help"], ["check", "--help"], ["--version"]])
def test_start_up_loads_nothing_heavy(words: list[str]) -> None:
    assert loaded(words) == []


def test_a_run_begins_before_anything_heavy_is_loaded() -> None:
    program = (
        "import sys; import pareback.orchestrator.commands.run\n"
        "print({'langgraph', 'litellm', 'libcst', 'radon', 'httpx'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_check_loads_neither_langgraph_nor_litellm(tmp_path: Path) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "x"]):
        subprocess.run(["git", *who, *command], cwd=tmp_path, check=True)
    found = set(loaded(["check", "--repo", str(tmp_path), "--base", "HEAD"]))
    assert found & {"langgraph", "litellm", "httpx"} == set()


def loaded(words: list[str]) -> list[str]:
    """Which of the heavy packages a command has imported when it ends."""
    program = (
        "import sys; from pareback.orchestrator.cli.main import app, guarded\n"
        f"guarded(lambda: app({words!r}, standalone_mode=False))\n"
        f"print([name for name in {EARLY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    found: list[str] = ast.literal_eval(done.stderr.strip().splitlines()[-1])
    return found
