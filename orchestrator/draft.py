"""Applies a reply while it arrives, each operation the moment its block is complete.

A stream is only stopped for what no later operation can undo: a path that nobody may name, a limit of size, text that
is run as code (H4). Files that only this ticket protects are refused one operation at a time: the others stand on their
own, and a good patch often comes with one test too many.
"""

from dataclasses import replace

from pareback.adapters.model import Region
from pareback.gates.judge import Terms, judge
from pareback.gates.rules.code import may_break
from pareback.orchestrator.context import Context
from pareback.orchestrator.prompts import answers
from pareback.orchestrator.state import Candidate
from pareback.workspaces import bare
from pareback.workspaces.edit import Found, Operation, Unreadable
from pareback.workspaces.objects import identify
from pareback.workspaces.patch import Applied, Made, Tree, make
from pareback.workspaces.stream import Arrival


class Halted(Exception):
    """The rest of the reply is not wanted: `text` had come, and `reason` says why in words for the model."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"stopped at byte {len(text.encode('utf-8', 'surrogatepass'))}: {reason}")
        self.text = text
        self.reason = reason


class Draft:
    """What one candidate's reply has come to so far. `hear` takes its pieces, `begin` forgets those of an earlier try,
    `finish` gives what became of a whole reply."""

    def __init__(self, candidate: Candidate, context: Context) -> None:
        repository, request = context.repository, candidate.request
        self._context = context
        self._files = repository.files(candidate.start)
        self._base = repository.files(context.base)
        self._region = request.region
        self._read_region = _bare if context.ladder[candidate.rung].profile.small else _refilled
        self._in_part = frozenset(each.path for each in (*request.files, *request.tests) if not each.whole)
        self.begin()

    def begin(self) -> None:
        """A try begins: nothing has come yet."""
        self._arrival = Arrival(self._context.forms)
        self._tree = Tree(self._read, self._context.policy)
        self._made: list[Made] = []
        self._pieces: list[str] = []
        self._reason = ""

    def hear(self, piece: str) -> None:
        """Apply what the piece completes. Raises Halted when more comes after what cannot be undone: a stream that is
        over anyway need not be stopped."""
        if self._reason and piece:
            raise Halted("".join(self._pieces), self._reason)
        self._pieces.append(piece)
        for found in () if self._region else self._arrival.feed(piece):
            made = self._make(found)
            self._reason = self._reason or self._beyond_repair(made)
        if self._arrival.full:
            self._reason = self._reason or "the reply is longer than is read; send smaller edits"

    def finish(self, text: str) -> Applied:
        """What the whole reply comes to; one that did not arrive in the pieces heard is read from its start."""
        if self._region:
            self._make(self._read_region(self._region, text))
            return Applied(self._tree.changes, tuple(self._made))
        if "".join(self._pieces) != text:
            self.begin()
            self._make_all(self._arrival.feed(text))
        self._make_all(self._arrival.finish())
        return Applied(self._tree.changes, tuple(self._made))

    def _make_all(self, operations: tuple[Found, ...]) -> None:
        for found in operations:
            self._make(found)

    def _make(self, found: Found) -> Made:
        """Nobody writes a whole file of which only a part was shown: the rest would be lost, and no test may say so."""
        if isinstance(found, Operation) and found.kind == "write" and found.path in self._in_part:
            found = Unreadable(answers.IN_PART.format(path=found.path), found.path, form=found.form)
        self._tree, made = make(self._tree, found)
        self._made.append(made)
        return made

    def _beyond_repair(self, made: Made) -> str:
        """Why nothing that may still come could mend this operation, or nothing."""
        if made.answer.final:
            return made.answer.message
        text = made.found.new if isinstance(made.found, Operation) and made.answer.status == "applied" else ""
        return self._runs_text() if may_break(text) and self._context.source.prices(made.found.path) else ""

    def _runs_text(self) -> str:
        """What H4 says of the files changed so far, as far as nobody waived it. A file that does not parse yet may be
        whole after the next operation."""
        context, edited = self._context, self._tree.edited
        fresh = {identify("blob", data): data for data in edited.values() if data is not None}
        ids = {path: identify("blob", data) for path, data in edited.items() if data is not None}
        head = {path: blob for path, blob in (self._files | ids).items() if path in ids or path not in edited}
        changed = {path for path, _ in self._base.items() ^ head.items()}
        before, after = ({path: tree[path] for path in changed & tree.keys()} for tree in (self._base, head))
        source = replace(context.source, read=lambda blob: fresh[blob] if blob in fresh else context.source.read(blob))
        verdict = judge(
            before, after, source=source, terms=Terms(waive=(*context.ticket.waive, *context.settings.waive))
        )
        found = (each for each in verdict.hard if each.id.startswith("H4:"))
        return next((f"{each.path!r}, line {each.line}: {each.message}; {each.do}" for each in found), "")

    def _read(self, path: str) -> bytes | None:
        return self._context.repository.read(self._files[path]) if path in self._files else None


def _bare(region: Region, text: str) -> Found:
    """The reply of a small model: a region, or the function around it, somewhere in its words."""
    return bare.read(text, bare.Stretch(region.path, region.above, region.inside, region.below))


def _refilled(region: Region, text: str) -> Operation:
    """The reply as the file's region. The whole file is quoted: it stands in one place, and lines that stay keep their
    bytes."""
    inside = text if text.endswith("\n") or not text else f"{text}\n"
    old, new = (f"{region.above}{each}{region.below}" for each in (region.inside, inside))
    return Operation(kind="replace", path=region.path, old=old, new=new, form="refill")
