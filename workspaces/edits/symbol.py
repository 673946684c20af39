"""Replace, insert, delete or rename a function, class or method by its qualified name."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pareback.workspaces import fences
from pareback.workspaces.edit import Example, Form, Found, Kind, Operation, Step, Unreadable
from pareback.workspaces.marks import fence, symbol_above, symbol_of

_LINE = re.compile(r"\*\*\* (Insert (?:Before|After|Into)|(?:Delete|Rename) Symbol):[ \t]*(.*?)[ \t]*$")
_KINDS: Mapping[str, Kind] = {
    "Insert Before": "insert_before",
    "Insert After": "insert_after",
    "Insert Into": "insert_into",
    "Delete Symbol": "delete_symbol",
    "Rename Symbol": "rename_symbol",
}

_INSTRUCTIONS = """\
To replace a function, method or class of a Python file, name it and write all of it in a fence, and nothing else.
Decorators and comments above it stay unless you write others:

src/shop/cart.py::Cart.total
```python
def total(self) -> int:
    return sum(self.items)
```

To add one, write where: Before or After another one, or Into a class, at its end. A line deletes or renames one:

*** Insert Into: src/shop/cart.py::Cart
```python
def clear(self) -> None:
    self.items = []
```
*** Delete Symbol: src/shop/cart.py::old
*** Rename Symbol: src/shop/cart.py::Cart.size -> count"""


@dataclass(frozen=True, slots=True)
class Symbol:
    """Operations on definitions."""

    instructions: str = _INSTRUCTIONS

    @property
    def examples(self) -> Sequence[Example]:
        """A method, a function after another and one in a class, a deletion, a rename; what is not there, what is there
        twice, text that does not parse, a fence that was cut."""
        return _EXAMPLES

    def read(self, lines: Sequence[str], at: int) -> Iterator[Step]:
        """The operation whose line stands here, or whose fence opens here under a qualified name."""
        named = symbol_above(lines, at) if fence(lines[at]) else None
        found = _LINE.match(lines[at]) if lines[at].startswith("*** ") else None
        if named is not None:
            yield _fenced(lines, at, Operation(kind="replace_symbol", path=named[0], symbol=named[1]))
        elif found is not None and found[1].startswith("Insert"):
            yield _inserted(lines, at, found)
        elif found is not None:
            yield (_plain(found),), at + 1


def build() -> Form:
    """The form."""
    return Symbol()


def _fenced(lines: Sequence[str], at: int, operation: Operation) -> Step:
    content = fences.content(lines, at, operation.path)
    path, symbol = operation.path, operation.symbol
    if content.reason:
        return (Unreadable(f"{path!r}, {symbol!r}: {content.reason}", path=path),), content.after
    return (Operation(kind=operation.kind, path=path, symbol=symbol, new=content.text),), content.after


def _inserted(lines: Sequence[str], at: int, found: re.Match[str]) -> Step:
    named = symbol_of(found[2])
    if named is None:
        return (_unnamed(found),), at + 1
    below = range(at + 1, min(at + 3, len(lines)))
    opening = next((index for index in below if lines[index].strip()), at)
    if not fence(lines[opening]):
        reason = f"{named[0]!r}: below '*** {found[1]}:' stands no fence; write the text between fences right below it"
        return (Unreadable(reason, path=named[0]),), at + 1
    return _fenced(lines, opening, Operation(kind=_KINDS[found[1]], path=named[0], symbol=named[1]))


def _plain(found: re.Match[str]) -> Found:
    source, arrow, new = found[2].partition(" -> ")
    named, new = symbol_of(source), new.strip().strip("`").rpartition("::")[2].rpartition(".")[2]
    renames = found[1].startswith("Rename")
    if named is None or renames != bool(arrow and new):
        return _unnamed(found)
    return Operation(kind=_KINDS[found[1]], path=named[0], symbol=named[1], new=new)


def _unnamed(found: re.Match[str]) -> Unreadable:
    rest = " -> new_name" if found[1].startswith("Rename") else ""
    return Unreadable(f"{found[0][:120]!r} names no symbol; write '*** {found[1]}: path/file.py::Qualified.name{rest}'")


_SIZE = "    @property\n    def size(self):\n        return self.count(1)\n"
_TOTAL = "def total(cart):\n    return cart\n"
_CART = f"class Cart:\n    # What is in it.\n    def count(self, one):\n        return one\n\n{_SIZE}\n\n{_TOTAL}"
_BEFORE = {"src/cart.py": _CART}


def _text(text: str) -> str:
    return f"```python\n{text}```\n"


_EXAMPLES = (
    Example(
        reply=f"### `src/cart.py::Cart.size`\n{_text('def size(self):' + chr(10) + '    return 2' + chr(10))}",
        before=_BEFORE,
        after={"src/cart.py": _CART.replace("self.count(1)", "2")},
    ),
    Example(
        reply=f"*** Insert After: src/cart.py::total\n\n{_text('def half(cart):' + chr(10) + '    return 1' + chr(10))}"
        f"*** Insert Into: src/cart.py::Cart\n{_text('def clear(self):' + chr(10) + '    pass' + chr(10))}",
        before=_BEFORE,
        after={
            "src/cart.py": _CART.replace("count(1)\n", "count(1)\n\n    def clear(self):\n        pass\n")
            + "\n\ndef half(cart):\n    return 1\n"
        },
    ),
    Example(
        reply="*** Delete Symbol: src/cart.py::total\n*** Rename Symbol: src/cart.py::Cart.count -> times\n",
        before=_BEFORE,
        after={"src/cart.py": _CART.partition("\n\n\ndef total")[0].replace("count(", "times(") + "\n"},
    ),
    Example(reply="*** Delete Symbol: src/cart.py::Cart.totals\n", before=_BEFORE, after=None),
    Example(
        reply="*** Delete Symbol: src/a.py::f\n",
        before={"src/a.py": "if X:\n    def f():\n        pass\nelse:\n    def f():\n        return 1\n"},
        after=None,
    ),
    Example(reply=f"src/cart.py::total\n{_text('def total(cart):' + chr(10))}", before=_BEFORE, after=None),
    Example(reply="src/cart.py::total\n```python\ndef total(cart):\n    return 1\n", before=_BEFORE, after=None),
    Example(reply="*** Insert Into: src/cart.py::Cart\nNothing.\n", before=_BEFORE, after=None),
    Example(reply="*** Rename Symbol: src/cart.py::Cart.count\n", before=_BEFORE, after=None),
)
