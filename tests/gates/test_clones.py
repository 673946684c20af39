"""Clones: what a copy costs, what costs nothing, what is said of it; the keys of a patch tell the whole difference."""

import ast
import importlib.util
import random
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from math import fsum
from pathlib import Path
from types import ModuleType

import pytest

from pareback.gates.clones.align import align
from pareback.gates.clones.holes import Hole, holes
from pareback.gates.facts import FileFacts
from pareback.gates.index.view import plain
from pareback.gates.languages import python
from pareback.gates.points import LOOKED_AT, step_points
from pareback.gates.reading.lines import costs, volume_points
from pareback.gates.signals import clones
from pareback.gates.syntax.leaves import END
from pareback.gates.verdict import Verdict
from pareback.gates.wide import Load, Told, View

Judge = Callable[..., Verdict]
SIGNAL = clones.build()
EXPORT = """
def export_csv(rows, path):
    with open(path, "w") as out:
        for row in rows:
            if row.active and not row.hidden:
                out.write(",".join(map(str, row.fields)))
            else:
                log.debug("skipped %s", row.name)
    return path
"""
COST = 6.1057
"""Flow of `for`, a nested `if`, `and` and `else`, and the volume."""
OTHER = "def total(orders):\n    return sum(order.price * order.count for order in orders)\n"


def named(name: str, source: str = EXPORT) -> str:
    return source.replace("export_csv", name)


def extracted(sources: Mapping[str, str]) -> dict[str, FileFacts]:
    return {path: facts_of(text) for path, text in sources.items()}


@cache
def facts_of(text: str) -> FileFacts:
    return python.build().extract(text.encode())


def view_of(files: Mapping[str, FileFacts]) -> View:
    return plain(files, [SIGNAL.entries])


def keys_of(files: Mapping[str, FileFacts]) -> set[str]:
    return {entry.key for facts in files.values() for entry in SIGNAL.entries(facts)}


def loads(files: Mapping[str, FileFacts], keys: Iterable[str] | None = None) -> dict[str, Load]:
    asked = keys_of(files) if keys is None else keys
    return {load.subject: load for load in SIGNAL.loads(sorted(asked), view_of(files))}


def points(sources: Mapping[str, str]) -> float:
    return fsum(load.points for load in loads(extracted(sources)).values())


def said(sources: Mapping[str, str], base: Mapping[str, str] | None = None) -> list[Told]:
    """What is said of every load that costs, in a tree or of a patch."""
    files, before = extracted(sources), loads(extracted(base)) if base else {}
    found = [load for load in loads(files).values() if load.points]
    told = [SIGNAL.explain(load, before.get(load.subject), view_of(files)) for load in found]
    return [each for each in told if each is not None]


def test_every_further_copy_costs_what_it_costs_by_itself() -> None:
    trees = [{f"{at}.py": named(f"export_{at}") for at in range(count)} for count in (1, 2, 3, 4, LOOKED_AT)]
    assert [points(tree) for tree in trees] == pytest.approx([0, COST, 2 * COST, 3 * COST, 29 * COST], abs=0.02)


def test_one_more_of_what_is_there_very_often_is_free() -> None:
    many = {f"{at}.py": named(f"export_{at}") for at in range(LOOKED_AT)}
    assert points({**many, "one_more.py": named("export_more")}) == points(many)


def test_a_method_a_function_and_code_of_a_module_are_copies_of_each_other() -> None:
    method = "class Shop:" + EXPORT.replace("\n", "\n    ").replace("(rows", "(self, rows")
    body = "rows = load()\npath = 'a'\n" + "\n".join(line[4:] for line in EXPORT.splitlines()[2:-1])
    assert points({"a.py": EXPORT, "b.py": method}) == pytest.approx(COST, abs=0.2)
    assert points({"a.py": EXPORT, "b.py": body}) == pytest.approx(COST, abs=0.3)
    assert points({"a.py": EXPORT, "b.py": OTHER}) == 0


def test_a_stretch_repeated_in_one_function_is_a_copy() -> None:
    lines = EXPORT.splitlines()[2:-1]
    twice = "\n".join(["def both(rows, path, more, place):", *lines, *lines]).replace("    return path\n", "", 1)
    assert points({"a.py": twice}) == pytest.approx(COST, abs=0.3)
    [told] = said({"a.py": twice})
    assert told.message.startswith("lines 8-13 equal to a.py:2-7 both (6 logical lines in all)")
    assert told.do == "make these lines a function of their own; call it in both places"


TABLE = "PRICES = {\n" + "".join(f"    'item {at}': {at},\n" for at in range(40)) + "}\n"
FIELDS = "".join(f"FORMAT_{at} = 'j F {at}'\nFIRST_{at} = {at}\nNAMES_{at} = ['%d', {at}]\n" for at in range(9))


CHECKS = "".join(f"assert area({at}) == {at * at}\nside = root({at})\nprint(side, 'of', {at})\n" for at in range(4000))


@pytest.mark.parametrize("source", [TABLE, FIELDS, FIELDS + TABLE, CHECKS])
def test_data_is_not_copied_code(source: str) -> None:
    assert points({"a.py": source, "b.py": source}) == 0


