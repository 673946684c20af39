"""Every ticket source, and the one function that checks records."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pareback.adapters.record import from_record, id_of
from pareback.adapters.ticket import BadTicket, Ticket
from pareback.adapters.tickets import document, jsonl, markdown, text

FULL: dict[str, object] = {
    "id": "t-1",
    "title": "Weeks",
    "text": "Accept ISO weeks.\nPlease.",
    "repo": "owner/name",
    "base": "abc123",
    "onto": ["--- a\n+++ b\n", "--- c\n+++ d\n"],
    "files": ["src/*.py"],
    "read": ["docs/*.md"],
    "tests": ["tests/test_a.py::test_b[x y]"],
    "test_cmd": "make check",
    "test_patch": "--- a\n+++ b\n",
    "held_out": ["tests/test_c.py"],
    "size": "small",
    "budget": "12",
    "feature": "weeks",
    "allow": ["tests/test_a.py"],
    "waive": ["H1"],
    "environment": "py311",
    "conditions": ["gone old_name"],
}


def as_ticket(record: dict[str, object]) -> Ticket:
    fields = {name: tuple(value) if isinstance(value, list) else value for name, value in record.items()}
    return Ticket(**fields)  # type: ignore[arg-type]  # the test's own records


def test_a_record_with_every_field_is_the_ticket_with_every_field() -> None:
    assert set(FULL) == set(Ticket.__slots__)
    assert from_record(FULL, where="r") == as_ticket(FULL)


def test_null_is_the_same_as_left_out() -> None:
    assert from_record({**dict.fromkeys(FULL), "text": "x"}, where="r") == from_record({"text": "x"}, where="r")


def test_id_and_title_come_from_the_text() -> None:
    ticket = from_record({"text": "\n  Make\tparse() accept ISO weeks \nand more"}, where="r")
    assert ticket.title == "Make parse() accept ISO weeks"
    assert ticket.id == id_of(ticket.title, ticket.text)
    assert ticket.id.startswith("make-parse-accept-iso-weeks-")
    other = from_record({"text": "\n  Make\tparse() accept ISO weeks \nand less"}, where="r")
    assert (other.title, other.id == ticket.id) == (ticket.title, False)
    assert len(from_record({"text": "x" * 500}, where="r").title) == 72
    assert from_record({"title": "only a title"}, where="r").text == "only a title"
    assert from_record({"text": "漢字"}, where="r").id.isalnum()


@pytest.mark.parametrize("budget", ["fix", "small", "medium", "large", "auto", "7", "-3", "2.5", 12, 2.5, -1])
def test_a_budget_is_a_word_or_a_number(budget: object) -> None:
    assert from_record({"text": "x", "budget": budget}, where="r").budget == str(budget)


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({}, "r: text is missing"),
        ({"text": "  \n"}, "r: text is missing"),
        ({"text": 5}, "r: text is 5; expected text"),
        ({"text": "x\ud800"}, "r: text holds a character"),
        ({"text": "x", "trusted": True}, "r: unknown field 'trusted'"),
        ({"text": "x", "allows": []}, "r: unknown field 'allows'"),
        ({"text": "x", "patch": "gold"}, "r: unknown field 'patch'"),
        ({"text": "x", "files": "src"}, "r: files is 'src'; expected a list of texts"),
        ({"text": "x", "files": [""]}, r"r: files\[0\] is ''"),
        ({"text": "x", "files": ["a", None]}, r"r: files\[1\] is null"),
        ({"text": "x", "allow": [5]}, r"r: allow\[0\] is 5"),
        ({"text": "x", "tests": "not json"}, "r: tests is 'not json'"),
        ({"text": "x", "tests": {"a": 1}}, "r: tests is"),
        ({"text": "x", "repo": "a\x00b"}, "r: repo is"),
        ({"text": "x", "test_cmd": "a\nb"}, "r: test_cmd is"),
        ({"text": "x", "id": " "}, "r: id is ' '"),
        ({"text": "x", "size": "huge"}, "r: size is 'huge'; expected one of fix, small, medium, large"),
        ({"text": "x", "size": []}, "r: size is"),
        ({"text": "x", "budget": "lots"}, "r: budget is 'lots'"),
        ({"text": "x", "budget": True}, "r: budget is True"),
        ({"text": "x", "budget": float("nan")}, "r: budget is nan"),
        ({"text": "x", "budget": "inf"}, "r: budget is 'inf'"),
    ],
)
def test_a_bad_field_is_named_with_what_was_expected(record: dict[str, object], said: str) -> None:
    with pytest.raises(BadTicket, match=said):
        from_record(record, where="r")


INSTANCE: dict[str, object] = {
    "instance_id": "django__django-1",
    "repo": "django/django",
    "base_commit": "abc",
    "problem_statement": "It breaks.",
    "FAIL_TO_PASS": '["test_x (a.B)", "test_y"]',
    "PASS_TO_PASS": '["test_z"]',
    "test_patch": "--- a\n",
    "patch": "the reference solution",
    "hints_text": "",
    "created_at": "2020",
    "version": "3.0",
    "environment_setup_commit": "def",
}


def test_the_fields_of_an_instance_are_mapped_and_its_solution_is_never_read() -> None:
    ticket = from_record(INSTANCE, where="r")
    assert ticket == Ticket(
        id="django__django-1",
        title="It breaks.",
        text="It breaks.",
        repo="django/django",
        base="abc",
        tests=("test_x (a.B)", "test_y"),
        test_patch="--- a\n",
    )
    assert "reference" not in repr(ticket)
    listed = from_record({**INSTANCE, "FAIL_TO_PASS": ["test_x (a.B)", "test_y"], "budget": 3}, where="r")
    assert (listed.tests, listed.budget) == (ticket.tests, "3")


def test_two_names_of_one_field_are_refused() -> None:
    with pytest.raises(BadTicket, match="'base_commit' and 'base' say the same"):
        from_record({**INSTANCE, "base": "other"}, where="r")


# Sources


def test_text_is_one_ticket() -> None:
    (ticket,) = text.build(text="make it so").tickets()
    assert (ticket.title, ticket.text) == ("make it so", "make it so")
    with pytest.raises(BadTicket, match="text is missing"):
        list(text.build(text=" ").tickets())


def read_markdown(folder: Path, content: str | bytes) -> Ticket:
    path = folder / "iso-weeks.md"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (ticket,) = markdown.build(path=str(path)).tickets()
    return ticket


def test_a_markdown_file_is_its_text_and_its_first_heading(tmp_path: Path) -> None:
    body = "Some words.\n\n```\n# no heading\n```\n\n## Accept  ISO weeks ##\n\nbudget: 99\n"
    ticket = read_markdown(tmp_path, body)
    assert (ticket.id, ticket.title, ticket.text, ticket.budget) == ("iso-weeks", "Accept ISO weeks", body, None)
    assert read_markdown(tmp_path, "no heading").title == "no heading"


def test_a_leading_block_sets_fields(tmp_path: Path) -> None:
    block = (
        "---\r\n# comment\r\nid: t-9\r\nfiles: src/*.py, 'lib/a b.py'\r\ntests: [\"a::b[x, y]\"]\r\nbudget: 7\r\n"
        "test_cmd: make: all\r\nallow: tests/x.py\r\n---\r\n"
    )
    ticket = read_markdown(tmp_path, b"\xef\xbb\xbf" + f"{block}# Title\r\nbody".encode())
    assert ticket == Ticket(
        id="t-9",
        title="Title",
        text="# Title\r\nbody",
        files=("src/*.py", "lib/a b.py"),
        tests=("a::b[x, y]",),
        budget="7",
        test_cmd="make: all",
        allow=("tests/x.py",),
    )


def test_a_rule_is_no_block(tmp_path: Path) -> None:
    assert read_markdown(tmp_path, "---\nwords").text == "---\nwords"
    assert read_markdown(tmp_path, "words\n---\nallow: x\n---\n").allow == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("---\nid: a\nnonsense\n---\nx", r"iso-weeks\.md:3: 'nonsense' is no field"),
        ("---\ntrusted: yes\n---\nx", "unknown field 'trusted'"),
        ("---\nid: a\nid: b\n---\nx", "set twice"),
        ("---\ntext: a\n---\nx", "text is set in the block"),
        ("---\nfiles: [a\n---\nx", r"iso-weeks\.md:2: '\[a' is no list"),
        ("---\nbudget: lots\n---\nx", "budget is 'lots'"),
        ("", "text is missing"),
        (b"\xff\xfe", "not UTF-8 at byte 0"),
    ],
)
def test_a_bad_markdown_file_names_the_place(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(BadTicket, match=said):
        read_markdown(tmp_path, content)


def test_a_file_that_is_not_there_is_the_systems_error(tmp_path: Path) -> None:
    for part in (markdown, jsonl, document):
        with pytest.raises(FileNotFoundError):
            list(part.build(path=str(tmp_path / "missing")).tickets())


def test_a_line_is_a_ticket(tmp_path: Path) -> None:
    path = tmp_path / "tickets.jsonl"
    path.write_text(f"\ufeff{json.dumps(FULL)}\r\n\n{json.dumps(INSTANCE)}", encoding="utf-8")
    assert list(jsonl.build(path=str(path)).tickets()) == [as_ticket(FULL), from_record(INSTANCE, where="r")]


def test_bad_lines_are_reported_and_the_others_still_come(tmp_path: Path) -> None:
    rows: list[Any] = [
        '{"text": "a"}',
        "{",
        "[]",
        '{"txt": 1}',
        '{"text": "a"}',
        "[" * 100_000,
        '{"text": "b"}',
        '{"te',
    ]
    path = tmp_path / "tickets.jsonl"
    path.write_bytes("\n".join(rows).encode() + b"\n\xff\n")
    source = jsonl.build(path=str(path)).tickets()
    found: list[str] = []
    for _ in range(9):
        try:
            found.append(next(source).text)
        except BadTicket as error:
            found.append(str(error).removeprefix(f"{path}:")[:18])
    assert found[0] == "a"
    assert found[6] == "b"
    assert [line.split(":")[0] for line in (*found[1:6], *found[7:])] == ["2", "3", "4", "5", "6", "8", "9"]
    assert next(source, None) is None
    assert "expected each id once" in str(duplicate(path))


def duplicate(path: Path) -> BadTicket:
    path.write_text('{"text": "a"}\n{"text": "a"}\n', encoding="utf-8")
    source = jsonl.build(path=str(path)).tickets()
    next(source)
    with pytest.raises(BadTicket) as caught:
        next(source)
    return caught.value


def test_a_hundred_thousand_lines_stream(tmp_path: Path) -> None:
    """40 MB of tickets; what stays in memory is an id and a number each."""
    path = tmp_path / "tickets.jsonl"
    words = "x" * 400
    with path.open("w", encoding="utf-8") as lines:
        lines.writelines(f'{{"id": "t{number}", "text": "{words}"}}\n' for number in range(100_000))
    before, most, count = resident(), 0, 0
    for count, _ in enumerate(jsonl.build(path=str(path)).tickets(), 1):
        if count % 10_000 == 0:
            most = max(most, resident())
    assert (count, most - before < 25_000_000) == (100_000, True)


def resident() -> int:
    """Bytes of memory that this process has now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def everything(source: Iterator[Ticket]) -> list[Ticket | str]:
    """Tickets, and the words of what was bad, in order."""
    found: list[Ticket | str] = []
    while True:
        try:
            found.append(next(source))
        except BadTicket as error:
            found.append(str(error))
        except StopIteration:
            return found


