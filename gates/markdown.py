"""Words of other people's code in Markdown: they stand in code spans or are escaped, and mention nobody."""

import re
from html import escape

_SPECIAL = re.compile(r"([\\`*_{}\[\]#|~!])")


def code(words: str) -> str:
    """A code span."""
    return f"`{words.replace('`', chr(39))}`"


def plain(words: str) -> str:
    """Prose without markup of its own; an at sign is followed by nothing that could be a name."""
    return _SPECIAL.sub(r"\\\1", escape(words.replace("\n", " "), quote=False)).replace("@", "@\u200b")
