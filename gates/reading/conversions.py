"""What turns a value into another form, and which sorts of value would need no turning."""

from collections.abc import Collection, Mapping

from pareback.gates.ties import TEXTS

PRICED = frozenset(
    (
        *("str", "int", "float", "bytes", "ord", "chr", "Decimal", "Path", "UUID", "tuple", "frozenset"),
        "sym",  # a symbol of those languages that tell it from a text
        *("isoformat", "tolist", "to_dict", "as_posix", "encode", "decode", "loads", "dumps"),
    )
)
"""Casts that cost by themselves. The others are ordinary expressions: a text in lower case, the value of an Enum's
member, a class called with one thing."""
LEAVING = frozenset(("str", "bytes"))
"""Of these: what leaves as text or is a copy of bytes has another life as itself."""
TEXTUAL = frozenset(("lower", "upper", "casefold", "strip"))
MEMBERS = frozenset(("value", "name"))
"""What is read of a member of an Enum."""

_GIVES: Mapping[str, Collection[str]] = {
    **{name: {name, "literal"} for name in TEXTUAL},
    **dict.fromkeys(("str", "decode", "isoformat", "as_posix", "dumps"), TEXTS),
    **dict.fromkeys(MEMBERS, TEXTS | {"int"}),
    "encode": {"bytes"},
    "tolist": {"list"},
    "to_dict": {"dict"},
    "ord": {"int"},
    "chr": TEXTS,
}


def wanted(target: str) -> Collection[str]:
    """The sorts of value that whoever converts like this could take as they are."""
    return _GIVES.get(target, {target, f"{target}."})
