"""Whole trees as values: listed, built, changed and compared by their ids, untouched folders never opened."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from pareback.workspaces.objects import FILE, REGULAR, TREE, Entry, Store

_IGNORED_BY_HFS = dict.fromkeys(
    [*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF]
)  # HFS+ drops these from names, so ".g\u200cit" would be ".git" there (git's own list: utf8.c)


def flatten(store: Store, tree: str, prefix: str = "") -> Iterator[tuple[str, Entry]]:
    """Every file, symlink and gitlink of the tree, with its path."""
    for name, entry in store.tree(tree).items():
        if entry.mode == TREE:
            yield from flatten(store, entry.id, f"{prefix}{name}/")
        else:
            yield prefix + name, entry


def ids(store: Store, tree: str) -> Iterator[str]:
    """The id of every tree and entry below."""
    for entry in store.tree(tree).values():
        yield entry.id
        if entry.mode == TREE:
            yield from ids(store, entry.id)


def build(store: Store, entries: Mapping[str, Entry], *, known: Collection[str] = ()) -> str:
    """The tree that holds exactly these paths."""
    here: dict[str, Entry] = {}
    below: defaultdict[str, dict[str, Entry]] = defaultdict(dict)
    for path, entry in entries.items():
        name, slash, rest = path.partition("/")
        if slash:
            below[name][rest] = entry
        else:
            here[name] = entry
    folders = {name: Entry(TREE, build(store, inner, known=known)) for name, inner in below.items()}
    return store.write_tree(here | folders, known=known)


def find(store: Store, tree: str, path: str) -> Entry | None:
    """What lies at the path, or None."""
    name, slash, rest = path.partition("/")
    entry = store.tree(tree).get(name)
    if not slash or entry is None:
        return entry
    return find(store, entry.id, rest) if entry.mode == TREE else None


def update(store: Store, tree: str, changes: Mapping[str, bytes | None]) -> str:
    """The tree with these files written, or deleted where None; modes stay, new files are 100644, empty folders go.

    Raises ValueError for a path that git cannot hold or that leads through or onto a symlink, gitlink or folder.
    """
    for path in changes:
        check_path(path)
    return _update(store, store.tree(tree), changes, "") or store.write_tree({})


def compare(store: Store, old: str, new: str, prefix: str = "") -> Iterator[tuple[str, Entry | None, Entry | None]]:
    """Each path whose entry differs, with the entry in the old and in the new tree."""
    if old == new:
        return
    before, after = store.tree(old), store.tree(new)
    for name in sorted(before.keys() | after.keys()):
        yield from _compare(store, before.get(name), after.get(name), prefix + name)


def check_path(path: str) -> None:
    """Raises ValueError where git could not hold the path, or some file system would take it for something else."""
    for part in path.split("/"):
        plain = part.translate(_IGNORED_BY_HFS).casefold().rstrip(". ")
        if part in {"", ".", ".."} or plain in {".git", "git~1"} or plain.startswith(".git:") or "\0" in part:
            raise ValueError(
                f"{path!r} is no path inside a repository: expected names joined by '/', none of them {part!r}"
            )


def _update(store: Store, entries: Mapping[str, Entry], changes: Mapping[str, bytes | None], prefix: str) -> str | None:
    """The id of the folder's new tree, or None where nothing is left in it."""
    leaves, below = _split(changes)
    kept = dict(entries)
    for name in leaves:
        _check_leaf(kept.get(name), prefix + name)
    for name in [name for name, content in leaves.items() if content is None]:
        _mode(kept.pop(name, None), prefix + name)
    for name, inner in below.items():
        folder = _update(store, _folder(store, kept.get(name), prefix + name), inner, f"{prefix}{name}/")
        kept.pop(name, None)
        if folder:
            kept[name] = Entry(TREE, folder)
    for name, content in leaves.items():
        if content is not None:
            kept[name] = Entry(_mode(kept.get(name), prefix + name), store.write("blob", content))
    return store.write_tree(kept) if kept else None


def _split(changes: Mapping[str, bytes | None]) -> tuple[dict[str, bytes | None], dict[str, dict[str, bytes | None]]]:
    leaves: dict[str, bytes | None] = {}
    below: defaultdict[str, dict[str, bytes | None]] = defaultdict(dict)
    for path, content in changes.items():
        name, slash, rest = path.partition("/")
        if slash:
            below[name][rest] = content
        else:
            leaves[name] = content
    return leaves, below


def _check_leaf(entry: Entry | None, path: str) -> None:
    if entry and entry.mode not in REGULAR and entry.mode != TREE:
        raise ValueError(f"{path!r} is a symlink or a submodule: expected a regular file; edit what it points to")


def _folder(store: Store, entry: Entry | None, path: str) -> Mapping[str, Entry]:
    if entry is None:
        return {}
    if entry.mode != TREE:
        raise ValueError(f"{path!r} is no folder: a file below it cannot be written; delete or move it first")
    return store.tree(entry.id)


def _mode(entry: Entry | None, path: str) -> int:
    if entry and entry.mode == TREE:
        raise ValueError(f"{path!r} is a folder that holds files: it can be neither written nor deleted as one file")
    return entry.mode if entry else FILE


def _compare(
    store: Store, old: Entry | None, new: Entry | None, path: str
) -> Iterator[tuple[str, Entry | None, Entry | None]]:
    if old == new:
        return
    modes = {entry.mode for entry in (old, new) if entry}
    if TREE in modes:
        yield from compare(store, _tree(store, old), _tree(store, new), f"{path}/")
    if modes - {TREE}:
        yield path, _leaf(old), _leaf(new)


def _tree(store: Store, entry: Entry | None) -> str:
    """The id of the folder, of an empty one where there is none."""
    return entry.id if entry and entry.mode == TREE else store.write_tree({})


def _leaf(entry: Entry | None) -> Entry | None:
    return entry if entry and entry.mode != TREE else None
