"""Which names of groups, extras and files say that they hold what tests need. Pure.

The rule: a name is split into its words; those that only say "requirements" do not count; each of the others must be a
word for tests or for development. So `test`, `tests-unit`, `requirements_dev` and `dev` count, `docs`, `test-docs` and
`all` do not.
"""

import re

_TESTS = frozenset({"test", "testing", "unittest", "unit", "pytest"})
_DEVELOPMENT = frozenset({"dev", "devel", "develop", "development"})
_FILLERS = frozenset({"requirement", "requires", "dependency", "dependencie", "deps", "dep", "req", "package"})


def is_for_tests(name: str) -> bool:
    """Whether the name says tests, perhaps beside development."""
    found = _words(name)
    return bool(found) and found <= _TESTS | _DEVELOPMENT and not found <= _DEVELOPMENT


def is_for_development(name: str) -> bool:
    """Whether the name says development and nothing else."""
    found = _words(name)
    return bool(found) and found <= _DEVELOPMENT


def project(name: str) -> str:
    """The name of a distribution as all ways to write it have it in common (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def of_requirement(line: str) -> str:
    """The distribution that a requirement is about (PEP 508), normalised; empty for an option or an address."""
    found = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:[\[;<>=!~@(,#]|$)", line)
    return project(found[1]) if found else ""


def _words(name: str) -> frozenset[str]:
    words = (word.removesuffix("s") for word in re.split(r"[^a-z]+", name.lower()) if word)
    return frozenset(word for word in words if word not in _FILLERS)
