"""Where a name could come from: what the patch took away, how other files get it, who defines it, Python itself."""

import ast
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

from pareback.workspaces.guard import in_test_zone
from pareback.workspaces.importing.standard import offers
from pareback.workspaces.importing.statement import Import, Written, is_typing, written
from pareback.workspaces.importing.tree import Modules, defining
from pareback.workspaces.importing.unbound import Use
from pareback.workspaces.python_source import tree_of

_PROOFS = 3
"""Files that are parsed to tell how an import stands that is nowhere at the margin."""


@dataclass(frozen=True, slots=True)
class Source:
    """One thing that the name may mean. `ways` are imports that bring it, the best first; `typing`: those that the tree
    writes for type checkers only; `lazy`: it is imported inside of functions or under conditions only."""

    origin: str
    ways: tuple[Import, ...]
    typing: bool = False
    lazy: bool = False


@dataclass(slots=True)
class _Seen:
    """The places that bring one thing to other files, and how often each import is written."""

    outer: Counter[Import] = field(default_factory=Counter)
    inner: Counter[Import] = field(default_factory=Counter)
    inside: list[str] = field(default_factory=list)


def removed(use: Use, path: str, before: bytes, modules: Modules) -> tuple[Source, ...]:
    """What the file itself had before the patch."""
    seen: dict[str, _Seen] = {}
    for each in written(before, modules.package(path)):
        if each.what.binds == use.name:
            _note(seen, each, each.what.means, path)
    return _sources(seen, use, lambda _: before)


def sources(use: Use, path: str, modules: Modules) -> tuple[Source, ...]:
    """Everything in the tree and in Python that the name could mean in this file. Product code is asked first, tests
    only where it says nothing, and never for what product code should import."""
    tests = [each for each in modules.names if in_test_zone(each)]
    product = [each for each in modules.names if not in_test_zone(each)]
    near = [*product, *tests] if in_test_zone(path) else product
    found = _imported(use, path, near, modules) or _imported(use, path, tests, modules)
    known = {source.origin for source in found}
    return (
        *found,
        *(each for each in (*_defined(use, path, near, modules), *_standard(use, modules)) if each.origin not in known),
    )


def _imported(use: Use, path: str, paths: Collection[str], modules: Modules) -> tuple[Source, ...]:
    seen: dict[str, _Seen] = {}
    word = use.name.encode()
    for other in paths:
        raw = modules.read(other)
        if other == path or word not in raw or b"import" not in raw:
            continue
        for each in written(raw, modules.package(other)):
            if each.what.binds == use.name and _is_fit(each.what, use, path, modules):
                _note(seen, each, modules.origin(each.what), other)
    return _sources(seen, use, modules.read)


def _is_fit(what: Import, use: Use, path: str, modules: Modules) -> bool:
    """Not relative beyond the tree, not the file itself, no test for a file that is none, and no whole module where
    nothing of it is asked for: `glob(x)` does not mean `import glob`."""
    if not what.name and use.chains == {use.name}:
        return False
    if what.module.startswith(".") or modules.names.get(path) in {what.module, what.means}:
        return False
    place = modules.places.get(what.module, "")
    return in_test_zone(path) or not in_test_zone(place)


def _note(seen: dict[str, _Seen], each: Written, origin: str, path: str) -> None:
    one = seen.setdefault(origin, _Seen())
    (one.outer if each.outer else one.inner)[each.what] += 1
    if not each.outer:
        one.inside.append(path)


def _sources(seen: dict[str, _Seen], use: Use, read: Callable[[str], bytes]) -> tuple[Source, ...]:
    return tuple(_source(origin, one, use, read) for origin, one in seen.items())


def _source(origin: str, one: _Seen, use: Use, read: Callable[[str], bytes]) -> Source:
    if one.outer:
        return Source(origin, _ways(one.outer, use))
    kinds = {kind for path in one.inside[:_PROOFS] for kind in _kinds(read(path), use.name)}
    return Source(origin, _ways(one.inner, use), typing=kinds == {"typing"}, lazy="lazy" in kinds or not kinds)


def _ways(counted: Counter[Import], use: Use) -> tuple[Import, ...]:
    """The imports, the usual ones first. Of `import a` and `import a.b`, which bind the same, the one that the use
    needs."""
    plain = {what for what in counted if not what.name and not what.alias}
    needed = {_needed(plain, chain) for chain in use.chains} - {None}
    if len(plain) > 1 and len(needed) > 1:
        needed -= {Import(use.name)}
    if plain and len(needed) == 1:
        return tuple(what for what in needed if what is not None)
    return tuple(what for what, _ in counted.most_common())


def _needed(plain: Collection[Import], chain: str) -> Import | None:
    fitting = [what for what in plain if f"{chain}.".startswith(f"{what.module}.")]
    return max(fitting, key=lambda what: len(what.module), default=None)


def _kinds(raw: bytes, name: str) -> Iterator[str]:
    """How the file imports the name inside of something: for type checkers, or lazily; nothing where only a text says
    so."""
    try:
        tree = tree_of(raw.decode("utf-8", "replace"))
    except SyntaxError:
        return
    typing = {id(inner) for node in ast.walk(tree) if is_typing(node) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom) and any(_binds(alias, name) for alias in node.names):
            yield "typing" if id(node) in typing else "lazy"


def _binds(alias: ast.alias, name: str) -> bool:
    return (alias.asname or alias.name.partition(".")[0]) == name


def _defined(use: Use, path: str, paths: Sequence[str], modules: Modules) -> Iterator[Source]:
    """Modules of the tree that define the name at their margin."""
    pattern, word = defining(use.name), use.name.encode()
    for other in paths:
        module = modules.names[other]
        if other == path or not _is_importable(module):
            continue
        raw = modules.read(other)
        if word in raw and pattern.search(raw):
            what = Import(module, use.name)
            yield Source(what.means, (what,))


def _is_importable(module: str) -> bool:
    """Scripts and set-up files are run, not imported."""
    return module not in {"setup", "conftest", "noxfile"} and all(
        part.isidentifier() and part != "__main__" for part in module.split(".")
    )


def _standard(use: Use, modules: Modules) -> Iterator[Source]:
    """A module of Python's own by that very name, where each use is of something that it has."""
    steps = [chain.split(".")[1] for chain in use.chains if "." in chain]
    if use.bare or modules.owns(use.name) or not all(offers(use.name, step) for step in steps):
        return
    yield Source(use.name, (Import(use.name),))
