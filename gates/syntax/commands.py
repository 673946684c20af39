"""Commands that hand text to a Python interpreter: `python -c`, as an argument list or as a line for a shell.

A string that only mentions such a command is no command: a line counts where something is asked to run it, and where
it is kept in a name to be run later.
"""

import ast
import re
from collections.abc import Sequence

_FLAGS = "[bBdEhiIOPqRsSuvVx]"
_LINE = re.compile(rf"\bpython[\d.]*\s+(?:-[WX]\s*\S+\s+|-{_FLAGS}+\s+)*-{_FLAGS}*c\b")
_KEPT = re.compile(rf"\s*(?:\S*/)?{_LINE.pattern}\s")
_INTERPRETER = re.compile(r"(?:^|/)python[\d.]*$")
_TAKES_TEXT = re.compile(rf"-{_FLAGS}*c")
_RUNNER = re.compile(
    r"system|[pP]open|run|call|check_call|check_output|getoutput|getstatusoutput|posix_spawnp?"
    r"|(?:create_)?subprocess_(?:exec|shell)|(?:exec|spawn)[lv]p?e?"
)


def listed(items: Sequence[ast.expr]) -> bool:
    """An argument list with an interpreter, its flags and `-c`: `[sys.executable, "-I", "-c", code]`."""
    return any(_interpreter(item) and _takes_text(items[at + 1 :]) for at, item in enumerate(items))


def run(node: ast.Call) -> bool:
    """A call that runs a command which is written in its arguments; a list among them is asked for by itself."""
    func = node.func
    name = func.id if isinstance(func, ast.Name) else func.attr if isinstance(func, ast.Attribute) else ""
    if not _RUNNER.fullmatch(name):
        return False
    return listed(node.args) or any(_LINE.search(_text(part)) for given in _given(node) for part in ast.walk(given))


def kept(value: ast.expr) -> bool:
    """A text that is a command from its first word on, with what is put behind it: `"python -c " + code`."""
    while True:
        if isinstance(value, ast.BinOp):
            value = value.left
        elif isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
            value = value.func.value
        else:
            return bool(_KEPT.match(_text(value)))


def _given(node: ast.Call) -> list[ast.expr]:
    return [*node.args[:1], *(item.value for item in node.keywords if item.arg in {"args", "cmd", "command"})]


def _interpreter(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and bool(_INTERPRETER.search(node.value))
    return isinstance(node, ast.Attribute) and node.attr == "executable"


def _takes_text(after: Sequence[ast.expr]) -> bool:
    """Whether `-c` is the interpreter's own flag: what follows a script or a module is theirs."""
    flags = iter(after)
    for item in flags:
        text = item.value if isinstance(item, ast.Constant) else None
        if isinstance(text, str) and _TAKES_TEXT.match(text):
            return True
        if text in {"-W", "-X"}:
            next(flags, None)
        elif not isinstance(item, ast.Starred) and not _flag(text):
            return False
    return False


def _flag(text: object) -> bool:
    return isinstance(text, str) and text.startswith("-") and not text.startswith("-m")


def _text(node: ast.AST) -> str:
    """A string as it will read, an interpreter's path as its name and any other value as a mark."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) if isinstance(part, ast.Constant) else _filled(part) for part in node.values)
    return ""


def _filled(part: ast.expr) -> str:
    return "python" if isinstance(part, ast.FormattedValue) and _interpreter(part.value) else "…"
