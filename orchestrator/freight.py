"""Works for other machines: the repository becomes a bundle, and what comes back a record and a branch here."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pareback.adapters.engine import Work
from pareback.adapters.errand import Returned
from pareback.adapters.freight import Load, Unportable
from pareback.adapters.sink import DeliveryFailed
from pareback.orchestrator import job
from pareback.orchestrator.closing import write_down
from pareback.orchestrator.handover import Parcel, hand_over
from pareback.orchestrator.job import Job
from pareback.orchestrator.outcome import EXITS, TRY_LATER, Outcome, result
from pareback.orchestrator.state import Ending, EndingName
from pareback.workspaces import bundle
from pareback.workspaces.clones import is_url
from pareback.workspaces.repository import Repository, open_repository


class Bundles:
    """Implements `Freight`. Bundles are kept in `folder`, one for each repository and base; a base that is no commit's
    id, such as HEAD, stays what it was when it was first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[tuple[str, str | None], tuple[str, Path]] = {}

    def pack(self, work: Work) -> Load:
        """The spec with the base as a full id, and the bundle to go with it; a repository with a URL needs none."""
        ticket = dict(work.spec["ticket"])
        _check_portable(ticket)
        spec = {"ticket": ticket, "flags": work.spec.get("flags", {})}  # it is delivered here, not there
        if is_url(ticket.get("repo", ".")):
            return Load(spec)
        commit, file = self._bundle(ticket)
        ticket |= {"repo": ".", "base": commit}
        return Load(spec, commit, file)

    def unpack(self, work: Work, returned: Returned) -> None:
        """Patch, record, branch, and `result.json` last: once it is there, the work is done."""
        folder = Path(work.folder)
        document = dict(returned.result or _failed(work, returned))
        document |= {"run": _name(work), "report": str(folder / "result.json"), "patch": None, "branch": None}
        if returned.record is not None:
            write_down(folder / "record.json", {**returned.record, "run": _name(work)})
        if returned.patch is not None:
            whole = job.from_json({"flags": {}, "wish": {}, **work.spec})
            document |= _delivered(self._on_commit(whole), document, returned.patch)
        write_down(folder / "result.json", document)

    def _bundle(self, ticket: Mapping[str, Any]) -> tuple[str, Path]:
        key = ticket.get("repo", "."), ticket.get("base")
        if key not in self._made:
            try:
                self._made[key] = bundle.make(Path(key[0]), key[1], folder=self._folder)
            except ValueError as error:
                raise Unportable(str(error)) from error
        return self._made[key]

    def _on_commit(self, work: Job) -> Job:
        """The job with the base that it was sent away with."""
        commit, _ = self._made.get((work.ticket.repo, work.ticket.base), (work.ticket.base, None))
        return replace(work, ticket=replace(work.ticket, base=commit))


def _check_portable(ticket: Mapping[str, Any]) -> None:
    for path in ticket.get("held_out", ()):
        if Path(path).is_absolute():
            raise Unportable(f"held-out tests at {path!r} stay on this machine: name files of the repository instead")


def _delivered(work: Job, document: Mapping[str, Any], patch: bytes) -> dict[str, Any]:
    """As a run here would have delivered it; where that cannot be, the patch file alone, and why."""
    folder = Path(document["report"]).parent
    filed = folder / "patch.diff"
    filed.write_bytes(patch)
    if is_url(work.ticket.repo):
        return {"patch": str(filed)}
    try:
        with open_repository(Path(work.ticket.repo), shadow=folder / "shadow") as repository:
            handed = hand_over(_parcel(work, document, patch, repository=repository), work.wish, repository)
    except (ValueError, DeliveryFailed) as error:
        said = "; ".join(part for part in (document["message"], f"it is not delivered: {error}") if part)
        return {"patch": str(filed), "message": said}
    return {"patch": handed.patch, "branch": handed.branch, "applied": handed.applied}


def _parcel(work: Job, document: Mapping[str, Any], patch: bytes, *, repository: Repository) -> Parcel:
    folder = Path(document["report"]).parent
    frozen = base = repository.freeze(work.ticket.base or "HEAD", date=0)
    for earlier in work.ticket.onto:
        base = repository.apply_patch(base, earlier.encode(), message="an earlier patch of the feature")
    return Parcel(
        run=document["run"],
        title=work.ticket.title or work.ticket.id,
        base=base,
        head=repository.apply_patch(base, patch, message="patch"),
        accepted=bool(document["accepted"]),
        folder=folder,
        parent=frozen if work.wish.on_base else None,
    )


def _failed(work: Work, returned: Returned) -> dict[str, Any]:
    """The document of a work that came to no result: what its process said last, and what the exit code means."""
    names: dict[int, EndingName] = {2: "blocked", 78: "blocked", 130: "interrupted", 143: "interrupted"}
    name: EndingName = names.get(returned.exit, "crashed")
    last = next(filter(None, reversed(returned.output.strip().splitlines())), f"exit code {returned.exit}")
    ending = Ending(name, "no_result", last.removeprefix("pareback: "), retry=returned.exit == TRY_LATER)
    ticket = work.spec["ticket"]
    trace = returned.output if returned.exit == EXITS["crashed"] else None
    return result(Outcome(_name(work), ticket["id"], ending, feature=ticket.get("feature"), error=trace))


def _name(work: Work) -> str:
    return str(work.spec.get("run") or Path(work.folder).name)
