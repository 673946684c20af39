"""Trees as views: the files that a patch leaves alone, from the index, under the files that it changes, from memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pareback.gates.facts import FileFacts, Unit
from pareback.gates.index.source import Source
from pareback.gates.index.view import Filed, named, posted
from pareback.gates.wide import Entry, Posting, View


@dataclass(frozen=True, slots=True)
class Ground:
    """The files that both trees share: for every blob the paths at which it lies; and what is said `besides`, by key,
    in files that belong to neither."""

    source: Source
    paths: Mapping[str, Sequence[str]]
    besides: Mapping[str, Sequence[Posting]]

    def prepare(self, keys: Iterable[str]) -> None:
        """Look these keys up at once: they will be asked for one by one. Files that the index does not know are read
        now."""
        self.source.file({blob: places[0] for blob, places in self.paths.items()})
        self.source.index.find(keys)

    def postings(self, key: str) -> list[Posting]:
        """What the shared files file under the key."""
        found = [
            Posting(path, entry.unit, entry.line, entry.detail)
            for blob, entries in self.source.index.find((key,))[key]
            for path in self.paths.get(blob, ())
            for entry in entries
        ]
        return [*found, *self.besides.get(key, ())]


class _Layered:
    """A tree: the ground, and on it files of its own."""

    def __init__(self, ground: Ground, files: Mapping[str, FileFacts], filed: Filed) -> None:
        self._ground, self._files = ground, files
        self._own = posted(filed)
        self._found: dict[str, list[Posting]] = {}
        self._blobs: dict[str, str] = {}

    def postings(self, key: str) -> Sequence[Posting]:
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = sorted([*self._ground.postings(key), *self._own.get(key, ())])
        return found

    def facts(self, path: str) -> FileFacts:
        if path in self._files:
            return self._files[path]
        return self._ground.source.facts(path, self._blob(path))

    def unit(self, path: str, qualname: str) -> Unit:
        if path in self._files:
            return named(self._files[path], qualname)
        return self._ground.source.unit(path, self._blob(path), qualname)

    def _blob(self, path: str) -> str:
        if not self._blobs:
            self._blobs.update((at, blob) for blob, paths in self._ground.paths.items() for at in paths)
        return self._blobs[path]


def ground(shared: Iterable[tuple[str, str]], source: Source, besides: Iterable[Entry] = ()) -> Ground:
    """The ground of the files that two trees share, as pairs of path and blob id; those of no priced language and those
    in a zone do not count. `besides` is filed in both trees, at no path."""
    paths: dict[str, list[str]] = {}
    for path, blob in shared:
        if source.prices(path):
            paths.setdefault(blob, []).append(path)
    return Ground(source, paths, posted({"": [*besides]}))


def tree(below: Ground, files: Mapping[str, FileFacts], filed: Filed) -> View:
    """The tree of the ground and these files, with what they file."""
    return _Layered(below, files, filed)
