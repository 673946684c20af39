"""Simplifications: each on code that it changes and on code that it must leave, and both versions run alike."""

from typing import Any

import pytest

from pareback.workspaces.codemods.catalogue import simpler

Case = tuple[str, str, str, list[tuple[Any, ...]]]

CASES: list[Case] = [
    ("guard clause", "def f(a):\n    if a:\n        a += 1\n        print(a)\n", "def f(a):\n    if not a:\n        return\n    a += 1\n    print(a)\n", [(0,), (1,)]),
    ("guard clause", "def f(a):\n    if a:\n        return 1\n    else:\n        b = a\n        return b\n", "def f(a):\n    if a:\n        return 1\n    b = a\n    return b\n", [(0,), (1,)]),
    ("guard clause", "def f(a):\n    for b in a:\n        if b != 2:\n            c = b\n            print(c)\n", "def f(a):\n    for b in a:\n        if b == 2:\n            continue\n        c = b\n        print(c)\n", [([1, 2, 3],)]),
    ("guard clause", "def f(a):\n    if a:\n        b = 1\n        print(b)\n    else:\n        raise KeyError(a)\n    return b\n", "def f(a):\n    if not a:\n        raise KeyError(a)\n    b = 1\n    print(b)\n    return b\n", [(1,)]),
    ("merge branches", "def f(a, b):\n    if a or b:\n        if b:\n            return 1\n    return 2\n", "def f(a, b):\n    if (a or b) and b:\n        return 1\n    return 2\n", [(0, 0), (0, 1), (1, 0)]),
    ("merge branches", "def f(a, b):\n    if a:\n        return 1\n    elif b:\n        return 1\n    return 2\n", "def f(a, b):\n    if a or b:\n        return 1\n    return 2\n", [(0, 0), (0, 1), (1, 0)]),
    ("merge branches", "def f(a):\n    if a:\n        b = 1\n        print(a)\n    else:\n        b = 2\n        print(a)\n    return b\n", "def f(a):\n    if a:\n        b = 1\n    else:\n        b = 2\n    print(a)\n    return b\n", [(0,), (1,)]),
    ("merge branches", "def f(a):\n    if a:\n        print(a)\n    else:\n        print(a)\n", "def f(a):\n    print(a)\n", [(0,), (1,)]),
    ("merge branches", "def f(a):\n    if a:\n        print(a)\n    else:\n        a = 3\n        print(a)\n", "def f(a):\n    if not a:\n        a = 3\n    print(a)\n", [(0,), (1,)]),
    ("merge branches", "def f(a):\n    if a == 1:\n        return 1\n    if a == 2:\n        return 1\n    return a\n", "def f(a):\n    if a == 1 or a == 2:\n        return 1\n    return a\n", [(1,), (2,), (3,)]),
    ("merge branches", "def f(a):\n    if a == 1:\n        b = 1\n    else:\n        if a:\n            b = 2\n        else:\n            b = 3\n    return b\n", "def f(a):\n    if a == 1:\n        b = 1\n    elif a:\n        b = 2\n    else:\n        b = 3\n    return b\n", [(0,), (1,), (2,)]),
    ("answer with the condition", "def f(a):\n    if a == 2:\n        return True\n    return False\n", "def f(a):\n    return a == 2\n", [(1,), (2,)]),
    ("answer with the condition", "def f(a):\n    if a:\n        b = False\n    else:\n        b = True\n    return b or a\n", "def f(a):\n    b = not a\n    return b or a\n", [(0,), (1,)]),
    ("answer with the condition", "def f(a):\n    b = a + 1\n    return b\n", "def f(a):\n    return a + 1\n", [(1,)]),
    ("drop dead code", "def f(a):\n    return a\n    # never\n    print(a)\n", "def f(a):\n    return a\n", [(1,)]),
    ("drop dead code", "def f(a):\n    unused = a[0]\n    return a\n", "def f(a):\n    a[0]\n    return a\n", [([1],)]),
    ("drop dead code", "def f(a):\n    used_up = [b for b in a]\n    return next(a, 0)\n", "def f(a):\n    [b for b in a]\n    return next(a, 0)\n", []),
    ("guard clause", "def f(a):\n    if (a != 1\n            and a != 2):\n        a += 1\n        print(a)\n", "def f(a):\n    if (a == 1 or a == 2):\n        return\n    a += 1\n    print(a)\n", [(1,), (3,)]),
    ("guard clause", "def f(a):\n    if (a +\n            1 != 1 and a != 2):\n        a += 1\n        print(a)\n", "def f(a):\n    if (a +\n            1 == 1 or a == 2):\n        return\n    a += 1\n    print(a)\n", [(0,), (3,)]),
    ("merge branches", "def f(a):\n    if(a):\n        print(a)\n    else:\n        a = 3\n        print(a)\n", "def f(a):\n    if(not (a)):\n        a = 3\n    print(a)\n", [(0,), (1,)]),
    ("merge branches", "def f(a, b):\n    if(a):\n        if b:\n            print(a)\n", "def f(a, b):\n    if((a) and b):\n        print(a)\n", [(0, 1), (1, 1), (1, 0)]),
    ("answer with the condition", "def f(a):\n    b = yield a\n    return b\n", "def f(a):\n    return (yield a)\n", []),
    ("loop as an expression", "def f(a):\n    try:\n        b = []\n        for c in a:\n            b.append(1 / c)\n        print(b)\n    except ZeroDivisionError:\n        print(a)\n", "def f(a):\n    try:\n        b = [1 / c for c in a]\n        print(b)\n    except ZeroDivisionError:\n        print(a)\n", [([1, 0],), ([1],)]),
    ("loop as an expression", "def f(a):\n    b = {}\n    for c in a:\n        b[c] = str(c)\n    return b\n", "def f(a):\n    b = {c: str(c) for c in a}\n    return b\n", [([0, 1, 2],)]),
    ("drop dead code", "def f(a):\n    unused = a\n    return a\n", "def f(a):\n    return a\n", [(1,)]),
    ("drop dead code", "def f(a):\n    print(a)\n    return None\n", "def f(a):\n    print(a)\n", [(1,)]),
    ("drop dead code", "def f(a):\n    if a:\n        print(a)\n    else:\n        pass\n    return a\n", "def f(a):\n    if a:\n        print(a)\n    return a\n", [(1,)]),
    ("loop as an expression", "def f(a):\n    b = []\n    for c in a:\n        if c:\n            b.append(c + 1)\n    return b\n", "def f(a):\n    b = [c + 1 for c in a if c]\n    return b\n", [([0, 1, 2],)]),
    ("loop as an expression", "def f(a):\n    b: set[int] = set()\n    for c, d in a:\n        b.add((c, d))\n    return b\n", "def f(a):\n    b: set[int] = {(c, d) for c, d in a}\n    return b\n", [([(0, 1)],)]),
    ("loop as an expression", "def f(a):\n    b = {}\n    for c in a:\n        if c:\n            b[c] = c, 1\n    return b\n", "def f(a):\n    b = {c: (c, 1) for c in a if c}\n    return b\n", [([0, 1, 2],)]),
    ("loop as an expression", "def f(a):\n    for c in a:\n        if c == 2:\n            return True\n    return False\n", "def f(a):\n    return any(c == 2 for c in a)\n", [([1, 2],), ([1],)]),
    ("loop as an expression", "def f(a):\n    for c in a:\n        if c == 2:\n            return False\n    return True\n", "def f(a):\n    return all(c != 2 for c in a)\n", [([1, 2],), ([1],)]),
    ("loop as an expression", "def f(a, b):\n    for c in a:\n        if c not in b or b[c] != 1:\n            return False\n    return True\n", "def f(a, b):\n    return all(c in b and b[c] == 1 for c in a)\n", [("ab", {"a": 1}), ("a", {"a": 1}), ("a", {"a": 2})]),
    ("loop as an expression", "def f(a):\n    found = False\n    for c in a:\n        if c == 2:\n            found = True\n            break\n    return found, a\n", "def f(a):\n    found = any(c == 2 for c in a)\n    return found, a\n", [([1, 2],), ([1],)]),
    ("ask once", "def f(a):\n    return a == 1 or a == 2 or a == 3\n", "def f(a):\n    return a in (1, 2, 3)\n", [(2,), (4,)]),
    ("ask once", "def f(a):\n    return a != 'x' and a != 'y'\n", "def f(a):\n    return a not in ('x', 'y')\n", [("x",), ("z",)]),
    ("ask once", "def f(a):\n    return isinstance(a, int) or isinstance(a, str)\n", "def f(a):\n    return isinstance(a, (int, str))\n", [("x",), (None,)]),
    ("ask once", "def f(a):\n    return not (a.startswith('x') or a.startswith('y'))\n", "def f(a):\n    return not (a.startswith(('x', 'y')))\n", [("x",), ("z",)]),
]  # fmt: skip

