"""How many injected copies S4 finds, and which pairs it finds in code as it is.

    python benchmarks/clones.py recall FOLDER... [--functions N] [--seed S]
    python benchmarks/clones.py sample FOLDER... [--pairs N] [--seed S]
    python benchmarks/clones.py speed FOLDER... [--patches N] [--seed S]

`recall` takes functions of every folder, changes a copy of each by every operator, and asks the signal whether the copy
and the original are charged as one, in the tree with the copy in a file of its own. `sample` prints pairs that are
charged in the folders as they are, drawn with a seed, with both sources: for a person to label. `speed` times the
signal alone, after extraction: the whole tree, and both sides of patches of five files.
"""

import argparse
import ast
import copy
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from pareback.gates.clones.advice import Copy, told
from pareback.gates.clones.advice import copy as seen_as_copy
from pareback.gates.clones.group import Memory, Tree
from pareback.gates.clones.outline import outline
from pareback.gates.facts import FileFacts, Unit
from pareback.gates.index.view import plain
from pareback.gates.languages import python
from pareback.gates.points import CLONE
from pareback.gates.signals import clones
from pareback.gates.wide import Posting, View
from pareback.gates.zones import zone

SIGNAL = clones.build()
COPIED = "copied_here.py"
SHOWN = 14
FILES = 5

Function = ast.FunctionDef | ast.AsyncFunctionDef
Operator = Callable[[Function, random.Random], bool]
"""Changes a function in place; false where there is nothing to change."""


def blocks(function: Function) -> list[list[ast.stmt]]:
    """Every list of statements in the function, without its docstring."""
    found = [
        getattr(node, name)
        for node in ast.walk(function)
        for name in ("body", "orelse", "finalbody")
        if isinstance(getattr(node, name, None), list) and getattr(node, name)
    ]
    return [block for block in found if isinstance(block[0], ast.stmt)]


def local_names(function: Function) -> list[str]:
    bound = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return sorted(bound | {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)} - {"self", "cls"})


def rename(function: Function, names: Mapping[str, str]) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
        elif isinstance(node, ast.arg):
            node.arg = names.get(node.arg, node.arg)
        elif isinstance(node, ast.ExceptHandler | ast.FunctionDef) and node is not function and node.name:
            node.name = names.get(node.name, node.name)
        elif isinstance(node, ast.Nonlocal):
            node.names = [names.get(name, name) for name in node.names]
    return bool(names)


def rename_all(function: Function, chance: random.Random) -> bool:
    return rename(function, {name: f"{name}_x{chance.randrange(99)}" for name in local_names(function)})


def rename_one(function: Function, chance: random.Random) -> bool:
    names = local_names(function)
    return bool(names) and rename(function, {chance.choice(names): "renamed"})


def change_literals(function: Function, chance: random.Random) -> bool:
    found = [
        node
        for node in ast.walk(ast.Module(body_of(function), []))
        if isinstance(node, ast.Constant) and type(node.value) in (str, int)
    ]
    for node in chance.sample(found, min(2, len(found))):
        node.value = f"{node.value}_x" if isinstance(node.value, str) else node.value + 7
    return bool(found)


def change_attributes(function: Function, chance: random.Random) -> bool:
    found = [node for node in ast.walk(function) if isinstance(node, ast.Attribute)]
    for node in chance.sample(found, min(2, len(found))):
        node.attr += "_x"
    return bool(found)


def body_of(function: Function) -> list[ast.stmt]:
    """Its statements without the docstring."""
    return function.body[1:] if ast.get_docstring(function) is not None else function.body


NEW = (
    "log.debug('step', {name})",
    "{name}_count = len(str({name}))",
    "seen.append(({name}, time.time()))",
    "check({name}, strict=True).verify()",
    "stats['{name}'] = stats.get('{name}', 0) + 1",
)


def insert(count: int) -> Operator:
    def run(function: Function, chance: random.Random) -> bool:
        for _ in range(count):
            block = chance.choice(blocks(function))
            name = chance.choice(local_names(function) or ["state"])
            line = ast.parse(chance.choice(NEW).format(name=name)).body[0]
            documented = block is function.body and ast.get_docstring(function) is not None
            last = len(block) - isinstance(block[-1], ast.Return | ast.Raise | ast.Continue | ast.Break)
            block.insert(chance.randint(min(int(documented), last), last), line)
        return True

    return run


