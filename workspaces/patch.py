"""Applies operations to files in memory: each exactly or not at all, each answered, nothing written anywhere.

Later operations see what earlier ones did. A refused operation leaves its file as it was and the others go on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pareback.workspaces import guard, paths
from pareback.workspaces.document import Document, EditError, IrrevocableError, dump, load, rewritten
from pareback.workspaces.edit import Answer, Found, Kind, Operation, Unreadable
from pareback.workspaces.elision import elided
from pareback.workspaces.guard import Policy
from pareback.workspaces.refill import refilled
from pareback.workspaces.rename import renamed
from pareback.workspaces.splice import replaced
from pareback.workspaces.symbols import changed

MOST_FILES = 50
"""Files one reply may change; a move changes two."""

LARGEST = 1024 * 1024
"""Bytes of new text in all operations of one reply."""

Read = Callable[[str], bytes | None]
Changes = Mapping[str, bytes | None]


@dataclass(frozen=True, slots=True)
class Made:
    """One operation and what became of it: the file's bytes before and after, of the target after a move. Those of a
    refused one are not looked at."""

    found: Found
    answer: Answer
    before: bytes | None = None
    after: bytes | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """`changes` maps each changed path to its bytes, None where it is deleted; `made` has one for each operation."""

    changes: Changes
    made: tuple[Made, ...]

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The answer to each operation."""
        return tuple(each.answer for each in self.made)


@dataclass(frozen=True, slots=True)
class Tree:
    """The files as earlier operations left them. `read` gives a file's bytes in the tree they are made to, None if
    there is no such file; it is only asked for paths the policy passes. `written` counts the bytes of new text, `done`
    what was applied."""

    read: Read
    policy: Policy
    edited: Changes = field(default_factory=dict)
    written: int = 0
    done: frozenset[Operation] = frozenset()

    def get(self, path: str) -> bytes | None:
        """The file's bytes now."""
        return self.edited[path] if path in self.edited else self.read(path)

    @property
    def changes(self) -> dict[str, bytes | None]:
        """What differs from the tree that the operations are made to."""
        return {path: data for path, data in self.edited.items() if data != self.read(path)}


def apply(operations: Sequence[Found], read: Read, policy: Policy) -> Applied:
    """Apply operations in order. A change that ends where it began is none."""
    tree = Tree(read, policy)
    made: list[Made] = []
    for operation in operations:
        tree, one = make(tree, operation)
        made.append(one)
    return Applied(tree.changes, tuple(made))


def answers_for_model(answers: Sequence[Answer]) -> tuple[str, ...]:
    """What the model has to know to go on: every answer that is not a plain success, then what need not come again."""
    told = [answer.message for answer in answers if answer.status != "applied"]
    applied = [answer.path for answer in answers if answer.status == "applied"]
    if not told or not applied:
        return tuple(told)
    files = ", ".join(repr(path) for path in dict.fromkeys(applied))
    return (*told, f"The others are in ({len(applied)}: {files}); do not resend them.")


def make(tree: Tree, operation: Found) -> tuple[Tree, Made]:
    """The tree with one operation made, or as it was, and what became of it."""
    if isinstance(operation, Unreadable):
        return tree, _refused(operation, operation.reason)
    try:
        _permit(tree, operation)
        changes, message = _STEPS.get(operation.kind, _edit)(tree, operation)
        grown = _grown(tree, operation, changes)
    except EditError as error:
        return tree, _refused(operation, str(error), final=isinstance(error, IrrevocableError))
    answer = Answer("applied" if changes else "already", operation.path, message, form=operation.form)
    return grown, Made(operation, answer, tree.get(operation.path), grown.get(operation.target or operation.path))


def _refused(found: Found, reason: str, *, final: bool = False) -> Made:
    return Made(found, Answer("refused", found.path, reason, final=final, form=found.form))


def _permit(tree: Tree, operation: Operation) -> None:
    created = frozenset(path for path, data in tree.edited.items() if data is not None)
    for path in (operation.path, operation.target) if operation.kind == "move" else (operation.path,):
        malformed = paths.refusal(path, files=frozenset((path,)), links=tree.policy.links)
        if malformed:
            raise IrrevocableError(malformed)
        reason = guard.refusal(path, tree.policy, exists=path in tree.policy.files)
        if path not in tree.policy.files:
            reason = reason or paths.refusal(path, files=created)
        if reason:
            raise EditError(reason)


