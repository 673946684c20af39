"""Which paths an edit may name at all, and how globs match paths. What is said here no ticket can allow.

A path is a git path: relative, separated by slashes, the same file on every file system. Names that some system reads
as git's own folder, as another file or as a place outside the tree are refused everywhere.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

LONGEST_NAME = 240
"""Bytes of one component in UTF-8; most file systems end at 255."""

LONGEST_PATH = 1024
"""Bytes of a whole path: a slot's own folder has to fit in front."""

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_SHORT_GIT = re.compile(r"gi[a-z0-9]{0,6}~[0-9]{1,6}")
_ABSOLUTE = re.compile(r"/|[A-Za-z]:(?:/|$)")
_SCRIPTS = frozenset({"LATIN", "CYRILLIC", "GREEK"})


def folded(text: str) -> str:
    """The text as the most tolerant file system compares it: case and compatibility forms do not count."""
    return (
        text.lower()
        if text.isascii()
        else unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    )


def refusal(path: str, *, files: frozenset[str], links: frozenset[str] = frozenset()) -> str | None:
    """Why the path cannot be edited, in words for the model, or None.

    `files` are the paths of the tree, `links` those of its symlinks and submodules.
    """
    reason = _malformed(path) or _linked(path, links)
    if reason is None and path not in files:
        reason = _strange(path) or _clash(path, _index(files | links))
    return f"{_shown(path)}: {reason}" if reason else None


def matches(path: str, glob: str) -> bool:
    """Whether a glob names the path: `*` and `?` stay within a component, `**` crosses them; a folder names all below.

    Globs begin at the root of the tree. A glob that is the path itself always matches.
    """
    plain = glob.removeprefix("./").rstrip("/")
    return path == plain or _pattern(plain).fullmatch(path) is not None


@lru_cache(maxsize=512)
def _pattern(glob: str) -> re.Pattern[str]:
    pieces = re.split(r"(\*\*/|\*\*|\*|\?|\[!?[^\]/]+\])", glob)
    return re.compile("".join(_translated(piece) for piece in pieces) + "(?:/.*)?", re.DOTALL)


def _translated(piece: str) -> str:
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    if piece in known:
        return known[piece]
    if piece.startswith("[") and piece.endswith("]") and len(piece) > 2:
        negated = "^" if piece[1] == "!" else ""
        inside = re.escape(piece[1 + len(negated) : -1]).replace(r"\-", "-")
        return f"[{negated}{inside}]"
    return re.escape(piece)


def _malformed(path: str) -> str | None:
    if not (path.isascii() and path.isprintable()) and any(map(_is_invisible, path)):
        return "the path holds a control or invisible character"
    if _ABSOLUTE.match(path):
        return "the path is absolute; write it relative to the root of the repository"
    if "\\" in path:
        return "the path holds a backslash; separate folders with '/'"
    if unicodedata.normalize("NFC", path) != path:
        return "the path is not in Unicode normal form C"
    if len(path.encode()) > LONGEST_PATH:
        return f"the path is longer than {LONGEST_PATH} bytes"
    return next(filter(None, map(_wrong_name, path.split("/"))), None)


def _wrong_name(name: str) -> str | None:
    form = folded(name)
    if not form:
        return "the path is empty or has an empty component; write single slashes and none at the end"
    if form in {".", ".."}:
        return f"the path holds {name!r}; write it from the root of the repository, without dots"
    if "/" in form or "\\" in form:
        return f"the component {name!r} holds a character that looks like a slash"
    if len(name.encode()) > LONGEST_NAME:
        return f"a component is longer than {LONGEST_NAME} bytes"
    if form.endswith((" ", ".")):
        return f"the component {name!r} ends with a dot or a space"
    return f"the component {name!r} is git's own folder to some file system" if _is_git(form) else None


def _is_git(form: str) -> bool:
    """Whether a folded name is git's folder: on NTFS a stream, trailing dots and short names do not change that."""
    plain = form.partition(":")[0].rstrip(" .")
    return plain == ".git" or _SHORT_GIT.fullmatch(plain) is not None


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in _INVISIBLE


def _linked(path: str, links: frozenset[str]) -> str | None:
    above = next((prefix for prefix in _prefixes(path) if prefix in links), None)
    return (
        f"{above!r} is a symbolic link or a submodule; edit the file it stands for, by its own path" if above else None
    )


def _strange(path: str) -> str | None:
    """A new name that mixes alphabets looks like another one and is not: the model meant that other one."""
    for name in path.split("/"):
        if not name.isascii():
            letters = (unicodedata.name(character, "").split(" ")[0] for character in name if character.isalpha())
            mixed = sorted(_SCRIPTS.intersection(letters))
            if len(mixed) > 1:
                return f"the new name {name!r} mixes {' and '.join(mixed).lower()} letters; write it in one alphabet"
    return None


def _clash(path: str, index: Mapping[str, frozenset[str]]) -> str | None:
    """Why a new path cannot stand beside the tree's own: on some file system two names would be one."""
    for prefix in _prefixes(path):
        known = index.get(folded(prefix), frozenset())
        if known and prefix not in known and f"{prefix}/" not in known:
            return f"it differs only in case or form from {min(known).rstrip('/')!r}; write that path"
        if prefix in known and prefix != path:
            return f"{prefix!r} is a file, not a folder"
    return f"{path!r} is a folder" if f"{path}/" in index.get(folded(path), frozenset()) else None


@lru_cache(maxsize=8)
def _index(files: frozenset[str]) -> Mapping[str, frozenset[str]]:
    """Every file, and every folder with a slash at its end, by its folded name."""
    index: dict[str, set[str]] = {}
    for file in files:
        *folders, last = _prefixes(file)
        for name, entry in (*((folder, f"{folder}/") for folder in folders), (last, last)):
            index.setdefault(folded(name), set()).add(entry)
    return {name: frozenset(entries) for name, entries in index.items()}


def _prefixes(path: str) -> Iterator[str]:
    at = path.find("/")
    while at >= 0:
        yield path[:at]
        at = path.find("/", at + 1)
    yield path


def _shown(path: str) -> str:
    return repr(path) if len(path) <= 200 else f"{path[:200]!r}…"
