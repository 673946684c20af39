"""Results from a JUnit XML file, as most test runners can write one. The file was made by the project under test, so
nothing in it is trusted: its size is bounded, and one with a document type is refused, since only that could define
entities.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pyexpat import ExpatError, ParserCreate

from pareback.workspaces.hearing import condensed
from pareback.workspaces.suite import Outcome, Result

LARGEST = 64 << 20
"""Bytes of a file that is read."""

_SAID: Mapping[str, Outcome] = {"failure": "failed", "error": "error", "skipped": "skipped"}
_WORST: tuple[Outcome, ...] = ("passed", "skipped", "error", "failed")


class NoResults(ValueError):
    """The file is no list of test results: says what is wrong with it."""


@dataclass(slots=True)
class _Case:
    id: str
    seconds: float
    outcome: Outcome = "passed"
    message: str = ""
    text: list[str] = field(default_factory=list)


def results(raw: bytes) -> tuple[Result, ...]:
    """What each test said. Its id is its file or class, and its name; of several under one id all are told. Raises
    NoResults."""
    if len(raw) > LARGEST:
        raise NoResults(f"it has {len(raw)} bytes; at most {LARGEST} are read")
    reading = _Reading()
    try:
        reading.parse(raw)
    except (ExpatError, UnicodeError, LookupError) as error:
        raise NoResults(f"it is no well-formed XML: {error}") from error
    if not reading.suites:
        raise NoResults("it has neither <testsuites> nor <testsuite> at its root")
    return tuple(Result(case.id, case.outcome, case.seconds, condensed(case.message)) for case in reading.cases)


class _Reading:
    """The state of one parse: the cases so far, the open one, and the element whose text says why it is red."""

    def __init__(self) -> None:
        self.cases: list[_Case] = []
        self.suites = False
        self.case: _Case | None = None
        self.why = ""

    def parse(self, raw: bytes) -> None:
        parser = ParserCreate()
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        parser.StartDoctypeDeclHandler = _refuse
        parser.Parse(raw, True)  # noqa: FBT003  it takes no keywords

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.suites = self.suites or name in ("testsuites", "testsuite")
        if name == "testcase":
            self.case = _Case(_id(attributes), _seconds(attributes.get("time", "")))
            self.cases.append(self.case)
        elif self.case is not None and name in _SAID:
            self.why = name
            worse = _WORST.index(_SAID[name]) > _WORST.index(self.case.outcome)
            self.case.outcome = _SAID[name] if worse else self.case.outcome
            self.case.text = [attributes.get("message", ""), "\n"]

    def text(self, data: str) -> None:
        if self.case is not None and self.why:
            self.case.text.append(data)

    def end(self, name: str) -> None:
        if name == "testcase":
            self.case = None
        elif self.case is not None and name == self.why:
            self.case.message, self.why = "".join(self.case.text).strip(), ""


def _refuse(*_: object) -> None:
    raise NoResults("it has a document type, which could define entities; results need none")


def _id(attributes: Mapping[str, str]) -> str:
    above = attributes.get("file") or attributes.get("classname") or ""
    return "::".join(filter(None, [above, attributes.get("name", "")])) or "unnamed"


def _seconds(text: str) -> float:
    """A time; some runners write 1,234.5, and some nothing."""
    try:
        return max(0.0, float(text.replace(",", "")))
    except ValueError:
        return 0.0
