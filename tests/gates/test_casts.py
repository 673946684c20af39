"""Which calls are casts, and what presses."""

from collections.abc import Mapping

import pytest

from pareback.gates.facts import FileFacts
from pareback.gates.index.view import plain
from pareback.gates.languages import python
from pareback.gates.scores import filings
from pareback.gates.signals import casts
from pareback.gates.wide import Load, View


def facts(source: str) -> FileFacts:
    found = python.build().extract(source.encode())
    assert not found.problems
    return found


def targets(line: str) -> list[str]:
    source = f"class A:\n    def f(self, a, b):\n        {line}\n"
    return [cast.target for unit in facts(source).units for cast in unit.casts]


def tree(files: Mapping[str, str]) -> tuple[list[Load], View]:
    known = {path: facts(text) for path, text in files.items()}
    view = plain(known, filings())
    keys = {entry.key for found in known.values() for filing in filings() for entry in filing(found)}
    return list(casts.build().loads(sorted(keys), view)), view


@pytest.mark.parametrize(
    ("line", "target"),
    [
        ("x = int(a)", "int"),
        ("x = str(a.b)", "str"),
        ("x = float(a['k'])", "float"),
        ("x = tuple(a)", "tuple"),
        ("x = Path(a)", "Path"),
        ("x = Decimal(a())", "Decimal"),
        ("x = a.encode()", "encode"),
        ("x = a.decode('utf-8', errors='replace')", "decode"),
        ("x = a.isoformat()", "isoformat"),
        ("x = json.loads(a)", "loads"),
        ("x = json.dumps(a, indent=2)", "dumps"),
        ("return [int(x) for x in a]", "int"),
    ],
)
def test_a_value_made_into_another_type_is_a_cast(line: str, target: str) -> None:
    assert targets(line) == [target]


@pytest.mark.parametrize(
    "line",
    [
        "x = f'{int(a)} {str(b)}'",
        "print(str(a))",
        "log.warning('no %s', str(a))",
        "raise ValueError(str(a))",
        "assert a, str(b)",
        "x = 'a' + str(a)",
        "x = str(a) + 'a' + b",
        "x = str(a) + ', '.join(b)",
        "x = ', '.join(str(y) for y in a)",
        "x = '{}'.format(str(a))",
        "x = str(self)",
        "x = int('1')",
        "x = int(a // b)",
        "x = int(a.total_seconds())",
        "x = tuple(a())",
        "x = tuple(y for y in a)",
        "x = list(a), set(a), dict(a), bool(a)",
        "for x in tuple(a): b(x)",
        "x = [y for y in tuple(a)]",
        "a.encode('ascii')",
        "x = int(a, 16)",
        "x = self.coder.encode(a)",
        "x = a.decode(b)",
        "x = pickle.loads(a)",
        "x = Path(__file__)",
    ],
)
def test_these_are_none(line: str) -> None:
    assert targets(line) == []


@pytest.mark.parametrize("line", ["x = a.b.lower()", "x = self.c.strip()", "x = a.kind.value", "x = Mode(a.b)"])
def test_other_forms_are_noted_and_cost_nothing_by_themselves(line: str) -> None:
    assert len(targets(line)) == 1
    assert casts.build().price(facts(f"class A:\n    def f(self, a, b):\n        {line}\n")) == ()


MODES = "class Flags:\n    def __init__(self):\n        self.mode = 'r'\n    def load(self):\n        self.mode = {0}\n"
READS = "".join(f"def {name}(flags):\n    return {name}_of(flags.mode.value)\n" for name in "abc")


def test_one_producer_that_differs_makes_all_convert() -> None:
    assert presses(MODES.format("Mode.READ"), READS) == {"Flags.mode.value": 0.25}
    assert presses(MODES.format("'w'"), READS) == {}
    loads, view = tree({"flags.py": MODES.format("Mode.READ"), "use.py": READS})
    told = casts.build().explain(loads[0], None, view)
    assert told is not None
    assert (told.at.path, told.at.line) == ("flags.py", 5)
    assert "which gives a member of Mode" in told.do


def test_there_and_back_is_one_cast() -> None:
    assert targets("x = a.encode('idna').decode('ascii')") == ["encode"]


def test_text_of_an_exception_and_methods_that_are_conversions_are_none() -> None:
    caught = "def f(a):\n    try:\n        a()\n    except OSError as e:\n        return str(e)\n"
    assert facts(caught).units[0].casts == ()
    assert facts(caught.replace("str(e)", "str(a)")).units[0].casts != ()
    method = "class A:\n    def {0}(self):\n        return str(self.a)\n"
    assert [len(facts(method.format(name)).units[1].casts) for name in ("__str__", "text")] == [0, 1]


ROW = "class Row:\n    def __init__(self, price):\n        self.price = price\n"
READ = "def {0}(row):\n    return {0}_of(int(row.price))\n"


def presses(*sources: str) -> dict[str, float]:
    loads, _ = tree({f"{number}.py": source for number, source in enumerate(sources)})
    return {load.subject: load.points for load in loads}


def test_one_thing_cast_by_three_functions_presses() -> None:
    three = "".join(map(READ.format, "abc"))
    assert presses(ROW, three) == {"int(Row.price)": 0.25}
    assert presses(ROW + three + READ.format("d")) == {"int(Row.price)": 0.5}
    assert presses(ROW + three.replace("int(row.price)", "str(row.price)")) == {}
    assert presses(ROW + READ.format("a") + READ.format("b")) == {}
    assert presses(ROW, ROW.replace("Row", "Offer"), three) == {}
    assert presses(three) == {}


def test_what_a_name_holds_only_here_does_not_press() -> None:
    assert presses(*(f"port = '1'\ndef {name}():\n    return int(port)\n" for name in "abc")) == {}
    assert presses("".join(f"def {name}(price):\n    return int(price)\n" for name in "abc")) == {}
    settings = "".join(f"def {name}():\n    return {name}_of(int(settings.PORT))\n" for name in "abc")
    assert presses(settings) == {"int(settings.PORT)": 0.25}


def test_the_message_says_where_to_convert_once() -> None:
    loads, view = tree({"row.py": ROW, "use.py": "".join(map(READ.format, "abcd"))})
    told = casts.build().explain(loads[0], None, view)
    assert told is not None
    assert (told.at.path, told.at.line) == ("row.py", 3)
    assert told.message.startswith("`int(Row.price)` in 4 functions: use.py:2 a, ")
    assert told.do == "make it int once, where Row.__init__ sets it (row.py:3); delete the 4 casts"
    assert told.saves == pytest.approx(4 * 0.25 + 0.5 - 0.25)
