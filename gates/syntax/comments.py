"""Comments that silence a tool, found by the tokenizer: a string that looks like one is none, and neither is a comment
that speaks of them: the word stands right after a `#` that nobody quotes.

Tokenizing is slow, so only suspicious lines are tokenized, each from where its statement begins.
"""

import io
import re
import tokenize
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from pareback.gates.reading.silence import Suppression
from pareback.gates.wire.transcript import Transcript

_SUSPICIOUS = re.compile(
    r"#[^\n]*(?:noqa|nosec|pragma\s*:|pylint\s*:|pyre-|mypy\s*:|(?:type|ty|pyright|complexipy)\s*:\s*(?:ignore|basic|false))",
    re.IGNORECASE,
)
_SILENCES = re.compile(
    r"""
    (?<!["'`(]) \# \s*
    (?P<tool>
        (?:(?:ruff|flake8)\s*:\s*)?noqa\b
      | type\s*:\s*ignore\b
      | (?:pyright|ty|complexipy)\s*:\s*ignore\b
      | pyre-(?:ignore|fixme)\b(?:-all-errors)?
      | mypy\s*:\s*(?:ignore-errors|disable-error-code)\b
      | pyright\s*:\s*(?:basic|false)\b
      | pylint\s*:\s*(?:disable(?:-next|-line)?|skip-file)\b
      | pragma\s*:\s*no\s*(?:cover|branch)\b
      | nosec\b
    )
    \s*(?:[:=]\s*(?P<codes>[\w\-]+(?:[ \t]*,[ \t]*[\w\-]+)*)|\[(?P<listed>[^\]]*)\])?
    """,
    re.IGNORECASE | re.VERBOSE,
)


def suppressions(text: str, units: Sequence[Transcript], starts: Sequence[int]) -> tuple[Suppression, ...]:
    """Every suppression of a file that parses; `starts` are the lines on which its statements begin, in order."""
    suspects = [text.count("\n", 0, found.start()) + 1 for found in _SUSPICIOUS.finditer(text)]
    if not suspects:
        return ()
    lines = text.split("\n")
    return tuple(
        Suppression(tool, code, line, unit_at(units, line))
        for line in suspects
        for tool, code in _silenced(_comment(lines[_start(starts, line) - 1 : line]))
    )


def _start(starts: Sequence[int], line: int) -> int:
    return starts[max(bisect_right(starts, line) - 1, 0)] if starts and starts[0] <= line else 1


def _comment(lines: Sequence[str]) -> str:
    """The comment of the last of these lines, the first of which begins a statement; empty if it has none.

    An open bracket before them keeps the tokenizer from minding their indentation.
    """
    try:
        for token in tokenize.generate_tokens(io.StringIO("\n".join(["(", *lines, ""])).readline):
            if token.type == tokenize.COMMENT and token.start[0] == len(lines) + 1:
                return token.string
    except tokenize.TokenError:  # the bracket stays open
        return ""
    return ""


def _silenced(comment: str) -> Iterator[tuple[str, str]]:
    """Tool and code of everything that a comment silences: `# noqa: E501, F401` is noqa twice."""
    for found in _SILENCES.finditer(comment):
        tool = re.sub(r"\s+", "", found["tool"].lower())
        codes = found["codes"] or found["listed"] or ""
        for code in filter(None, re.split(r"[,\s]+", codes)) if codes else ("",):
            yield tool, code


def unit_at(units: Sequence[Transcript], line: int) -> str:
    """The innermost unit around a line."""
    around = [unit for unit in units if unit.line <= line <= unit.end and unit.kind != "module"]
    return max(around, key=lambda unit: unit.line).qualname if around else "<module>"
