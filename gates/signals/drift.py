"""S10, state drift: things that are written together everywhere, and the place that writes one and forgets the other.

What a unit writes is a transaction; constructors, and what they call, only make the object. Things that three units and
three quarters of all their writers write together move together: whoever writes one must remember the rest.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from pareback.gates.facts import FileFacts, Unit
from pareback.gates.points import DRIFT
from pareback.gates.reading.owners import class_of, short
from pareback.gates.reading.together import MODULE, PREFIX, Field, Group, groups
from pareback.gates.signal import Example, counted
from pareback.gates.wide import Entry, Load, Posting, Told, View, WideSignal

_MAKERS = {"__init__", "__new__", "__post_init__", "__set_name__", "__setstate__", "__copy__", "__deepcopy__"}

_OF_MODULE = {"global", "mutation"}
_NAMED = 5
"""Places that a message names."""

_JOB = "class Job:\n    def __init__(self):\n        self.running = False\n        self.state = 'new'\n"
_WRITES = "    def {0}(self):\n        self.running = {1}\n        self.state = '{0}'\n"
_THREE = _JOB + "".join(_WRITES.format(name, name == "start") for name in ("start", "stop", "fail"))
_FOUR = _THREE + _WRITES.format("finish", 0)
_PAUSE = "    def pause(self):\n        self.state = 'pause'\n"
_SET = "    def quit(self):\n        self.running = 0\n        self.stop()\n"
_TABLE = "def {0}(job):\n    job['state'] = '{0}'\n    job['at'] = now()\n"
_TABLES = "".join(_TABLE.format(name) for name in ("start", "stop", "fail"))
_LOST = "def pause(job):\n    job['state'] = 'paused'\n"
_MADE = "def make():\n    job = {}\n    job['state'] = 'new'\n    return job\n"
_SPLIT = {"a.py": _THREE, "b.py": "def pause(job: Job):\n    job.state = 'paused'\n"}


@dataclass(frozen=True, slots=True)
class _Drift:
    id = "S10"
    name = "state drift"
    reads_code = True
    advice = "keep one of two things that move together and derive the other, or write both in one method"
    examples = (
        Example(_JOB, _THREE, 0.0),
        Example(_THREE, _THREE + _PAUSE, DRIFT["missed"]),
        Example(_THREE, _FOUR, DRIFT["together"]),
        Example(_FOUR, _FOUR + _PAUSE, DRIFT["missed"]),
        Example(_THREE, _THREE + _SET, 0.0),
        Example(_THREE, {"a.py": _THREE}, 0.0),
        Example({"a.py": _THREE}, _SPLIT, DRIFT["missed"]),
        Example(_TABLES, _TABLES + _LOST, DRIFT["missed"]),
        Example(_TABLES, _TABLES + _MADE, 0.0),
        Example(_TABLES, _TABLES.replace("job", "row"), 0.0),
        Example(_THREE, _THREE.replace("        self.running = False\n        self.state", "        self.state"), 0.0),
    )

    def entries(self, facts: FileFacts, /) -> Iterator[Entry]:
        bases = {unit.qualname: unit.bases for unit in facts.units if unit.kind == "class"}
        making = _making(facts)
        for unit in facts.units:
            if unit.kind == "function" and unit.qualname not in making:
                yield from _filed(unit, bases.get(unit.owner, ()))

    def loads(self, keys: Collection[str], view: View, /) -> list[Load]:
        found = {load.subject: load for group in groups(keys, view) for load in _loads(group)}
        return sorted(found.values(), key=lambda load: load.subject)

    def explain(self, load: Load, before: Load | None, _view: View, /) -> Told:
        things, _, lone = load.subject.partition(" in ")
        names = [_shown(thing) for thing in things.split(" + ")]
        if lone:
            return _forgotten(load, lone, names)
        known = {(site.path, site.unit) for site in before.sites} if before else set()
        at = next((site for site in load.sites if (site.path, site.unit) not in known), load.sites[0])
        others = tuple(site for site in load.sites if site != at)
        message = (
            f"{counted(len(load.sites), 'unit')} must remember to write {_listed(names)} together: {_units(load.sites)}"
        )
        return Told(at, message, _remedy(names), load.points, others)


def _forgotten(load: Load, unit: str, names: Sequence[str]) -> Told:
    first, second = names
    message = f"`{first}` and `{second}` are written together by {_units(load.sites[1:])}; {unit} writes only `{first}`"
    do = f"{_remedy((second, first))}; else write `{second}` here too"
    return Told(load.sites[0], message, do, load.points, load.sites[1:])


def _making(facts: FileFacts) -> set[str]:
    """Methods that make the object: constructors, and the methods that they call."""
    found: set[str] = set()
    for unit in facts.units:
        if unit.owner and short(unit.qualname) in _MAKERS:
            found |= {unit.qualname, *(f"{unit.owner}.{name}" for name in unit.calls)}
    return found


def _filed(unit: Unit, bases: tuple[str, ...]) -> Iterator[Entry]:
    """Every thing that the unit writes, with all that it writes of the same object."""
    if len(unit.writes) > DRIFT["most"]:
        return
    together: dict[str, list[str]] = {}
    for write in unit.writes:
        together.setdefault(write.owner, []).append(write.name)
    for write in unit.writes:
        owner, others = write.owner, together[write.owner]
        above = bases if owner == class_of(unit) else ()
        detail = (short(owner), " ".join(above), *others)
        yield Entry(PREFIX + write.name, unit.qualname, write.line, detail)
    names = {found.subject: found.line for found in unit.shared if found.kind in _OF_MODULE}
    for name, line in sorted(names.items()):
        yield Entry(PREFIX + name, unit.qualname, line, (MODULE, "", *sorted(names)))


def _loads(group: Group) -> Iterator[Load]:
    """What a group of things that move together costs: units that must remember them, and those that do not."""
    both = [place for place, fields in sorted(group.written.items()) if len(fields) > 1]
    remembered = sum(len(group.written[place]) - 1 for place in both)
    spare = remembered - DRIFT["support"] * (len(group.fields) - 1)
    sites = tuple(group.sites[place] for place in both)
    if spare > 0:
        yield Load(" + ".join(map(_named, group.fields)), spare * DRIFT["together"], sites)
    for place in sorted(group.written):
        for one, other, confidence in group.missed(place)[:1]:
            rule = "H8" if confidence >= DRIFT["hard"] else ""
            others = [site for site in sites if (site.path, site.unit) != place]
            subject = f"{_named(one)} + {_named(other)} in {short(place[1])}"
            yield Load(subject, DRIFT["missed"], (group.sites[place], *others), rule)


def _named(field: Field) -> str:
    home, name = field
    return f"{home}.{name}" if home else name


def _shown(thing: str) -> str:
    """A thing without the file that it is in, as it is written."""
    name = thing.rpartition(":")[2]
    return name.replace("[", "['").replace("]", "']").replace(".['", "['")


def _units(sites: Sequence[Posting]) -> str:
    names = [f"{short(site.unit)}:{site.line}" for site in sites[:_NAMED]]
    more = len(sites) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def _listed(names: Sequence[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _remedy(names: Sequence[str]) -> str:
    first, *rest = names
    kept = rest[-1]
    if "[" in first or "." not in first:
        return f"keep {_listed(names)} as one value, and change it in one function"
    owner, _, name = first.rpartition(".")
    return f"drop the field `{name}` and derive it: @property def {name}(self) in {owner}, from `{kept}`"


def build() -> WideSignal:
    return _Drift()