def _grown(tree: Tree, operation: Operation, changes: Changes) -> Tree:
    """The tree with the changes. Raises EditError where the patch would become too large."""
    edited = {**tree.edited, **changes}
    if len(edited) > MOST_FILES:
        raise IrrevocableError(
            f"{operation.path!r}: one reply may change at most {MOST_FILES} files; send it in the next one"
        )
    written = tree.written + (len(operation.new.encode("utf-8", "surrogatepass")) if changes else 0)
    if written > LARGEST:
        raise IrrevocableError(
            f"{operation.path!r}: one reply may bring at most {LARGEST} bytes; send it in the next one"
        )
    same = frozenset((operation,)) if operation.kind not in _WHOLE else frozenset()
    kept = tree.done if same else frozenset(one for one in tree.done if one.path not in changes)
    return replace(tree, edited=edited, written=written, done=kept | same)


def _replace(tree: Tree, operation: Operation) -> tuple[Changes, str]:
    return _edit(tree, operation) if operation.old else _create(tree, operation)


def _edit(tree: Tree, operation: Operation) -> tuple[Changes, str]:
    """A change within a file that exists."""
    path, data = operation.path, tree.get(operation.path)
    if data is None:
        raise EditError(f"{path!r} does not exist, so nothing in it can be changed; write it whole to create it")
    if operation in tree.done:
        return {}, f"{path!r}: this edit came twice in the reply and is in once"
    before = load(path, data)
    after, line = _EDITORS[operation.kind](before, operation)
    _refuse_elided(path, after, before)
    fresh = dump(path, after)
    if fresh == data:
        return {}, f"{path!r}: the new lines stand at line {line} already; nothing was changed"
    return {path: fresh}, f"{path!r}: changed at line {line}"


def _create(tree: Tree, operation: Operation) -> tuple[Changes, str]:
    """Only where there is nothing yet: an empty quote says nothing about what it would overwrite."""
    path, data = operation.path, tree.get(operation.path)
    if not data:
        return _write(tree, operation)
    before = load(path, data)
    if dump(path, rewritten(path, operation.new, before=before)) == data:
        return {}, f"{path!r} has exactly this content already; nothing was changed"
    raise EditError(f"{path!r} exists and is not empty; quote the lines that change, or write the whole file")


def _write(tree: Tree, operation: Operation) -> tuple[Changes, str]:
    path, data = operation.path, tree.get(operation.path)
    before = None if data is None else load(path, data)
    after = rewritten(path, operation.new, before=before)
    _refuse_elided(path, after, before)
    fresh = dump(path, after)
    if fresh == data:
        return {}, f"{path!r} has exactly this content already; nothing was changed"
    return {path: fresh}, f"{path!r}: {'created' if data is None else 'written'}"


def _delete(tree: Tree, operation: Operation) -> tuple[Changes, str]:
    path = operation.path
    if tree.get(path) is not None:
        return {path: None}, f"{path!r}: deleted"
    if path in tree.edited:
        return {}, f"{path!r} is gone already; nothing was changed"
    raise EditError(f"{path!r} does not exist, so it cannot be deleted")


def _move(tree: Tree, operation: Operation) -> tuple[Changes, str]:
    path, target = operation.path, operation.target
    data = tree.get(path)
    if data is None and path in tree.edited and target in tree.edited:
        return {}, f"{path!r} was moved already; nothing was changed"
    if data is None:
        raise EditError(f"{path!r} does not exist, so it cannot be moved")
    if tree.get(target) is not None:
        raise EditError(f"{target!r} exists, so {path!r} cannot be moved there; delete it first or choose another name")
    return {path: None, target: data}, f"{path!r}: moved to {target!r}"


def _refuse_elided(path: str, after: Document, before: Document | None) -> None:
    line = elided(path, after.lines, before.lines if before else ())
    if line is not None:
        raise EditError(f"{path!r}: {line[:80]!r} stands for code that is left out; write out every line")


_STEPS: Mapping[Kind, Callable[[Tree, Operation], tuple[Changes, str]]] = {
    "replace": _replace,
    "write": _write,
    "delete": _delete,
    "move": _move,
}
_WHOLE = frozenset({"write", "delete", "move"})
_EDITORS: Mapping[Kind, Callable[[Document, Operation], tuple[Document, int]]] = {
    "replace": replaced,
    "refill": refilled,
    "replace_symbol": changed,
    "insert_before": changed,
    "insert_after": changed,
    "insert_into": changed,
    "delete_symbol": changed,
    "rename_symbol": renamed,
}
