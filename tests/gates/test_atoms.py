"""What conditions ask, in one form for all the ways to write it; and of what."""

import pytest

from pareback.gates.facts import Atom, Unit
from pareback.gates.languages import python

HEAD = """
import os
from conf import settings
class Cart(Base):
    def f(self, x, order: Order, maybe: "Order | None", text: str):
        {0}
"""


def unit(body: str) -> Unit:
    indented = body.replace("\n", "\n        ")
    facts = python.build().extract(HEAD.format(indented).encode())
    assert not facts.problems
    return next(found for found in facts.units if found.qualname == "Cart.f")


def atoms(body: str) -> list[tuple[str, str, str, str, bool]]:
    return [(atom.kind, atom.owner, atom.name, atom.operand, atom.positive) for atom in unit(body).atoms]


def asked(condition: str) -> list[tuple[str, str, str, str, bool]]:
    return atoms(f"if {condition}:\n    pass")


@pytest.mark.parametrize(
    ("expression", "owner", "name"),
    [
        ("self.a", "Cart", "a"),
        ("order.a", "Order", "a"),
        ("maybe.a", "Order", "a"),
        ("text.a", "*", "a"),
        ("x.a", "*", "a"),
        ("self.a.b", "*", "b"),
        ("x", "$", "x"),
        ("settings.DEBUG", "", "settings.DEBUG"),
        ("os.environ.get('K')", "", "os.environ['K']"),
        ("self.find(self.key, 1)", "Cart", "find(Cart.key, 1)"),
        ("self.d['k']", "Cart", "d['k']"),
        ("self.d[x]", "…", ""),
        ("getattr(x, 'a', None)", "*", "a"),
        ("(y := self.a)", "Cart", "a"),
    ],
)
def test_a_subject_is_named_the_same_wherever_it_means_the_same(expression: str, owner: str, name: str) -> None:
    assert asked(f"{expression} is None")[0] == ("nil", owner, name, "", True)


@pytest.mark.parametrize(
    ("before", "owner", "name"),
    [
        ("y = self.a", "Cart", "a"),
        ("z = self.a\ny = z.b", "*", "b"),
        ("y = load(x)", "", "load($x)"),
        ("y = self.a\ny = 1", "$", "y"),
        ("for y in x: pass", "$", "y"),
        ("y = 1", "$", "y"),
    ],
)
def test_a_local_bound_once_to_something_with_a_name_is_that(before: str, owner: str, name: str) -> None:
    assert atoms(f"{before}\nif y is None:\n    pass") == [("nil", owner, name, "", True)]


NIL = ("nil", "Cart", "a", "", True)
THERE = ("truthy", "Cart", "a", "", True)


@pytest.mark.parametrize(
    ("ways", "atom"),
    [
        (["self.a is None", "None is self.a", "self.a == None", "not self.a is not None"], NIL),
        (["isinstance(self.a, type(None))", "isinstance(self.a, NoneType)"], NIL),
        (["self.a", "bool(self.a)", "len(self.a) > 0", "0 < len(self.a)", "len(self.a) >= 1", "self.a != []"], THERE),
        (["len(self.a)", "not len(self.a) == 0", "not self.a == ''", "not len(self.a) < 1"], THERE),
        (["isinstance(self.a, (T, S))", "isinstance(self.a, T | S)"], ("type", "Cart", "a", "S | T", True)),
        (["type(self.a) == T", "T is type(self.a)", "self.a.__class__ is T"], ("type", "Cart", "a", "T", True)),
        (["hasattr(self.a, 'b')"], ("type", "Cart", "a", "hasattr:b", True)),
        (["callable(self.a)"], ("type", "Cart", "a", "callable:", True)),
        (["inspect.isclass(self.a)"], ("type", "Cart", "a", "isclass:", True)),
        (
            ["self.a == 'x'", "'x' == self.a", "not self.a != 'x'", "self.a in ('x',)"],
            ("eq", "Cart", "a", "== 'x'", True),
        ),
        (["self.a.startswith('x')"], ("eq", "Cart", "a", "startswith 'x'", True)),
        (["self.a & FLAG"], ("eq", "Cart", "a", "& FLAG", True)),
        (["self.a in NAMES"], ("eq", "Cart", "a", "in NAMES", True)),
        (["self.b in self.a"], ("in", "Cart", "a", "Cart.b", True)),
        (["self.a < 5", "5 > self.a", "not self.a >= 5"], ("ord", "Cart", "a", "< 5", True)),
        (["self.a > 5", "not self.a <= 5"], ("ord", "Cart", "a", "> 5", True)),
        (["self.a()"], ("call", "Cart", "a()", "", True)),
        (["self.a == self.b"], ("cmp", "Cart", "a", "== Cart.b", True)),
    ],
)
def test_all_ways_to_ask_are_one_atom(ways: list[str], atom: tuple[str, str, str, str, bool]) -> None:
    assert {way: asked(way) for way in ways} == {way: [atom] for way in ways}


