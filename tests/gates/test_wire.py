"""What goes over the pipe: nouns as lines and back, the schema, and what is refused because it fits nothing."""

import json
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pareback.gates.languages.python import build, transcribe
from pareback.gates.wire.__main__ import speak
from pareback.gates.wire.finish import finished
from pareback.gates.wire.lines import PROTOCOL, Answer, Hello, Request, answered, hello, line, request, requested
from pareback.gates.wire.objects import Misfit, schema
from pareback.gates.wire.transcript import FileTranscript, Mark, Step, Transcript

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "docs/schemas/facts.schema.json"
OWN = sorted((ROOT / "gates").rglob("*.py"))[::6]
UNIT = Transcript("f", "function", 1, 2, ("def", "n:a"), (Mark(1, 0),), flow=(Step("if", 1, 0, 1),))


def written() -> dict[str, Any]:
    """The schema of all three lines, as the nouns have it."""
    kinds = [schema(kind) for kind in (Hello, Request, Answer)]
    nouns = {name: noun for kind in kinds for name, noun in kind.pop("$defs").items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of the pipe between pareback and an extractor: docs/languages.md",
        "oneOf": kinds,
        "$defs": dict(sorted(nouns.items())),
    }


def test_the_schema_is_what_the_nouns_say(request: pytest.FixtureRequest) -> None:
    text = json.dumps(written(), indent=2) + "\n"
    if request.config.getoption("--update-golden"):
        SCHEMA.write_text(text, encoding="utf-8")
    assert SCHEMA.read_text(encoding="utf-8") == text


def test_python_says_the_same_over_the_pipe_and_in_the_words_of_the_schema() -> None:
    out = StringIO()
    speak([request(path.name, ".py", path.read_bytes()) for path in OWN], out)
    first, *rest = out.getvalue().splitlines()
    assert hello(first) == Hello(PROTOCOL, "python", build().version, build().grammar, build().suffixes)
    facts = [finished(answered(said, path.name)) for said, path in zip(rest, OWN, strict=True)]
    assert facts == [build().extract(path.read_bytes()) for path in OWN]
    checked = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert [error.message for said in (first, rest[0]) for error in checked.iter_errors(json.loads(said))] == []


@pytest.mark.parametrize("text", ["x = '\udce9'\n", "def f(:\n", "", "# é\nx = 'é ☃'\n"])
def test_odd_files_come_through(text: str) -> None:
    source = text.encode("utf-8", "surrogatepass")
    assert requested(request("b", ".py", source)) == (
        Request("b", ".py", requested(request("b", ".py", source))[0].source),
        source,
    )
    said = line(Answer("b", transcribe(source)))
    assert answered(said, "b") == transcribe(source)


def changed(**fields: Any) -> str:
    return line(Answer("b", FileTranscript(1, units=(replace(UNIT, **fields),))))


def test_what_fits_is_taken() -> None:
    assert answered(changed(), "b").units == (UNIT,)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("", "it said nothing"),
        ("hello", "expected a line of JSON"),
        ("[]", "expected an object, Answer"),
        (line(Answer("c", FileTranscript(1))), "it answered for 'c', expected 'b'"),
        ('{"blob": "b", "facts": {"lines": "1"}}', "facts.lines is '1', expected some integer"),
        ('{"blob": "b", "facts": {"lines": true}}', "facts.lines is True, expected some integer"),
        (
            '{"blob": "b", "facts": {"lines": 1, "unit": []}}',
            "facts is 'unit', expected one of the fields of FileTranscript",
        ),
        (
            '{"blob": "b", "facts": {"lines": 1, "units": [{}]}}',
            "facts.units[0] is {}, expected an object with the field",
        ),
        ('{"blob": "b"}', "expected an object with the field 'facts' of Answer"),
        (changed(kind="method"), "facts.units[0].kind is 'method', expected one of function, class, module"),
        (changed(flow=(Step("goto", 1, 0, 1),)), "unit 'f': flow of kind 'goto' has no price"),
        (changed(marks=(Mark(1, 3),)), "unit 'f': marks do not lie among the tokens in order"),
        (changed(marks=()), "unit 'f' has tokens and no marks"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(said: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        answered(said, "b")


def test_another_protocol_is_refused() -> None:
    with pytest.raises(ValueError, match=r"it speaks 'x', expected 'pareback/facts/1'"):
        hello(line(Hello("x", "lua", "1", "5", (".lua",))))
    with pytest.raises(Misfit, match=r"suffixes is '.lua', expected a list"):
        hello('{"protocol": "x", "name": "lua", "version": "1", "grammar": "5", "suffixes": ".lua"}')
