"""How a condition is written: one line of plain words, such as `decorated shop/cart.py:Cart.total staticmethod`."""

import re
from collections.abc import Mapping

from pareback.workspaces.conditions.condition import PYTHON, Condition, Kind

_NAME = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"
_PLACE = rf"(?:(?P<path>[^\s:]+)::?(?P<symbol>{_NAME})|(?P<file>[^\s:]+\.pyi?)|(?P<bare>{_NAME}))"
_CALLED = rf"`?@?(?P<name>{_NAME})(?:\(.*\))?`?"
_TEXT = r"""(?P<quote>["'`])(?P<text>.+)(?P=quote)"""
_SAYING = rf"{_PLACE}(?:\s+(?P<name>{_NAME}))?(?:\s+{_TEXT})?"

FORMS: Mapping[Kind, tuple[str, str]] = {
    "defined": ("defined PLACE", _PLACE),
    "gone": ("gone NAME", rf"(?:(?P<path>[^\s:]+)::?)?(?P<symbol>{_NAME})(?:\(\))?"),
    "renamed": ("renamed PLACE NEW_NAME", rf"{_PLACE}\s+(?:(?:to|->)\s+)?(?P<name>{_NAME})"),
    "decorated": ("decorated PLACE NAME", rf"{_PLACE}\s+(?:(?:with|by)\s+)?{_CALLED}"),
    "calls": ("calls PLACE NAME", rf"{_PLACE}\s+{_CALLED}"),
    "uses": ("uses PLACE NAME", rf"{_PLACE}\s+{_CALLED}"),
    "parameter": (
        "parameter PLACE NAME, or PLACE NAME=DEFAULT",
        rf"{_PLACE}\s+\*{{0,2}}(?P<name>\w+)(?:\s*=\s*(?P<text>.+))?",
    ),
    "raises": ('raises PLACE EXCEPTION "words"', _SAYING),
    "warns": ('warns PLACE CATEGORY "words"', _SAYING),
    "logs": ('logs PLACE LEVEL "words"', _SAYING),
    "text": ('text FILE "exact text"', rf"(?P<file>\S+)\s+{_TEXT}"),
    "delta": ("delta <= NUMBER", r"(?:<=|<|≤)?\s*(?P<points>[-+\u2212]?\d+(?:\.\d+)?)(?:\s*(?:CP|points?))?"),
}
"""Each kind, how it is written, and the pattern of what stands behind its name."""

_ALIASES: Mapping[str, Kind] = {
    **{kind: kind for kind in FORMS},
    "defines": "defined",
    "removed": "gone",
    "renames": "renamed",
    "decorates": "decorated",
    "logged": "logs",
}
_LINE = re.compile(
    r"\s*(?:(?:[-*•]|\d+[.)])\s+)?(?P<not>not\s+)?(?P<kind>[a-z]+)\b:?\s*(?P<rest>.*?)\s*", re.IGNORECASE
)


class BadCondition(ValueError):
    """The line begins like a condition and cannot be read: says what was expected."""


def read(line: str) -> Condition | None:
    """The condition on a line; None where none begins there. Bullets, and backticks around it or its words, are passed
    over. Raises BadCondition."""
    plain = line.strip().removeprefix("- ").strip()
    plain = plain.strip("`") if plain.count("`") == 2 and plain[0] == plain[-1] == "`" else plain
    found = _LINE.fullmatch(plain)
    kind = _ALIASES.get(found["kind"].lower()) if found else None
    if found is None or kind is None:
        return None
    form, pattern = FORMS[kind]
    rest = found["rest"].rstrip(" .")
    parts = re.fullmatch(pattern, rest) or re.fullmatch(pattern, rest.replace("`", ""))
    if parts is None:
        raise BadCondition(f"{plain!r} is no condition: expected `{form}`")
    return _condition(kind, plain, parts.groupdict(default=""), negated=bool(found["not"]))


def _condition(kind: Kind, said: str, parts: Mapping[str, str], *, negated: bool) -> Condition:
    path, symbol = parts.get("path", "") or parts.get("file", ""), parts.get("symbol", "") or parts.get("bare", "")
    if kind == "gone" and (path or "." in symbol):  # one definition, and not every use of its name
        kind, negated = "defined", not negated
    return Condition(
        kind=kind,
        said=said,
        path=path if kind == "text" or not path or path.endswith(PYTHON) else f"{path.replace('.', '/')}.py",
        symbol=symbol,
        name=parts.get("name", ""),
        text=parts.get("text", ""),
        points=float(parts.get("points", "").replace("\N{MINUS SIGN}", "-") or 0),
        negated=negated,
    )
