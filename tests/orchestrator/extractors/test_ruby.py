"""Ruby, read by Ruby: the kit, and the corners of its syntax."""

import json
import os
import shutil
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from pareback.gates.facts import FileFacts
from pareback.gates.index.source import Source
from pareback.gates.judge import judge
from pareback.gates.kit.check import check, sources
from pareback.gates.language import Language
from pareback.gates.languages import ruby
from pareback.gates.points import step_points
from pareback.gates.wire.lines import PROTOCOL
from pareback.orchestrator.extractors.languages import Languages
from pareback.orchestrator.extractors.process import Process

pytestmark = pytest.mark.skipif(shutil.which("ruby") is None, reason="there is no ruby here")

SCHEMA = Path(__file__).resolve().parents[3] / "docs/schemas/facts.schema.json"


@pytest.fixture(scope="module")
def language() -> Language:
    found = Languages((), os.environ)(".rb")
    assert found is not None
    return found


def read(language: Language, *lines: str) -> FileFacts:
    return language.extract("".join(f"{line}\n" for line in lines).encode())


def flow(language: Language, *lines: str) -> list[tuple[str, float]]:
    """The steps of a method with these lines, with their points."""
    facts = read(language, "def f(a, b)", *lines, "end")
    return [(step.kind, step_points(step.kind, step.nesting)) for step in facts.units[0].flow]


def test_every_case_of_the_kit_is_priced_as_in_python(language: Language) -> None:
    assert [result for result in check(language, sources("ruby")) if result.wrong or result.missing] == []


def test_the_program_is_of_the_version_that_the_part_says(language: Language) -> None:
    assert (language.name, language.version, language.suffixes) == ("ruby", ruby.build().version, ruby.build().suffixes)


def test_what_it_says_are_words_of_the_schema() -> None:
    process = Process((shutil.which("ruby") or "", *ruby.build().command[1:]), seconds=30.0, environ=None)
    said = [process.listen(), process.ask(json.dumps({"blob": "b", "suffix": ".rb", "source": "ZGVmIGYoYSkgPSBhCg=="}))]
    process.close()
    checked = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert [error.message for line in said for error in checked.iter_errors(json.loads(line))] == []
    assert json.loads(said[0])["protocol"] == PROTOCOL


@pytest.mark.parametrize(
    ("lines", "steps"),
    [
        (("a.b if b",), [("if", 1)]),
        (("a or return",), [("if", 1)]),
        (("a ||= b",), [("bool", 1)]),
        (("a&.b&.c",), [("bool", 1)]),
        (("a.b rescue nil",), [("except", 1)]),
        (("begin", "  a", "end while b"), [("while", 1)]),
        (("loop do", "  a if b", "end"), [("while", 1), ("if", 2)]),
        (("a.map(&:to_s)",), [("comprehension", 0.5)]),
        (("a.each { |c| c.map { |d| d } }",), [("for", 1), ("comprehension", 0.5)]),
        (("case", "when a then 1", "when b then 2.0", "end"), [("if", 1), ("elif", 1)]),
        (("case a", "in {b: Integer => c} if c", "  1", "in [d, *]", "  d.e", "end"), None),
        (("return a if b", "b"), [("if", 1)]),
        (("a.then { |c| c }",), []),
        (("a.b",), []),
    ],
)
def test_ways_to_branch(language: Language, lines: tuple[str, ...], steps: list[tuple[str, float]] | None) -> None:
    found = flow(language, *lines)
    expected = [("match", 1), ("when", 1), ("bool", 1), ("case", 1)] if steps is None else steps
    assert sorted(found) == sorted(expected)


def test_conditions_say_what_they_are_about(language: Language) -> None:
    body = (
        *(
            "class Cart",
            "  def f(item)",
            "    return if @coupon.nil? || item.price == nil",
            "    g unless item.tag.is_a?(String)",
        ),
        *("    h if [:a, :b].include?(item.kind) && 3 < item.size", "    k if RATE == @rate", "  end", "end"),
    )
    unit = read(language, *body).units[-1]
    assert [(each.kind, each.owner, each.name, each.operand, each.positive) for each in unit.atoms] == [
        ("nil", "Cart", "coupon", "", True),
        ("nil", "*", "price", "", True),
        ("type", "*", "tag", "String", False),
        ("eq", "*", "kind", '== "a"', True),
        ("eq", "*", "kind", '== "b"', True),
        ("ord", "*", "size", "> 3", True),
        ("eq", "Cart", "rate", "== RATE", True),
    ]


