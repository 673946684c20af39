"""The protocol of a front end: source bytes of one language become facts."""

from typing import Protocol

from pareback.gates.facts import FileFacts


class Language(Protocol):
    """One language. `version` names the extractor, `grammar` the syntax it understands: facts are cached by both."""

    @property
    def name(self) -> str: ...

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The endings of its files, with the dot."""
        ...

    @property
    def version(self) -> str: ...

    @property
    def grammar(self) -> str: ...

    @property
    def command(self) -> tuple[str, ...]:
        """The program that reads its files, with its arguments; empty where `extract` needs none. It speaks as
        docs/languages.md has it."""
        ...

    def extract(self, source: bytes) -> FileFacts:
        """The facts of one file; a file that cannot be read has a problem instead of units. Raises nothing."""
        ...
