"""What a file imports when it is loaded itself: not in functions, not for type checkers, not under a main guard."""

import ast
from collections.abc import Iterator

from pareback.gates.ties import Import


def imports(node: ast.Import | ast.ImportFrom) -> Iterator[Import]:
    """The imports of one statement. `import a.b` needs the module, `from a import b` the module or what is in it."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(alias.name, node.lineno)
        return
    names = tuple(sorted(alias.name for alias in node.names))
    yield Import("." * node.level + (node.module or ""), node.lineno, names)
