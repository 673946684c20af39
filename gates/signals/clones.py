"""S4, clones: code that was copied instead of given a parameter is paid for twice."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from pareback.gates.clones.advice import Copy, copy, told
from pareback.gates.clones.group import Group, Memory, Pair, Tree
from pareback.gates.clones.outline import grams, key, print_of
from pareback.gates.facts import FileFacts
from pareback.gates.signal import Example
from pareback.gates.wide import Entry, Load, Posting, Told, View, WideSignal

_COMMAS = """
def export_csv(rows, path):
    with open(path, "w") as out:
        for row in rows:
            if row.active and not row.hidden:
                fields = [row.name, row.price]
                out.write(",".join(map(str, fields)) + "\\n")
            else:
                log.debug("skipped %s", row.name)
    return path
"""
_TABS = _COMMAS.replace("export_csv", "export_tsv").replace('","', '"\\t"')
_MERGED = _COMMAS.replace("export_csv(rows, path)", "export(rows, path, sep)").replace('",".join', "sep.join")
_THIRD = _TABS.replace("export_tsv", "save").replace("row", "line").replace("path", "place")
_GUARDED = """
def try_export(rows, path):
    try:
        with open(path, "w") as out:
            for row in rows:
                if row.active and not row.hidden:
                    fields = [row.name, row.price]
                    out.write(";".join(map(str, fields)) + "\\n")
    except OSError:
        return None
    return path
"""
_ASYNC = _COMMAS.replace("def export", "async def aexport").replace("with", "async with").replace("out.", "await out.a")
_STORES = """
class Point:
    def __init__(self, name, x, y, z):
        super().__init__(name)
        self.x = x
        self.y = y
        self.z = z
        self.name = name
"""
_OTHER = """
def total(orders):
    amount = 0
    for order in orders:
        amount += order.price * order.count
    return round(amount, 2)
"""


@dataclass(frozen=True, slots=True)
class _Clones:
    memory: Memory = field(default_factory=Memory)
    id = "S4"
    name = "clones"
    reads_code = False  # an entry holds a print of the unit
    advice = "give the function a parameter for what differs and call it twice"
    examples = (
        Example(_COMMAS, _COMMAS + _TABS, 6.387),  # what the copy costs by itself, once more
        Example({"a.py": _COMMAS + _TABS}, {"a.py": _COMMAS + _TABS, "b.py": _THIRD}, 6.387),
        Example(_COMMAS + _TABS, _MERGED, -6.387),
        Example({"a.py": _COMMAS, "b.py": _TABS}, {"c/d.py": _THIRD + _OTHER + _COMMAS}, 0.0),
        Example(_COMMAS, _COMMAS + _OTHER, 0.0),
        Example(_COMMAS, _COMMAS + _GUARDED, 5.122),
        Example(_COMMAS, _COMMAS + _ASYNC, 1.597),
        Example(_STORES, _STORES + _STORES.replace("Point", "Place"), 0.0),
    )

    def entries(self, facts: FileFacts, /) -> Iterator[Entry]:
        for unit in facts.units:
            found = grams(unit)
            known = print_of(unit) if found else ""
            for gram, places in found.items():
                detail = (known,) if len(places) == 1 else (known, "again")
                yield Entry(key(gram), unit.qualname, unit.lines[places[0]], detail)

    def loads(self, keys: Collection[str], view: View, /) -> Iterator[Load]:
        tree = Tree(view, self.memory)
        for gram in sorted(set(keys)):
            if gram.startswith("clone:"):
                group = tree.group(gram)
                if group.sites:
                    yield Load(gram, group.points(), group.sites)

    def explain(self, load: Load, before: Load | None, view: View, /) -> Told | None:
        tree = Tree(view, self.memory)
        found = _newest(tree.group(load.subject), before)
        return told(found, tree) if found else None


def _newest(group: Group, before: Load | None) -> Copy | None:
    """The dearest pair with a copy that the base did not have; where it had all of them, the dearest one if some were
    charged even then. What only changed the gram that it is charged at is nothing new."""
    came = _came(group, before)
    if before is not None and before.points and not came:
        came = set(range(len(group.sites)))
    pairs = [pair for pair in group.charged() if came & {pair.one, pair.other}]
    copies = [copy(group, pair, _later(pair, came)) for pair in pairs]
    return max(copies, key=lambda found: found.ours.cost(), default=None)


def _came(group: Group, before: Load | None) -> set[int]:
    """Members that stand where the base had none, if they did not move there from where the base had one."""
    old = {_place(site): site.detail[0] for site in (before.sites if before else ())}
    gone = Counter(old[place] for place in old.keys() - {_place(site) for site in group.sites})
    came = set()
    for at, site in enumerate(group.sites):
        if _place(site) not in old:
            if gone[site.detail[0]] <= 0:
                came.add(at)
            gone[site.detail[0]] -= 1
    return came


def _place(site: Posting) -> tuple[str, str]:
    return site.path, site.unit


def _later(pair: Pair, came: set[int]) -> int:
    return pair.other if pair.other in came else pair.one


def build() -> WideSignal:
    return _Clones()
