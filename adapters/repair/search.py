"""The search itself: from a request's sections to replies, best first, each made only when it is asked for."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, islice

from pareback.adapters.model import Failure, Request, Source
from pareback.adapters.repair import evidence
from pareback.adapters.repair.catalogue import fitting
from pareback.adapters.repair.localise import localise
from pareback.adapters.repair.module import Function, Module, Scoped, compiled, parse, sites
from pareback.adapters.repair.operator import Draft, Operator, Site
from pareback.adapters.repair.rank import Proposal, ranked, scored
from pareback.adapters.repair.region import Splice, block, spliced
from pareback.adapters.repair.scope import scopes

_PAIRED = 48
"""Two-edit replies combine this many of the best single edits."""
_NEARBY = 0.15
"""Suspicion from which on a place belongs to the first part of the search."""
_NEAR = 40
"""Lines between the two edits of a pair in one file: they are quoted as one region."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A proposal that holds: the file compiles with it and says something else than before."""

    module: Module
    splice: Splice
    line: int

    def apart(self, other: "Edit") -> bool:
        """Whether both can be made: in other files, or at other lines, near enough to be quoted together."""
        if self.module is not other.module:
            return True
        before, after = sorted((self.splice, other.splice), key=lambda splice: splice.start)
        return before.end < after.start and 0 < abs(self.line - other.line) <= _NEAR


def replies(request: Request) -> Iterator[str]:
    """Every reply the search can give, best first: single edits, then pairs of the best of them. No reply twice."""
    seen: set[str] = set()
    best: list[Edit] = []
    for edit in _edits(request):
        if len(best) < _PAIRED:
            best.append(edit)
        yield from _fresh([edit], seen)
    for first, second in sorted(combinations(range(len(best)), 2), key=sum):
        if best[first].apart(best[second]):
            yield from _fresh([best[first], best[second]], seen)


def _fresh(edits: list[Edit], seen: set[str]) -> Iterator[str]:
    """The reply that makes the edits, one block for each file, unless it was given before or cannot be written."""
    modules = {edit.module.path: edit.module for edit in edits}
    blocks = [
        block(path, module.text, [edit.splice for edit in edits if edit.module is module])
        for path, module in modules.items()
    ]
    reply = "\n".join(text for text in blocks if text)
    if all(blocks) and reply not in seen:
        seen.add(reply)
        yield reply


def _edits(request: Request) -> Iterator[Edit]:
    """All edits that hold, best first."""
    modules = {source.path: module for source in request.files if (module := _module(source))}
    results: set[tuple[str, str]] = set()
    for proposal in proposed(list(modules.values()), request):
        module = modules[proposal.path]
        splice = settled(module, proposal.draft)
        if splice is None:
            continue
        text = spliced(module.text, [splice])
        if (module.path, text) not in results and _holds(text):
            results.add((module.path, text))
            yield Edit(module, splice, proposal.line)


def _module(source: Source) -> Module | None:
    if not source.editable or not source.path.endswith(".py"):
        return None
    try:
        return parse(source.path, source.text)
    except (SyntaxError, ValueError, RecursionError):
        return None


def proposed(modules: list[Module], request: Request) -> Iterator[Proposal]:
    """The proposals of all operators at all sites, best first: those of suspicious functions, and only when these are
    used up those of the rest."""
    clues = evidence.read(request.failures)
    suspicion = localise(modules, request.tests, request.failures)
    constants = _constants(request.tests)
    places = [
        (suspicion.of(module, site.statement, function), node, site)
        for module in modules
        for node, function, site in _sites(module, clues, constants)
    ]
    edge = min(_NEARBY, max((share for share, _, _ in places), default=0.0))
    for near in (True, False):
        yield from ranked(
            proposal for share, node, site in places if (share >= edge) is near for proposal in _at(node, site, share)
        )


def _at(node: ast.AST, site: Site, share: float) -> Iterator[Proposal]:
    for operator in fitting(node):
        if not operator.needs or operator.needs & site.clues.kinds:
            drafts = list(operator.propose(node, site))
            yield from scored(operator, site, drafts, share)


def _sites(
    module: Module, clues: evidence.Clues, constants: tuple[object, ...]
) -> Iterator[tuple[ast.AST, Function | None, Site]]:
    known = scopes(module)
    for node in sites(module.tree):
        statement = module.statement(node)
        if statement is not None:
            function = statement if isinstance(statement, Scoped) else module.function(statement)
            yield node, function, Site(module, known[function], statement, clues, constants)


def _constants(tests: Iterable[Source]) -> tuple[object, ...]:
    """Numbers and short strings that the tests mention."""
    found: dict[object, None] = {}
    for source in tests:
        try:
            tree = ast.parse(source.text)
        except (SyntaxError, ValueError, RecursionError):
            continue
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, int | float | str)
                and len(str(node.value)) < 20
            ):
                found[node.value] = None
    return tuple(islice((value for value in found if not isinstance(value, bool)), 24))


def settled(module: Module, draft: Draft) -> Splice | None:
    """The draft as characters, in parentheses where precedence asks for them; None where it changes nothing."""
    if draft.whole is None:
        same = module.text[draft.start : draft.end] == draft.text
        return None if same else Splice(draft.start, draft.end, draft.text)
    bare = _parsed_in(module, draft.whole, draft, draft.text)
    held = _parsed_in(module, draft.whole, draft, f"({draft.text})")
    if held is None or held == _parsed_in(module, draft.whole, draft, module.text[draft.start : draft.end]):
        return None if held is not None or bare is None else Splice(draft.start, draft.end, draft.text)
    return Splice(draft.start, draft.end, draft.text if bare == held else f"({draft.text})")


def _parsed_in(module: Module, node: ast.expr, draft: Draft, text: str) -> str | None:
    """The tree of the outermost expression with the node's text replaced."""
    start, end = module.span(module.outermost(node))
    try:
        return ast.dump(ast.parse(f"({module.text[start : draft.start]}{text}{module.text[draft.end : end]}\n)"))
    except SyntaxError:
        return None


def _holds(text: str) -> bool:
    """Whether the file still compiles."""
    try:
        compiled(text)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


def alone(operator: Operator, text: str, failures: tuple[Failure, ...] = ()) -> Iterator[str]:
    """The texts that one operator makes of a file, for its examples. Raises SyntaxError where it is not Python."""
    module = parse("example.py", text)
    for node, _, site in _sites(module, evidence.read(failures), ()):
        for proposal in _at(node, site, 1.0) if isinstance(node, operator.nodes) else ():
            splice = settled(module, proposal.draft)
            changed = spliced(text, [splice]) if splice and proposal.operator == operator.name else text
            if changed != text and _holds(changed):
                yield changed
