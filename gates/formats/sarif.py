"""SARIF 2.1.0, for code scanning: results keep their identity when lines move, because ids hold no line numbers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from urllib.parse import quote

from pareback.gates.format import Document, Format, blocks
from pareback.gates.scores import titles

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


@dataclass(frozen=True, slots=True)
class _Sarif:
    def render(self, document: Document, /) -> str:
        return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(document)]}, indent=2)


def _run(document: Document) -> dict[str, Any]:
    found = document["findings"]
    rules = sorted({finding["id"].partition(":")[0] for finding in found})
    figures = ("table", "delta", "charged", "budget", "budget_source", "within", "signals", "unpriced", "reference")
    return {
        "tool": {"driver": {"name": "pareback", "rules": [_rule(name, found) for name in rules]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, rules) for finding in found],
        "properties": {name: document[name] for name in figures},
    }


def _rule(name: str, found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    signal = next(finding["signal"] for finding in found if finding["id"].partition(":")[0] == name)
    title = titles().get(signal, signal)
    return {"id": name, "name": title, "shortDescription": {"text": f"{name}: {title}"}}


def _result(finding: Mapping[str, Any], rules: Sequence[str]) -> dict[str, Any]:
    rule = finding["id"].partition(":")[0]
    result = {
        "ruleId": rule,
        "ruleIndex": rules.index(rule),
        "level": "error" if blocks(finding) else "warning" if finding["points"] else "note",
        "message": {"text": f"{finding['message']}. Do: {finding['do']}."},
        "locations": [_location(finding, unit=finding["unit"])],
        "relatedLocations": [_location(other) for other in finding["others"]],
        "partialFingerprints": {"pareback/1": blake2b(finding["id"].encode(), digest_size=16).hexdigest()},
        "properties": {"points": finding["points"], "saves": finding["saves"], "id": finding["id"]},
    }
    if finding["waived"]:
        result["suppressions"] = [{"kind": "external", "status": "accepted"}]
    return result


def _location(place: Mapping[str, Any], unit: str = "") -> dict[str, Any]:
    physical = {
        "artifactLocation": {"uri": quote(place["path"]), "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": place["line"]},
    }
    return {"physicalLocation": physical} | ({"logicalLocations": [{"fullyQualifiedName": unit}]} if unit else {})


def build() -> Format:
    return _Sarif()
