"""The price table: every constant of the gate, with where it comes from. One point is one flat branch.

A report always names the table, because points of two tables cannot be compared. Whoever changes a number here changes
`TABLE`. Sources: *cognitive* is Campbell's cognitive complexity (2018), *volume* Halstead (1977), *control variables*
McClure (1978); *measured* means fitted or counted on public data and commits; *reasoned* means set so that the honest
way of writing the same behaviour is the cheapest, which tests hold against a table of disguises.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

TABLE = "cp/2"


@dataclass(frozen=True, slots=True)
class Step:
    """Price of one step of control flow: `flat` plus `nested` for every level around it."""

    flat: float
    nested: float = 0.0


FLOW: Mapping[str, Step] = {
    "if": Step(1, 1),  # cognitive
    "for": Step(1, 1),  # cognitive
    "while": Step(1, 1),  # cognitive
    "ternary": Step(1, 1),  # cognitive
    "except": Step(1, 1),  # cognitive
    "elif": Step(1),  # cognitive
    "else": Step(1),  # cognitive
    "bool": Step(1),  # cognitive: one per run of one operator
    "recursion": Step(1),  # cognitive: once per unit
    # Cognitive complexity asks 1 for a whole match, so a chain of ifs rewritten as match would look simpler (a four-way
    # branch 4 -> 1). Here the first case costs what `if` costs, every further case what `elif` or `else` costs.
    "match": Step(1, 1),
    "case": Step(1),
    "when": Step(1),  # the condition of a case is an `and`
    "arm": Step(0.5),  # reasoned: third and later arm of a chain with the shape of the one before it
    "again": Step(0.5),  # reasoned: third and later of ifs in a row with one shape: a condition that is spelled out
    "value": Step(1),  # reasoned: `c and a or b` in place of a condition
    "comprehension": Step(0.5),  # reasoned: cognitive complexity gives comprehensions away for nothing
    "filter": Step(0.5),  # reasoned: the first condition of one
    "inner": Step(1, 1),  # reasoned: every further `for` or `if`, and a comprehension in a comprehension
}

UNIT_FLOW = 15.0
"""Points of flow that a new unit may have, the usual limit for cognitive complexity: above it breaks rule H1."""
UNIT_STEPS = 10.0
"""Steps of one unit, nesting aside, from which on each costs `OVERFLOW` times its flat price: McCabe's limit (1976).
Nesting is paid for already. With nested points in their place, from 15 on, cutting a nested block out of a giant saved
twice: three extractions that a reader called neutral came to -34, -49 and +27 points; now to -25, -33 and +14. What 795
bug fixes cost hardly moved (26.5 % above three points; 27.3 % before, 25.4 % without)."""
OVERFLOW = 1.5

VOLUME = 200.0
"""Bits of Halstead volume per point; measured: a logical line is worth 0.14 to 0.30 branches of reading time."""
LITERAL_VOLUME = 400.0
"""The same for tables of constants at module or class level: data is not flow."""

STATE: Mapping[str, float] = {
    "attribute": 1.0,  # control variables; per class and attribute
    "lazy": 0.5,  # set once, where it was None
    "global": 2.0,
    "nonlocal": 1.0,
    "mutation": 1.0,  # per object of the module and unit
    "default": 2.0,  # a mutable default argument
}
REBINDING = 0.2
"""A local bound again; reasoned: five rebindings are as hard to follow as one branch."""
DECISION: Mapping[str, float] = {
    "attribute": 0.5,  # a condition on state that changes
    "shared": 0.5,
    "volatile": 1.0,  # a condition on the clock, chance, the environment or the disk, not handed in
}

INTERFACE: Mapping[str, float] = {
    "function": 0.5,  # reasoned: shredding costs, a helper that removes one nested branch still pays
    "nested": 0.5,
    "special": 0.25,
    "class": 1.0,
    "name": 0.25,
    "free": 0.0,
}
FREE_PARAMETERS = 3
"""Parameters that cost nothing; the house limits of many teams begin between three and five."""
PARAMETER = 0.25
FLAG = 0.5
"""A parameter with a boolean default: one function that is two."""

BROAD = 1.5
"""A handler for everything."""
SWALLOWED = 1.5
"""The same when it drops what it caught."""
BROAD_BODY = 1.0
"""The same when it guards more than `BROAD_LINES` logical lines."""
BROAD_LINES = 10

HIDDEN: Mapping[str, float] = {
    "code": 20.0,  # text executed as code; also a hard rule
    "dynamic": 1.0,  # getattr and kin with a computed name
    "table": 1.0,  # per entry beyond the first of a literal container indexed on the spot
    "lambda": 1.0,  # per lambda in a container
    "dispatch": 1.0,  # calling what was just looked up
    "arithmetic": 1.0,  # a condition used as a number
    "branch": 0.5,  # an exception in place of a condition, on top of its handler
    "walrus": 0.5,  # a binding inside the condition of a comprehension
    "statement": 1.0,  # a comprehension run for its effects
    "embedded": 1.0,  # per branch of another language in a long text
    "long": 1.0,  # per started `LONG_STEP` leaves beyond `LONG` in one expression
    "magic": 2.0,  # metaclass, __getattr__, __init_subclass__, a decorator factory three levels deep
}
SILENCE: Mapping[str, float] = {  # reasoned: what is silenced is a decision that no tool looks at any more
    "type": 1.0,  # one complaint of a type checker: a case that may happen and has no branch
    "cast": 0.5,  # a type that is claimed and not checked
    "lint": 0.5,  # one complaint of a linter
    "untested": 0.5,  # a stretch that coverage leaves out
}

LONG = 60
LONG_STEP = 30

CLONE: Mapping[str, float] = {
    "lines": 4,  # logical lines of a run
    "shapes": 3,  # different ones among them: fewer are a table
    "mass": 24,  # tokens of a run, without names and values
    "quality": 7,  # tokens per hole, one more than there are: below, code merely looks alike
    "body": 5,  # logical lines that a function must have more of, to be a near copy by being contained in another
    "whole": 32,  # tokens that the larger of two near copies must have
    "alike": 0.7,  # part of both functions that a near copy has in common, by tokens
    "contained": 0.875,  # or part of the smaller one
    "longest": 500,  # logical lines of a function that is compared line by line: the time grows with the square
    "often": 16,  # places in one unit from which on the same three lines are a table
    "near": 0.7,  # price of a line of a near copy beyond its runs; reasoned
    "twin": 0.25,  # price where one copy is for sync and one for async callers; reasoned
}
"""What is a clone. Limits are measured by injected copies and labelled findings (`benchmarks/clones.py`); the price has
no constant of its own, it is the cost of what was copied."""
LOOKED_AT = 30
"""Units with the same three lines that are compared with each other: one more of what is there so often is free."""
COPY: Mapping[str, float] = {"covered": 0.7, "whole": 32, "lines": 6, "holes": 4}
"""A new function that breaks rule H2: the part that is in another one, its tokens and lines; at most so many holes."""

PLACES = 2
"""Units that may ask the same for nothing: pressure begins with the third. Measured: conditions that three units spell
out together deserve a name in 26 of 30 cases."""
HALF_CHECK = 0.5
"""What a unit counts that asks only a type checker, or only in passing."""

CONDITION = 0.25
"""Every unit beyond `PLACES` that asks the same condition of the same thing; reasoned: a quarter of the branch that the
thing itself would save it."""
TYPE_TEST = 0.5
"""Every unit beyond `PLACES` that tests for the same types; reasoned: half the branch that a method would save."""
FEW_TYPES = 3
"""Types that one thing may turn out to be: where there are more, as in a syntax tree, telling them apart is the work;
measured: with that limit 22 of 30 findings are worth a change, without it 14."""
CONJUNCTION = 1.0
"""Every unit beyond `PLACES` that spells out the same conditions together; reasoned: the `and` that a name saves."""
CONJOINED = 8
"""Parts of a conjunction that are looked at; longer ones count by the first so many in order of their text."""
MISSED = 0.75
"""Part of the places with all but one condition of a conjunction that must have that one too before it is missed in the
others: three of four; reasoned."""

NIL_SOURCE = 0.5
"""Every unit in which None is made where it can spread; reasoned: half a branch for whoever reads it."""
NIL_CHECK = 0.5
"""Every unit beyond `PLACES` that asks for the None of one origin; reasoned: half the branch that a value saves."""
CAST = 0.25
"""A value that is made into another type; reasoned: it could have been kept as that."""
RECAST = 0.25
"""Every unit beyond `PLACES` that makes the same thing into the same type; reasoned as `CONDITION`."""

DRIFT: Mapping[str, float] = {
    "support": 3,  # units that write two things together before they count as one; reasoned
    "confidence": 0.75,  # part of all units that write either of them; measured on six projects: few and right
    "hard": 0.8,  # from here on a unit that forgets one breaks rule H8
    "missed": 2.0,  # a unit that writes one without the other; reasoned: a missing branch and a bug
    "together": 1.0,  # a further unit that must remember both; reasoned: one value would not have to be remembered
    "most": 20,  # things that a unit writes; one that writes more sets up everything
}
CLUMP: Mapping[str, float] = {
    "names": 3,  # parameters that make a clump
    "place": 0.5,  # every further function beyond `PLACES` that takes or hands them on; reasoned
}
UNUSED: Mapping[str, float] = {
    "parameter": 0.25,  # as a parameter beyond those that are free
    "local": 0.2,  # as a name bound again
}
REUSE: Mapping[str, float] = {"alike": 0.8, "least": 8}
"""Two units do the same if they share so much of what they call and of their texts, where that is at least so many."""

DECIMALS = 2
"""Points are reported to this many decimals; a budget is compared at one decimal, as both are shown to people."""

MENTIONED = 0.5
"""A unit that costs less than this much more than at the base is not worth a finding."""
WORTH = 1.0
"""A finding that saves less is not worth a round of its own."""
HELPER = 0.75
"""What a helper of its own costs at least: its declaration, the call and the parameters. It prices an extraction."""

CREDIT = 0.5
"""Part of what a patch adds that simplification elsewhere may pay for; reasoned. Human authors pay back about 30 % of
what they add, most of it in the file where they add."""
DEAD_CREDIT = 0.25
"""The same for dead code that it deletes; reasoned."""

BUDGETS: Mapping[str, float] = {"fix": 3.0, "small": 5.0, "medium": 12.0, "large": 30.0}
"""Measured on 1,823 commits of six projects: half of the patches with tests that add anything add at most 4.6 points,
three quarters 10, nine in ten 20."""

PER_TEST, TEST_POWER = 2.6, 0.38
"""Measured on the same commits: with T lines of test, three of four added at most 2.6 T^0.38 points."""
USABLE = 60
"""Merged changes from which on a repository's own history counts."""
PAST_SHARE = 0.75
"""The part of the changes that added anything which the learned budget would have let through. A quantile, so a few
huge changes do not move it."""
LEAST, MOST = 2.0, 60.0
"""Bounds of a learned budget: room for two branches, and twice a large feature."""


def step_points(kind: str, nesting: int) -> float:
    """Points of one step of control flow. Raises KeyError for a kind that the table does not know."""
    price = FLOW[kind]
    return price.flat + price.nested * nesting


def overflow_points(kinds: Iterable[str]) -> float:
    """What the steps of one unit, by kind, cost on top for being more than a reader can hold. Convex: cutting some out
    never costs, whichever they are. Raises KeyError for a kind that the table does not know."""
    return max(0.0, sum(FLOW[kind].flat for kind in kinds) - UNIT_STEPS) * (OVERFLOW - 1.0)
