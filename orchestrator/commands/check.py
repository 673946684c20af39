"""`pareback check`: the gate alone, on a change that anybody made."""

import json as jsons
from pathlib import Path
from typing import Any

from pareback.gates.plan import feedback
from pareback.gates.verdict import Verdict, document
from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.comparison import Compared, Comparison, compare

SCHEMA = "pareback/check/1"
ENFORCE = ("off", "hard", "budget")
FORMATS = ("text", "json")


def do(*, format: str = "text", enforce: str = "budget", **words: Any) -> int:
    """Print the verdict; 1 only for what `--enforce` names."""
    _known("--enforce", enforce, ENFORCE)
    _known("--format", format, FORMATS)
    compared = compare(_comparison(**words))
    if format == "json":
        print(jsons.dumps(_document(compared), indent=2))
    else:
        print("\n".join(_lines(compared.verdict)))
    return int(_blocks(compared.verdict, enforce))


def _comparison(
    *, repo: Path, base: str | None, revisions: str | None, budget: str | None, waive: list[str] | None
) -> Comparison:
    return Comparison(repo, base=base, revisions=revisions, budget=budget, waive=tuple(waive or ()))


def _blocks(verdict: Verdict, enforce: str) -> bool:
    if enforce == "off":
        return False
    return bool(verdict.hard) if enforce == "hard" else not verdict.within


def _document(compared: Compared) -> dict[str, Any]:
    return {"schema": SCHEMA, "base": compared.base, "head": compared.head} | document(compared.verdict)


def _lines(verdict: Verdict) -> list[str]:
    word = "within" if verdict.within else "over"
    lines = [
        f"delta {verdict.delta:+.1f} CP, {word} budget {verdict.budget} ({verdict.budget_source}), {verdict.table}"
    ]
    lines += [f"  {name:<4}{points:+8.2f}" for name, points in sorted(verdict.signals.items()) if points]
    told = (f"{name} {value:+g}" for name, value in verdict.reference.items() if value is not None)
    lines.append(f"  beside it: {', '.join(told)}")
    if verdict.unpriced.files:
        lines.append(f"  unpriced: {verdict.unpriced.files} files, {verdict.unpriced.lines} lines in other languages")
    return lines if verdict.within else [*lines, *feedback(verdict)]


def _known(flag: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise Mistake(f"{flag} is {value!r}; expected {', '.join(allowed)}")
