"""A forgotten import comes back where exactly one source is possible, and nothing else moves."""

from collections.abc import Mapping

import pytest

from pareback.workspaces.importing.mend import Mending, mended
from pareback.workspaces.importing.tree import modules
from pareback.workspaces.importing.unbound import unbound

USES = "\n\ndef f(x):\n    return {}(x)\n"


def _mended(files: Mapping[str, str], path: str, *, before: str | None = None) -> Mending:
    """`files` is the tree after the patch, which changed `path`."""
    raw = {name: text.encode() for name, text in files.items()}
    base = {} if before is None else {path: before.encode()}
    return mended({path: raw[path]}, before=base.get, tree=lambda: modules(list(raw), raw.__getitem__, ["src"]))


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({"a.py": USES.format("json.dumps")}, "import json"),
        ({"a.py": USES.format("sha256"), "b.py": "from hashlib import sha256\n"}, "from hashlib import sha256"),
        ({"a.py": USES.format("np.sum"), "b.py": "import numpy as np\n"}, "import numpy as np"),
        ({"a.py": USES.format("euros"), "money.py": "def euros(x):\n    return x\n"}, "from money import euros"),
        ({"src/p/a.py": USES.format("g"), "src/p/b.py": "def g(x):\n    return x\n"}, "from p.b import g"),
        ({"a.py": USES.format("deque"), "b.py": "if 1:\n    from collections import deque\n"}, ""),
        ({"a.py": USES.format("g"), "b.py": "def g(x): 1\n", "c.py": "def g(x): 2\n"}, ""),
        ({"a.py": USES.format("g"), "b.py": "import a\ndef g(x): 1\n"}, ""),
        ({"a.py": USES.format("json.no_such_name")}, ""),
        ({"a.py": USES.format("glob"), "b.py": "import glob\n"}, ""),
        (
            {"a.py": USES.format("glob"), "b.py": "import glob\n", "c.py": "from glob import glob\n"},
            "from glob import glob",
        ),
        ({"a.py": USES.format("quux")}, ""),
    ],
    ids=[
        *("own library", "as another file", "with its alias", "defined once", "below a root"),
        *(
            "inside only",
            "defined twice",
            "a circle",
            "no such attribute",
            "no module is called",
            "its function is",
            "nowhere",
        ),
    ],
)
def test_one_source_is_taken_and_several_are_named(files: Mapping[str, str], line: str) -> None:
    path = next(iter(files))
    came = _mended(files, path)
    (note,) = came.notes
    assert (note.path, note.done) == (path, bool(line))
    if not line:
        assert (came.changes, "nothing binds" in note.message) == ({}, True)
        return
    after = came.changes[path].decode()
    assert sorted(filter(None, after.split("\n"))) == sorted(filter(None, [line, *files[path].split("\n")]))
    assert unbound(after) == {}


def test_what_the_patch_took_away_decides_over_what_others_import() -> None:
    before = "from os import path as p\n"
    files = {"a.py": USES.format("p.join"), "b.py": "import posixpath as p\n"}
    assert _mended(files, "a.py", before=before).changes["a.py"].startswith(b"from os import path as p\n")
    assert b"import posixpath as p\n" in _mended(files, "a.py").changes["a.py"]


def test_what_the_base_lacked_is_left_alone() -> None:
    text = USES.format("json.dumps")
    assert _mended({"a.py": f"X = 1\n{text}"}, "a.py", before=text) == Mending({}, ())
    assert _mended({"a.py": f"X = 1\n{text}"}, "a.py", before="X = 1\n").changes != {}


def test_several_sources_are_said_in_the_words_of_the_file() -> None:
    files = {"a.py": USES.format("g"), "b.py": "def g(x): 1\n", "c.py": "def g(x): 2\n"}
    (note,) = _mended(files, "a.py").notes
    assert note.message == "'a.py': nothing binds 'g' (line 4); import it: `from b import g` or `from c import g`"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('"""Doc."""\n\nfrom __future__ import annotations\n\nimport os\nimport sys\n', "import json\nimport os\n"),
        ("import os\r\nimport sys\r\n", "import json\r\nimport os\r\n"),
        ("from . import x\n", "import json\n\nfrom . import x\n"),
        ("#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n", "utf-8 -*-\n\nimport json\n"),
    ],
    ids=["sorted among its kind", "with the file's line ends", "in a section of its own", "below the first comments"],
)
def test_it_stands_where_the_file_keeps_its_imports(head: str, expected: str) -> None:
    body = USES.format("json.dumps").replace("\n", "\r\n" if "\r" in head else "\n")
    after = _mended({"a.py": head + body}, "a.py").changes["a.py"].decode()
    assert expected in after
    assert after.endswith(body.lstrip())


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("from collections import abc, deque\n", "from collections import Counter, abc, deque\n"),
        ("from collections import (\n    abc,\n    deque,\n)\n", "(\n    Counter,\n    abc,\n    deque,\n)\n"),
        ("from collections import deque  # kept\n", "from collections import Counter\n"),
    ],
    ids=["a line", "a tall one", "not where a comment stands"],
)
def test_a_statement_that_is_there_grows(head: str, expected: str) -> None:
    files = {"a.py": head + USES.format("Counter"), "b.py": "from collections import Counter\n"}
    assert expected in _mended(files, "a.py").changes["a.py"].decode()


def test_what_only_hints_name_goes_below_type_checking() -> None:
    head = "from __future__ import annotations\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import os\n"
    text = f"{head}\n\ndef f(x: Money) -> None:\n    print(x)\n"
    money = {"money.py": "import a\n\n\nclass Money:\n    pass\n"}
    after = _mended({"a.py": text} | money, "a.py").changes["a.py"].decode()
    assert "    import os\n\n    from money import Money\n" in after
    used = text.replace("print(x)", "print(Money)")
    assert _mended({"a.py": used} | money, "a.py").changes == {}, "at the margin it would close a circle"
