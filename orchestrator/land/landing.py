"""Patches one by one onto the growing tree: merged, tested, measured again; who gets in whose way is named."""

from collections.abc import Sequence
from dataclasses import replace

from pareback.gates.verdict import Finding, Verdict
from pareback.orchestrator.land.ground import Ground, joined
from pareback.orchestrator.land.growth import Copy, Growth, Landed, Left, brought
from pareback.orchestrator.land.partner import breaker, rivals
from pareback.orchestrator.land.piece import Piece
from pareback.orchestrator.state import Candidate
from pareback.workspaces.baseline import Targets
from pareback.workspaces.suite import Result

_COPYING = frozenset({"S4", "S16"})
"""Signals that tell of code that is there already."""


def grow(growth: Growth, piece: Piece, ground: Ground) -> Growth:
    """The tree with the piece on it, or with why it was left."""
    alone = ground.alone.get(piece.id)
    if alone is None:
        return _without(growth, Left(piece, "stale", "the patch does not fit the tree that it is to land on"))
    repository = ground.context.repository
    merged, paths = repository.merge(growth.commit, alone, message=piece.title)
    if merged is None:
        partners = rivals(piece, growth.landed, ground)
        return _without(growth, Left(piece, "conflict", "the same lines were changed", partners, paths))
    if not repository.changes(growth.commit, merged):
        return _without(growth, Left(piece, "nothing_new", "the tree holds all of it already"))
    return _tried(growth, piece, ground, merged)


def _tried(growth: Growth, piece: Piece, ground: Ground, merged: str) -> Growth:
    step = len(growth.landed) + len(growth.left) + 1
    pieces = [*(each.piece for each in growth.landed), piece]
    tested = ground.stand(merged, pieces, step=step)
    if not tested.green:
        return _without(growth, _red(piece, tested, growth, ground, step=step))
    return _priced(growth, piece, ground, merged)


def _red(piece: Piece, tested: Candidate, growth: Growth, ground: Ground, *, step: int) -> Left:
    together = [*(each.piece.id for each in growth.landed), piece.id]
    failing = _failing(tested, joined([ground.targets[name] for name in together]))
    if tested.status == "tampered":
        return Left(piece, "tampered", "its code influences the tests", details=failing)
    partners = breaker(piece, growth.landed, ground, step=step)
    if not partners:
        return Left(piece, "red", "its tests fail on this tree without any other patch", details=failing)
    return Left(piece, "breaks", f"green alone, red together with {' and '.join(partners)}", partners, failing)


def _failing(tested: Candidate, asked: Targets) -> tuple[str, ...]:
    """The tests that count against it; those of patches that have not landed are red too, and count for nothing."""
    if tested.standing is None:
        return (tested.detail or tested.why,)
    named = (each.id if isinstance(each, Result) else each.path for each in tested.standing.failures)
    aimed = (name for name in named if asked.include(name) or name in asked.groups)
    return tuple(dict.fromkeys([*aimed, *tested.standing.regressions]))


def _priced(growth: Growth, piece: Piece, ground: Ground, merged: str) -> Growth:
    verdict = ground.price(growth.commit, merged, piece)
    copies = _copies(verdict, piece, growth, ground, merged)
    growth = replace(growth, copies=(*growth.copies, *copies))
    if not verdict.within:
        partners = tuple(dict.fromkeys(copy.first for copy in copies))
        hard = tuple(finding.id for finding in verdict.hard)
        said = _said(verdict, partners)
        return _without(growth, Left(piece, "over_budget", said, partners, hard))
    repository = ground.context.repository
    after = repository.changes(growth.commit, merged)
    before = {path: repository.read_file(growth.commit, path) for path in after}
    landed = Landed(piece, merged, verdict.delta, brought(before, after))
    return replace(growth, commit=merged, landed=(*growth.landed, landed))


def _said(verdict: Verdict, partners: Sequence[str]) -> str:
    copied = f"; it repeats what {' and '.join(partners)} brought" if partners else ""
    if verdict.hard:
        return f"{verdict.hard[0].message}{copied}"
    return f"{verdict.charged:.1f} points on this tree, budget {verdict.budget:g}{copied}"


def _copies(verdict: Verdict, piece: Piece, growth: Growth, ground: Ground, merged: str) -> tuple[Copy, ...]:
    """Findings that point from the piece's code at code which an earlier one brought."""
    telling = [finding for finding in verdict.findings if finding.signal in _COPYING and not finding.waived]
    found = [copy for finding in telling for copy in _pointed(finding, piece, growth, ground, merged)]
    return tuple({(copy.first, copy.path, copy.unit): copy for copy in found}.values())


def _pointed(finding: Finding, piece: Piece, growth: Growth, ground: Ground, merged: str) -> list[Copy]:
    found = []
    for site in finding.others:
        raw = ground.context.repository.read_file(merged, site.path) or b""
        line = next(iter(raw.decode("utf-8", "replace").splitlines()[site.line - 1 : site.line]), "").strip()
        owner = next((each for each in growth.landed if line in each.lines.get(site.path, ())), None)
        if owner is not None:
            found.append(Copy(site.path, site.line, finding.unit, owner.piece.id, piece.id))
    return found


def _without(growth: Growth, left: Left) -> Growth:
    return replace(growth, left=(*growth.left, left))
