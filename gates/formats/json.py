"""The document itself, as JSON; its schema is docs/schemas/check.schema.json."""

import json
from dataclasses import dataclass

from pareback.gates.format import Document, Format


@dataclass(frozen=True, slots=True)
class _Json:
    def render(self, document: Document, /) -> str:
        return json.dumps(document, indent=2)


def build() -> Format:
    return _Json()
