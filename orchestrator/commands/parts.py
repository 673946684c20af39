"""`pareback parts`: every part with its help and its options."""

import json as jsons
from dataclasses import asdict

from pareback.orchestrator import boundary, parts


def do(*, kind: str | None, json: bool) -> int:
    """List the parts of one kind, or of all."""
    if kind is not None and kind not in parts.KINDS:
        raise boundary.Mistake(f"no kind of part is named {kind!r}; there are: {', '.join(parts.KINDS)}")
    found = [parts.describe(each, name) for each in parts.KINDS if kind in (None, each) for name in parts.names(each)]
    if json:
        print(jsons.dumps([asdict(part) for part in found], indent=2))
        return 0
    for part in found:
        options = ", ".join(f"{option.name}: {option.kind} = {option.default}" for option in part.options)
        print(f"{part.kind:<10} {part.name:<14} {part.help}" + (f"\n{'':<26}{options}" if options else ""))
    return 0