def read_document(folder: Path, name: str, content: str) -> list[Ticket | str]:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return [
        each.replace(f"{path}", name) if isinstance(each, str) else each
        for each in everything(document.build(path=str(path)).tickets())
    ]


def test_a_json_document_is_a_list_of_records_or_one(tmp_path: Path) -> None:
    both = json.dumps([FULL, INSTANCE], indent=2)
    assert read_document(tmp_path, "a.json", both) == [as_ticket(FULL), from_record(INSTANCE, where="r")]
    assert read_document(tmp_path, "a.json", json.dumps(FULL)) == [as_ticket(FULL)]
    assert read_document(tmp_path, "a.json", "[]") == []


YAML = """\
# tickets of one night
- id: t-1
  text: |
    Accept ISO weeks.
    Please.
  files: [src/*.py]
  budget: 3
- id: t-2
  text: x
  base: 1234567
- text: 2024-13-45
- id: t-1
  text: again
- !!python/object/apply:os.system [true]
- instance_id: a__b-1
  problem_statement: It breaks.
  FAIL_TO_PASS: [test_x]
"""


def test_a_yaml_document_names_the_line_of_what_is_bad(tmp_path: Path) -> None:
    found = read_document(tmp_path, "a.yaml", YAML)
    assert found[0] == Ticket(
        "t-1", "Accept ISO weeks.\nPlease.\n", "Accept ISO weeks.", files=("src/*.py",), budget="3"
    )
    assert found[1] == "a.yaml:8: base is 1234567; expected text"
    assert found[2] == "a.yaml:11: not a record (month must be in 1..12); quote what is meant as text"
    assert found[3] == "a.yaml:12: id 't-1' is that of a.yaml:2; expected each id once"
    assert str(found[4]).startswith("a.yaml:14: not a record (could not determine a constructor")
    assert found[5] == Ticket("a__b-1", "It breaks.", "It breaks.", tests=("test_x",))
    assert read_document(tmp_path, "a.yml", "text: one\n") == [from_record({"text": "one"}, where="r")]
    assert read_document(tmp_path, "a.yml", "") == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", "{", "a.json: not JSON"),
        ("a.json", "[" * 100_000, "a.json: not JSON"),
        ("a.json", "[3]", "a.json: record 1: int found; expected one record"),
        ("a.yaml", "- [a\n", "a.yaml: not YAML"),
        ("a.yaml", "[" * 1_000, "a.yaml: not YAML"),
        ("a.yaml", "- &a {text: x}\n- *a\n", "a.yaml: holds an alias"),
        ("a.yaml", "- just words\n", "a.yaml:1: str found; expected one record"),
    ],
)
def test_a_bad_document_is_named(tmp_path: Path, name: str, content: str, said: str) -> None:
    (only,) = read_document(tmp_path, name, content)
    assert str(only).startswith(said)
