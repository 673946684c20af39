"""Which prompts a run was made with: hashes for the record."""

import hashlib
from functools import cache
from pathlib import Path


def said(*texts: str) -> str:
    """The hash of what was said, budget, edit forms and examples included: 12 hex digits."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]


@cache
def versions() -> dict[str, str]:
    """Each prompt by the name of its file, with the hash of that file: 12 hex digits."""
    files = sorted(Path(__file__).parent.glob("[!_]*.py"))
    return {path.stem: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in files}
