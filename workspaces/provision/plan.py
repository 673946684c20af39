"""What `setup = "auto"` does for a tree: which Python, what is installed from where, and in which order it is tried.

Everything declared for tests and development is installed with the runtime dependencies, pytest, and the plugins that
pytest's configuration names: first at the versions of a lock file, then at any, then without what is for development
only. The project itself is not installed, for the code of a slot is what is tested; of its build remain the metadata
(version, entry points) and the files that it writes beside the sources (a version module, compiled modules).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pareback.workspaces.provision import uv, wanted
from pareback.workspaces.provision.declared import Declared
from pareback.workspaces.provision.pythons import Python
from pareback.workspaces.provision.recipe import Recipe, Step
from pareback.workspaces.provision.source import Source

NO_METADATA = "the project's own build failed: no version, entry points or compiled modules of it are there"


@dataclass(frozen=True, slots=True)
class Plan:
    """The interpreter, what is declared, the plugins that the configuration names, and what `added` on top: modules
    that the suite was found to lack. `options` are for every installation."""

    python: Python
    declared: Declared
    plugins: tuple[str, ...]
    added: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    def recipe(self) -> Recipe:
        """The plan as command lines. Raises FileNotFoundError where uv is not installed."""
        install = Step(tuple(dict.fromkeys(self._tries())))
        own = Step(
            (uv.install(*self.options, "--no-deps", "-e", "."),),
            without=NO_METADATA,
            unless=self.declared.name,
            loose=True,
        )
        return Recipe(
            "setup auto",
            (Step((uv.create(self.python.path),)), install, *([own] if self.declared.is_package else [])),
            files=self._files(),
            programs=(uv.program(), self.python.path),
            variables=uv.VARIABLES,
        )

    def lines(self) -> Iterator[str]:
        """What is done, for people."""
        asked = f", asked for: {self.declared.python}" if self.declared.python else ""
        yield f"Python {self.python.version} ({self.python.path}{asked})"
        for source in self.declared.sources:
            named = f": {', '.join(source.lines)}" if source.lines else ""
            yield f"{source.where}{' (for development)' if source.development else ''}{named}"
        yield f"pytest{''.join(f', {plugin}' for plugin in self.plugins)}"
        if self.added:
            yield f"what the suite was found to lack: {', '.join(self.added)}"
        if self.declared.pins:
            yield f"{len(self.declared.pins)} versions as locked in {self.declared.lock}"

    def _tries(self) -> Iterator[tuple[str, ...]]:
        everything = [*self.options, *_arguments(self.declared.sources), "-r", "../asked/wanted.txt"]
        if self.declared.pins:
            yield uv.install(*everything, "-c", "../asked/locked.txt")
        yield uv.install(*everything)
        fewer = [source for source in self.declared.sources if not source.development]
        yield uv.install(*self.options, *_arguments(fewer), "-r", "../asked/tests.txt")

    def _files(self) -> dict[str, bytes]:
        wanted_lines = {
            "asked/wanted.txt": _lines(self.declared.sources),
            "asked/tests.txt": _lines(source for source in self.declared.sources if not source.development),
        }
        files = {name: [*lines, "pytest", *self.plugins, *self.added] for name, lines in wanted_lines.items()}
        files["asked/locked.txt"] = list(self.declared.pins)
        own = {f"tree/{path}": content for path, content in self.declared.replaced.items()}
        return {name: "".join(f"{line}\n" for line in lines).encode() for name, lines in files.items()} | own


def plan(tree: Path, declared: Declared, python: Python, environ: Mapping[str, str]) -> Plan:
    """The plan for a tree that declares this. Raises ValueError naming a file that cannot be read."""
    options = ("--no-index",) if environ.get("PIP_NO_INDEX", "0").lower() not in ("", "0", "false", "no") else ()
    return Plan(python, declared, wanted.plugins(tree), options=options)


def _lines(sources: Iterable[Source]) -> list[str]:
    return [line for source in sources for line in source.lines]


def _arguments(sources: Iterable[Source]) -> list[str]:
    """Each option with its value once."""
    words = [word for source in sources for word in source.arguments]
    pairs = dict.fromkeys(zip(words[::2], words[1::2], strict=True))
    return [word for pair in pairs for word in pair]
