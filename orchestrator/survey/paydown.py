"""Pay-down tickets: what to change first in a tree, as tickets that ask for less and not for more.

Such a ticket has no red test. Its budget lies below zero, so the gate holds it against the delta itself, and the same
number is its one condition: it says when the ticket is done, and no model has to be asked for that. What the tests see
stays as it is.
"""

import json
from collections.abc import Iterable, Mapping
from itertools import islice

from pareback.adapters.record import id_of, title_of
from pareback.gates.points import BUDGETS
from pareback.gates.survey.origin import Origin

SHARE = 0.5
"""Part of what an origin frees that its ticket asks for; reasoned: what an origin frees is computed without what takes
the place of the checks, so a change that does it whole frees less, and one that evades it frees next to nothing."""
MOST = BUDGETS["large"]
"""Points that one ticket asks for at most: what frees more than a large change adds is no work of one patch."""
SHOWN = 40
"""Places that a ticket spells out; the files of all of them may be edited."""

_TEXT = """{what} ({kind}, {path}:{line}) makes {decisions} places decide. Change it there: {do}.

What then has nothing left to decide:
{places}

Behaviour stays as it is: every test that passes has to pass afterwards, and names that others import stay. Whole, this
frees about {frees:g} complexity points; at least {least:g} of them have to be gone.
"""

Record = Mapping[str, object]
"""A ticket as `pareback batch` reads it from a line of JSON."""


def tickets(origins: Iterable[Origin], *, repo: str, most: int) -> list[Record]:
    """The first `most` origins as tickets for the repository at `repo`, in their order. A place whose path holds what
    no ticket may hold, such as a line break, makes none."""
    told = (origin for origin in origins if all(path.isprintable() for path in _files(origin)))
    return [_ticket(origin, repo) for origin in islice(told, most)]


def lines(records: Iterable[Record]) -> str:
    """The tickets as a file for `pareback batch`: one line of JSON each."""
    return "".join(f"{json.dumps(record)}\n" for record in records)


def least(origin: Origin) -> float:
    """Points that its ticket asks for, to the one decimal at which budgets are compared."""
    return round(min(SHARE * origin.frees, MOST), 1)


def _ticket(origin: Origin, repo: str) -> Record:
    title, asked = title_of(f"Pay down {origin.what}"), f"-{least(origin):g}"
    return {
        "id": id_of(title, f"{origin.kind} {origin.path} {origin.what}"),
        "title": title,
        "text": _text(origin),
        "repo": repo,
        "files": _files(origin),
        "budget": asked,
        "conditions": [f"delta <= {asked}"],
    }


def _text(origin: Origin) -> str:
    shown = [f"- {place.path}:{place.line} {place.unit}" for place in origin.places[:SHOWN]]
    shown += [f"- and {len(origin.places) - SHOWN} more"] if len(origin.places) > SHOWN else []
    return _TEXT.format(
        what=origin.what,
        kind=origin.kind,
        path=origin.path,
        line=origin.line,
        decisions=origin.decisions,
        do=origin.do,
        places="\n".join(shown),
        frees=origin.frees,
        least=least(origin),
    )


def _files(origin: Origin) -> list[str]:
    return list(dict.fromkeys((origin.path, *(place.path for place in origin.places))))
