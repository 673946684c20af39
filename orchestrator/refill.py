"""Whether the next call asks for one region alone: where everything that is left to mend lies in one function.

A model with an edit, infill or canvas endpoint then writes that function's body and not a word more; the lines around
it cannot be harmed. The other candidates of the round look wider, so a wrong guess costs one of them.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from pareback.adapters.model import Failure, Profile, Region, Request, Source
from pareback.orchestrator.prompts import one_region
from pareback.workspaces import bare

_AT = re.compile(r"\[\d+\] (?:STILL OPEN )?(?:HARD )?\S+ (?P<path>.+?):(?P<line>\d+) ")
"""How a finding begins that is told to a model."""

Place = tuple[Source, bare.Unit]


def question(request: Request, profile: Profile) -> Request:
    """The request for a region, where the model can be asked so and one function is all there is to mend; else as it
    is. The first candidate of a round is asked so; one that is alone in every other round, from the second on."""
    alone = request.n == 1 and request.round % 2 == 1
    if not profile.refill or request.region is not None or request.index or alone:
        return request
    found = list({unit: (source, unit) for source, unit in _places(request)}.values())
    if len(found) != 1:
        return request
    region = _region(*found[0], request)
    return request if region is None else replace(request, region=region)


def _places(request: Request) -> Iterator[Place]:
    """The functions that failures, or else findings, lead to. One that leads nowhere leaves the search without end, so
    it counts as every function."""
    everywhere = [(source, unit) for source in request.files if source.editable for unit in bare.units(source.all)]
    if request.failures:
        for failure in request.failures:
            yield from _of_failure(failure, everywhere) or everywhere
        return
    marks = [mark for finding in request.findings if (mark := _AT.match(finding))]
    for mark in marks:
        yield from _innermost(everywhere, mark["path"], int(mark["line"])) or everywhere


def _of_failure(failure: Failure, everywhere: list[Place]) -> list[Place]:
    """The function of the deepest step in the files that are shown; without any the functions that are named."""
    for frame in reversed(failure.frames):
        found = _innermost(everywhere, frame.path, frame.line)
        if found:
            return found
    return [place for place in everywhere if re.search(rf"\b{re.escape(place[1].name)}\(", failure.message)]


def _innermost(everywhere: list[Place], path: str, line: int) -> list[Place]:
    holding = [(source, unit) for source, unit in everywhere if source.path == path and unit.first <= line <= unit.last]
    return holding and [max(holding, key=lambda place: place[1].first)]


def _region(source: Source, unit: bare.Unit, request: Request) -> Region | None:
    """The body of the function; nothing where it stands on the line of its head."""
    first, lines = unit.node.body[0].lineno, source.all.splitlines(keepends=True)
    if first <= unit.node.lineno or lines[first - 1][: unit.node.body[0].col_offset].strip():
        return None
    above, inside, below = lines[: first - 1], lines[first - 1 : unit.last], lines[unit.last :]
    return Region(source.path, "".join(above), "".join(inside), "".join(below), _wish(request))


def _wish(request: Request) -> str:
    """What the new lines are to do: the ticket and its red tests, or less of what costs points."""
    if not request.failures:
        return one_region.OVER.format(findings="\n".join(line for line in request.findings if _AT.match(line)))
    told = "\n".join(f"{failure.test}: {failure.message.strip()}" for failure in request.failures)
    return one_region.RED.format(ticket=request.ticket.strip(), failures=told)
