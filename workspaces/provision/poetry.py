"""Poetry's and Pipenv's tables of dependencies as requirements that every installer reads (PEP 508). Pure.

Poetry's ranges: https://python-poetry.org/docs/dependency-specification/
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_CLAUSE = re.compile(r"(\^|~(?!=))\s*(\d+(?:\.\d+)*)([^,\s]*)")


def requirements(table: Mapping[str, Any]) -> Iterator[str]:
    """A requirement for each entry. The interpreter, optional entries and folders are left out: the last are the
    repository's own."""
    for name, entry in table.items():
        for each in entry if isinstance(entry, list) else [entry]:
            detail = each if isinstance(each, dict) else {"version": str(each)}
            if name.lower() != "python" and not (detail.get("optional") or detail.keys() & {"path", "file"}):
                yield requirement(name, detail)


def requirement(name: str, detail: Mapping[str, Any]) -> str:
    """One entry: its extras, where it comes from or its range, and the markers that it holds for."""
    extras = f"[{','.join(detail['extras'])}]" if detail.get("extras") else ""
    marker = " and ".join(f"({mark})" for mark in _markers(detail))
    return f"{name}{extras}{_origin(detail)}{f' ; {marker}' if marker else ''}"


def interval(text: str) -> str:
    """Poetry's range as a specifier (PEP 440); one with alternatives is no restriction at all.

    >>> interval("^1.2.3"), interval("~1.2"), interval("1.5"), interval("*")
    ('>=1.2.3,<2', '>=1.2,<1.3', '==1.5', '')
    """
    if "|" in text or text.strip() in ("", "*"):
        return ""
    spelled = _CLAUSE.sub(lambda found: f">={found[2]}{found[3]},<{_next(found[1], found[2])}", text)
    parts = (part.strip().replace(" ", "") for part in spelled.split(","))
    return ",".join(f"=={part}" if part[:1].isdigit() else part for part in parts if part)


def _next(sign: str, version: str) -> str:
    """The first version that is out of the range: a caret keeps the first number that is not 0, a tilde the second."""
    numbers = [int(number) for number in version.split(".")]
    kept = min(1, len(numbers) - 1)
    if sign == "^":
        kept = next((place for place, number in enumerate(numbers) if number), len(numbers) - 1)
    return ".".join(map(str, [*numbers[:kept], numbers[kept] + 1]))


def _origin(detail: Mapping[str, Any]) -> str:
    if "git" in detail:
        revision = next((detail[key] for key in ("rev", "ref", "tag", "branch") if key in detail), "")
        return f" @ git+{detail['git']}{f'@{revision}' if revision else ''}"
    return f" @ {detail['url']}" if "url" in detail else interval(str(detail.get("version", "")))


def _markers(detail: Mapping[str, Any]) -> Iterator[str]:
    if "markers" in detail:
        yield detail["markers"]
    for clause in filter(None, interval(str(detail.get("python", ""))).split(",")):
        sign, number = re.findall(r"^([<>=!~]+)(.*)$", clause)[0]
        yield f'python_version {sign} "{number.removesuffix(".*")}"'
    if "platform" in detail:
        yield f'sys_platform == "{detail["platform"]}"'
