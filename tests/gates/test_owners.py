"""Whose attribute it is: families of classes, and what cannot be told."""

from pareback.gates.index.view import plain
from pareback.gates.languages import python
from pareback.gates.reading.owners import Owners, declarations, owners

BASE = "class Base:\n    def __init__(self):\n        self.size = 1\n"
CHILD = "class Child(Base):\n    size = 2\n"
GRANDCHILD = "class Grandchild(Child):\n    def size(self):\n        return 3\n"
OTHER = "class Other:\n    size: int = 4\n"


def of(**files: str) -> Owners:
    known = {path: python.build().extract(text.encode()) for path, text in files.items()}
    return owners(plain(known, (declarations,)), "size")


def test_an_attribute_of_an_unknown_object_belongs_to_the_only_family() -> None:
    assert of(a=BASE).of("*", "b") == ("a", "Base")
    assert of(a=BASE, b=CHILD, c=GRANDCHILD).of("*", "d") == ("a", "Base")
    assert of(a=BASE, b=OTHER).of("*", "a") is None
    assert of(a=BASE.replace("size", "width")).of("*", "a") is None


def test_a_class_that_declares_it_is_its_family() -> None:
    found = of(a=BASE, b=CHILD, c=OTHER)
    assert [found.of(name, "x") for name in ("Base", "Child", "Other")] == [
        ("a", "Base"),
        ("a", "Base"),
        ("c", "Other"),
    ]


def test_a_class_that_inherits_it_has_it_from_its_base() -> None:
    found = of(a=BASE, b=OTHER)
    assert found.of("Heir", "c", ("Mixin", "Other")) == ("b", "Other")
    assert found.of("Heir", "c", ("Base", "Other")) is None
    assert found.of("Heir", "c") is None


def test_of_two_classes_of_one_name_the_one_in_the_same_file_is_meant() -> None:
    found = of(a=OTHER, b=OTHER)
    assert found.of("Other", "b") == ("b", "Other")
    assert found.of("Other", "c") is None


def test_a_class_may_inherit_from_one_of_its_own_name() -> None:
    found = of(a=OTHER, b="class Other(a.Other):\n    size = 5\n")
    assert found.of("Other", "b") == found.of("*", "c") == ("a", "Other")
