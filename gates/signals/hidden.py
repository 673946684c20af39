"""S17, hidden control flow: branches written so that no counter of branches sees them."""

from collections.abc import Sequence
from dataclasses import dataclass

from pareback.gates.facts import FileFacts, Unit
from pareback.gates.points import HIDDEN
from pareback.gates.signal import Advice, Charge, Example, Signal, dearest

_IF = "def f(a, b):\n    if a:\n        return 1\n    return b\n"

_PAGE = f"""def f(a, b):
    return a('{"<p>No branch</p>" * 12}{{% for x in b %}}{{% if x %}}<li>{{{{ x }}}}</li>{{% endif %}}{{% endfor %}}')
"""

_WORDS = {
    "code": ("text is run as code", "write the code itself; to choose between functions, put them in a dict by name"),
    "dynamic": ("an attribute or module is reached by a computed name", "name it, or keep the choices in a dict"),
    "table": ("a literal container is indexed on the spot, which is a branch", "write the branch as if and else"),
    "lambda": ("functions without names stand in a container", "give each a def with a name, or write the branch"),
    "dispatch": ("what was just looked up is called at once", "write the branch as if and else"),
    "arithmetic": ("a condition is used as a number", "write the condition as if and else"),
    "branch": ("an exception stands in for a condition", "ask first: `in`, `.get(key, default)`, `next(it, default)`"),
    "walrus": ("a name is bound inside the condition of a comprehension", "write the loop, or filter in two steps"),
    "statement": ("a comprehension is run for its effects", "write a for loop"),
    "embedded": ("code of another language stands in a text", "put it into a file of its own, or write it in Python"),
    "long": ("one expression holds too much to read at once", "name its parts"),
    "magic": (
        "what happens is decided where nobody looks (metaclass, __getattr__, a factory of factories)",
        "write the attributes or the function out",
    ),
}


@dataclass(frozen=True, slots=True)
class _Hidden:
    id = "S17"
    name = "hidden control flow"
    advice = "write a branch as a branch"
    examples = (
        Example(_IF, "def f(a, b):\n    return (b, 1)[bool(a)]\n", 1.0),
        Example(_IF, "def f(a, b):\n    return bool(a) * 1 + (not a) * b\n", 2.0),
        Example(_IF, "def f(a, b):\n    return {True: lambda: 1, False: lambda: b}[a]()\n", 4.0),
        Example(_IF, "def f(a, b):\n    return eval('1 if a else b')\n", 20.0),
        Example(_IF, "def f(a, b):\n    return getattr(b, a)\n", 1.0),
        Example(_IF, "def f(a, b):\n    return getattr(b, 'name')\n", 0.0),
        Example(_IF, "def f(a, b):\n    [b.append(x) for x in a]\n", 1.0),
        Example(_IF, "TABLE = {1: 2, 3: 4}\ndef f(a, b):\n    return TABLE[a]\n", 0.0),
        Example(_IF, _PAGE, 2.0),
        Example(_IF, _PAGE.replace("{% if x %}", "").replace("{% endif %}", ""), 0.0),
        Example(_IF, "import re\ndef f(a, b):\n    return re.compile(a)\n", 0.0),
    )

    def price(self, facts: FileFacts) -> tuple[Charge, ...]:
        return tuple(
            Charge(unit.qualname, found.line, HIDDEN[found.kind] * found.size, found.kind, found.key)
            for unit in facts.units
            for found in unit.hidden
        )

    def explain(self, _unit: Unit, charges: Sequence[Charge], /) -> Advice:
        worst = dearest(charges)
        message, do = _WORDS[worst.kind]
        others = len(charges) - 1
        more = f" (and {others} more such {'place' if others == 1 else 'places'})" if others else ""
        return Advice(worst.line, message + more, do)


def build() -> Signal:
    return _Hidden()
