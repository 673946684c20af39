"""How a question about a thing is written down: for messages, and as what two conditions are compared by."""

from pareback.gates.facts import Atom

_BARE = {"$", "", "…"}
_OPPOSITE = {"==": "!=", "<": ">=", ">": "<=", "in": "not in", "is": "is not"}


def thing(owner: str, name: str) -> str:
    """What an atom is about, as it is written: `Cart.coupon`, `*.coupon`, `settings.DEBUG`, `name`."""
    return name if owner in _BARE else f"{owner}.{name}"


def question(atom: Atom) -> str:
    """The atom as a condition that holds: `Order.state == 'open'`."""
    return phrase(atom.kind, thing(atom.owner, atom.name), atom.operand)


def phrase(kind: str, subject: str, operand: str = "", *, positive: bool = True) -> str:
    """One condition on one line."""
    if kind == "nil":
        return _related(subject, "is", "None", positive=positive)
    if kind == "in":
        return _related(operand, "in", subject, positive=positive)
    if kind == "type":
        asked = _type_test(subject, operand)
    elif kind in {"eq", "ord", "cmp"}:
        operator, _, right = operand.partition(" ")
        if operator in _OPPOSITE:
            return _related(subject, operator, right, positive=positive)
        asked = f"{subject} & {right}" if operator == "&" else f"{subject}.{operator}({right})"
    else:
        asked = subject
    return asked if positive else f"not {asked}"


def _related(left: str, operator: str, right: str, *, positive: bool) -> str:
    return f"{left} {operator if positive else _OPPOSITE[operator]} {right}"


def _type_test(subject: str, operand: str) -> str:
    """`isinstance(x, A | B)`; a predicate has a colon and what it asks for: `hasattr:name`, `callable:`."""
    predicate, colon, name = operand.partition(":")
    if not colon:
        return f"isinstance({subject}, {operand})"
    return f"{predicate}({subject}, {name!r})" if name else f"{predicate}({subject})"
