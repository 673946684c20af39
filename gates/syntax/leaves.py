"""What a skeleton leaves out: the names and values of every logical line, in order.

Lines of one skeleton have as many leaves, so two of them can be laid side by side. Words are written once per unit, and
a long text keeps its beginning and a hash: they are compared and shown in part, never run.
"""

from collections.abc import Iterable, Sequence

from pareback.gates.syntax.tokens import digest

END = -1
"""Ends the leaves of a line."""

_LONG, _SHOWN = 80, 48


def gather(tokens: Sequence[str], spans: Iterable[tuple[int, int]], own: set[str]) -> tuple[list[str], list[int]]:
    """Words and, for the lines that lie in these spans of the tokens, the places of their leaves. `own` are names that
    belong to the unit: its words begin with `l:` for these, else with the letter of the token."""
    places: dict[str, int] = {}
    leaves: list[int] = []
    for start, end in spans:
        leaves += [places.setdefault(leaf, len(places)) for leaf in _leaves(tokens[start:end], own)]
        leaves.append(END)
    return [_cut(word) for word in places], leaves


def _leaves(tokens: Sequence[str], own: set[str]) -> list[str]:
    """A chain of attributes on a name is one leaf, as `skeleton` in `tokens` has it."""
    found: list[str] = []
    chain: list[str] = []
    for leaf in tokens:
        sort = leaf[:2]
        if sort == "a:":
            chain.append(leaf)
        elif sort == "n:":
            name = leaf[2:] if not chain else ".".join([leaf[2:], *(link[2:] for link in reversed(chain))])
            found.append(("l:" if leaf[2:] in own else "n:") + name)
            chain.clear()
        elif leaf != ".":
            found += chain
            chain.clear()
            if sort[1:] == ":":
                found.append(leaf)
    return found + chain


def _cut(word: str) -> str:
    return word if len(word) <= _LONG or word[0] in "ln" else f"{word[:_SHOWN]}\N{HORIZONTAL ELLIPSIS}{digest((word,))}"
