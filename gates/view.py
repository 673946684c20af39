"""A tree as a view, from facts that are all in memory: for small trees, tests and examples."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from pareback.gates.facts import FileFacts
from pareback.gates.wide import Entry, Posting, View

Filing = Callable[[FileFacts], Iterable[Entry]]
"""What one file says to the index."""


class _Plain:
    def __init__(self, files: Mapping[str, FileFacts], filings: Sequence[Filing]) -> None:
        self._files, self._posted = files, dict[str, list[Posting]]()
        for path in sorted(files):
            for filing in filings:
                for entry in filing(files[path]):
                    posting = Posting(path, entry.unit, entry.line, entry.detail)
                    self._posted.setdefault(entry.key, []).append(posting)

    def postings(self, key: str) -> Sequence[Posting]:
        return sorted(self._posted.get(key, ()))

    def facts(self, path: str) -> FileFacts:
        return self._files[path]


def plain(files: Mapping[str, FileFacts], filings: Sequence[Filing]) -> View:
    """The view of a tree whose facts are given, under what these filings say of each file."""
    return _Plain(files, filings)