def test_names_places_and_order_cost_nothing() -> None:
    base = {"a.py": EXPORT + OTHER, "b.py": OTHER + named("export_tsv").replace('","', '"\\t"')}
    renamed = {path: text.replace("row", "line").replace("path", "place") for path, text in base.items()}
    moved = {"x/one.py": base["b.py"] + named("save"), "y.py": OTHER}
    apart = {"z.py": OTHER, "b.py": named("export_tsv"), "c.py": OTHER, "a.py": EXPORT}
    documented = {
        path: ast.unparse(ast.parse(text)).replace("(path, 'w')", "(path,\n 'w')") for path, text in base.items()
    }
    for head in (renamed, moved, apart, documented, dict(reversed(base.items()))):
        assert points(head) == pytest.approx(points(base), abs=1e-9)


def test_two_trees_of_the_same_files_have_the_same_loads_in_any_order(library: Mapping[str, str]) -> None:
    files = extracted(library)
    assert loads(files) == loads(dict(sorted(files.items(), reverse=True)))
    assert sum(load.points > 0 for load in loads(files).values()) > 3


@pytest.fixture(scope="module")
def study() -> ModuleType:
    """The benchmark, whose operators change copies."""
    spec = importlib.util.spec_from_file_location("clone_study", Path(__file__).parents[2] / "benchmarks" / "clones.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def patched(base: Mapping[str, str], study: ModuleType, chance: random.Random) -> dict[str, str]:
    """A tree with a function changed, copied with a change, or taken away."""
    path = chance.choice(sorted(base))
    tree = ast.parse(base[path])
    at = chance.choice([at for at, node in enumerate(tree.body) if isinstance(node, ast.FunctionDef | ast.ClassDef)])
    mutant = ast.parse(ast.unparse(tree.body[at])).body[0]
    functions = [node for node in ast.walk(mutant) if isinstance(node, ast.FunctionDef)]
    if functions:
        _, operator = chance.choice(list(study.OPERATORS.values()))
        operator(chance.choice(functions), chance)
    head = dict(base)
    if chance.random() < 0.5:
        tree.body[at : at + 1] = chance.choice([[mutant], [mutant], []])
        head[path] = ast.unparse(ast.fix_missing_locations(tree))
    else:
        head["fresh.py"] = head.get("fresh.py", "") + "\n" + ast.unparse(ast.fix_missing_locations(mutant)) + "\n"
    return head


def touched(base: Mapping[str, FileFacts], head: Mapping[str, FileFacts]) -> set[str]:
    """The keys under which two trees file something else: lines aside, as the judge compares."""

    def filed(files: Mapping[str, FileFacts]) -> set[tuple[str, ...]]:
        entries = ((path, entry) for path, facts in files.items() for entry in SIGNAL.entries(facts))
        return {(entry.key, path, entry.unit, *entry.detail) for path, entry in entries}

    return {key for key, *_ in filed(base) ^ filed(head)}


def test_the_keys_of_a_patch_tell_its_whole_difference(library: Mapping[str, str], study: ModuleType) -> None:
    chance = random.Random(6)
    sources: dict[str, str] = {name: library[name] for name in ("shlex", "graphlib", "configparser", "http/cookies")}
    added = []
    for _ in range(16):
        changed = patched(sources, study, chance)
        before, after = extracted(sources), extracted(changed)
        keys = touched(before, after)
        whole = [fsum(load.points for load in loads(files).values()) for files in (before, after)]
        part = [fsum(load.points for load in loads(files, keys).values()) for files in (before, after)]
        assert part[1] - part[0] == pytest.approx(whole[1] - whole[0], abs=1e-9)
        added.append(whole[1] - whole[0])
        sources = changed
    assert (min(added) < -1, max(added) > 1) == (True, True)


def test_copies_with_changes_are_found(tmp_path: Path, library: Mapping[str, str], study: ModuleType) -> None:
    """A small version of the study whose figures are in `benchmarks/results/clones.md`."""
    for name, text in library.items():
        (tmp_path / f"{name.replace('/', '_')}.py").write_text(text, encoding="utf-8")
    hits = study.recall(study.read(tmp_path), 12, 3)
    for kind, bar in study.BARS.items():
        found = [hit for name, (of, _) in study.OPERATORS.items() if of == kind for hit in hits[name]]
        assert len(found) > 40
        assert sum(found) / len(found) >= bar, kind


def test_the_lines_of_a_unit_cost_together_what_flow_and_size_charge(library: Mapping[str, str]) -> None:
    units = [unit for facts in extracted(library).values() for unit in facts.units]
    for unit in units:
        flow = fsum(step_points(step.kind, step.nesting) for step in unit.flow)
        assert fsum(costs(unit)) == pytest.approx(flow + fsum(map(volume_points, unit.sizes)))
    assert len(units) > 500


def test_lines_of_one_skeleton_have_as_many_leaves_of_the_same_sorts(library: Mapping[str, str]) -> None:
    known: dict[str, str] = {}
    for unit in (unit for facts in extracted(library).values() for unit in facts.units):
        lines = "".join("|" if at == END else unit.words[at][0].replace("l", "n") for at in unit.leaves).split("|")
        for skeleton, sorts in zip(unit.skeletons, lines[:-1], strict=True):
            assert known.setdefault(skeleton, sorts) == sorts
    assert len(known) > 1000


def test_a_local_that_stands_for_one_local_is_no_hole() -> None:
    ours = [("l:row", "n:load", "l:path"), ("l:row.name", "s:a")]
    assert holes(zip(ours, [("l:line", "n:load", "l:file"), ("l:line.name", "s:a")], strict=True)) == ()
    assert holes(zip(ours, [("l:line", "n:load", "l:file"), ("l:file.name", "s:b")], strict=True)) == (
        Hole("l:row.name", "l:file.name"),
        Hole("s:a", "s:b", "row.name"),
    )


def test_a_hole_is_named_for_what_it_is_given_to_and_counts_once() -> None:
    ours = [("l:kind", "s:a"), ("n:f", "w:sep", "s:,"), ("n:g", "s:,")]
    theirs = [("l:kind", "s:b"), ("n:f", "w:sep", "s:;"), ("n:g", "s:;")]
    assert holes(zip(ours, theirs, strict=True)) == (Hole("s:a", "s:b", "kind"), Hole("s:,", "s:;", "sep"))


def test_the_heaviest_lines_in_one_order_are_aligned() -> None:
    assert align("abcde", "abXde", [1, 1, 1, 1, 1]) == [(0, 0), (1, 1), (3, 3), (4, 4)]
    assert align("ab", "ba", [1, 5]) == [(1, 0)]
    assert align("ab", "ba", [5, 1]) == [(0, 1)]
    assert align("abc", "", [1, 1, 1]) == []


def test_the_message_names_both_ranges_the_parameters_and_the_new_signature() -> None:
    base = {"shop/a.py": EXPORT}
    [told] = said({**base, "shop/b.py": OTHER + named("export_tsv").replace('","', '"\\t"')}, base)
    assert (told.at.path, told.at.unit, told.at.line) == ("shop/b.py", "export_tsv", 4)
    assert told.message == (
        "lines 4-11 equal to shop/a.py:2-9 export_csv (8 logical lines in all); parameters: text (',' | '\\t')"
    )
    assert told.do == "call export_csv(rows, path, text) in both cases, renamed for both; delete this copy"
    assert told.saves == pytest.approx(2 * COST + 0.5, abs=0.03)
    assert [(other.path, other.line) for other in told.others] == [("shop/a.py", 2)]


def test_the_new_copy_is_spoken_of_wherever_it_stands() -> None:
    base = {"m.py": EXPORT}
    for path in ("a.py", "z.py"):
        [told] = said({**base, path: named("export_tsv")}, base)
        assert told.at.path == path


def test_a_near_copy_tells_the_lines_that_are_only_there() -> None:
    longer = named("export_tsv").replace("    return path", "    notify(path, len(rows))\n    return path")
    longer = longer.replace("        for row", "        out.write(header(rows, sep=1))\n        for row")
    [told] = said({"a.py": EXPORT, "b.py": longer}, {"a.py": EXPORT})
    assert told.message.startswith("lines 2-11 nearly equal to a.py:2-9 export_csv (8 logical lines in all)")
    assert told.message.endswith("; only here: line 4, 10")


def test_an_edit_of_both_copies_is_nothing_new(judge: Judge) -> None:
    base = {"a.py": EXPORT, "b.py": named("export_tsv")}
    head = {path: text.replace("row.hidden", "row.gone(path)") for path, text in base.items()}
    one = {**base, "b.py": head["b.py"]}
    for after in (head, one):
        assert [each.id for each in judge(base, after).findings if each.signal == "S4"] == []
    [found] = judge({"a.py": EXPORT}, head).findings[:1]
    assert (found.id, found.signal, found.unit) == ("H2:b.py:export_tsv", "S4", "export_tsv")


TWIN = named("aexport_csv").replace("def ", "async def ").replace("out.write", "await out.awrite")
IN_CLASS = EXPORT.replace("\n", "\n    ").replace("(rows", "(self, rows")


@pytest.mark.parametrize(
    ("added", "advice"),
    [
        (TWIN, "keep the async shell"),
        (f"class B:{IN_CLASS}", "make one function of both, outside the classes: def export_csv(rows, path)"),
        (f"def f(path):\n    rows = load(path)\n{EXPORT.partition(':')[2]}", "call export_csv(rows, path)"),
        (EXPORT, "use export_csv of a.py in both places; delete this copy"),
    ],
)
def test_advice_fits_what_was_copied(added: str, advice: str) -> None:
    [told] = said({"a.py": EXPORT, "b.py": added}, {"a.py": EXPORT})
    assert told.do.startswith(advice)


def test_an_override_goes_to_a_class_that_both_inherit_from() -> None:
    base = {"a.py": f"class A:{IN_CLASS}"}
    [told] = said({**base, "b.py": f"class B:{IN_CLASS}"}, base)
    assert told.do == "move export_csv() to a class that both inherit from; leave nothing to the subclasses"
