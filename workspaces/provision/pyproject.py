"""What pyproject.toml and Pipfile declare: the standard tables (PEP 621, PEP 735), and those of Poetry, PDM and uv."""

from collections.abc import Iterator, Mapping
from typing import Any

from pareback.workspaces.provision import poetry
from pareback.workspaces.provision.source import Source, strings, table
from pareback.workspaces.provision.words import is_for_development, is_for_tests

FILE = "pyproject.toml"


def sources(tables: Mapping[str, Any]) -> Iterator[Source]:
    """Runtime dependencies, and the extras and groups for tests and development. What stands in standard tables is
    left to the installer, which knows groups that include others and extras that name others."""
    project, old = table(tables, "project"), table(tables, "tool", "poetry")
    if project:
        yield Source(f"{FILE} [project]", arguments=("-r", FILE))
        yield from (_told("extra", name) for name in chosen(table(project, "optional-dependencies")))
    elif old:
        yield Source(f"{FILE} [tool.poetry.dependencies]", tuple(poetry.requirements(table(old, "dependencies"))))
        yield from _old_extras(old)
    yield from (_told("group", name) for name in chosen(table(tables, "dependency-groups")))
    for name, lines in _named(tables):
        if is_for_tests(name) or is_for_development(name):
            yield Source(f"{FILE}, group {name}", lines, development=not is_for_tests(name))


def pipfile(tables: Mapping[str, Any]) -> Iterator[Source]:
    """The two sections of a Pipfile."""
    for section, development in (("packages", False), ("dev-packages", True)):
        if found := tuple(poetry.requirements(table(tables, section))):
            yield Source(f"Pipfile [{section}]", found, development=development)


def optional(tables: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every extra and group with its requirements: of a module that a suite lacks, the project itself knows best which
    distribution it comes from."""
    for groups in (table(tables, "project", "optional-dependencies"), table(tables, "dependency-groups")):
        yield from ((name, strings(lines)) for name, lines in groups.items())
    yield from _named(tables)
    runtime = table(tables, "tool", "poetry", "dependencies")
    wished = {name: {**entry, "optional": False} for name, entry in runtime.items() if isinstance(entry, dict)}
    for name, names in table(tables, "tool", "poetry", "extras").items():
        yield name, tuple(poetry.requirements({each: wished[each] for each in strings(names) if each in wished}))


def chosen(names: Mapping[str, Any]) -> list[str]:
    """Those of the names that say tests or development."""
    return [name for name in names if is_for_tests(name) or is_for_development(name)]


def _told(kind: str, name: str) -> Source:
    return Source(f"{FILE}, {kind} {name}", arguments=(f"--{kind}", name), development=not is_for_tests(name))


def _old_extras(old: Mapping[str, Any]) -> Iterator[Source]:
    """Poetry's extras list names of its optional dependencies."""
    runtime, extras = table(old, "dependencies"), table(old, "extras")
    for name in chosen(extras):
        wanted = {each: runtime[each] for each in strings(extras[name]) if isinstance(runtime.get(each), dict)}
        plain = {each: {**entry, "optional": False} for each, entry in wanted.items()}
        yield Source(f"{FILE}, extra {name}", tuple(poetry.requirements(plain)))


def _named(tables: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The groups of tables that only their own tool reads."""
    tools = table(tables, "tool")
    for name, group in table(tools, "poetry", "group").items():
        yield name, tuple(poetry.requirements(table(group, "dependencies")))
    if old := table(tools, "poetry", "dev-dependencies"):
        yield "dev", tuple(poetry.requirements(old))
    if lines := strings(table(tools, "uv").get("dev-dependencies")):
        yield "dev", lines
    for name, group in table(tools, "pdm", "dev-dependencies").items():
        yield name, tuple(line for line in strings(group) if not line.startswith("-"))
