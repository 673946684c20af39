"""A whole tree at once: its facts, what every signal charges for each file, and what the files together are charged."""

from collections.abc import Mapping
from dataclasses import dataclass

from pareback.gates.facts import FileFacts
from pareback.gates.index.view import plain
from pareback.gates.scores import Scores, filings, score, wide
from pareback.gates.wide import Load, View


@dataclass(frozen=True, slots=True)
class Whole:
    """A tree. `files` are the facts of what is priced, by path; `scores` what single files cost; `loads`, by signal id,
    what things of the whole tree cost; `view` is the tree as the signals see it."""

    files: Mapping[str, FileFacts]
    scores: Mapping[str, Scores]
    loads: Mapping[str, tuple[Load, ...]]
    view: View


def whole(files: Mapping[str, FileFacts]) -> Whole:
    """Read a tree from the facts of its files, as far as they count."""
    known = counted(files)
    view = plain(known, filings())
    loads = {signal.id: tuple(signal.loads(view.keys, view)) for signal in wide()}
    return Whole(known, {path: score(facts) for path, facts in known.items()}, loads, view)


def counted(files: Mapping[str, FileFacts]) -> dict[str, FileFacts]:
    """Those that count: a file that cannot be read, or that a program wrote, has no points."""
    return {path: facts for path, facts in files.items() if not facts.problems and not facts.generated}
