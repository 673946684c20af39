"""What a reply states: conditions, one a line, a question, or that nothing has to change. Its test files are read like
any other edit."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pareback.workspaces.conditions import grammar
from pareback.workspaces.conditions.condition import Condition
from pareback.workspaces.conditions.grammar import BadCondition
from pareback.workspaces.marks import Fence, fence
from pareback.workspaces.stream import lines_of

_ANSWER = re.compile(r"\W*(NO CHANGE|QUESTION)\W*:\W*(.+?)[\s*]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Stated:
    """`question` and `idle` (why nothing has to change) are empty where nothing like it was said; `unread` says of
    lines that begin like a condition what was expected."""

    conditions: tuple[Condition, ...] = ()
    question: str = ""
    idle: str = ""
    unread: tuple[str, ...] = ()


def read(text: str) -> Stated:
    """What stands in the reply outside of its fences."""
    conditions: dict[str, Condition] = {}
    said: dict[str, str] = {}
    unread = []
    for line in _outside(text):
        if answer := _ANSWER.fullmatch(line):
            said.setdefault(answer[1].upper(), answer[2])
            continue
        try:
            condition = grammar.read(line)
        except BadCondition as error:
            unread.append(str(error))
        else:
            conditions |= {} if condition is None else {condition.said: condition}
    return Stated(tuple(conditions.values()), said.get("QUESTION", ""), said.get("NO CHANGE", ""), tuple(unread))


def _outside(text: str) -> Iterator[str]:
    """The lines that stand in no fence."""
    opening: Fence | None = None
    for line in lines_of(text):
        found = fence(line)
        if found is None and opening is None:
            yield line
        elif found is not None and opening is None:
            opening = found
        elif found is not None and opening is not None and found.closes(opening):
            opening = None
