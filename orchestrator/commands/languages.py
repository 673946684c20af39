"""`pareback languages`: what is read and by whom; `check` holds a front end against the kit."""

import json as jsons
import os
import shlex
from pathlib import Path
from typing import Any

from pareback.gates import scores
from pareback.gates.kit.check import Result, Sources, cases, check, parsed, sources
from pareback.gates.language import Language
from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.comparison import languages_of
from pareback.orchestrator.extractors.languages import Named, started


def do(*, what: str | None, name: str | None, program: str | None, sources: Path | None, json: bool) -> int:
    """List languages, or check one. Returns 1 where a case is priced otherwise than it must."""
    if what is None:
        return _list(json=json)
    if what != "check" or name is None:
        raise Mistake(f"{what!r} is nothing to do with languages; type: pareback languages check NAME")
    front = _front(name, program)
    try:
        found = tuple(check(front, _sources(name, sources)))
    except ValueError as error:
        raise Mistake(f"the sources for {name!r} cannot be used: {error}") from error
    print(jsons.dumps(_document(front, found), indent=2) if json else _text(front, found))
    return int(any(result.wrong for result in found))


def _front(name: str, command: str | None) -> Language:
    """The front end of that name, or the extractor that a command starts."""
    if command is not None:
        return started(Named(name, (), tuple(shlex.split(command))), os.environ)
    languages = languages_of(os.environ)
    named = {each.name: each for each in languages.named.values()}
    if name in named:
        return started(named[name], os.environ)
    found = next((front for front in scores.fronts() if front.name == name), None)
    if found is None:
        known = ", ".join(sorted({*named, *(front.name for front in scores.fronts())}))
        raise Mistake(f"no language {name!r}; there are {known}; another one needs --command")
    return found


def _sources(name: str, path: Path | None) -> Sources:
    """Raises ValueError where the file is no TOML of cases."""
    try:
        return sources(name) if path is None else parsed(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Mistake(f"there are no sources for {name!r}: {error.strerror}; name a file with --sources") from error


def _document(front: Language, found: tuple[Result, ...]) -> dict[str, Any]:
    return {
        "schema": "pareback/languages/1",
        "language": front.name,
        "version": front.version,
        "grammar": front.grammar,
        "cases": [
            {"case": result.case.name, "ending": _ending(result), "wrong": list(result.wrong)} for result in found
        ],
    }


def _text(front: Language, found: tuple[Result, ...]) -> str:
    lines = [f"{front.version}, grammar {front.grammar}"]
    for result in found:
        lines.append(f"  {_ending(result):<8} {result.case.name:<16} {result.case.says}")
        lines += [f"{'':<27}{wrong}" for wrong in result.wrong]
    endings = [_ending(result) for result in found]
    counts = ", ".join(f"{endings.count(ending)} {ending}" for ending in ("alike", "other", "missing"))
    return "\n".join([*lines, f"{counts} of {len(found)} cases"])


def _ending(result: Result) -> str:
    return "missing" if result.missing else "other" if result.wrong else "alike"


def _list(*, json: bool) -> int:
    languages = languages_of(os.environ)
    rows = [_row(front.name, front.suffixes, "", "") for front in scores.fronts() if not front.command]
    for named in dict.fromkeys(languages.named.values()):
        try:
            program = started(named, os.environ)
            rows.append(_row(named.name, named.suffixes, program.command[0], ""))
        except Mistake as error:
            rows.append(_row(named.name, named.suffixes, named.command[0], str(error)))
    told = {"schema": "pareback/languages/1", "cases": len(cases()), "languages": rows}
    print(jsons.dumps(told, indent=2) if json else "\n".join(map(_line, rows)))
    return 0


def _row(name: str, suffixes: tuple[str, ...], program: str, why: str) -> dict[str, Any]:
    return {"language": name, "suffixes": list(suffixes), "program": program, "priced": not why, "why": why}


def _line(row: dict[str, Any]) -> str:
    how = row["why"] or row["program"] or "read by pareback itself"
    return f"{row['language']:<10} {' '.join(row['suffixes']):<28} {how}"
