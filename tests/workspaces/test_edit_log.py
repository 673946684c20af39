"""The log of operations gives the same bytes again, through JSON and back, and notices another tree."""

import importlib
import json
import pkgutil
from collections.abc import Mapping

import pytest

from pareback.workspaces import edits
from pareback.workspaces.edit import Example, Form
from pareback.workspaces.edit_log import LogError, entries, replay
from pareback.workspaces.guard import Policy
from pareback.workspaces.patch import apply
from pareback.workspaces.stream import read

FORMS: Mapping[str, Form] = {
    name: importlib.import_module(f"{edits.__name__}.{name}").build()
    for _, name, _ in pkgutil.iter_modules(edits.__path__)
}
CASES = [
    pytest.param(name, example, id=f"{name}-{number}")
    for name, form in FORMS.items()
    for number, example in enumerate(form.examples)
]


@pytest.mark.parametrize(("name", "example"), CASES)
def test_every_example_replayed_from_its_log_gives_the_same_bytes(name: str, example: Example) -> None:
    before = {path: text.encode() for path, text in example.before.items()}
    applied = apply(read(example.reply, FORMS), before.get, Policy(files=frozenset(before)))
    log = json.loads(json.dumps(entries(applied.made)))
    assert replay(log, before.get) == applied.changes
    assert {entry["source_format"] for entry in log} <= {name, ""}
    assert [(entry["status"], entry["message"]) for entry in log] == [(a.status, a.message) for a in applied.answers]


def test_an_entry_says_what_changed_and_where() -> None:
    before = {"a.py": b"x = 1\ny = 2\n"}
    reply = "a.py\n<<<<<<< SEARCH\nx = 1\n=======\nx = 2\nz = 3\n>>>>>>> REPLACE\n*** Delete File: b.py\n"
    made = apply(read(reply, FORMS), before.get, Policy(files=frozenset(before))).made
    changed, refused = entries(made)
    assert (changed["op"], changed["path"], changed["lines_added"], changed["lines_removed"]) == (
        "replace",
        "a.py",
        2,
        1,
    )
    assert (changed["number"], changed["source_format"], len(changed["before_sha"])) == (0, "region", 64)
    assert (refused["status"], refused["before_sha"], refused["after_sha"]) == ("refused", None, None)
    with pytest.raises(LogError, match=r"entry 0, replace 'a.py': expected .* is this the tree\?"):
        replay([changed], {"a.py": b"x = 1\n"}.get)
