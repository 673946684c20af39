"""Finding parts: the folder is the registry, the file name the name, `build`'s keyword arguments are the options.

Nothing is imported before it is asked for, so a part costs nothing until it is used.
"""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

KINDS: Mapping[str, str] = {
    "models": "pareback.adapters.models",
    "tickets": "pareback.adapters.tickets",
    "sinks": "pareback.adapters.sinks",
    "engines": "pareback.adapters.engines",
    "edits": "pareback.workspaces.edits",
    "runners": "pareback.workspaces.runners",
    "sandboxes": "pareback.workspaces.sandboxes",
    "signals": "pareback.gates.signals",
    "languages": "pareback.gates.languages",
    "formats": "pareback.gates.formats",
}
"""The kinds of part and the folder of each."""


class UnknownPart(ValueError):
    """No part has this name, or an option does not fit it: names it and lists what there is."""


@dataclass(frozen=True, slots=True)
class Option:
    """One keyword argument of a part's `build`."""

    name: str
    kind: str
    default: str


@dataclass(frozen=True, slots=True)
class Part:
    """What `pareback parts` shows: the first line of the file's docstring is the help."""

    kind: str
    name: str
    help: str
    options: tuple[Option, ...]


@cache
def names(kind: str) -> tuple[str, ...]:
    """The names of all parts of a kind, sorted."""
    spec = find_spec(KINDS[kind])
    folders = () if spec is None else spec.submodule_search_locations or ()
    files = (file for folder in folders for file in Path(folder).iterdir())
    return tuple(sorted(file.stem for file in files if file.suffix == ".py" and not file.name.startswith("_")))


def build(kind: str, name: str, options: Mapping[str, Any] | None = None) -> Any:
    """The part of this name, built with its options. A name with a dot is imported as given: a part outside the house.

    Raises UnknownPart for a name, an option or a type that does not fit.
    """
    from pydantic import ConfigDict, ValidationError, validate_call  # 40 ms that `--help` need not pay

    make = validate_call(config=ConfigDict(arbitrary_types_allowed=True))(_module(kind, name).build)
    try:
        return make(**(options or {}))
    except ValidationError as error:
        found = error.errors()[0]
        where = ".".join(str(step) for step in found["loc"]) or name
        raise UnknownPart(f"{kind} part {name!r}: option {where!r}: {found['msg']}") from error


def describe(kind: str, name: str) -> Part:
    """A part's help and options, for people."""
    module = _module(kind, name)
    parameters = inspect.signature(module.build).parameters.values()
    options = tuple(Option(each.name, _kind(each), _default(each)) for each in parameters)
    return Part(kind, name, (module.__doc__ or "").strip().splitlines()[0], options)


def _module(kind: str, name: str) -> Any:
    if "." not in name and name not in names(kind):
        raise UnknownPart(f"no {kind} part is named {name!r}; there are: {', '.join(names(kind))}")
    return import_module(name if "." in name else f"{KINDS[kind]}.{name}")


def _kind(parameter: inspect.Parameter) -> str:
    return (
        parameter.annotation
        if isinstance(parameter.annotation, str)
        else inspect.formatannotation(parameter.annotation)
    )


def _default(parameter: inspect.Parameter) -> str:
    return "required" if parameter.default is inspect.Parameter.empty else repr(parameter.default)
