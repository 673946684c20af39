"""Where a tree stands: by signal and by room, and what a step adds, which is what lies between two trees."""

from collections.abc import Mapping

import pytest

from pareback.gates.facts import FileFacts
from pareback.gates.index.source import Source
from pareback.gates.index.trees import ground
from pareback.gates.languages import python
from pareback.gates.survey.rooms import by_room, home
from pareback.gates.survey.standing import Standing, standing, step
from pareback.gates.survey.whole import whole

USERS = ("tax", "rate", "label", "audit", "show")
CART = "class Cart:\n    def __init__(self):\n        self.coupon = None\n"
ASKS = "".join(f"def {name}(cart):\n    if cart.coupon is not None:\n        send(cart.coupon)\n" for name in USERS)
COPY = "".join(
    f"def {name}(a, b):\n    c = a + b\n    d = c * a\n    while d > b:\n        d = d - c\n    return d\n"
    for name in ("one", "two")
)
BROKEN = "def f(:\n"

Tree = Mapping[str, str]


def facts(tree: Tree) -> dict[str, FileFacts]:
    return {path: python.build().extract(text.encode()) for path, text in tree.items()}


def stepped(before: Tree, after: Tree) -> Standing:
    """The step between two trees, from the files that differ."""
    blobs = {**before, **after}
    source = Source(lambda blob: blob.encode())
    shared = [(path, blobs[path]) for path in before.keys() & after.keys() if before[path] == after[path]]
    differs = [{path: text for path, text in side.items() if (path, text) not in shared} for side in (before, after)]
    return step(facts(differs[0]), facts(differs[1]), ground(shared, source))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"a.py": ASKS}),
        ({"a.py": ASKS}, {"b/a.py": ASKS}),
        ({"cart.py": CART, "a.py": ASKS}, {"cart.py": CART.replace("None", "Nothing()"), "a.py": ASKS}),
        ({"cart.py": CART, "a.py": ASKS}, {"cart.py": CART, "a.py": ASKS, "b.py": ASKS.replace("def ", "def on_")}),
        ({"a.py": COPY}, {"a.py": COPY[: len(COPY) // 2], "b.py": CART}),
        ({"a.py": COPY, "b.py": CART}, {"a.py": COPY, "b.py": CART}),
    ],
)
def test_a_step_is_exactly_what_lies_between_two_trees(before: Tree, after: Tree) -> None:
    old, new = (standing(whole(facts(tree))) for tree in (before, after))
    found = new.less(stepped(before, after))
    assert found.signals == pytest.approx(old.signals)
    assert found.folders == pytest.approx(old.folders)
    assert found.points == pytest.approx(sum(found.folders.values()))


def test_where_nothing_differs_there_is_no_step() -> None:
    assert stepped({"a.py": ASKS}, {"a.py": ASKS}) == Standing({}, {})
    assert standing(whole(facts({"a.py": BROKEN}))) == Standing({}, {})


def test_the_rooms_are_the_folders_of_what_holds_nearly_all() -> None:
    folders = {
        "src/shop": 10.0,
        "src/shop/cart": 60.0,
        "src/shop/cart/parts": 5.0,
        "src/shop/mail": 20.0,
        "tools/x": 5.0,
    }
    within = home(Standing({}, folders))
    assert within == ("src", "shop")
    assert by_room(folders, within) == {"src/shop": 10.0, "src/shop/cart": 65.0, "src/shop/mail": 20.0, "tools": 5.0}


def test_without_such_a_folder_they_are_those_at_the_top() -> None:
    folders = {".": 10.0, "shop/cart": 50.0, "tools": 40.0}
    assert by_room(folders, home(Standing({}, folders))) == {".": 10.0, "shop": 50.0, "tools": 40.0}
    assert home(Standing({}, {})) == ()
