"""Definitions replaced, inserted, deleted and renamed: the right lines, no others, or a reason."""

import ast
import random
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from pareback.workspaces.edit import Answer, Operation
from pareback.workspaces.guard import Policy
from pareback.workspaces.patch import apply
from pareback.workspaces.python_source import definitions, place_of

STDLIB = Path(sysconfig.get_paths()["stdlib"])
FILES = ("argparse.py", "calendar.py", "configparser.py", "difflib.py", "fractions.py", "shlex.py", "textwrap.py")
SHOP = '''\
"""Prices."""

import functools


# Once an hour.
@functools.cache
async def rate(
    kind="a",
):
    """The rate."""
    return 1  # flat


class Cart:
    def total(self):
        def inner():
            return self.total()

        return inner

    @property
    def size(self):
        return Cart.total(self), self.size


if rate:

    def once():
        pass


def last(cart: "Cart"):
    return rate()'''


def _made(text: str, *operations: Operation, path: str = "a.py") -> tuple[Answer, str]:
    """What the last operation is answered, and the file after all."""
    data = text.encode()
    applied = apply(operations, {path: data}.get, Policy(files=frozenset({path})))
    return applied.answers[-1], (applied.changes.get(path, data) or b"").decode()


def _replace(symbol: str, new: str) -> Operation:
    return Operation(kind="replace_symbol", path="a.py", symbol=symbol, new=new)


def _rename(symbol: str, new: str) -> Operation:
    return Operation(kind="rename_symbol", path="a.py", symbol=symbol, new=new)


def _refused(text: str, operation: Operation) -> str:
    answer, after = _made(text, operation)
    assert (answer.status, after) == ("refused", text)
    return answer.message


def test_a_definition_keeps_the_comments_and_decorators_above_it_unless_others_are_written() -> None:
    body = SHOP[SHOP.index("async def") : SHOP.index("\n\n\nclass")]
    plain = _made(SHOP, _replace("rate", "def rate():\n    return 2\n"))
    assert plain == (
        Answer("applied", "a.py", "'a.py': changed at line 6"),
        SHOP.replace(body, "def rate():\n    return 2"),
    )
    bare = _made(SHOP, _replace("rate", "# Never.\n@cache\ndef rate():\n    return 2\n"))[1]
    head = SHOP[SHOP.index("# Once") : SHOP.index("\n\n\nclass")]
    assert bare == SHOP.replace(head, "# Never.\n@cache\ndef rate():\n    return 2")


@pytest.mark.parametrize("margin", ["", "    ", "\t"])
def test_a_method_is_written_with_any_margin(margin: str) -> None:
    new = f"{margin}def total(self):\n{margin}    return 0\n"
    old = SHOP[SHOP.index("    def total") : SHOP.index("\n\n    @property")]
    assert _made(SHOP, _replace("Cart.total", new))[1] == SHOP.replace(old, "    def total(self):\n        return 0")
    assert _made(SHOP, _replace("Cart.total", new), _replace("Cart.total", new))[0].status == "already"


def test_lines_of_text_are_not_shifted_but_docstrings_are() -> None:
    said = 'def once():\n    """Say.\n\n    More.\n    """\n'
    assert '        """Say.\n\n        More.\n        """' in _made(SHOP, _replace("once", said))[1]
    text = 'def once():\n    return """\nTEXT\n"""\n'
    assert "indented as it stands" in _refused(SHOP, _replace("once", text))
    fitted = '    def once():\n        return """\nTEXT\n"""\n'
    assert fitted in _made(SHOP, _replace("once", fitted))[1]


@pytest.mark.parametrize(
    ("symbol", "new", "reason"),
    [
        ("rates", "def rates():\n    pass\n", "'rate'"),
        ("total", "def total():\n    pass\n", "it defines 'Cart.total'"),
        ("rate", "def rate(:\n", "does not parse"),
        ("rate", "def rate():\n    pass\n\nX = 1\n", "one definition named 'rate'"),
        ("rate", "def other():\n    pass\n", "one definition named 'rate'"),
        ("rate", "\n", "is empty"),
        ("rate", "def rate():\n    ...  # existing code\n    # ... rest of the code ...\n", "left out"),
    ],
)
def test_what_is_not_one_definition_of_that_name_is_refused(symbol: str, new: str, reason: str) -> None:
    assert reason in _refused(SHOP, _replace(symbol, new))


def test_definitions_that_stand_twice_are_refused_with_their_places() -> None:
    twice = (
        "class A:\n    @property\n    def x(self):\n        pass\n\n    @x.setter\n    def x(self, to):\n        pass\n"
    )
    assert "2 times (lines 3, 7)" in _refused(twice, _replace("A.x", "def x(self):\n    return 1\n"))
    assert "2 times (lines 3, 7)" in _refused(twice, Operation(kind="delete_symbol", path="a.py", symbol="A.x"))


def test_a_file_that_does_not_parse_or_is_no_python_is_edited_otherwise() -> None:
    assert "(line 2: " in _refused("x = 1\ndef f(:\n", _replace("f", "def f():\n    pass\n"))
    operation = Operation(kind="delete_symbol", path="a.txt", symbol="f")
    assert "no Python file" in _made("x", operation, path="a.txt")[0].message


