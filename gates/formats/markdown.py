"""For a comment on a pull request: a line, a table of the sum, the findings to unfold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pareback.gates.format import Document, Format, headline, priced, sites, unpriced
from pareback.gates.markdown import code, plain

_MOST = 20


@dataclass(frozen=True, slots=True)
class _Markdown:
    def render(self, document: Document, /) -> str:
        mark = "✅" if document["within"] else "❌"
        blocks = [f"{mark} **pareback**: {plain(headline(document))}", _table(document), *_details(document)]
        return "\n\n".join(block for block in blocks if block)


def _table(document: Document) -> str:
    parts = {name: points for name, points in document["signals"].items() if round(points, 1)}
    if not parts:
        return ""
    figures = [f"{name} {value:+g}" for name, value in document["reference"].items() if value is not None]
    beside = [f"beside it: {', '.join(figures)}"] if figures else []
    beside += [f"priced: {priced(document)}"] if priced(document) else []
    beside += [f"not priced: {unpriced(document)}"] if unpriced(document) else []
    rows = [
        f"| {' | '.join(parts)} | **Δ** |",
        f"|{'--:|' * (len(parts) + 1)}",
        f"| {' | '.join(f'{points:+.1f}' for points in parts.values())} | **{document['delta']:+.1f}** |",
    ]
    note = [f"<sub>price table {document['table']}; {plain('; '.join(beside))}</sub>"] if beside else []
    return "\n".join(rows) + "".join(f"\n\n{line}" for line in note)


def _details(document: Document) -> Iterator[str]:
    findings = document["findings"]
    for finding in findings[:_MOST]:
        yield "\n".join(_finding(finding))
    if len(findings) > _MOST:
        yield f"…and {len(findings) - _MOST} smaller ones."


def _finding(finding: Mapping[str, Any]) -> Iterator[str]:
    mark = "waived: " if finding["waived"] else "**blocks**: " if finding["hard"] else ""
    saves = f", saves about {finding['saves']:.1f}" if finding["saves"] else ""
    worth = f"{finding['points']:+.1f} points{saves}"
    where = f"{code(finding['path'] + ':' + str(finding['line']))} {code(finding['unit'])}"
    yield f"- {mark}{where} {plain(finding['message'])} ({finding['signal']} {worth})"
    yield f"  **Do:** {plain(finding['do'])}"
    if finding["others"]:
        yield f"  See also {code(sites(finding))}."
    yield f"  {code(finding['id'])}"


def build() -> Format:
    return _Markdown()
