"""Which edit form is suggested for which file."""

import pytest

from pareback.adapters.model import Source
from pareback.orchestrator.manner import suited

TAUGHT = ("region", "whole", "remove")
SHORT, MIDDLE, LONG = "x = 1\n" * 20, "x = 1\n" * 100, "x = 1\n" * 400


@pytest.mark.parametrize(
    ("path", "text", "lost", "note"),
    [
        ("a.py", SHORT, (), "best written whole"),
        ("a.py", MIDDLE, (), ""),
        ("a.py", LONG, (), ""),
        ("a.py", SHORT, ("whole",), ""),
        ("a.py", MIDDLE, ("region",), "name the function that changes and write all of it"),
        ("a.py", MIDDLE, ("region", "symbol"), "best written whole"),
        ("a.py", LONG, ("region", "symbol"), ""),
        ("a.txt", MIDDLE, ("region",), "best written whole"),
        ("a.txt", LONG, ("region",), ""),
    ],
)
def test_what_is_said_beside_a_file(path: str, text: str, lost: tuple[str, ...], note: str) -> None:
    files, taught = suited([Source(path, text)], TAUGHT, [(path, form) for form in lost])
    assert files[0].note == note
    assert taught == (*TAUGHT, "symbol") if note.startswith("name") else TAUGHT


def test_nothing_is_said_of_what_may_not_be_edited_or_is_shown_in_part() -> None:
    files = [Source("a.py", SHORT, editable=False), Source("b.py", SHORT, whole=False)]
    assert suited(files, TAUGHT, [("c.py", "region")]) == (tuple(files), TAUGHT)


def test_what_was_refused_on_one_file_says_nothing_of_another() -> None:
    files, taught = suited([Source("a.py", MIDDLE), Source("b.py", MIDDLE)], TAUGHT, [("a.py", "region")])
    assert [bool(each.note) for each in files] == [True, False]
    assert taught == (*TAUGHT, "symbol")


def test_a_model_that_is_taught_one_form_hears_of_no_other() -> None:
    for source in (Source("a.py", SHORT), Source("a.py", MIDDLE)):
        assert suited([source], ("envelope",), ()) == ((source,), ("envelope",))
    assert suited([source], ("envelope", "whole"), ()) == ((source,), ("envelope", "whole"))
