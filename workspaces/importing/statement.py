"""An import as a value, and the imports that a text writes, found by their look: a whole tree is read in one pass."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

_FROM = re.compile(
    rb"^([ \t]*)from[ \t]+(\.*)[ \t]*([\w.]*)[ \t]+import[ \t]*(\([^)]*\)|(?:\\\r?\n|[^\n#;\\])*)", re.MULTILINE
)
_IMPORT = re.compile(rb"^([ \t]*)import[ \t]+((?:\\\r?\n|[^\n#;\\])+)", re.MULTILINE)
_COMMENT = re.compile(r"#[^\n]*")
_WORDS = re.compile(r"([\w.]+)(?:\s+as\s+(\w+))?")


@dataclass(frozen=True, slots=True, order=True)
class Import:
    """One name brought in: `from module import name as alias`, or without a name `import module as alias`. A module
    that begins with a dot is relative."""

    module: str
    name: str = ""
    alias: str = ""

    def __str__(self) -> str:
        head = f"from {self.module} import {self.name}" if self.name else f"import {self.module}"
        return f"{head} as {self.alias}" if self.alias else head

    @property
    def binds(self) -> str:
        """The name that it gives to the file."""
        return self.alias or self.name or self.module.partition(".")[0]

    @property
    def means(self) -> str:
        """The dotted name of what it binds."""
        if self.name:
            return f"{self.module}.{self.name}"
        return self.module if self.alias else self.binds


@dataclass(frozen=True, slots=True)
class Written:
    """An import where it stands, made absolute; `outer`: at the margin; `dotted`: it was written as a relative one."""

    what: Import
    outer: bool
    dotted: bool


def written(source: bytes, package: str) -> Iterator[Written]:
    """The imports of a file that lies in the dotted `package`; a star is a name here."""
    for margin, dots, module, names in _FROM.findall(source):
        where = absolute(module.decode("utf-8", "replace"), level=len(dots), package=package)
        for name, alias in _pairs(names.strip(b"()")):
            yield Written(Import(where, name, _renamed(name, alias)), not margin, bool(dots))
    for margin, names in _IMPORT.findall(source):
        for name, alias in _pairs(names):
            yield Written(Import(name, "", alias), not margin, dotted=False)


def absolute(module: str, *, level: int, package: str) -> str:
    """The dotted name of a module that is named with `level` dots in the package; relative still where these lead
    above it."""
    if not level:
        return module
    above = package.split(".") if package else []
    if level > len(above):
        return "." * level + module
    return ".".join([*above[: len(above) - level + 1], *filter(None, [module])])


def is_typing(node: ast.AST) -> bool:
    """Whether the statement is `if TYPE_CHECKING:`."""
    test = node.test if isinstance(node, ast.If) else None
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def _pairs(names: bytes) -> list[tuple[str, str]]:
    plain = _COMMENT.sub("", names.decode("utf-8", "replace")).replace("\\", " ")
    if plain.strip() == "*":
        return [("*", "")]
    found = (_WORDS.fullmatch(each.strip()) for each in plain.split(","))
    return [(each[1], each[2] or "") for each in found if each is not None]


def _renamed(name: str, alias: str) -> str:
    """`a as a` marks a name as public and renames nothing."""
    return "" if alias == name else alias
