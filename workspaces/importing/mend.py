"""Imports that an edit forgot, put in where exactly one source is possible; where several are, they are named.

Only names count that the patch left unbound: what the base did not bind either is nobody's business here.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pareback.workspaces.document import Document, EditError, dump, load
from pareback.workspaces.importing.place import has_typing_room, placed
from pareback.workspaces.importing.statement import Import
from pareback.workspaces.importing.supply import Source, removed, sources
from pareback.workspaces.importing.tree import Modules
from pareback.workspaces.importing.unbound import Use, unbound

MOST_NAMED = 4
"""Sources that a message names."""

MOST_NAMES = 20
"""Names of one file that are looked for; a file that lacks more has another trouble."""


@dataclass(frozen=True, slots=True)
class Note:
    """What became of one name. `done`: an import was put in; else the message says what it could be."""

    path: str
    message: str
    done: bool


@dataclass(frozen=True, slots=True)
class Mending:
    """The files that got an import, and a note for each name that had no source in its file."""

    changes: Mapping[str, bytes]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class _Choice:
    """The import to put in, or why there is none."""

    what: Import | None = None
    typing: bool = False
    why: str = ""


def mended(
    changed: Mapping[str, bytes | None], *, before: Callable[[str], bytes | None], tree: Callable[[], Modules]
) -> Mending:
    """What the changed files lack. `before` gives a file at the base, `tree` the modules after the patch: it is only
    asked for where something is lacking."""
    changes: dict[str, bytes] = {}
    notes: list[Note] = []
    for path, raw in changed.items():
        if raw is None or not path.endswith(".py"):
            continue
        fresh = list(_lacking(path, raw, before(path)))[:MOST_NAMES]
        if fresh:
            after, said = _filled(path, raw, fresh, before=before(path) or b"", modules=tree())
            notes += said
            changes |= {path: after} if after != raw else {}
    return Mending(changes, tuple(notes))


def _lacking(path: str, raw: bytes, before: bytes | None) -> Iterator[Use]:
    """The uses of names that the file does not bind, and that were not unbound before."""
    found = unbound(_text(path, raw))
    known = unbound(_text(path, before)) if found and before else {}
    yield from (use for name, use in sorted(found.items()) if name not in known)


def _text(path: str, raw: bytes) -> str:
    try:
        return "\n".join(load(path, raw).lines)
    except EditError:
        return ""


def _filled(path: str, raw: bytes, uses: list[Use], *, before: bytes, modules: Modules) -> tuple[bytes, list[Note]]:
    """The file with what could be put in, and a note for each name."""
    document, notes = load(path, raw), []
    for use in uses:
        choice = _chosen(use, path, document, before=before, modules=modules)
        if choice.what is None:
            told = f"{path!r}: nothing binds {use.name!r} (line {use.line}); {choice.why}"
            notes.append(Note(path, told, done=False))
            continue
        after, line = placed(document, choice.what, typing=choice.typing, owns=modules.owns)
        if use.name in unbound("\n".join(after.lines)):
            continue  # the text reads otherwise than it looks: better nothing
        document = after
        notes.append(Note(path, f"{path!r}: put in at line {line}: {choice.what}", done=True))
    try:
        return dump(path, document), notes
    except EditError:
        return raw, []


def _chosen(use: Use, path: str, document: Document, *, before: bytes, modules: Modules) -> _Choice:
    """The one source there can be."""
    found = removed(use, path, before, modules)
    if len(found) == 1:
        return _Choice(_fitted(found[0].ways[0], path, modules), found[0].typing)
    match found or sources(use, path, modules):
        case ():
            return _Choice(why="define it, or import it in the same reply")
        case (only,):
            return _only(only, use, path, document=document, modules=modules)
        case several:
            ways = [str(_fitted(source.ways[0], path, modules)) for source in several]
            more = ", or others" if len(ways) > MOST_NAMED else ""
            return _Choice(why=f"import it: {' or '.join(f'`{way}`' for way in ways[:MOST_NAMED])}{more}")


def _only(source: Source, use: Use, path: str, *, document: Document, modules: Modules) -> _Choice:
    """The source, as far as it can be imported at the margin without closing a circle."""
    typing = use.hint and has_typing_room("\n".join(document.lines))
    if source.typing and typing:
        return _Choice(_fitted(source.ways[0], path, modules), typing=True)
    open_ways = [way for way in source.ways if not _closes(way, path, modules)]
    if open_ways and not source.lazy:
        return _Choice(_fitted(open_ways[0], path, modules))
    way = _fitted(source.ways[0], path, modules)
    if typing:
        return _Choice(way, typing=True)
    reason = "others import it inside of functions only" if open_ways else "at the margin it would close a circle"
    return _Choice(why=f"{reason}: `{way}` belongs inside the function that needs it")


def _closes(way: Import, path: str, modules: Modules) -> bool:
    """Whether the import closes a circle that the file is not in already."""
    module = way.means if way.means in modules.places else way.module
    place = modules.places.get(module)
    loaded = {name for each in modules.imports(path) if each.outer for name in (each.what.module, each.what.means)}
    return place is not None and module not in loaded and modules.leads(module, path)


def _fitted(way: Import, path: str, modules: Modules) -> Import:
    """The import as the file would write it: relative where it imports its own package so."""
    package = modules.package(path)
    if not way.name or not package or not modules.owns(way.module) or not _is_relative(way, path, modules):
        return way
    ours, theirs = package.split("."), way.module.split(".")
    common = next((at for at, pair in enumerate(zip(ours, theirs, strict=False)) if pair[0] != pair[1]), None)
    shared = min(len(ours), len(theirs)) if common is None else common
    if not shared:
        return way
    return Import("." * (len(ours) - shared + 1) + ".".join(theirs[shared:]), way.name, way.alias)


def _is_relative(way: Import, path: str, modules: Modules) -> bool:
    """As the file itself does it, else as the module's other users do."""
    top = way.module.partition(".")[0]
    ours = [each for each in modules.imports(path) if each.what.module.partition(".")[0] == top]
    if ours:
        return any(each.dotted for each in ours)
    return _neighbours(path, top, modules)


def _neighbours(path: str, top: str, modules: Modules) -> bool:
    """Whether files of the same folder import the package relatively, more than by its name."""
    folder = path.rpartition("/")[0]
    near = [other for other in modules.names if other.rpartition("/")[0] == folder and other != path]
    kinds = [each.dotted for other in near for each in modules.imports(other) if each.what.module.split(".")[0] == top]
    return sum(kinds) * 2 > len(kinds)
