"""Programs that read a language: what they answer, and that one that dies, hangs or babbles leaves a file unpriced."""

import os
import sys
import textwrap
from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from pareback.gates.budget import Budget
from pareback.gates.index.extraction import Job, extract
from pareback.gates.index.index import Index
from pareback.gates.index.segment import Filed
from pareback.gates.index.source import Source
from pareback.gates.index.store import Store
from pareback.gates.judge import Terms, judge
from pareback.gates.language import Language
from pareback.gates.languages import python
from pareback.gates.verdict import Verdict, document
from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.extractors.languages import Languages, Named, started

ROOT = Path(__file__).resolve().parents[3]
OWN = sorted((ROOT / "gates").rglob("*.py"))[::4]
PIPED = Named("python", (".py",), (sys.executable, "-m", "pareback.gates.wire"), seconds=60.0)

ODD = """
import json, os, sys, time
from base64 import b64decode
hello = {"protocol": "pareback/facts/1", "name": "odd", "version": "1", "grammar": "1", "suffixes": [".odd"]}
print(json.dumps(hello), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    text = b64decode(asked["source"]).decode()
    if "die" in text:
        os._exit(3)
    if "hang" in text:
        time.sleep(60)
    unit = {"qualname": "f", "kind": "function", "line": 1, "end": 1, "tokens": ["def"]}
    unit["marks"] = [{"line": 1, "token": 0}]
    unit["flow"] = [{"kind": "if", "line": 1, "nesting": 0, "mark": 1}] * text.count("if")
    facts = {"lines": 1, "units": [unit]}
    print("what?" if "babble" in text else json.dumps({"blob": asked["blob"], "facts": facts}), flush=True)
"""

Odd = Callable[..., Languages]


@pytest.fixture
def odd(tmp_path: Path) -> Odd:
    """Languages with one that a program of some lines reads."""
    program = tmp_path / "odd.py"
    program.write_text(textwrap.dedent(ODD))

    def languages(seconds: float = 30.0) -> Languages:
        command = (sys.executable, "-I", str(program))
        return Languages((Named("odd", (".odd",), command, seconds),), os.environ)

    return languages


def front(languages: Languages) -> Language:
    found = languages(".odd")
    assert found is not None
    return found


def verdict(languages: Languages, before: dict[str, str], after: dict[str, str]) -> Verdict:
    source = Source(lambda blob: blob.encode(), spread=languages.spread, languages=languages, absent=languages.absent)
    return judge(before, after, source=source, terms=Terms(Budget(12.0, "medium")))


def test_a_program_is_started_for_the_first_file_and_priced(odd: Odd) -> None:
    found = verdict(odd(), {"a.odd": "x", "b.odd": "x"}, {"a.odd": "x if if", "b.odd": "x"})
    assert (found.signals["S1"], found.unpriced.files) == (2.0, 0)
    assert [(each.language, each.files, each.why) for each in found.languages] == [("odd", 1, "")]


@pytest.mark.parametrize(
    ("text", "why"),
    [("die", "it ended with code 3"), ("hang", "it took longer than 2 s"), ("babble", "it said 'what?'")],
)
def test_a_file_that_is_not_answered_has_no_price_and_the_next_one_has(odd: Odd, text: str, why: str) -> None:
    before = {"a.odd": "x", "b.odd": "x"}
    found = verdict(odd(seconds=2.0), before, {"a.odd": f"{text} if", "b.odd": "x if"})
    assert (found.signals["S1"], found.unpriced.files, found.unpriced.lines, found.hard) == (1.0, 1, 2, ())
    assert [(each.language, why in each.why) for each in found.languages] == [("odd", False), ("odd", True)]


