"""How transcripts become facts: the hashes and the counters, the same for every language.

The alpha hash numbers a unit's locals in order of appearance and drops its own name.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from zlib import crc32

from pareback.gates.facts import FileFacts, Hidden, Increment, Size, Unit
from pareback.gates.points import LONG, LONG_STEP
from pareback.gates.syntax.leaves import gather
from pareback.gates.syntax.tokens import digest, shape, sizes, skeleton
from pareback.gates.wire.transcript import FileTranscript, Transcript

_TEXTS = frozenset(("d:'", 'd:"', "b:b"))


def finished(told: FileTranscript) -> FileFacts:
    """The facts of a file; units in order of line and name."""
    units = sorted(told.units, key=lambda unit: (unit.line, unit.qualname))
    return FileFacts(
        told.lines,
        told.generated,
        tuple(map(finish, units)),
        suppressions=told.suppressions,
        imports=told.imports,
        late=told.late,
        problems=told.problems,
        used=told.used,
    )


def finish(told: Transcript) -> Unit:
    """The unit that the transcript describes."""
    shapes = shape(told.tokens)
    logical = list(_logical(told))
    words, leaves = gather(told.tokens, ((start, end) for _, start, end, _ in logical), set(told.locals))
    return Unit(
        qualname=told.qualname,
        kind=told.kind,
        line=told.line,
        end=told.end,
        owner=told.owner,
        alpha=digest(_alpha(told)),
        exact=digest(told.tokens),
        lines=tuple(line for line, _, _, _ in logical),
        skeletons=tuple(skeleton(shapes[start:end]) for _, start, end, _ in logical),
        flow=tuple(_flow(told)),
        sizes=_sizes(told),
        interface=told.interface,
        shared=told.shared,
        rebindings=told.rebindings,
        decisions=told.decisions,
        handlers=told.handlers,
        hidden=(*told.hidden, *_long(told.tokens, logical)),
        counts=tuple(end - start for _, start, end, _ in logical),
        steps=tuple(_steps(told, logical)),
        words=tuple(words),
        leaves=tuple(leaves),
        asynchronous=told.asynchronous,
        parameters=told.parameters,
        decorators=told.decorators,
        writes=told.writes,
        mentions=told.mentions,
        unused=told.unused,
        passed=told.passed,
        calls=told.calls,
        bag=_bag(told) if told.kind == "function" else (),
        nils=told.nils,
        casts=told.casts,
        typed=told.typed,
        atoms=told.atoms,
        conjunctions=told.conjunctions,
        members=told.members,
        bases=told.bases,
        given=told.given,
    )


_Logical = tuple[int, int, int, int]
"""Line, first token, token after the last and mark of a logical line that has tokens."""


def _logical(told: Transcript) -> Iterator[_Logical]:
    """The logical lines that have tokens: no docstrings, `pass` or imports."""
    ends = [*(mark.token for mark in told.marks[1:]), len(told.tokens)]
    marks = zip(told.marks, ends, strict=False)
    for number, (mark, end) in enumerate(marks, start=1):
        if mark.token < end:
            yield mark.line, mark.token, end, number


def _steps(told: Transcript, logical: Sequence[_Logical]) -> Iterator[int]:
    """The place among the logical lines at which every step of control flow is taken; recursion at the first."""
    marks = [mark for _, _, _, mark in logical]
    for step in told.flow:
        yield max(bisect_right(marks, step.mark) - 1, 0)
    if told.recursive:
        yield 0


def _alpha(told: Transcript) -> list[str]:
    """Tokens with locals numbered in order of appearance, and the unit's own name dropped."""
    name = told.name or told.qualname.rpartition(".")[2]
    own = {f"n:{name}", f"a:{name}"}
    local = {f"n:{name}" for name in told.locals} | own
    ordered = dict.fromkeys(token for token in told.tokens if token in local)
    numbers = {token: "n:" if token in own else f"n:{count}" for count, token in enumerate(ordered)}
    return [numbers.get(token, token) for token in told.tokens]


def _flow(told: Transcript) -> Iterator[Increment]:
    for step in told.flow:
        yield Increment(step.kind, step.line, step.nesting, step.inside, step.guard)
    if told.recursive:
        yield Increment("recursion", told.recursive, 0)


def _long(tokens: Sequence[str], logical: Sequence[_Logical]) -> Iterator[Hidden]:
    """Logical lines with more leaves than one expression should have; constants in a display are data, not leaves."""
    for line, start, end, _ in logical:
        if end - start > LONG:
            leaves = sum(token[1:2] == ":" and token[0] != "d" for token in tokens[start:end])
            if leaves > LONG:
                yield Hidden("long", line, -(-(leaves - LONG) // LONG_STEP), digest(shape(tokens[start:end])))


def _sizes(told: Transcript) -> tuple[Size, ...]:
    """Of the whole function, or of every statement of a class body or module: so moving one changes nothing."""
    cuts = [(stretch.token, stretch.literal) for stretch in told.stretches]
    return sizes(told.tokens, cuts or [(0, False)])


def _bag(told: Transcript) -> tuple[int, ...]:
    """What a unit calls and which constants it has, each once, as checksums in order: enough to see that two units
    work on the same things. Numbers and None are everywhere and say nothing."""
    constants = {token for token in set(told.tokens) if token[:3] in _TEXTS or token[:2] == "s:"}
    return tuple(sorted({crc32(word.encode("utf-8", "surrogatepass")) for word in (*told.calls, *constants)}))