def test_what_is_inserted_twice_is_in_once_and_what_is_there_is_not_defined_again() -> None:
    new = "def half(self):\n    return 1\n"
    into = Operation(kind="insert_into", path="a.py", symbol="Cart", new=new)
    answer, after = _made(SHOP, into)
    assert (answer.status, "self.size\n\n    def half(self):\n        return 1\n\n\nif rate" in after) == (
        "applied",
        True,
    )
    assert _made(after, into)[0].status == "already"
    other = Operation(kind="insert_into", path="a.py", symbol="Cart", new="def half(self):\n    return 2\n")
    assert "is defined at line" in _refused(after, other)
    before = Operation(kind="insert_before", path="a.py", symbol="Cart.total", new="LIMIT = 3\n")
    assert "class Cart:\n    LIMIT = 3\n\n    def total" in _made(SHOP, before)[1]
    assert "no class with a block" in _refused(
        "class A: pass\n", Operation(kind="insert_into", path="a.py", symbol="A", new=new)
    )


@pytest.mark.parametrize(
    ("symbol", "after"),
    [
        ("rate", SHOP[: SHOP.index("# Once")] + SHOP[SHOP.index("class Cart") :]),
        ("Cart.total", SHOP[: SHOP.index("    def total")] + SHOP[SHOP.index("    @property") :]),
        ("Cart.size", SHOP[: SHOP.index("\n    @property")] + SHOP[SHOP.index("\n\nif rate") :]),
        ("last", SHOP[: SHOP.index("\n\n\ndef last")]),
    ],
)
def test_a_deletion_takes_the_blank_lines_that_only_set_it_apart(symbol: str, after: str) -> None:
    assert _made(SHOP, Operation(kind="delete_symbol", path="a.py", symbol=symbol))[1] == after


def test_the_only_statement_of_a_block_cannot_be_deleted() -> None:
    assert "would not parse" in _refused(SHOP, Operation(kind="delete_symbol", path="a.py", symbol="once"))


def test_a_rename_changes_every_mention_that_is_certain() -> None:
    assert _made(SHOP, _rename("rate", "fee"))[1] == SHOP.replace("rate(", "fee(").replace("if rate", "if fee")
    assert _made(SHOP, _rename("Cart.size", "count"))[1] == SHOP.replace("size", "count")
    assert _made(SHOP, _rename("Cart.total.inner", "within"))[1] == SHOP.replace("inner", "within")


@pytest.mark.parametrize(
    ("text", "symbol", "new", "reason"),
    [
        (SHOP, "Cart", "Basket", "line 33"),
        (SHOP, "rate", "last", "means something at line 33"),
        (SHOP, "rate", "no name", "is no name"),
        (SHOP, "rate", "class", "is no name"),
        ("def f():\n    pass\n\n\ndef g(f):\n    return f\n", "f", "h", "line 5"),
        ("class A:\n    def x(self):\n        pass\n\n\ndef g(a):\n    return a.x()\n", "A.x", "y", "line 7"),
        ("class A(B):\n    def x(self):\n        pass\n", "A.x", "y", "has bases"),
        ("class A:\n    def __x(self):\n        pass\n", "A.__x", "y", "two underscores"),
        ("class A:\n    def x(self):\n        getattr(self, 'x')\n", "A.x", "y", "line 3"),
        ("class A:\n    def x(self):\n        self = 1\n        return self.x\n", "A.x", "y", "line 4"),
        ("__all__ = ['f']\n\n\ndef f():\n    pass\n", "f", "g", "line 1"),
    ],
)
def test_a_rename_that_is_not_certain_is_refused_with_the_places(text: str, symbol: str, new: str, reason: str) -> None:
    assert reason in _refused(text, _rename(symbol, new))


def _symbols(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    found = list(definitions(tree))
    names = [name for name, _ in found]
    yield from ((name, node) for name, node in found if names.count(name) == 1)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_random_definitions_of_real_files_are_written_anew_and_nothing_else_changes(end: str) -> None:
    rng, mark = random.Random(f"symbols {end!r}"), b"\xef\xbb\xbf# -*- coding: utf-8 -*-" + end.encode()
    for _ in range(10):
        text = (STDLIB / rng.choice(FILES)).read_text()
        lines = text.split("\n")
        symbol, node = rng.choice(list(_symbols(ast.parse(text))))
        place = place_of(lines, node)  # type: ignore[arg-type] # it came from the same list
        head = (
            "async def"
            if isinstance(node, ast.AsyncFunctionDef)
            else "class"
            if isinstance(node, ast.ClassDef)
            else "def"
        )
        new = f"{head} {symbol.rpartition('.')[2]}{'' if head == 'class' else '(*args)'}:\n    return_ = 'é'\n"
        data = mark + text.replace("\n", end).encode()
        applied = apply([_replace(symbol, new)], {"a.py": data}.get, Policy(files=frozenset({"a.py"})))
        fitted = [place.margin + line for line in new.splitlines()]
        wanted = [*lines[: place.begin], *fitted, *lines[place.end :]]
        assert applied.changes == {"a.py": mark + end.join(wanted).encode()}, (symbol, applied.answers)


def test_random_renames_of_real_files_give_the_same_tree_or_are_refused() -> None:
    rng, renamed = random.Random("rename"), 0
    for _ in range(20):
        text = (STDLIB / rng.choice(FILES)).read_text()
        symbol, _ = rng.choice(list(_symbols(ast.parse(text))))
        old = symbol.rpartition(".")[2]
        answer, after = _made(text, _rename(symbol, "a_fresh_name"))
        if answer.status == "applied":
            renamed += 1
            assert after.replace("a_fresh_name", old) == text
        else:
            assert after == text
    assert renamed > 3
