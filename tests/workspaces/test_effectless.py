"""What is dropped because it provably does nothing, and all that looks like it and stays."""

import pytest

from pareback.workspaces.codemods.effectless import without_code, without_imports

EVERY = frozenset(range(1, 100))

EMPTY = "def f(a):\n    if a:\n        print(a)\n"

GONE = [
    ("import os\nimport re\nprint(re)\n", "import re\nprint(re)\n"),
    ("from os import path, sep\nprint(sep)\n", "from os import sep\nprint(sep)\n"),
    ("import json as j\n", ""),
    ("from shop import a\nfrom shop import b\nprint(b)\n", "from shop import b\nprint(b)\n"),
    ("import re\nimport re\nprint(re)\n", "import re\nprint(re)\n"),
    ("def f(a):\n    b = 1, 'x'\n    return a\n", "def f(a):\n    return a\n"),
    ("def f(a):\n    return a\n    print(a)\n", "def f(a):\n    return a\n"),
    (f"{EMPTY}    else:\n        pass\n    return a\n", f"{EMPTY}    return a\n"),
    ("def f(a):\n    print(a)\n    return None\n", "def f(a):\n    print(a)\n"),
]

STAYS = [
    "import shop\n",  # importing it may do something
    "import os.path\n",
    "import readline\n",
    "import os  # kept for plugins\n",
    "try:\n    import os\nexcept ImportError:\n    os = None\n",
    "import os\n__all__ = ['os']\n",
    "import os\ndef f(a: 'os.PathLike'): ...\n",
    "import os\nx = f()  # type: os.PathLike\n",
    "from os import *\n",
    "import re\nre = None\nimport re\nprint(re)\n",
    "from __future__ import annotations\n",
    "import os; x = 1\n",
    "def f(a):\n    b = a.c\n    return a\n",  # looking at an attribute may do something
    "def f(a):\n    b = g()\n    return a\n",
    "def f(a):\n    b = unknown\n    return a\n",
    "def f(a):\n    b = 1\n    return locals()\n",
    "def f(a):\n    b = 1\n",
    "def f(a):\n    return a\n    yield\n",
    "def f(:\n",
]


@pytest.mark.parametrize(("before", "after"), GONE)
def test_what_does_nothing_goes(before: str, after: str) -> None:
    found = [each.source for each in (*without_imports(before, EVERY), *without_code(before, EVERY))]
    assert after in found
    assert not [*without_imports(before, frozenset()), *without_code(before, frozenset())]


@pytest.mark.parametrize("source", STAYS)
def test_what_may_do_something_stays(source: str) -> None:
    assert [*without_imports(source, EVERY), *without_code(source, EVERY)] == []


def test_what_another_file_speaks_of_stays() -> None:
    assert [each.source for each in without_imports("import os\nimport re\n", EVERY, {"os"})] == ["import os\n"]
