"""What a small model is asked: one function, one failing test in a sentence, one stretch to write anew.

A model below some billion parameters loses itself in rules, edit forms and whole files. It is shown the function that
the failure leads to and writes either that function anew, or one line of it: such a model rarely finds the line, but
often knows what belongs there, so candidates are pointed at one line after the other. What it writes needs no edit
form; `workspaces/bare.py` puts it in its place.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pareback.adapters.model import Example, Failure, Region, Request, Source
from pareback.orchestrator.prompts import examples, one_line, whole_function
from pareback.workspaces import bare

EVERY = 4
"""Of so many candidates the first writes the whole function, the others a line each."""

TOLD = 1_500
"""Characters of the ticket that are told where the whole function is to be written; for a line it only distracts."""

SAID = 300
"""Characters of a failure's message that are told where it has no call and no value in it."""

_COMPARED = re.compile(r"assert (?P<actual>.+) == (?P<wanted>.+)")
_CALLED = re.compile(r"where .+? = (?P<call>\w[\w.]*\(.*\))\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Place:
    """The function that is suspected, in its file."""

    source: Source
    unit: bare.Unit

    def region(self, first: int, last: int, wish: str) -> Region:
        """Lines of the file, counted from 1."""
        lines = self.source.all.splitlines(keepends=True)
        above, inside, below = lines[: first - 1], lines[first - 1 : last], lines[last:]
        return Region(self.source.path, "".join(above), "".join(inside), "".join(below), wish)


def question(request: Request) -> Request:
    """The request as a small model can use it; as it is where the failure leads to no function."""
    place = _suspected(request)
    if place is None:
        return request
    turn = (request.round - 1) * request.n + request.index
    lines = list(_lines(place, request))
    whole = turn % EVERY == 0 or not lines
    asked = _asked(_told(request), place, None if whole else lines[(turn - turn // EVERY - 1) % len(lines)])
    return replace(asked, examples=tuple(_example(mended, whole=whole) for mended in examples.MENDED))


def _told(request: Request) -> Request:
    """Of each section one thing: the first failure in a sentence, the first finding, one word on the last reply."""
    failures = tuple(_sentence(each) for each in request.failures[:1])
    one = replace(request, findings=request.findings[:1], refused=request.refused[:1])
    return replace(one, ticket=request.ticket[:TOLD], tests=(), conventions=(), failures=failures, tried=())


def _asked(told: Request, place: _Place, lines: tuple[int, int] | None) -> Request:
    """These lines of the file are asked for, counted from 1; without any the whole function."""
    shown = (replace(place.source, text=place.unit.text, whole=True, full=""),)
    if lines is None:
        wish = whole_function.WISH.format(name=place.unit.name)
        region = place.region(place.unit.first, place.unit.last, wish)
        return replace(told, rules=whole_function.RULES, files=shown, region=region)
    region = place.region(*lines, "")
    wish = one_line.WISH.format(line=region.inside.rstrip("\n"))
    return replace(told, ticket="", rules=one_line.RULES, files=shown, region=replace(region, wish=wish))


def _example(mended: examples.Mended, *, whole: bool) -> Example:
    """A question of the same form, with its answer."""
    place = _Place(Source("example.py", mended.code), next(bare.units(mended.code)))
    failure = Failure(f"test_example.py::test_{place.unit.name}", mended.told)
    told = Request(rules="", ticket="", files=(), failures=(failure,))
    line = mended.code.split("\n").index(mended.wrong) + 1
    answer = mended.code.replace(mended.wrong, mended.right).rstrip("\n") if whole else mended.right
    asked = _asked(told, place, None if whole else (line, line))
    return Example(asked, examples.ANSWER.format(code=answer))


def _suspected(request: Request) -> _Place | None:
    """The function that the first failure leads to: by its frames, by the names in its message, by those of the tests;
    the innermost, of equal ones the first."""
    sources = [source for source in request.files if source.editable]
    places = [_Place(source, unit) for source in sources for unit in bare.units(source.all)]
    return max(places, key=lambda place: _weight(place, request), default=None)


def _weight(place: _Place, request: Request) -> tuple[int, bool, int, int]:
    unit, failures = place.unit, request.failures[:1]
    frames = [frame for failure in failures for frame in failure.frames]
    deepest = [at for at, frame in enumerate(frames) if frame.path == place.source.path and frame.function == unit.name]
    name = re.compile(rf"\b{re.escape(unit.name)}\b")
    said = any(name.search(f"{failure.message} {failure.test}") for failure in failures)
    return max(deepest, default=-1), said, sum(len(name.findall(test.text)) for test in request.tests), -unit.first


def _lines(place: _Place, request: Request) -> Iterator[tuple[int, int]]:
    """First and last line of each statement of the function and of each head of a block, those with a frame first."""
    frames = {frame.line for failure in request.failures[:1] for frame in failure.frames}
    found = sorted({_extent(node) for node in ast.walk(place.unit.node) if _is_told(node, place.unit)})
    yield from sorted(found, key=lambda lines: frames.isdisjoint(range(lines[0], lines[1] + 1)))


def _is_told(node: ast.AST, unit: bare.Unit) -> bool:
    """Statements, but neither the function's own head nor docstrings; and a stub has no line to mend."""
    idle = isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    return isinstance(node, ast.stmt) and node is not unit.node and not idle


def _extent(node: ast.AST) -> tuple[int, int]:
    """Its lines; of a statement with a block those of its head."""
    assert isinstance(node, ast.stmt)
    body = getattr(node, "body", None)
    last = body[0].lineno - 1 if body else node.end_lineno or node.lineno
    return node.lineno, max(last, node.lineno)


def _sentence(failure: Failure) -> Failure:
    """The failure in a sentence, without its frames."""
    compared, called = _COMPARED.search(failure.message), _CALLED.search(failure.message)
    if compared and called:
        told = examples.RETURNS.format(call=called["call"], actual=compared["actual"], wanted=compared["wanted"])
    else:
        told = failure.message.strip()[:SAID]
    return replace(failure, message=told, frames=())
