"""Thirty asks without a red test: an empty, a half and a whole patch race for each; which one is delivered?

    .venv/bin/python benchmarks/asks.py [--python LEAN/bin/python] [--only NAME ...] [--sandbox LEVEL] [--out FILE]

asks/project.md is a small depot, asks/asks.md what is asked of it: its words, what a model states when it is asked when
that is done, and the parts of a whole patch. The model is scripted; everything else is the real `pareback run`: it
asks for the conditions and tests, proves them on the base, freezes them, and lets three candidates race. The half one
lacks one part, a different one from ask to ask; the empty one says that it is done, or adds a comment. Their order is
another one for each ask, in the round and in time. Right is what is, byte for byte, the project with all the parts and
with the tests that were kept.
"""

import argparse
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ASKS = Path(__file__).with_name("asks")
WHO = ("-c", "user.name=t", "-c", "user.email=t@example.org")
DONE = "All of that is done already, nothing is left to change."
KINDS = ("empty", "half", "whole")
STEP = 0.2
"""Seconds between the replies of two candidates."""

_FILE = re.compile(r"^(\S+)\n```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_REGION = re.compile(r"^(\S+)\n<<<<<<< SEARCH\n(.*?)\n=======\n(.*?)\n>>>>>>> REPLACE$", re.DOTALL | re.MULTILINE)
_DELETED = re.compile(r"^\*\*\* Delete File: (\S+)$", re.MULTILINE)

Files = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked, what is said about when it is done, and the edits of a whole patch, part by part."""

    name: str
    text: str
    stated: str
    parts: tuple[str, ...]

    def half(self, number: int) -> str:
        """The patch without one of its parts."""
        lost = number % len(self.parts)
        return "\n\n".join(part for at, part in enumerate(self.parts) if at != lost)


@dataclass(frozen=True, slots=True)
class Became:
    """How a run ended and what became of its candidates by kind; `whole` where the whole patch was delivered and
    nothing else."""

    name: str
    result: Mapping[str, Any]
    candidates: Mapping[str, Mapping[str, Any]]
    whole: bool


def project() -> dict[str, str]:
    """The depot's files."""
    return _files((ASKS / "project.md").read_text(encoding="utf-8"))


def asks() -> list[Ask]:
    """All of them, in the order of the file."""
    sections = re.split(r"^# ", (ASKS / "asks.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [_ask(section) for section in sections if section]


def _ask(section: str) -> Ask:
    head, stated, *parts = re.split(r"^## (?:stated|part)\n", section, flags=re.MULTILINE)
    name, _, text = head.partition("\n")
    return Ask(name, text.strip(), stated.strip(), tuple(part.strip() for part in parts))


def _files(text: str) -> dict[str, str]:
    return {found[1]: found[2] for found in _FILE.finditer(text)}


def changed(files: Files, text: str) -> dict[str, str]:
    """The files after the edits of a text. Raises ValueError where a region does not stand in one place."""
    after = {**files, **_files(text)}
    for found in _REGION.finditer(text):
        path, old, new = found.groups()
        if after[path].count(old) != 1:
            raise ValueError(f"{old!r} stands in {after[path].count(old)} places of {path!r}; expected one")
        after[path] = after[path].replace(old, new)
    gone = {found[1] for found in _DELETED.finditer(text)}
    return {path: text for path, text in after.items() if path not in gone}


def lay_out(root: Path) -> None:
    """The depot as a repository with one commit."""
    for name, text in project().items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "state"]):
        subprocess.run(["git", *WHO, *words], cwd=root, check=True)


def script(ask: Ask, number: int) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What the model says, and the kinds of its candidates by index."""
    orders = list(itertools.permutations(KINDS))
    order, finish = orders[number % 6], orders[(number + number // 6 + 1) % 6]
    texts = {"empty": _empty(ask, number), "half": ask.half(number), "whole": "\n\n".join(ask.parts)}
    said = [{"text": texts[kind], "delay": STEP * finish.index(kind)} for kind in order]
    return {"before": [ask.stated], "replies": [said]}, order


def _empty(ask: Ask, number: int) -> str:
    """Nothing at all; every other time a comment, which can be tested and costs nothing."""
    path = next((each for each in project() if each in ask.parts[0]), None)
    if number % 2 or path is None:
        return DONE
    first = project()[path].partition("\n")[0]
    return f"{path}\n<<<<<<< SEARCH\n{first}\n=======\n{first}\n# see the ticket\n>>>>>>> REPLACE"


def became(ask: Ask, number: int, root: Path, home: Path, options: Sequence[str]) -> Became:
    """One ask through `pareback run` on the repository at `root`."""
    home.mkdir(parents=True, exist_ok=True)
    lines, order = script(ask, number)
    path = home / f"{ask.name}.json"
    path.write_text(json.dumps(lines), encoding="utf-8")
    words = ("run", ask.text, "--json", "--model", f"scripted:{path}", "--candidates", str(len(KINDS)), *options)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PAREBACK_")}
    environ |= {"PAREBACK_HOME": str(home), "PAREBACK_CONFIG": str(home / "none.toml")}
    program = [sys.executable, "-m", "pareback.orchestrator.cli", *words]
    done = subprocess.run(program, cwd=root, env=environ, capture_output=True, text=True, check=False)
    if not done.stdout:
        raise RuntimeError(f"{ask.name}: {done.stderr.strip()}")
    result = json.loads(done.stdout)
    record = json.loads(Path(result["report"]).with_name("record.json").read_text(encoding="utf-8"))
    candidates = record["rounds"][0]["candidates"] if record["rounds"] else []
    by_kind = {order[each["index"]]: each for each in candidates}
    return Became(ask.name, result, by_kind, _is_whole(ask, result, root))


def _is_whole(ask: Ask, result: Mapping[str, Any], root: Path) -> bool:
    """Whether the delivered tree is that of all the parts, with the tests that say so."""
    if not result["branch"]:
        return False
    tests = (result["specified"] or {})["tests"] or {}
    return delivered(root, result["branch"]) == {**changed(project(), "\n\n".join(ask.parts)), **tests}


def delivered(root: Path, branch: str) -> dict[str, str]:
    """The files of a branch."""
    names = _git(root, "ls-tree", "-r", "--name-only", branch).splitlines()
    return {name: _git(root, "show", f"{branch}:{name}") for name in names}


def _git(root: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, text=True).stdout


def table(found: Iterable[Became]) -> Iterator[str]:
    """A row an ask: what was frozen, what became of each candidate, what was delivered."""
    yield "| ask | conditions | tests | empty | half | whole | delta of half, whole | delivered |"
    yield "|---|--:|--:|---|---|---|---|---|"
    for each in found:
        stated = each.result["specified"] or {}
        deltas = ", ".join(_points(each.candidates.get(kind, {})) for kind in ("half", "whole"))
        kinds = " | ".join(_stood(each.candidates.get(kind, {})) for kind in KINDS)
        counts = f"{len(stated.get('conditions', ()))} | {each.result['tests']['target'] or 0}"
        got = "the whole" if each.whole else f"**{each.result['ending']} ({each.result['reason']})**"
        yield f"| {each.name} | {counts} | {kinds} | {deltas} | {got} |"


def _stood(candidate: Mapping[str, Any]) -> str:
    """What became of a candidate: by the project's own tests, and by what was specified."""
    if candidate.get("target") is None:
        return str(candidate.get("status", "-")).replace("_", " ")
    if candidate["green"]:
        return "done"
    red = candidate["target"] - candidate["target_green"]
    lacks = [f"{red} of {candidate['target']} tests red"] if red else []
    lacks += [f"{len(candidate['unmet'])} unmet"] if candidate["unmet"] else []
    return ", ".join([*(["breaks tests"] if candidate["regressions"] else []), *lacks])


def _points(candidate: Mapping[str, Any]) -> str:
    delta = candidate.get("delta")
    return "-" if delta is None else f"{delta:+.2f}"


def summary(found: Sequence[Became]) -> str:
    """The figures below the table."""
    whole = sum(each.whole for each in found)
    halves = [each.candidates["half"] for each in found if each.candidates.get("half", {}).get("target") is not None]
    harmless = [each for each in halves if not each["regressions"]]
    pairs = [(each.candidates.get("half", {}), each.candidates.get("whole", {})) for each in found]
    known = [(half["delta"], all_["delta"]) for half, all_ in pairs if None not in (_delta(half), _delta(all_))]
    lighter = sum(half <= all_ for half, all_ in known)
    return (
        f"{whole} of {len(found)} asks: the whole patch was delivered. Of {len(halves)} halves that were tested before "
        f"the race was over {len(harmless)} break none of the project's own tests; {lighter} of {len(known)} that were "
        "priced beside the whole weigh no more."
    )


def _delta(candidate: Mapping[str, Any]) -> float | None:
    value: float | None = candidate.get("delta")
    return value


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=sys.executable, help="an interpreter that has pytest")
    parser.add_argument("--only", nargs="*", default=())
    parser.add_argument("--sandbox", default="none")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    found = []
    with tempfile.TemporaryDirectory(prefix="asks-") as place:
        root = Path(place, "depot")
        root.mkdir()
        lay_out(root)
        settings = ("--python", options.python, "--sandbox", options.sandbox)
        for number, ask in enumerate(asks()):
            if not options.only or ask.name in options.only:
                found.append(became(ask, number, root, Path(place, "home"), settings))
                print(ask.name, "whole" if found[-1].whole else found[-1].result["message"], file=sys.stderr)
    lines = "\n".join([*table(found), "", summary(found), ""])
    print(lines)
    if options.out:
        options.out.write_text(lines, encoding="utf-8")


if __name__ == "__main__":
    main()
