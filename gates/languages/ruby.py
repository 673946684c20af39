"""Ruby: read by `ruby` itself, in a process of its own (`ruby/extractor.rb`, Ripper, no gems)."""

from pathlib import Path

from pareback.gates.facts import FileFacts, Problem
from pareback.gates.language import Language

EXTRACTOR = "2"
"""Raised whenever the transcript of some file would change; `ruby/extractor.rb` says the same."""


class _Ruby:
    name = "ruby"
    suffixes = (".rb", ".rake", ".gemspec", ".ru")
    version = f"ruby-{EXTRACTOR}"
    grammar = "ripper"
    command = ("ruby", "--disable=gems,rubyopt,did_you_mean", str(Path(__file__).with_suffix("") / "extractor.rb"))

    def extract(self, source: bytes) -> FileFacts:
        why = "ruby files are read by the program `ruby`, which was not started"
        return FileFacts(source.count(b"\n"), problems=(Problem(why, 1, 1, unread=True),))


def build() -> Language:
    return _Ruby()