LEFT = [
    "def f(a):\n    b = {}\n    for c in a:\n        b[c] = b.get(c, 0) + 1\n    return b\n",
    "def f(a):\n    if a == 1:\n        print(a)\n    if a == 2:\n        print(a)\n    return a\n",
    "def f(a):\n    if a == 1:\n        return 1\n    if a == 2:\n        return 2\n    return a\n",
    "def f(a):\n    if a:\n        return 1\n    print(a)\n",
    "def f(a):\n    with a:\n        try:\n            if a:\n                a += 1\n                print(a)\n        except KeyError:\n            pass\n        else:\n            print(2)\n",
    "def f(a, b):\n    if a:\n        if b:\n            return 1\n        return 3\n    return 2\n",
    "def f(a):\n    if a():\n        print(a)\n    else:\n        print(a)\n",
    "def f(a):\n    if a:\n        return True\n    return False\n",
    "def f(a):\n    b = a + 1\n    print(b)\n    return b\n",
    "def f(a):\n    unused = a\n    return locals()\n",
    "def f(a):\n    b = 1\n    def g():\n        nonlocal b\n        b = 2\n    return g\n",
    "def f(a):\n    return a\n    yield\n",
    "def f(a):\n    if a:\n        return 1\n    return None\n",
    "def f(a):\n    b = []\n    for c in a:\n        b.append(c)\n    return b, c\n",
    "def f(a):\n    b = []\n    for c in a:\n        b.append(len(b))\n    return b\n",
    "def f(a):\n    b = []\n    for c in a:\n        b.append(c)\n        break\n    return b\n",
    "def f(a):\n    b = []\n    for c in a:\n        # why\n        b.append(c)\n    return b\n",
    "def f(a):\n    for c in a:\n        if c:\n            return True\n        print(c)\n    return False\n",
    "async def f(a):\n    b = []\n    async for c in a:\n        b.append(c)\n    return b\n",
    "def f(a):\n    b = []\n    for c in a:\n        b.append((yield c))\n    return b\n",
    "def f(a, b):\n    return a == 1 or b == 2\n",
    "def f(a):\n    return a() == 1 or a() == 2\n",
    "def f(a):\n    return a == 1 and a == 2\n",
    "def f(a):\n    kept = open(a)\n    return a\n",
    "def f(a):\n    try:\n        b = []\n        for c in a:\n            b.append(1 / c)\n    except ZeroDivisionError:\n        print(a)\n    return b\n",
    "def f(a, quiet):\n    with quiet:\n        b = []\n        for c in a:\n            b.append(1 / c)\n    return b\n",
    "def f(a):\n    b = []\n    def g(c):\n        return b, c\n    b = []\n    for c in a:\n        b.append(g(c))\n    return b\n",
    "def f(a):\n    global b\n    b = []\n    for c in a:\n        b.append(a(c))\n",
    "def f(a):\n    b = {}\n    for c in a:\n        b[a.pop()] = a.pop()\n    return b\n",
    "def f(self, a):\n    b = []\n    for c in a:\n        b.append(super().f(c))\n    return b\n",
    "def f(a, d):\n    for c in a:\n        if c != next(d):\n            return False\n    return True\n",
]  # fmt: skip