def test_what_is_denied_is_the_same_atom_with_the_other_sign() -> None:
    assert asked("self.a is not None") == [(*NIL[:4], False)]
    assert asked("not (self.a or self.b)") == [(*THERE[:4], False), ("truthy", "Cart", "b", "", False)]


@pytest.mark.parametrize(
    ("body", "atom"),
    [
        ("assert self.a is not None", Atom("nil", "Cart", "a", "", False, "assert", 6)),
        ("cast(T, self.a)", Atom("nil", "Cart", "a", "", True, "cast", 6)),
        ("try:\n    self.a.b\nexcept AttributeError:\n    pass", Atom("nil", "Cart", "a", "", True, "handler", 7)),
        ("with suppress(AttributeError):\n    self.a.b", Atom("nil", "Cart", "a", "", True, "handler", 7)),
        ("y = self.a or 5", Atom("nil", "Cart", "a", "", False, "value", 6)),
        ("y = self.a and self.a.b", Atom("nil", "Cart", "a", "", False, "value", 6)),
        ("y = 1 if self.a is None else 2", Atom("nil", "Cart", "a", "", True, "if", 6)),
        ("match self.a:\n    case None: pass", Atom("nil", "Cart", "a", "", True, "case", 6)),
        ("match self.a:\n    case A() | B(): pass", Atom("type", "Cart", "a", "A | B", True, "case", 6)),
        ("match self.a:\n    case [1]: pass", Atom("type", "Cart", "a", "Sequence", True, "case", 6)),
        ("match self.a:\n    case {'k': 1}: pass", Atom("type", "Cart", "a", "Mapping", True, "case", 6)),
        ("match self.a:\n    case E.M: pass", Atom("eq", "Cart", "a", "== E.M", True, "case", 6)),
        ("y = [z for z in x if self.a is None]", Atom("nil", "Cart", "a", "", True, "if", 6)),
    ],
)
def test_questions_are_found_wherever_they_stand(body: str, atom: Atom) -> None:
    assert unit(body).atoms[0] == atom


def test_an_error_that_was_caught_is_not_asked_for_its_type() -> None:
    asks = "if isinstance({0}, T):\n        pass"
    handler = "try:\n    x()\nexcept OSError as error:\n    "
    assert atoms(handler + asks.format("error")) == []
    assert len(atoms(handler + asks.format("x"))) == 1


@pytest.mark.parametrize(
    ("condition", "parts", "either"),
    [
        ("x.a and not x.b", ("$x.a", "not $x.b"), False),
        ("not (not x.a or x.b)", ("$x.a", "not $x.b"), False),
        ("not x.a or x.b", ("$x.a", "not $x.b"), True),
        ("x.a and (x.b and x.c == 1)", ("$x.a", "$x.b", "$x.c == 1"), False),
        ("1 <= self.n < 5", ("$self.n >= 1", "$self.n < 5"), False),
        ("x.kind in ('b', 'a') and self.ok(x)", ("$x.kind in ('a', 'b')", "$self.ok($x)"), False),
    ],
)
def test_conditions_that_hold_together(condition: str, parts: tuple[str, ...], either: bool) -> None:
    conjunction = unit(f"if {condition}:\n    pass").conjunctions[0]
    assert (conjunction.parts, conjunction.either) == (parts, either)


def test_a_single_condition_is_no_conjunction() -> None:
    assert unit("if x.a:\n    pass").conjunctions == ()
    assert unit("y = x.a or 5").conjunctions == ()


def test_a_deep_condition_does_not_make_a_file_unreadable() -> None:
    deep = " + ".join(["x"] * 800)
    assert asked(f"{deep} == self.a") != []
    assert len(asked(" and ".join(["x.a"] * 500))) == 500
