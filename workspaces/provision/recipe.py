"""How an environment is made, as data: what is written down, and the command lines in their order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pareback.workspaces.command_line import words


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: `tries` are command lines, of which the first that ends well counts.

    Where `without` is set it may fail; it says what is not there then. A step is passed over where the distribution
    `unless` is installed already. One that is `loose` leaves its metadata: what would lead imports to the private copy
    of the tree is taken away, since the code of a slot is what is tested."""

    tries: tuple[tuple[str, ...], ...]
    without: str = ""
    unless: str = ""
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Recipe:
    """`name` is what people call it. `files` are written first: paths are relative to the folder that holds the
    environment (`venv`) and the private copy of the tree (`tree`). `programs` are shown to the sandbox."""

    name: str
    steps: tuple[Step, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    programs: tuple[Path, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)


def commanded(command: str, python: Path) -> Recipe:
    """A virtual environment in which a command of the user's runs. Raises ValueError for one that is empty or needs a
    shell."""
    found = words(command, "set-up command")
    if not found:
        raise ValueError('setup is empty; give a command, such as setup = "pip install -e . pytest", or auto, or none')
    create = (str(python), "-m", "venv", "../venv")
    return Recipe(f"the set-up command {command!r}", (Step((create,)), Step((found,))))
