"""S12, coupling: which modules of the tree need which others to be loaded; a new cycle among them is rule H6.

Edges cost nothing. An import counts where it runs when the file is loaded: not in functions, not for type checkers.
A module depends on what it names: `from a import b` on the module `a.b` where there is one, else on `a`; that loading
`a.b` loads `a` too is no dependency that anyone wrote.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from pareback.gates.facts import FileFacts
from pareback.gates.reading.modules import Edges, edges, knots, way_back
from pareback.gates.signal import Example
from pareback.gates.ties import Import
from pareback.gates.wide import Entry, Load, Posting, Told, View, WideSignal

_KEY = "imports"
_MODULE = "<module>"

_A = "from b import price\n\ndef tax(x):\n    return price(x)\n"
_B = "RATE = 2\n\ndef price(x):\n    return x * RATE\n"
_CYCLE = "from a import tax\n" + _B
_LATER = "def price(x):\n    from a import tax\n    return tax(x)\n"
_TYPED = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from a import tax\n" + _B


@dataclass(frozen=True, slots=True)
class _Coupling:
    id = "S12"
    name = "coupling"
    reads_code = False
    advice = "let modules depend on each other in one direction only"
    examples = (
        Example({"a.py": _A, "b.py": _B}, {"a.py": _A, "b.py": _CYCLE}, 0.0),
        Example({"a.py": _A, "b.py": _B}, {"a.py": _A, "b.py": _LATER}, 0.0),
        Example({"a.py": _A, "b.py": _B}, {"a.py": _A, "b.py": _TYPED}, 0.0),
    )

    def entries(self, facts: FileFacts, /) -> Iterator[Entry]:
        """One per file, without lines: code that moves within a file changes no dependency. A file without imports can
        be what others import."""
        needed = sorted({_filed(found) for found in facts.imports})
        yield Entry(_KEY, "", 1, tuple(needed))

    def loads(self, keys: Collection[str], view: View, /) -> list[Load]:
        if _KEY not in keys:
            return []
        postings = {posting.path: posting for posting in view.postings(_KEY)}
        found = edges({path: posting.detail for path, posting in postings.items()})
        return sorted(_loads(found, postings), key=lambda load: load.subject)

    def explain(self, load: Load, _before: Load | None, view: View, /) -> Told:
        importer, imported = load.sites
        tree = edges({posting.path: posting.detail for posting in view.postings(_KEY)})
        wanted = tree[importer.path][imported.path]
        found = next(one for one in view.facts(importer.path).imports if _filed(one) == wanted)
        path = [importer.path, *way_back(tree, imported.path, importer.path)]
        names = ", ".join(name for name in found.names if name != "*") or "what is used of it"
        message = f"this import closes a cycle: {' -> '.join(path)}"
        do = (
            f"move {names} from {imported.path} into a third module that imports neither, and import it from there in"
            " both; or hand it in as an argument. Do not hide the import in a function"
        )
        return Told(Posting(importer.path, _MODULE, found.line), message, do, None, (imported,))


def _loads(found: Edges, postings: Mapping[str, Posting]) -> Iterator[Load]:
    """Every edge within a knot: who imports, and what."""
    for knot in knots(found):
        for importer in sorted(knot):
            for imported in sorted(found[importer].keys() & knot):
                yield Load(f"{importer} -> {imported}", 0.0, (postings[importer], postings[imported]), "H6")


def _filed(found: Import) -> str:
    return f"{found.module}:{' '.join(found.names)}"


def build() -> WideSignal:
    return _Coupling()
