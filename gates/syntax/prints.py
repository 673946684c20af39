"""How a draft becomes a unit: the names that turned out to be free, the hashes, the counters.

The alpha hash numbers a unit's locals in order of appearance and drops its own name.
"""

from bisect import bisect_right
from collections.abc import Iterator

from pareback.gates.facts import Decision, Hidden, Increment, Member, Shared, Size, Unit
from pareback.gates.points import LONG, LONG_STEP
from pareback.gates.syntax.atoms import questions
from pareback.gates.syntax.casts import casts
from pareback.gates.syntax.claims import typed
from pareback.gates.syntax.draft import Draft
from pareback.gates.syntax.leaves import gather
from pareback.gates.syntax.mentions import bag, mentioned
from pareback.gates.syntax.tokens import digest, shape, sizes, skeleton
from pareback.gates.syntax.unused import unused
from pareback.gates.syntax.writes import written


def finish(draft: Draft) -> Unit:
    """The unit that the draft describes."""
    heading = draft.heading
    draft.sheet.starts += draft.mark_lines
    shapes = shape(draft.tokens)
    logical = list(_logical(draft))
    atoms, conjunctions = questions(draft)
    words, leaves = gather(draft.tokens, ((start, end) for _, start, end, _ in logical), draft.locals)
    return Unit(
        qualname=heading.qualname,
        kind=heading.kind,
        line=heading.line,
        end=heading.end,
        owner=heading.owner,
        alpha=digest(_alpha(draft)),
        exact=digest(draft.tokens),
        lines=tuple(line for line, _, _, _ in logical),
        skeletons=tuple(skeleton(shapes[start:end]) for _, start, end, _ in logical),
        flow=tuple(_flow(draft)),
        sizes=_sizes(draft),
        interface=tuple(draft.interface),
        shared=tuple(_shared(draft)),
        rebindings=tuple(draft.rebindings),
        decisions=tuple(_decisions(draft)),
        handlers=tuple(draft.handlers),
        hidden=(*draft.hidden, *_long(draft, logical)),
        counts=tuple(end - start for _, start, end, _ in logical),
        steps=tuple(_steps(draft, logical)),
        words=tuple(words),
        leaves=tuple(leaves),
        asynchronous=draft.asynchronous,
        parameters=draft.mentions.parameters,
        decorators=draft.mentions.decorators,
        writes=written(draft),
        mentions=mentioned(draft.mentions, draft.tokens, heading.qualname.split(".")),
        unused=unused(draft),
        passed=tuple(passed for receiver, passed in draft.mentions.passed if receiver not in draft.selves),
        calls=tuple(sorted(set(draft.mentions.called))),
        bag=bag(draft.mentions, draft.tokens) if heading.kind == "function" else (),
        nils=tuple(draft.nils),
        casts=tuple(casts(draft)),
        typed=tuple(typed(draft)),
        atoms=atoms,
        conjunctions=conjunctions,
        members=tuple(Member(name, line) for name, line in draft.members.items()),
        bases=draft.bases,
    )


_Logical = tuple[int, int, int, int]
"""Line, first token, token after the last and mark of a logical line that has tokens."""


def _logical(draft: Draft) -> Iterator[_Logical]:
    """The logical lines that have tokens: no docstrings, `pass` or imports."""
    ends = [*draft.mark_starts[1:], len(draft.tokens)]
    marks = zip(draft.mark_lines, draft.mark_starts, ends, strict=True)
    for mark, (line, start, end) in enumerate(marks, start=1):
        if start < end:
            yield line, start, end, mark


def _steps(draft: Draft, logical: list[_Logical]) -> Iterator[int]:
    """The place among the logical lines at which every step of control flow is taken; recursion at the first."""
    marks = [mark for _, _, _, mark in logical]
    for mark in draft.steps:
        yield max(bisect_right(marks, mark) - 1, 0)
    if draft.recursive:
        yield 0


def _alpha(draft: Draft) -> list[str]:
    """Tokens with locals numbered in order of appearance, and the unit's own name dropped."""
    own = {f"n:{draft.name}", f"a:{draft.name}"}
    local = {f"n:{name}" for name in draft.locals} | own
    ordered = dict.fromkeys(token for token in draft.tokens if token in local)
    numbers = {token: "n:" if token in own else f"n:{count}" for count, token in enumerate(ordered)}
    return [numbers.get(token, token) for token in draft.tokens]


def _flow(draft: Draft) -> Iterator[Increment]:
    yield from draft.flow
    if draft.recursive:
        yield Increment("recursion", draft.recursive, 0)


def _shared(draft: Draft) -> Iterator[Shared]:
    """Attribute writes, globals and defaults as they are; of mutated names those that belong to nobody in the unit."""
    yield from draft.shared
    seen: set[str] = set()
    if draft.heading.kind != "function":
        return
    for name, line, called in draft.mutations:
        foreign = name not in draft.locals and name not in draft.declared and name not in seen
        if foreign and not (called and name in draft.sheet.modules):
            seen.add(name)
            yield Shared("mutation", name, line)


def _decisions(draft: Draft) -> list[Decision]:
    """One decision per atom and subject. A name counts where it is declared global or nonlocal, or holds a reading of
    the clock and the like; a volatile call counts unless its source was handed in."""
    found = {(atom, decision.kind, decision.subject): decision for atom, decision in draft.decisions}
    for atom, name, line in draft.reads:
        if name in draft.declared:
            found.setdefault((atom, "shared", name), Decision("shared", name, line))
        elif name in draft.volatile:
            found.setdefault((atom, "volatile", name), Decision("volatile", name, line))
    return sorted(found.values(), key=lambda decision: (decision.line, decision.kind, decision.subject))


def _long(draft: Draft, logical: list[_Logical]) -> Iterator[Hidden]:
    """Logical lines with more leaves than one expression should have; constants in a display are data, not leaves."""
    for line, start, end, _ in logical:
        if end - start > LONG:
            leaves = sum(token[1:2] == ":" and token[0] != "d" for token in draft.tokens[start:end])
            if leaves > LONG:
                yield Hidden("long", line, -(-(leaves - LONG) // LONG_STEP), digest(shape(draft.tokens[start:end])))


def _sizes(draft: Draft) -> tuple[Size, ...]:
    """Of the whole function, or of every statement of a class body or module: so moving one changes nothing."""
    return sizes(draft.tokens, draft.cuts or [(0, False)])
