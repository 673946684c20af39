"""One answer to the question when a ticket is done, held against the base: what of it is open, what is so already, and
what tells nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from pareback.orchestrator.context import Context
from pareback.orchestrator.prompts import specify as prompt
from pareback.orchestrator.specify import stated
from pareback.orchestrator.specify.proof import Proof, prove
from pareback.orchestrator.specify.stated import Stated
from pareback.orchestrator.state import Candidate
from pareback.workspaces.conditions.check import check
from pareback.workspaces.conditions.condition import Condition, Held, Tree
from pareback.workspaces.guard import is_test_file
from pareback.workspaces.stream import NO_EDIT


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reply came to. `open` and `already` are its conditions, `faults` say why something in it tells nothing."""

    asked: Candidate
    stated: Stated
    proof: Proof
    open: tuple[Held, ...]
    already: tuple[Held, ...]
    faults: tuple[str, ...]

    @property
    def asks(self) -> bool:
        """Whether anything in it says that something is to be done."""
        return bool(self.open or self.proof.red)

    @property
    def holds(self) -> bool:
        """Whether all that it states is so on the base."""
        return not self.asks and not self.faults and bool(self.already or self.proof.passing)


def at_base(condition: Condition, context: Context) -> Held:
    """The condition as it stands before anything is changed."""
    tree = Tree(context.repository.files(context.base), context.repository.read)
    return check(condition, tree, delta=0.0)


def answered(asked: Candidate, context: Context) -> Answer:
    """Run its tests on the base and look for its conditions there. Raises Cancelled, LimitReached."""
    read = stated.read("" if asked.reply is None else asked.reply.text)
    files, faults = _files(asked, context)
    proof = prove(files, context)
    held = [at_base(each, context) for each in read.conditions]
    lost = [each for each in held if each.holds is None and not _is_promised(each.condition, read.conditions)]
    faults += [*read.unread, *proof.dropped]
    faults += [prompt.UNKNOWN.format(said=each.condition.said, message=each.message) for each in lost]
    if not (files or held or faults or read.question):
        faults += [prompt.IDLE if read.idle else prompt.NOTHING]
    return Answer(
        asked,
        read,
        proof,
        open=tuple(each for each in held if not each.holds and each not in lost),
        already=tuple(each for each in held if each.holds),
        faults=tuple(faults),
    )


def _files(asked: Candidate, context: Context) -> tuple[dict[str, bytes], list[str]]:
    """The new test files of the reply, and why anything else in it is none."""
    changes = {} if asked.applied is None else dict(asked.applied.changes)
    answers = () if asked.applied is None else asked.applied.answers
    faults = [each.message for each in answers if each.status == "refused" and each.message != NO_EDIT]
    faults += [asked.why] if asked.status == "incomplete" else []
    known = context.repository.files(context.tests_tree)
    fresh = {path: raw for path, raw in changes.items() if raw and path not in known and is_test_file(path)}
    faults += [prompt.OUTSIDE.format(path=path) for path in changes if path not in fresh]
    if fresh and context.tests.command:
        return {}, [*faults, prompt.COMMANDED]
    return fresh, faults


def _is_promised(condition: Condition, conditions: Sequence[Condition]) -> bool:
    """Whether the change is to make what the condition is about: another one says so."""
    renamed = {each.name.rpartition(".")[2] for each in conditions if each.kind == "renamed"}
    made = (each for each in conditions if each.kind == "defined" and not each.negated)
    return condition.symbol.rpartition(".")[2] in renamed or any(_makes(each, condition) for each in made)


def _makes(made: Condition, condition: Condition) -> bool:
    """Whether what is made there holds what the condition is about, or is in it."""
    if made.path and condition.path and made.path != condition.path:
        return False
    one, other = f"{made.symbol}.".lstrip("."), f"{condition.symbol}.".lstrip(".")
    return one.startswith(other) or other.startswith(one)
