"""Code of another language in a text: branches that no parser of this one sees."""

import re

LONG = 200
"""Characters from which a text is looked at; shorter ones are patterns, messages, single queries."""

_FEWEST = 2
"""One word that looks like a branch is prose."""

_BRANCH = re.compile(
    r"""
    ^[ \t]*(?:if|elif|for|while|except|case)\b[^\n]*:[ \t]*$        # Python
  | \b(?:if|for|while|switch|catch)[ ]?\([^\n]*\)[^\n]*[{;]          # C, JavaScript and their kin
  | \{%-?\s*(?:if|elif|for)\b | \{\{\#(?:if|each|unless)\b           # templates
  | \b(?:CASE\s+WHEN|WHEN|UNION|HAVING|(?:LEFT|INNER|OUTER)\s+JOIN)\b  # SQL, as it is shouted
    """,
    re.MULTILINE | re.VERBOSE,
)


def branches(text: str) -> int:
    """How many branches and loops a long text holds, 0 where it is not code."""
    found = sum(1 for _ in _BRANCH.finditer(text))
    return found if found >= _FEWEST else 0