def test_casts_nils_and_forms(language: Language) -> None:
    body = (
        *("class Cart", "  def initialize(name, coupon = nil)", "    @name = name.to_s", "    @coupon = coupon"),
        *("    @kind = :gift", "  end", "  def find(key)", "    return nil if key.empty?", "    log(key.to_s)"),
        *('    "#{key.to_i} #{@name}"', "    @kind.to_sym", "  end", "end"),
    )
    made, found = (unit for unit in read(language, *body).units if unit.kind == "function")
    assert [(cast.target, cast.owner, cast.name) for cast in (*made.casts, *found.casts)] == [
        ("str", "$", "name"),
        ("sym", "Cart", "kind"),
    ]
    assert [(nil.kind, nil.name) for nil in (*made.nils, *found.nils)] == [("parameter", "coupon"), ("none", "")]
    assert [(given.name, given.sort) for given in made.given] == [("name", "str"), ("coupon", ""), ("kind", "sym")]


def test_attributes_that_are_set_together_are_all_nil(language: Language) -> None:
    found = read(language, "class Cart", "  def clear", "    @a = @b = @c = nil", "  end", "end").units
    assert [nil.name for unit in found for nil in unit.nils if nil.kind == "set"] == ["a", "b", "c"]


def test_a_private_name_that_is_spoken_of_is_not_dead(language: Language) -> None:
    used = "class Cart\n  def fee\n    _rate(1)\n  end\n\n  def _rate(n)\n    n\n  end\nend\n"
    source = Source(str.encode, languages=lambda _suffix: language)
    assert judge({}, {"a.rb": used}, source=source).signals["S15"] == 0.0
    assert judge({}, {"a.rb": used.replace("_rate(1)", "1")}, source=source).signals["S15"] > 0.0


def test_units_and_what_they_declare(language: Language) -> None:
    body = (
        *(
            "module Shop",
            "  class Cart < Base",
            "    attr_reader :items",
            "    RATE = 3",
            "    def self.open(a, b: true) = a",
        ),
        *(
            "    private def pay; end",
            "    class << self",
            "      def find(*keys, **rest); end",
            "    end",
            "  end",
            "end",
        ),
        *('get "/x" do', "  1 if a", "end"),
    )
    units = read(language, *body).units
    assert [(unit.qualname, unit.kind) for unit in units] == [
        ("Shop::Cart", "class"),
        ("Shop::Cart.self.open", "function"),
        ("Shop::Cart.pay", "function"),
        ("Shop::Cart.find", "function"),
        ("get /x", "function"),
    ]
    declared = [(each.kind, each.name, each.parameters, each.flags) for unit in units for each in unit.interface]
    assert sorted(declared) == [
        ("class", "Cart", 0, 0),
        ("function", "find", 2, 0),
        ("function", "open", 2, 1),
        ("function", "pay", 0, 0),
        ("name", "RATE", 0, 0),
        ("name", "items", 0, 0),
    ]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (b"def f(\n", "syntax error"),
        (b"class a; end\n", "class/module name must be CONSTANT"),
        (b"x = " + b"(" * 20000 + b")" * 20000, ""),
    ],
)
def test_what_cannot_be_parsed_is_a_problem_of_the_file(language: Language, source: bytes, words: str) -> None:
    facts = language.extract(source)
    assert facts.unread == ""
    assert words in facts.problems[0].message


@pytest.mark.parametrize(
    "source", [b"", b"\n", b"# only words\n", b"x = '\xe9'\n", b"__END__\nrest", b"\xef\xbb\xbfx = 1\r\n"]
)
def test_odd_files_are_read(language: Language, source: bytes) -> None:
    assert language.extract(source).problems == ()


def test_methods_that_set_are_told_from_others_in_a_family(language: Language) -> None:
    """`kind=` has the sign in its name that stands between a method and its cost."""
    above = "class Base\n  def kind=(value)\n    @kind = value\n  end\nend\n"
    below = above + "class Cart < Base\n  def kind=(value)\n    @kind = value\n  end\nend\n"
    source = Source(str.encode, languages=lambda _suffix: language)
    assert judge({"a.rb": above}, {"a.rb": below}, source=source).signals["S5"] == 1.0
