"""The protocol of a format: the document of a verdict becomes text for people, tools or a forge.

Formats read the document alone, so what was judged in one process can be told by another.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

Document = Mapping[str, Any]
"""What `verdict.document` made, with base and head."""


class Format(Protocol):
    """One way of telling a verdict."""

    def render(self, document: Document, /) -> str:
        """The whole text, without a line end at its end."""
        ...


def headline(document: Document) -> str:
    """The arithmetic in one sentence."""
    delta, charged, budget = document["delta"], document["charged"], document["budget"]
    cost = f"{delta:+.1f} points"
    if abs(charged - delta) >= 0.05:
        cost += f", {charged:+.1f} charged"
    against = "no budget" if budget is None else f"budget {budget:g} ({document['budget_source']})"
    return f"{cost}, {against}: {_outcome(document)}"


def _outcome(document: Document) -> str:
    hard = len([finding for finding in document["findings"] if blocks(finding)])
    over = 0.0 if document["budget"] is None else document["charged"] - document["budget"]
    parts = [f"over by {over:.1f}"] if round(over, 1) > 0 else []
    parts += [f"{hard} hard {'finding' if hard == 1 else 'findings'}"] if hard else []
    return ", ".join(parts) or "within"


def blocks(finding: Mapping[str, Any]) -> bool:
    """Whether a finding blocks at any budget."""
    return bool(finding["hard"]) and not finding["waived"]


def unpriced(document: Document) -> str:
    """What the gate could not price, in words; empty where it priced everything."""
    files, lines = document["unpriced"]["files"], document["unpriced"]["lines"]
    if not files:
        return ""
    parts = "; ".join(_covered(found) for found in document.get("languages", ()) if not found["priced"])
    return f"{_files(files)} in other languages, {lines} changed lines" + (f": {parts}" if parts else "")


def _covered(found: Mapping[str, Any]) -> str:
    return f"{found['language']} {_files(found['files'])}, {found['lines']} changed lines ({found['why']})"


def _files(count: int) -> str:
    return f"{count} {'file' if count == 1 else 'files'}"


def priced(document: Document) -> str:
    """The languages of what was priced, in words; empty where it is all of one."""
    found = [f"{each['language']} {_files(each['files'])}" for each in document.get("languages", ()) if each["priced"]]
    mixed = len(document.get("languages", ())) > 1
    return ", ".join(found) if mixed else ""


def sites(finding: Mapping[str, Any], most: int = 5) -> str:
    """The other places of a finding, the first few by name."""
    others: Sequence[Mapping[str, Any]] = finding["others"]
    told = ", ".join(f"{other['path']}:{other['line']}" for other in others[:most])
    return f"{told} and {len(others) - most} more" if len(others) > most else told
