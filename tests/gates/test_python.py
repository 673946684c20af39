"""The Python front end: what it makes of constructs that a quick look gets wrong."""

import textwrap

import pytest

from pareback.gates.facts import FileFacts, Unit
from pareback.gates.languages import python


def extract(source: str) -> FileFacts:
    facts = python.build().extract(textwrap.dedent(source).encode())
    assert not facts.problems
    return facts


def unit(source: str, name: str = "f") -> Unit:
    return next(found for found in extract(source).units if found.qualname == name)


def body(*lines: str) -> Unit:
    return unit("def f(a, b):\n" + "".join(f"    {line}\n" for line in lines))


@pytest.mark.parametrize(
    ("lines", "kinds"),
    [
        (["x = a if b else 1"], ["ternary"]),
        (["while a:", "    b()", "else:", "    a()"], ["while", "else"]),
        (["if a:", "    b()", "elif b:", "    a()", "else:", "    a(b)"], ["if", "elif", "else"]),
        (["if a == 1: return 1", "elif a == 2: return 2", "elif a == 3: return 3"], ["if", "elif", "arm"]),
        (["try:", "    a()", "except* KeyError:", "    b()", "else:", "    a(b)", "finally:", "    b(a)"], ["except"]),
        (["try:", "    import a", "except ImportError:", "    a = None"], []),
        (["with a as x, b:", "    x()"], []),
        (["return [x for y in a for x in y if x if y]"], ["comprehension", "inner", "inner", "inner"]),
        (["return {k: v for k, v in a.items() if v}"], ["comprehension", "filter"]),
        (["return [[y for y in x] for x in a]"], ["comprehension", "inner"]),
        (["a and b()"], ["bool", "value"]),
        (["return a or b"], ["bool"]),
        (
            [
                "match a:",
                "  case {'k': 1, **rest} if b:",
                "    return rest",
                "  case [1, *others]:",
                "    return others",
                "  case None | P(x=1) as y:",
                "    return y",
            ],
            ["match", "bool", "when", "case", "bool", "case", "bool"],
        ),
    ],
)
def test_flow(lines: list[str], kinds: list[str]) -> None:
    assert sorted(step.kind for step in body(*lines).flow) == sorted(kinds)


@pytest.mark.parametrize("header", ["if TYPE_CHECKING:", "if typing.TYPE_CHECKING:", "if __name__ == '__main__':"])
def test_headers_that_decide_nothing_are_free(header: str) -> None:
    assert unit(f"{header}\n    go()\n", "<module>").flow == ()


def test_a_wrapping_function_adds_no_level_and_others_do() -> None:
    wrapper = "def f(g):\n    'Doc.'\n    def h(x):\n        if x:\n            g()\n    return h\n"
    assert [step.nesting for step in unit(wrapper).flow] == [0]
    assert [step.nesting for step in unit(wrapper.replace("return h", "return h()\n    print(1)")).flow] == [1]


@pytest.mark.parametrize(
    ("lines", "kinds"),
    [
        (["return __import__(a)"], ["dynamic"]),
        (["return importlib.import_module(a)"], ["dynamic"]),
        (["return importlib.import_module('a')"], []),
        (["return globals()[a]"], ["dynamic"]),
        (["return globals().get(a)"], ["dynamic"]),
        (["return b.__dict__[a]"], ["dynamic"]),
        (["return {1: 2, 3: 4}.get(a)"], ["table"]),
        (["return {1: a, 3: b}.get(a)()"], ["table", "dispatch"]),
        (["return [a, b][-1]"], []),
        (["return [a, b][0]"], []),
        (["return int(a > b) * 2"], ["arithmetic"]),
        (["return (a > b) & (a < 3)"], []),
        (["return [y for x in a if (y := x)]"], ["walrus"]),
        (["return " + " + ".join(f"x{n}" for n in range(62))], ["long"]),
        (["return [" + ", ".join(map(str, range(200))) + "]"], []),
        (["def g():", "    def h():", "        return a", "    return h", "return g"], ["magic"]),
    ],
)
def test_hidden(lines: list[str], kinds: list[str]) -> None:
    assert sorted(found.kind for found in body(*lines).hidden) == sorted(kinds)


def test_magic_classes_and_methods() -> None:
    source = "class A(metaclass=M, key=b):\n    def __getattr__(self, name):\n        return name\n"
    assert [found.key for found in unit(source, "A").hidden] == ["metaclass"]
    assert [found.key for found in unit(source, "A.__getattr__").hidden] == ["__getattr__"]


@pytest.mark.parametrize(
    ("handler", "broad", "swallows", "passes"),
    [
        ("except:\n        pass", True, True, False),
        ("except (KeyError, Exception):\n        log.warning('x')", True, True, False),
        ("except Exception:\n        self.log.warning('x')\n        return {}", True, True, False),
        ("except builtins.Exception:\n        ...", True, True, False),
        ("except Exception as e:\n        return e", True, False, False),
        ("except Exception:\n        x.append(1)", True, False, False),
        ("except Exception:\n        x", True, False, False),
        ("except Exception:\n        raise", True, False, True),
        ("except ValueError:\n        pass", False, False, False),
    ],
)
def test_handlers(handler: str, broad: bool, swallows: bool, passes: bool) -> None:
    [found] = unit(f"def f(x):\n    try:\n        x()\n    {handler}\n").handlers
    assert (found.broad, found.swallows, found.passes) == (broad, swallows, passes)