def test_nothing_is_kept_of_a_file_that_was_not_read(odd: Odd, tmp_path: Path) -> None:
    store, index = Store(tmp_path / "facts.db"), Index(tmp_path / "index")
    languages = odd()
    source = Source(lambda blob: blob.encode(), store, index, languages=languages, spread=languages.spread)
    assert source.facts("a.odd", "die").unread != ""
    assert source.facts("a.odd", "x if").unread == ""
    source.file({"die": "a.odd", "x if": "b.odd"})
    asked: list[str] = []

    def unfiled(missing: Collection[str]) -> tuple[Filed, ...]:
        asked.extend(missing)
        return ()

    index.cover(["die", "x if"], unfiled)
    store.close()
    assert asked == ["die"]


def test_a_program_that_dies_of_everything_is_given_up(odd: Odd) -> None:
    language = front(odd())
    said = [language.extract(b"die").unread for _ in range(5)]
    assert ["3 files in a row" in each for each in said] == [False, False, False, True, True]
    assert "3 files in a row" in language.extract(b"x").unread


def test_many_files_are_read_side_by_side(odd: Odd) -> None:
    jobs = [Job(f"b{number}", ".odd", b"x " + b"if " * number) for number in range(70)]
    found = {each.filed.oid: each.read for each in odd().spread([*jobs, Job("p", ".py", b"x = 1\n")])}
    assert len(found["b69"].units[0].flow) == 69
    assert found["p"] == extract(Job("p", ".py", b"x = 1\n")).read
    assert len(found) == 71


def test_python_through_the_pipe_is_priced_the_same() -> None:
    piped = Languages((PIPED,), os.environ)
    tree = {f"shop/{path.name}": str(path) for path in OWN}
    older = {path: blob for path, blob in tree.items() if path > "shop/h"}

    def read(blob: str) -> bytes:
        return Path(blob).read_bytes()

    sources = Source(read), Source(read, languages=piped, spread=piped.spread)
    here, there = (document(judge(older, tree, source=source, terms=Terms(Budget(1.0, "x")))) for source in sources)
    language = piped(".py")
    assert language is not None
    assert [language.extract(path.read_bytes()) == python.build().extract(path.read_bytes()) for path in OWN] == [
        True
    ] * len(OWN)
    assert here == there
    assert here["delta"] > 100


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("no-such-program",), "the program 'no-such-program' is not on the PATH"),
        ((sys.executable, "-c", "print('hello')"), "is no extractor: it said 'hello'"),
        ((sys.executable, "-c", ""), "is no extractor: it ended with code 0"),
        ((sys.executable, "-c", "import time; time.sleep(9)"), "is no extractor: it took longer than 1 s"),
    ],
)
def test_what_is_no_extractor_is_the_users_to_mend(command: tuple[str, ...], words: str) -> None:
    with pytest.raises(Mistake) as caught:
        started(Named("odd", (".odd",), command, seconds=1.0), os.environ)
    assert words in str(caught.value)


def test_a_program_of_the_current_folder_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "reader"
    tool.write_text("#!/bin/sh\ntouch ran\n")
    tool.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Mistake, match="is not on the PATH"):
        started(Named("odd", (".odd",), ("reader",)), {"PATH": "."})
    assert not (tmp_path / "ran").exists()


def test_a_repository_without_such_files_starts_nothing() -> None:
    languages = Languages((Named("odd", (".odd",), ("no-such-program",)),), os.environ)
    assert verdict(languages, {"a.py": "x = 1\n"}, {"a.py": "x = 2\n"}).unpriced.files == 0
    with pytest.raises(Mistake, match="no-such-program"):
        verdict(languages, {"a.py": "x = 1\n"}, {"a.odd": "x"})


def test_without_ruby_its_files_say_why_they_have_no_price(tmp_path: Path) -> None:
    languages = Languages((), {"PATH": str(tmp_path)})
    found = verdict(languages, {"a.rb": "x\n"}, {"a.rb": "y\n", "b.py": "x = 1\n"})
    assert [(each.language, each.lines) for each in found.languages] == [("python", 0), (".rb", 2)]
    assert "the program 'ruby' is not on the PATH" in found.languages[1].why
