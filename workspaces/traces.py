"""What a run did to the tests' own files: a test that was rewritten while it ran says nothing."""

from collections.abc import Sequence

from pareback.workspaces.guard import judges
from pareback.workspaces.projection import Slot
from pareback.workspaces.standing import WRITTEN


def rewritten(slot: Slot, guarded: Sequence[str]) -> tuple[str, ...]:
    """Signs, by path, of the guarded files that were written. Of those that judge, writing the same bytes is as bad:
    they may have been others in between."""
    return tuple(f"{path} was rewritten" if judges(path) else WRITTEN + path for path in slot.altered(guarded))


def forged(slot: Slot, guarded: Sequence[str]) -> tuple[str, ...]:
    """Signs of compiled tests that are not those of a trusted run: pytest believes one that lies beside the true test.
    Runs on candidates compile nothing."""
    folders = {path.rpartition("/")[0] for path in guarded if path.endswith(".py")}
    found = (place for folder in folders for place in (slot.path / folder / "__pycache__").glob("*-pytest-*.py[co]"))
    paths = (place.relative_to(slot.path).as_posix() for place in found)
    return tuple(f"{path} was forged" for path in slot.altered(paths))
