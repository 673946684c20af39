"""How a draft becomes a transcript: the names that turned out to be free, what is asked, what is never reached."""

from collections.abc import Iterator

from pareback.gates.facts import Decision, Member, Shared
from pareback.gates.syntax.atoms import questions
from pareback.gates.syntax.casts import casts
from pareback.gates.syntax.claims import typed
from pareback.gates.syntax.draft import Draft
from pareback.gates.syntax.mentions import mentioned
from pareback.gates.syntax.unused import unused
from pareback.gates.syntax.writes import written
from pareback.gates.wire.transcript import Mark, Step, Stretch, Transcript


def finish(draft: Draft) -> Transcript:
    """The unit that the draft describes."""
    heading = draft.heading
    draft.sheet.starts += draft.mark_lines
    atoms, conjunctions = questions(draft)
    steps = zip(draft.flow, draft.steps, strict=True)
    return Transcript(
        qualname=heading.qualname,
        kind=heading.kind,
        line=heading.line,
        end=heading.end,
        tokens=tuple(draft.tokens),
        marks=tuple(map(Mark, draft.mark_lines, draft.mark_starts)),
        owner=heading.owner,
        name=draft.name,
        locals=tuple(sorted(draft.locals)),
        stretches=tuple(Stretch(token, literal) for token, literal in draft.cuts),
        flow=tuple(Step(step.kind, step.line, step.nesting, mark, step.inside, step.guard) for step, mark in steps),
        recursive=draft.recursive,
        interface=tuple(draft.interface),
        shared=tuple(_shared(draft)),
        rebindings=tuple(draft.rebindings),
        decisions=tuple(_decisions(draft)),
        handlers=tuple(draft.handlers),
        hidden=tuple(draft.hidden),
        asynchronous=draft.asynchronous,
        parameters=draft.mentions.parameters,
        decorators=draft.mentions.decorators,
        writes=written(draft),
        mentions=mentioned(draft.mentions, draft.tokens, heading.qualname.split(".")),
        unused=unused(draft),
        passed=tuple(passed for receiver, passed in draft.mentions.passed if receiver not in draft.selves),
        calls=tuple(sorted(set(draft.mentions.called))),
        nils=tuple(draft.nils),
        casts=tuple(casts(draft)),
        typed=tuple(typed(draft)),
        atoms=atoms,
        conjunctions=conjunctions,
        members=tuple(Member(name, line) for name, line in draft.members.items()),
        bases=draft.bases,
        given=tuple(draft.given),
    )


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
