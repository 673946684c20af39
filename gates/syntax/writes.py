"""What a unit writes that outlives it: attributes of objects, items of mappings under constant keys.

An object that the unit has just made is not state yet: writing its attributes is making it.
"""

from collections.abc import Iterator

from pareback.gates.syntax.draft import Draft
from pareback.gates.syntax.places import Place
from pareback.gates.syntax.subjects import UNKNOWN, class_name
from pareback.gates.ties import Write


def written(draft: Draft) -> tuple[Write, ...]:
    """What the unit wrote, each thing once, in order of owner and name."""
    found: dict[tuple[str, str], int] = {}
    for owner, name, line in _owned(draft):
        found.setdefault((owner, name), line)
    return tuple(Write(owner, name, line) for (owner, name), line in sorted(found.items()))


def _owned(draft: Draft) -> Iterator[Place]:
    """Places with the class that they belong to: `*` where it is not known; objects made here do not count."""
    for receiver, name, line in draft.mentions.places.found:
        if receiver in draft.selves:
            yield draft.heading.owner, name, line
        elif receiver in draft.locals and receiver not in draft.mentions.fresh:
            yield class_name(draft.names.hints.get(receiver)) or UNKNOWN, name, line
        elif receiver not in draft.locals and name.startswith("["):
            yield f"{receiver}:", name, line