def simple(function: Function) -> list[tuple[list[ast.stmt], ast.stmt]]:
    kinds = ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Expr | ast.Return | ast.Raise | ast.Assert | ast.Delete
    return [
        (block, line)
        for block in blocks(function)
        for line in block
        if isinstance(line, kinds) and not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
    ]


def delete(count: int) -> Operator:
    def run(function: Function, chance: random.Random) -> bool:
        for _ in range(count):
            found = [(block, line) for block, line in simple(function) if len(block) > 1]
            if not found:
                return False
            block, line = chance.choice(found)
            block.remove(line)
        return True

    return run


def modify(function: Function, chance: random.Random) -> bool:
    """Wrap the value of a statement in a call, or put one in front of it."""
    found = [line for _, line in simple(function) if getattr(line, "value", None) is not None]
    if not found:
        return False
    line = chance.choice(found)
    line.value = ast.Call(ast.Name("check", ast.Load()), [line.value, ast.Constant(1)], [])
    return True


def swap(function: Function, chance: random.Random) -> bool:
    found = [
        (block, at)
        for block in blocks(function)
        for at in range(len(block) - 1)
        if (block is not function.body or at or ast.get_docstring(function) is None)
        and not isinstance(block[at + 1], ast.Return | ast.Raise)
    ]
    if not found:
        return False
    block, at = chance.choice(found)
    block[at], block[at + 1] = block[at + 1], block[at]
    return True


def flag_branch(function: Function, chance: random.Random) -> bool:
    """A parameter with a boolean default, and one statement done otherwise where it is set."""
    found = simple(function)
    if not found:
        return False
    block, line = chance.choice(found)
    other = ast.parse("quick.handle(flag)").body[0]
    block[block.index(line)] = ast.If(ast.Name("flag", ast.Load()), [other], [line])
    function.args.kwonlyargs.append(ast.arg("flag"))
    function.args.kw_defaults.append(ast.Constant(value=False))
    return True


def try_wrap(function: Function, _chance: random.Random) -> bool:
    body = body_of(function)
    handler = ast.parse("try: pass\nexcept ValueError as error:\n    log.error('failed %s', error)\n    raise").body[0]
    handler.body = body
    function.body = [*function.body[: len(function.body) - len(body)], handler]
    return True


def invert(function: Function, chance: random.Random) -> bool:
    """Ask the opposite and swap the branches; without a second one, the first becomes the `else`."""
    found = [node for node in ast.walk(function) if isinstance(node, ast.If)]
    found = [node for node in found if not (len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If))]
    if not found:
        return False
    node = chance.choice(found)
    node.test = ast.UnaryOp(ast.Not(), node.test)
    node.body, node.orelse = node.orelse or [ast.Pass()], node.body
    return True


def new_tail(function: Function, _chance: random.Random) -> bool:
    """Keep the first 60 % of the statements and go on with others."""
    body = body_of(function)
    kept = max(1, round(0.6 * len(body)))
    if kept == len(body):
        return False
    lines = [
        "result = Report(title)",
        "for item in load(result):",
        "    result.rows[item.key] -= item.amount ** 2",
        "while result.open:",
        "    result.close(force=not item)",
        "return [result, *found]",
    ]
    function.body = [*function.body[: len(function.body) - len(body)], *body[:kept], *ast.parse("\n".join(lines)).body]
    return True


def both(*operators: Operator) -> Operator:
    def run(function: Function, chance: random.Random) -> bool:
        return all(operator(function, chance) for operator in operators)

    return run


OPERATORS: Mapping[str, tuple[str, Operator]] = {
    "rename all locals": ("names", rename_all),
    "rename one local": ("names", rename_one),
    "change 2 literals": ("names", change_literals),
    "change 2 attributes": ("names", change_attributes),
    "rename all, change 2 literals": ("names", both(rename_all, change_literals)),
    "insert 1 line": ("edits", insert(1)),
    "insert 2 lines": ("edits", insert(2)),
    "delete 1 line": ("edits", delete(1)),
    "delete 2 lines": ("edits", delete(2)),
    "modify a line": ("edits", modify),
    "swap two lines": ("edits", swap),
    "insert 1, delete 1": ("edits", both(insert(1), delete(1))),
    "rename all, insert 1": ("edits", both(rename_all, insert(1))),
    "wrap all in try": ("slop", try_wrap),
    "add a flag branch": ("slop", flag_branch),
    "invert an if": ("slop", invert),
    "rename all, wrap in try": ("slop", both(rename_all, try_wrap)),
    "rename all, add a flag branch": ("slop", both(rename_all, flag_branch)),
    "insert 3 lines": ("more", insert(3)),
    "rename, 2 literals, insert 2": ("more", both(rename_all, change_literals, insert(2))),
    "keep 60 %, new tail": ("more", new_tail),
}
BARS = {"names": 0.95, "edits": 0.90, "slop": 0.85}


