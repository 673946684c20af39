"""Every example of every form, alone and with all forms together."""

import importlib
import pkgutil
from collections.abc import Mapping

import pytest

from pareback.workspaces import edits
from pareback.workspaces.edit import Example, Form
from pareback.workspaces.guard import Policy
from pareback.workspaces.patch import Applied, apply
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


def _applied(reply: str, files: Mapping[str, str], forms: Mapping[str, Form]) -> Applied:
    before = {path: text.encode() for path, text in files.items()}
    return apply(read(reply, forms), before.get, Policy(files=frozenset(before)))


def _after(files: Mapping[str, str], applied: Applied) -> dict[str, str]:
    changed = {path: None if data is None else data.decode() for path, data in applied.changes.items()}
    return {path: text for path, text in {**files, **changed}.items() if text is not None}


@pytest.mark.parametrize(("name", "example"), CASES)
def test_every_example_of_every_form_says_what_it_does(name: str, example: Example) -> None:
    applied = _applied(example.reply, example.before, {name: FORMS[name]})
    after = example.before if example.after is None else example.after
    assert _after(example.before, applied) == after
    statuses = {answer.status for answer in applied.answers}
    assert statuses == ({"applied"} if example.after is not None else {"refused"})


@pytest.mark.parametrize(("name", "example"), CASES)
def test_every_example_means_the_same_to_all_forms_together(name: str, example: Example) -> None:
    alone = _applied(example.reply, example.before, {name: FORMS[name]})
    assert _applied(example.reply, example.before, FORMS) == alone


@pytest.mark.parametrize("name", FORMS)
def test_every_form_shows_the_model_an_example_that_it_reads(name: str) -> None:
    form = FORMS[name]
    assert len(form.instructions) < 800
    assert {example.after is None for example in form.examples} == {True, False}
    _, _, shown = form.instructions.partition(":\n\n")
    operations = read(shown, FORMS)
    assert operations
    assert all(hasattr(operation, "kind") for operation in operations)
