"""What small models see done before they are asked."""

from dataclasses import dataclass

RETURNS = "`{call}` gives `{actual}`, but `{wanted}` is right."
"""A failed comparison in a sentence."""

ANSWER = "```python\n{code}\n```"
"""How the answers are written."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A function, how it fails in words, its wrong line and the right one."""

    code: str
    told: str
    wrong: str
    right: str


MENDED = (
    Mended(
        "def total(prices):\n    result = 0\n    for price in prices:\n        result = price\n    return result\n",
        RETURNS.format(call="total([1, 2])", actual="2", wanted="3"),
        wrong="        result = price",
        right="        result += price",
    ),
    Mended(
        "def may_vote(age):\n    return age > 18\n",
        RETURNS.format(call="may_vote(18)", actual="False", wanted="True"),
        wrong="    return age > 18",
        right="    return age >= 18",
    ),
)
