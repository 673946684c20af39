"""The marks a reply is read by: the line that names a file, fences, and lines that begin an operation.

Models decorate what they were asked to write plainly, so a path may come in backticks, in bold or behind `FILE:`. What
is not clearly a path is prose: taking prose for a path would write a file nobody asked for.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

LONGEST_HEADING = 2000
"""Characters; a longer line is text, whatever it looks like."""

_SUFFIX = re.compile(
    r"\.(?:adoc|bash|bat|bib|c|cc|cfg|cjs|clj|cmake|conf|cpp|cs|css|csv|cu|cxx|dart|env|erl|ex|exs|fish|fs|go"
    r"|gradle|graphql|h|hpp|hs|htm|html|in|ini|ipynb|j2|java|jinja|jl|js|json|jsx|kt|less|lock|lua|md|mdx"
    r"|mjs|mk|ml|nim|php|pl|po|pot|properties|proto|ps1|pth|pxd|py|pyi|pyx|r|rb|rs|rst|scala|scss|sh|sql"
    r"|svelte|svg|swift|tex|tf|tmpl|toml|ts|tsv|tsx|txt|typed|vb|vue|xml|yaml|yml|zig|zsh)$",
    re.IGNORECASE,
)
"""What makes a word without a slash a file name: `Order.total` is a method, `order.py` a file."""

DIFFS = (".diff", ".patch")
"""Files that are diffs themselves."""

NAMES = frozenset({"Makefile", "Dockerfile", "LICENSE", "README", "CHANGELOG", "NOTICE", "Pipfile", "Procfile"})
"""Files that carry no suffix; others are written as `FILE: name`."""

_LABEL = re.compile(r"(?:file|file ?name|file ?path|path)[ \t]*:[ \t]*", re.IGNORECASE)
_BULLET = re.compile(r"\A(?:#{1,6}|[-*+]|\d{1,3}[.)])[ \t]+")
_NOTE = re.compile(r"[ \t]+\((?:new|new file|created?|modified|updated|existing)\)$", re.IGNORECASE)
_FENCE = re.compile(r"(`{3,40}|~{3,40})(?![`~])[ \t]*([^`]*)$")
_OPERATION = re.compile(
    r"<{5,9} ?(?:SEARCH|ABOVE)[ \t]*$|\*\*\* (?:Begin Patch[ \t]*$|(?:Update|Add|Delete|Move) File:)"
    r"|\*\*\* (?:Insert (?:Before|After|Into)|(?:Delete|Rename) Symbol):"
    r"|diff --git |(?:---|\+\+\+) \S*[./]\S*[ \t]*(?:\t.*)?$|@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@"
)
_QUALIFIED = re.compile(r"[^\W\d]\w*(?:\.(?:<locals>\.)?[^\W\d]\w*)*")
_DIFFS = frozenset({"diff", "patch", "udiff"})
_BEGIN = frozenset("<*-+@d")
_NOT_BARE = frozenset("()<>\"'`,;={}|*!")


@dataclass(frozen=True, slots=True)
class Fence:
    """A line of three or more backticks or tildes; `info` is what stands behind them, empty in a closing fence."""

    mark: str
    info: str

    def closes(self, opening: "Fence") -> bool:
        """Whether this line can end what `opening` began: the same mark, and nothing behind it."""
        return self.mark == opening.mark and not self.info


def fence(line: str) -> Fence | None:
    """The fence that stands at the beginning of the line, or None."""
    found = _FENCE.match(line) if line[:1] in {"`", "~"} else None
    return Fence(mark=found[1], info=found[2].strip()) if found else None


def begins_operation(line: str) -> bool:
    """Whether an operation that needs no fence begins here."""
    return line[:1] in _BEGIN and _OPERATION.match(line) is not None


def path_of(line: str) -> str | None:
    """The path that stands alone on the line, without its decoration, or None if the line is prose."""
    word = _heading(line)
    return None if word is None or "::" in word else word


def symbol_of(line: str) -> tuple[str, str] | None:
    """The path and the qualified name of `path::Qualified.name` that stands alone on the line, or None."""
    path, _, name = (_heading(line) or "").partition("::")
    return (path, name.replace("<locals>.", "")) if path and _QUALIFIED.fullmatch(name) else None


@lru_cache(maxsize=512)
def _heading(line: str) -> str | None:
    """The path or the qualified name that stands alone on the line; every form asks about the same lines."""
    if not line or len(line) > LONGEST_HEADING:
        return None
    text = _BULLET.sub("", line.strip(), count=1).replace("**", "").strip()
    label = _LABEL.match(text)
    text = _NOTE.sub("", text[label.end() :] if label else text).strip()
    word = text.removesuffix(":").strip()
    path = _unquoted(word)
    if not path or (path == word and not _is_bare(path)):
        return None
    return path.removeprefix("./") if label or looks_like_path(path, sure=word == text) else None


def looks_like_path(word: str, *, sure: bool = True) -> bool:
    """Whether a word is a path rather than prose. With `sure` False a slash alone does not make it one."""
    name = word.partition("::")[0].rsplit("/", 1)[-1]
    if "://" in word:
        return False
    if name in NAMES or (name.startswith(".") and name.strip(".")):
        return True
    return _SUFFIX.search(name) is not None or (sure and "/" in word.strip("/") and not word.endswith("."))


def path_above(lines: Sequence[str], at: int) -> str | None:
    """The path on the line above line `at`, with at most one blank line between, or None."""
    return path_of(_above(lines, at))


def symbol_above(lines: Sequence[str], at: int) -> tuple[str, str] | None:
    """The path and the qualified name on the line above line `at`, found as `path_above` does."""
    return symbol_of(_above(lines, at))


def _above(lines: Sequence[str], at: int) -> str:
    above = at - 1
    if above >= 1 and not lines[above].strip():
        above -= 1
    return lines[above] if above >= 0 else ""


def quotes_a_diff(lines: Sequence[str], at: int) -> bool:
    """Whether the fence at line `at` says that it quotes a diff, and not for a file that is one."""
    found = fence(lines[at])
    return found is not None and found.info.lower() in _DIFFS and not (path_above(lines, at) or "").endswith(DIFFS)


def _is_bare(word: str) -> bool:
    return len(word.split()) == 1 and _NOT_BARE.isdisjoint(word)


def _unquoted(text: str) -> str:
    for quote in "`\"'":
        if len(text) > 2 and text[0] == text[-1] == quote:
            return text[1:-1].strip()
    return text
