"""Canaries: tests of our own among the project's, named anew for every run, whose outcome is known beforehand.

Code that turns red into green does so for them as well. Nobody but the judge hears of them: they are in no count, stop
no run, and reach no model. Pure: kinds and names out, outcomes in.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from secrets import token_hex

KINDS = (
    *("plain_assert", "plain_pass", "fixture", "plain_raise"),
    *("case_subtest", "parameter", "case_assert", "case_pass"),
)
"""Six that must fail and two that must pass; what each of them does stands in brood.py."""

_MUST_PASS = frozenset({"plain_pass", "case_pass"})
_SIGN = "a canary was wrong: "


@dataclass(frozen=True, slots=True)
class Canaries:
    """The canaries of one run: by kind, the name that each one's test id holds."""

    names: Mapping[str, str]

    def kind(self, test: str) -> str | None:
        """The kind of canary that a test id belongs to; None for a test of the project."""
        return next((kind for kind, name in self.names.items() if name in test), None)

    def signs(self, told: Collection[tuple[str, str]], *, whole: bool) -> tuple[str, ...]:
        """What is wrong with outcomes told as (kind, outcome): red where it must be green, or the other way round; in a
        whole run also one of which nothing was heard."""
        wrong = {kind for kind, outcome in told if outcome not in _right(kind)}
        unheard = self.names.keys() - {kind for kind, _ in told} if whole else set()
        return tuple(_SIGN + kind for kind in KINDS if kind in wrong | unheard)


def hatch(kinds: Collection[str] = KINDS) -> Canaries:
    """Canaries with new names."""
    return Canaries({kind: token_hex(6) for kind in kinds})


def useless() -> tuple[str, ...]:
    """The signs of a suite in which no canary can be relied on."""
    return hatch().signs((), whole=True)


def sound(signs: Collection[str]) -> tuple[str, ...]:
    """The kinds that can be relied on where a run of the base showed these signs."""
    return tuple(kind for kind in KINDS if _SIGN + kind not in signs)


def _right(kind: str) -> tuple[str, ...]:
    return ("passed",) if kind in _MUST_PASS else ("failed", "error")
