"""Which functions' answers a file makes use of. `send(x)` as a statement and `return send(x)` do not: nobody looks at
what comes back, or somebody else does.

Built-in functions and methods of built-in types, files and patterns are left out: a name alone does not tell them from
one's own.
"""

import ast
from collections.abc import Mapping

from pareback.gates.syntax.falls import called

BUILT_IN = frozenset(
    name
    for names in (
        "add append capitalize clear close copy count decode difference discard encode endswith extend find format",
        "get group groups index insert intersection isalnum isalpha isdigit islower isspace issubset isupper items",
        "join keys ljust lower lstrip match next open partition pop popitem read readline remove replace reverse",
        "rfind rjust rpartition rsplit rstrip search send setdefault sort split splitlines startswith strip sub title",
        "translate union update upper values write zfill",
        "abs all any bool bytearray bytes callable chr dict dir divmod enumerate filter float frozenset getattr",
        "hasattr hash hex id input int isinstance issubclass iter len list map max min object ord pow print property",
        "range repr reversed round set setattr slice sorted str sum super tuple type vars zip",
    )
    for name in names.split()
)


def use(used: dict[str, int], node: ast.Call) -> None:
    """Count a call."""
    name = called(node)
    used[name] = used.get(name, 0) + 1


def drop(used: dict[str, int], node: ast.expr | None) -> None:
    """Take back the call of a statement whose value goes nowhere; the call itself is yet to be read, or was."""
    value = node.value if type(node) is ast.Await else node
    if type(value) is ast.Call:
        name = called(value)
        used[name] = used.get(name, 0) - 1


def names(used: Mapping[str, int]) -> tuple[str, ...]:
    """The functions whose answers are used, in order."""
    return tuple(sorted(name for name, count in used.items() if count > 0 and name and name not in BUILT_IN))