@dataclass(frozen=True, slots=True)
class Base:
    """A folder as facts and syntax, without what is not priced."""

    folder: Path
    facts: Mapping[str, FileFacts]
    trees: Mapping[str, ast.Module]


def read(folder: Path) -> Base:
    facts, trees, front = {}, {}, python.build()
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder).as_posix()
        found = None if zone(name) else front.extract(path.read_bytes())
        if found and not found.problems and not found.generated:
            facts[name], trees[name] = found, ast.parse(path.read_bytes())
    return Base(folder, facts, trees)


def functions(base: Base) -> Iterator[tuple[str, Unit, Function]]:
    """Functions and methods large enough to be copied: as many lines and as much mass as a near copy needs."""
    for path, facts in base.facts.items():
        nodes = {node.lineno: node for node in ast.walk(base.trees[path]) if isinstance(node, Function)}
        for unit in facts.units:
            node = nodes.get(unit.lines[0]) if unit.lines and unit.kind == "function" else None
            if node and len(unit.lines) >= CLONE["body"] and outline(unit).mass >= CLONE["whole"]:
                yield path, unit, node


class Changed:
    """The tree of a base with some files other than they were, seen through the base's own index."""

    def __init__(self, base: Base, view: View, files: Mapping[str, FileFacts]) -> None:
        self.files, self._facts, self._view = files, base.facts, view
        self._own = plain(files, [SIGNAL.entries])

    def postings(self, key: str) -> list[Posting]:
        kept = (posting for posting in self._view.postings(key) if posting.path not in self.files)
        return sorted([*kept, *self._own.postings(key)])

    def facts(self, path: str) -> FileFacts:
        return self.files.get(path) or self._facts[path]

    def unit(self, path: str, qualname: str) -> Unit:
        return next(unit for unit in self.facts(path).units if unit.qualname == qualname)


def charged(tree: Tree, keys: Iterator[str]) -> Iterator[Copy]:
    """Every pair that pays at one of the keys."""
    for key in sorted(set(keys)):
        group = tree.group(key)
        for pair in group.charged():
            yield seen_as_copy(group, pair, pair.other)


def found(base: Base, view: View, memory: Memory, source: str, original: tuple[str, str]) -> bool:
    """Whether the copy in this source and the original are charged as one."""
    added = python.build().extract(source.encode())
    keys = (entry.key for entry in SIGNAL.entries(added))
    for each in charged(Tree(Changed(base, view, {COPIED: added}), memory), keys):
        places = {(side.site.path, side.site.unit) for side in (each.ours, each.theirs)}
        if original in places and any(path == COPIED for path, _ in places):
            return True
    return False


def recall(base: Base, count: int, seed: int) -> dict[str, list[bool]]:
    """What was found, by operator, over functions drawn from a base."""
    chance, view, memory = random.Random(seed), plain(base.facts, [SIGNAL.entries]), Memory()
    candidates = list(functions(base))
    hits: dict[str, list[bool]] = defaultdict(list)
    for path, unit, node in chance.sample(candidates, min(count, len(candidates))):
        for name, (_, operator) in OPERATORS.items():
            mutant = copy.deepcopy(node)
            mutant.decorator_list, mutant.name = [], f"{node.name}_copy"
            if operator(mutant, chance):
                source = ast.unparse(ast.fix_missing_locations(mutant))
                hits[name].append(found(base, view, memory, source, (path, unit.qualname)))
    return hits


def print_recall(folders: list[Path], count: int, seed: int) -> None:
    hits: dict[str, list[bool]] = defaultdict(list)
    for folder in folders:
        base = read(folder)
        for name, each in recall(base, count, seed).items():
            hits[name] += each
        print(f"{folder.name}: {sum(1 for _ in functions(base))} functions to draw from")
    print("\n| kind | operator | copies | found | recall |\n|---|---|---|---|---|")
    for name, (kind, _) in OPERATORS.items():
        each = hits[name]
        print(f"| {kind} | {name} | {len(each)} | {sum(each)} | {sum(each) / max(len(each), 1):.3f} |")
    for kind, bar in BARS.items():
        each = [hit for name, (of, _) in OPERATORS.items() if of == kind for hit in hits[name]]
        print(
            f"| {kind} | all, to be at least {bar} | {len(each)} | {sum(each)} | {sum(each) / max(len(each), 1):.3f} |"
        )


