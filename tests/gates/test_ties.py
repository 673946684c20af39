"""What one file says of names: written, mentioned, handed over, reached by nothing."""

import pytest

from pareback.gates.facts import Unit
from pareback.gates.languages import python


def unit(source: str, name: str = "f") -> Unit:
    facts = python.build().extract(source.encode())
    assert not facts.problems
    return next(found for found in facts.units if found.qualname == name)


def method(body: str, signature: str = "self") -> Unit:
    return unit(f"class A:\n    def f({signature}):\n        {body}\n", "A.f")


@pytest.mark.parametrize(
    ("signature", "body", "written"),
    [
        ("self", "self.a = 1", [("A", "a")]),
        ("self", "self.a, self.b = 1, 2", [("A", "a"), ("A", "b")]),
        ("self", "self.a += 1", [("A", "a")]),
        ("self", "del self.a", [("A", "a")]),
        ("self", "self.a.append(1)", [("A", "a")]),
        ("self", "self.a['k'] = 1", [("A", "a[k]")]),
        ("self, k", "self.a[k] = 1", [("A", "a")]),
        ("self, job", "job.a = 1", [("*", "a")]),
        ("self, job: Job", "job.a = 1", [("Job", "a")]),
        ("self, job: 'Job'", "job.a = 1", [("Job", "a")]),
        ("self, job", "job['k'] = 1", [("*", "[k]")]),
        ("self", "CONFIG['k'] = 1", [("CONFIG:", "[k]")]),
        ("self", "job = Job(); job.a = 1", []),
        ("self", "job = {}; job['k'] = 1", []),
        ("self", "job = self.find(); job.a = 1", [("*", "a")]),
        ("self", "print(self.a)", []),
        ("self", "self.a.sort()", []),
    ],
)
def test_what_outlives_the_call_is_written(signature: str, body: str, written: list[tuple[str, str]]) -> None:
    assert [(write.owner, write.name) for write in method(body, signature).writes] == written


@pytest.mark.parametrize(
    ("source", "mentions"),
    [
        ("def f():\n    return _a()\n", [("_a", False, False)]),
        ("def f():\n    return _a\n", [("_a", False, True)]),
        ("def f():\n    return _a(_a)\n", [("_a", False, True)]),
        ("def f(x):\n    return x._a()\n", [("_a", True, False)]),
        ("def f(x: _A) -> '_B':\n    return x\n", [("_A", True, True), ("_B", True, True)]),
        ("def f():\n    from .m import _a\n", [("_a", True, True)]),
        ("def f(x):\n    return getattr(x, '_visit_' + x.name)\n", [("_visit_", True, True)]),
        ("def f():\n    return ['m._a']\n", [("_a", True, True)]),
        ("def f(__x__, _, _x_):\n    return __x__, _, _x_\n", []),
        ("def f():\n    '''_a'''\n    return 1\n", []),
    ],
)
def test_private_names_are_mentioned(source: str, mentions: list[tuple[str, bool, bool]]) -> None:
    found = unit(source).mentions
    assert [(mention.name, mention.reach, mention.taken) for mention in found] == mentions


def test_a_unit_does_not_mention_itself_and_a_file_mentions_what_it_exports() -> None:
    assert unit("def _a(n):\n    return _a(n - 1)\n", "_a").mentions == ()
    assert [one.name for one in unit("__all__ = ['_a']\n", "<module>").mentions] == ["_a"]
    assert [one.name for one in unit("@_b(1)\nclass A(_c):\n    pass\n", "A").mentions] == ["_b", "_c"]


@pytest.mark.parametrize(
    ("body", "unused"),
    [
        ("return a", []),
        ("return 1 if b else 2", [("parameter", "a")]),
        ("pass", []),
        ("x = a", [("local", "x")]),
        ("x = a\n    del x", []),
        ("x = a\n    def g():\n        return x\n    return g", []),
        ("global x\n    x = a", []),
        ("_x = a", []),
        ("x, y = a", []),
        ("def g():\n        return a", [("function", "g")]),
        ("@a\n    def g():\n        return 1", []),
        ("class C:\n        x = a\n        def g(self):\n            return 1\n    return C", []),
        ("return a\n    print(a)", [("unreachable", "")]),
        ("return a\n    yield", []),
        ("for x in a:\n        continue\n        print(x)", [("unreachable", "")]),
        ("if a:\n        return 1\n    return 2", []),
        ("if 0:\n        print(a)", [("constant", "")]),
        ("while True:\n        print(a)", []),
        ("x = a\n    return eval('x')", []),
    ],
)
def test_what_nothing_reaches(body: str, unused: list[tuple[str, str]]) -> None:
    parameters = "a, b" if unused and unused[0][0] == "parameter" else "a"
    found = unit(f"def f({parameters}):\n    {body}\n").unused
    assert [(thing.kind, thing.name) for thing in found] == unused


def test_an_unreachable_stretch_knows_its_lines_and_tokens() -> None:
    [found] = unit("def f(a):\n    return a\n    print(a)\n    print(a)\n").unused
    assert (found.line, found.end, found.tokens, found.distinct) == (3, 4, 6, 3)


def test_attributes_of_one_object_are_handed_over() -> None:
    found = unit("def f(o, p):\n    g(o.b, o.a, c=o.c)\n    g(o.a, o.b, p.c)\n").passed
    assert [passed.names for passed in found] == [("a", "b", "c")]
    assert method("g(self.a, self.b, self.c)").passed == ()


def test_parameters_decorators_and_bases_by_name() -> None:
    found = method("return a", "self, a, /, b, *c, d=1, **e")
    assert found.parameters == ("a", "b", "d")
    assert unit("@m.one(2)\n@two\ndef f(a):\n    return a\n").decorators == ("one", "two")