def outcome(source: str, arguments: tuple[Any, ...], capsys: pytest.CaptureFixture[str]) -> object:
    space: dict[str, Any] = {}
    exec(compile(source, "case.py", "exec"), space)
    value = space["f"](*arguments)
    return value, capsys.readouterr().out


@pytest.mark.parametrize(("what", "before", "after", "calls"), CASES)
def test_what_is_simpler_does_the_same(
    what: str, before: str, after: str, calls: list[tuple[Any, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    offered = [each.source for each in simpler(before) if each.what == what]
    assert after in offered
    for arguments in calls:
        assert outcome(after, arguments, capsys) == outcome(before, arguments, capsys)
    assert not [each for each in simpler(after) if each.what == what and each.source == before]


@pytest.mark.parametrize("source", LEFT)
def test_what_would_do_something_else_is_left(source: str) -> None:
    assert [(each.what, each.source) for each in simpler(source)] == []


def test_the_rest_of_the_file_keeps_its_bytes() -> None:
    head = 'class A:\n    """Text   with  odd   blanks."""\n\n'
    before = '    @property  # why\n    def f(self):\n        text = """\n  less\n"""\n        return text\n'
    after = '    @property  # why\n    def f(self):\n        return """\n  less\n"""\n'
    tail = "\n    def g( self ):\n        x=1;y = 2\n        return  x,y"
    (one,) = simpler(head + before + tail)
    assert (one.what, one.unit, one.line) == ("answer with the condition", "A.f", 4)
    assert one.source == head + after + tail
    assert list(simpler(head + before + tail, lines=[12])) == []
    assert list(simpler("def f(:\n")) == []
