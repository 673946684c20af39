"""Finds lines that stand for code the model did not write: written to a file they would delete what they stand for."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

_COMMENT = re.compile(r"[ \t]*(?:#+|//+|/\*+|<!--|--|;+|%+)[ \t]*(.*?)[ \t]*(?:\*/|-->)?[ \t]*$")
_DOTS = re.compile(r"\.{3,}|…")
_LEFT_OUT = re.compile(
    r"\b(?:the rest|rest of|remaining|remains?|existing|unchanged|same as|omitted|as before|code here)\b", re.IGNORECASE
)
_OTHER = re.compile(r"\b(?:rest|other|others|previous|more|your|same|keep|code|imports)\b", re.IGNORECASE)
_SAID = re.compile(
    r"(?:(?:the )?(?:rest|remainder) of (?:the |this )?[\w ]{1,40}?(?: is| are| stays?| remains?)?"
    r"(?: the)? (?:unchanged|same|here|omitted|goes here|as before)|(?:the )?rest (?:is |stays |remains )?unchanged"
    r"|(?:the )?(?:rest of (?:the |this )?(?:code|file|class|function|module|method|implementation))"
    r"|(?:the )?(?:existing|remaining|unchanged|other|previous) (?:code|methods|functions|implementation|content|lines)"
    r"(?: (?:here|unchanged|goes here|stays|remains|remain|as before|omitted))*|unchanged|same as before"
    r"|(?:code |content )?omitted(?: for brevity)?)[.:)]*",
    re.IGNORECASE,
)
_PYTHON = (".py", ".pyi", ".pyw")
_OPENS = re.compile(r".*(?::[ \t]*(?:#.*)?|[,(\[{=]|\"\"\"|''')$|[ \t]*(?:>>>|\.\.\. )")


def elided(path: str, after: Sequence[str], before: Sequence[str]) -> str | None:
    """The first line that stands for left-out code and did not stand in the file before, or None."""
    fresh = Counter(map(str.strip, after)) - Counter(map(str.strip, before))
    known = Counter(line.strip() for line in _suspects(path, before, fresh))
    for line in _suspects(path, after, fresh):
        if not known[line.strip()]:
            return line.strip()
        known[line.strip()] -= 1
    return None


def _suspects(path: str, lines: Sequence[str], among: Collection[str]) -> Iterator[str]:
    python = path.endswith(_PYTHON)
    for at, line in enumerate(lines):
        if line.strip() not in among:
            continue
        if python and line.strip() in {"...", "…"}:
            if not _is_body(lines, at):
                yield line
        elif _stands_for_code(line):
            yield line


def _stands_for_code(line: str) -> bool:
    found = _COMMENT.match(line) if len(line) < 200 else None
    if found is None:
        return False
    said = found[1]
    leading = _DOTS.match(said) is not None
    if leading or _DOTS.search(said[-4:]):
        bare = _DOTS.sub("", said).strip(" ()[]")
        return not bare or _LEFT_OUT.search(bare) is not None or (leading and _OTHER.search(bare) is not None)
    return _SAID.fullmatch(said.strip(" ()[]")) is not None


def _is_body(lines: Sequence[str], at: int) -> bool:
    """Whether `...` is Python here: the whole body of a definition, part of a type, or text."""
    above = next((line for line in reversed(lines[:at]) if line.strip()), "")
    if not _OPENS.match(above):
        return False
    below = next((line for line in lines[at + 1 :] if line.strip()), "")
    return _indent(below) != _indent(lines[at]) or not above.rstrip().endswith((":", '"""', "'''"))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
