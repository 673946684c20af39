"""Workflow commands of GitHub Actions: one annotation per finding, on its line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pareback.gates.format import Document, Format, blocks, headline, sites


@dataclass(frozen=True, slots=True)
class _Github:
    def render(self, document: Document, /) -> str:
        return "\n".join(_commands(document))


def _commands(document: Document) -> Iterator[str]:
    for finding in document["findings"]:
        if not finding["waived"]:
            yield _annotation(finding)
    yield f"::notice title=pareback::{_text(headline(document))}"


def _annotation(finding: Mapping[str, Any]) -> str:
    level = "error" if blocks(finding) else "warning" if finding["points"] else "notice"
    saves = f" Saves about {finding['saves']:.1f} points." if finding["saves"] else ""
    also = f" See also {sites(finding)}." if finding["others"] else ""
    title = f"{finding['signal']} {finding['points']:+.1f} points in {finding['unit']}"
    told = f"{finding['message']}. {finding['do'][:1].upper()}{finding['do'][1:]}.{saves}{also}"
    place = f"file={_property(finding['path'])},line={finding['line']},title={_property(title)}"
    return f"::{level} {place}::{_text(told)}"


def _text(words: str) -> str:
    """Escaped as the toolkit's own `core` package does it: else a message could end the command and begin another."""
    return words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(words: str) -> str:
    return _text(words).replace(":", "%3A").replace(",", "%2C")


def build() -> Format:
    return _Github()