@pytest.mark.parametrize(
    ("lines", "subjects"),
    [
        (["SEEN.append(a)"], ["SEEN"]),
        (["SEEN[a] = b"], ["SEEN"]),
        (["config.debug = a"], ["config"]),
        (["del SEEN[a]"], ["SEEN"]),
        (["a.append(b)"], []),
        (["x = []", "x.append(b)"], []),
        (["import os", "os.remove(a)"], []),
        (["global N", "N = a", "N.append(b)"], ["N"]),
    ],
)
def test_shared_state(lines: list[str], subjects: list[str]) -> None:
    assert [found.subject for found in body(*lines).shared] == subjects


def test_calls_of_imported_modules_change_no_state() -> None:
    assert unit("import os\ndef f(a):\n    os.remove(a)\n").shared == ()
    assert [found.subject for found in unit("from m import os\ndef f(a):\n    os.remove(a)\n").shared] == ["os"]


@pytest.mark.parametrize(
    ("lines", "subjects"),
    [
        (["if os.environ['X']: a()"], ["os.environ"]),
        (["if os.getenv('X') or b: a()"], ["os.getenv"]),
        (["if Path(a).exists(): b()"], ["exists"]),
        (["if input() == a: b()"], ["input"]),
        (["if datetime.now() > a: b()"], ["datetime.now"]),
        (["now = time.time()", "if now > a: b()"], ["now"]),
        (["now: float = time.time()", "if now > a: b()"], ["now"]),
        (["if a.time() > b: b()"], []),
        (["return time.time()"], []),
        (["global N", "N = 1", "if N and b: a()"], ["N"]),
    ],
)
def test_decisions(lines: list[str], subjects: list[str]) -> None:
    assert [found.subject for found in body(*lines).decisions] == subjects


def test_a_clock_that_is_handed_in_is_no_decision_on_the_world() -> None:
    assert unit("def f(time):\n    if time.time() > 3:\n        return 1\n").decisions == ()


@pytest.mark.parametrize(
    ("lines", "times"),
    [
        (["x = a", "x = b"], {"x": 1}),
        (["if a:", "    x = 1", "else:", "    x = 2"], {"x": 1}),
        (["x = 0", "for y in a:", "    x += y", "    x += 1"], {"x": 1}),
        (["x = 0", "x += a", "x += b"], {"x": 2}),
        (["x = [y for y in a]", "return [y for y in x]"], {}),
        (["for _ in a:", "    pass", "for _ in b:", "    pass"], {}),
        (["def g():", "    x = 1", "    return x", "x = 2", "return g"], {}),
    ],
)
def test_rebindings(lines: list[str], times: dict[str, int]) -> None:
    assert {found.name: found.times for found in body(*lines).rebindings} == times


def test_declarations() -> None:
    source = """
        @overload
        def f(a, b, c, d, e): ...
        def f(a, *b, c=True, d=False, **e): ...
        class A:
            NAME = 1
            _hidden = 2
            async def g(self, x): ...
            @staticmethod
            def h(x): ...
            @property
            def p(self): ...
            @p.setter
            def p(self, value, *, flag=True): ...
            class B(A): ...
            if NAME:
                def late(self): ...
    """
    found = {
        (one.kind, one.name, one.parameters, one.flags) for made in extract(source).units for one in made.interface
    }
    assert found == {
        ("free", "f", 0, 0), ("function", "f", 5, 2), ("class", "A", 0, 0), ("name", "NAME", 0, 0),
        ("function", "g", 1, 0), ("function", "h", 1, 0), ("function", "p", 0, 0), ("free", "p", 0, 0),
        ("class", "B", 0, 0), ("function", "late", 0, 0),
    }  # fmt: skip
    names = [made.qualname for made in extract(source).units]
    assert sorted(names) == ["A", "A.B", "A.g", "A.h", "A.late", "A.p", "A.p#2", "f", "f#2"]


def test_a_local_class_belongs_to_its_function() -> None:
    facts = extract(
        "def f(a):\n    class A(a):\n        x = 1\n        def g(self):\n            return 1\n    return A\n"
    )
    assert [found.qualname for found in facts.units] == ["f"]
    assert [found.kind for found in facts.units[0].interface] == ["function", "class", "nested"]


def test_strings_and_tuples_of_constants_are_tables() -> None:
    sizes = unit("A = {'x': (1, -2), 'y': 'z'}\nB = {**A, 'x': 1}\nC: int = 3\nD = f(1)\n", "<module>").sizes
    assert [size.literal for size in sizes] == [True, False, True, False]


def test_an_alpha_hash_knows_a_renamed_twin_and_no_other() -> None:
    one = unit("def f(a):\n    b = a.x + 1\n    return f(b)\n")
    assert one.alpha == unit("def g(c):\n    d = c.x + 1\n    return g(d)\n", "g").alpha
    assert one.alpha != unit("def g(c):\n    d = c.y + 1\n    return g(d)\n", "g").alpha
    assert one.exact != unit("def f(c):\n    b = c.x + 1\n    return f(b)\n").exact


def test_a_skeleton_forgets_names_values_and_depth() -> None:
    flat, deep = body("b(a.x, 'k', n=1)"), body("if a:", "    a(self.y, 'other', m=2)")
    assert flat.skeletons[-1] == deep.skeletons[-1]
    assert flat.skeletons[-1] != body("b(a.x, 'k', 1)").skeletons[-1]