def pairs(base: Base, chance: random.Random) -> list[tuple[Base, Tree, Copy]]:
    """Every pair that is charged in a base, in an order drawn by chance."""
    tree = Tree(plain(base.facts, [SIGNAL.entries]), Memory())
    keys = (entry.key for facts in base.facts.values() for entry in SIGNAL.entries(facts))
    found = [(base, tree, each) for each in charged(tree, keys)]
    chance.shuffle(found)
    print(f"{base.folder.name}: {len(found)} pairs")
    return found


def print_sample(folders: list[Path], count: int, seed: int) -> None:
    """The folders take turns, so that none fills the sample."""
    chance = random.Random(seed)
    turns = zip_longest(*(pairs(read(folder), chance) for folder in folders))
    drawn = [each for turn in turns for each in turn if each is not None]
    for number, (base, tree, each) in enumerate(drawn[:count], start=1):
        show(number, base, tree, each)


def show(number: int, base: Base, tree: Tree, each: Copy) -> None:
    said = told(each, tree)
    print(f"\n=== {number}. {base.folder.name} {said.at.path}:{said.at.line} {said.at.unit}\n{said.message}")
    print(f"DO: {said.do}  saves {said.saves or 0:.1f}")
    for side in (each.ours, each.theirs):
        unit, text = tree.unit(side.site), (base.folder / side.site.path).read_text().splitlines()
        lines = sorted({unit.lines[at] for run in side.runs for at in range(run.first, run.first + run.length)})
        print("\n".join(f"    {line}: {text[line - 1][:110]}" for line in lines[:SHOWN]) + "\n    --")


def patched(base: Base, candidates: list[tuple[str, Unit, Function]], chance: random.Random) -> dict[str, FileFacts]:
    """Five files, each with two lines more in one of its functions."""
    files: dict[str, FileFacts] = {}
    while len(files) < FILES:
        path, _, node = chance.choice(candidates)
        tree = copy.deepcopy(base.trees[path])
        mutant = next(
            each for each in ast.walk(tree) if getattr(each, "lineno", 0) == node.lineno and isinstance(each, Function)
        )
        insert(2)(mutant, chance)
        files[path] = python.build().extract(ast.unparse(ast.fix_missing_locations(tree)).encode())
    return files


def touched(base: Base, files: Mapping[str, FileFacts]) -> set[str]:
    """The keys under which base and head file something else."""
    sides = [
        {(entry.key, path, entry.unit, *entry.detail) for path in files for entry in SIGNAL.entries(side[path])}
        for side in (base.facts, files)
    ]
    return {key for key, *_ in sides[0] ^ sides[1]}


def print_speed(folders: list[Path], patches: int, seed: int) -> None:
    chance = random.Random(seed)
    for folder in folders:
        base = read(folder)
        view, lines = plain(base.facts, [SIGNAL.entries]), sum(facts.lines for facts in base.facts.values())
        keys = {entry.key for facts in base.facts.values() for entry in SIGNAL.entries(facts)}
        times, candidates = [], list(functions(base))
        for _ in range(patches):
            files = patched(base, candidates, chance)
            asked, head = touched(base, files), Changed(base, view, files)
            started = time.process_time()
            for tree in (view, head):
                list(SIGNAL.loads(asked, tree))
            times.append((time.process_time() - started) * 1000)
        fresh = clones.build()
        started = time.process_time()
        points = sum(load.points for load in fresh.loads(keys, view))
        whole = time.process_time() - started
        times.sort()
        print(
            f"{folder.name}: {len(base.facts)} files, {lines} lines, {len(keys)} keys, {points:.0f} points; CPU: "
            f"whole tree {whole:.2f} s; base and head of {patches} patches of {FILES} files, "
            f"median {statistics.median(times):.1f} ms, 95th percentile {times[int(len(times) * 0.95)]:.1f} ms"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["recall", "sample", "speed"])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--functions", type=int, default=60)
    parser.add_argument("--pairs", type=int, default=60)
    parser.add_argument("--patches", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    if asked.what == "recall":
        print_recall(asked.folders, asked.functions, asked.seed)
    elif asked.what == "speed":
        print_speed(asked.folders, asked.patches, asked.seed)
    else:
        print_sample(asked.folders, asked.pairs, asked.seed)


if __name__ == "__main__":
    main()
