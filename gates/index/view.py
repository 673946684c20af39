"""A tree as a view, from facts that are all in memory: for small trees, tests and examples."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from pareback.gates.facts import FileFacts, Unit
from pareback.gates.wide import Entry, Posting

Filing = Callable[[FileFacts], Iterable[Entry]]
"""What one file says to the index."""

Filed = Mapping[str, Sequence[Entry]]
"""What the files of a tree say, by path."""


class Plain:
    """A tree whose facts are all in memory."""

    def __init__(self, files: Mapping[str, FileFacts], filed: Filed) -> None:
        self._files = files
        self._posted = {key: sorted(found) for key, found in posted(filed).items()}

    @property
    def keys(self) -> Collection[str]:
        """Everything under which something is filed."""
        return self._posted.keys()

    def postings(self, key: str) -> Sequence[Posting]:
        return self._posted.get(key, ())

    def facts(self, path: str) -> FileFacts:
        return self._files[path]

    def unit(self, path: str, qualname: str) -> Unit:
        return named(self._files[path], qualname)


def plain(files: Mapping[str, FileFacts], filings: Sequence[Filing]) -> Plain:
    """The view of a tree whose facts are given, under what these filings say of each file."""
    return Plain(files, said(files, filings))


def said(files: Mapping[str, FileFacts], filings: Sequence[Filing]) -> Filed:
    """What these filings say of every file."""
    return {path: [entry for filing in filings for entry in filing(facts)] for path, facts in files.items()}


def posted(filed: Filed) -> dict[str, list[Posting]]:
    """Everything that is filed, by key."""
    found: dict[str, list[Posting]] = {}
    for key, posting in _postings(filed):
        found.setdefault(key, []).append(posting)
    return found


def _postings(filed: Filed) -> Iterator[tuple[str, Posting]]:
    for path in sorted(filed):
        for entry in filed[path]:
            yield entry.key, Posting(path, entry.unit, entry.line, entry.detail)


def named(facts: FileFacts, qualname: str) -> Unit:
    """The unit of that name. Raises KeyError where there is none."""
    found = next((unit for unit in facts.units if unit.qualname == qualname), None)
    if found is None:
        raise KeyError(qualname)
    return found
