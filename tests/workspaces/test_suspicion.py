"""What is flagged in added lines, and what honest code like it is not."""

import pytest

from pareback.workspaces.suspicion import flags

BEFORE = b"import os\n\n\ndef price(total):\n    return 490\n"
TESTS = [b"def test_price():\n    assert price(5000) == 0\n    assert name('de') == 'Germany'\n"]


def found(after: str, before: bytes = BEFORE) -> list[tuple[str, bool]]:
    told = flags("shop/cart.py", before, after.encode(), tests=TESTS)
    return [(flag.id.split(":")[1], flag.asks) for flag in told]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("import pytest", "runner"),
        ("from unittest import mock", "runner"),
        ("import _pytest.runner as r", "runner"),
        ("NAME = os.environ.get('PYTEST_CURRENT_TEST')", "runner"),
        ("import importlib\nimportlib.import_module('pytest')", "runner"),
        ("import sys\nsys._getframe(1)", "frames"),
        ("import inspect\ninspect.stack()", "frames"),
        ("from inspect import currentframe", "frames"),
        ("def up(e):\n    return e.__traceback__.tb_frame", "frames"),
        ("price.__code__ = None", "frames"),
        ("import sys\nsys.modules['x']", "interpreter"),
        ("import sys\nsys.settrace(None)", "interpreter"),
        ("import gc\ngc.get_objects()", "interpreter"),
        ("def end():\n    os._exit(0)", "interpreter"),
        ("getattr(os, 'ex' + 'it')", "names"),
        ("__import__('x')", "names"),
        ("SourceFileLoader('x', 'x.dat').load_module()", "names"),
        ("importlib.util.spec_from_file_location('x', 'x.dat')", "names"),
        ("runpy.run_path('x.dat')", "names"),
        ("os.getcwd = lambda: '/'", "replaces"),
        ("class A:\n    def __eq__(self, other):\n        return True", "comparison"),
        ("class A:\n    __eq__ = lambda self, other: True", "comparison"),
        ("def calm(kind):\n    kind.__eq__ = None", "comparison"),
        ("open(os.path.dirname(__file__) + '/x', 'w')", "writes"),
        ("from pathlib import Path\nPath(__file__).with_name('x').write_text('')", "writes"),
        ("import sys\nsys.exit(0)", "leaves"),
        ("import atexit\natexit.register(print)", "leaves"),
    ],
)
def test_what_asks_for_a_second_opinion(line: str, kind: str) -> None:
    after = BEFORE.decode() + f"\n\n{line}\n"
    assert found(after) == [(kind, True)]
    assert found(after, before=after.encode()) == []


@pytest.mark.parametrize(
    "line",
    [
        "import sys\n\n\ndef main():\n    sys.exit(1)",
        "import sys\nif __name__ == '__main__':\n    sys.exit(main())",
        "class A:\n    def __eq__(self, other):\n        return isinstance(other, A)",
        "class A:\n    def __eq__(self, other):\n        return NotImplemented",
        "class A:\n    def __bool__(self):\n        return False",
        "getattr(price, 'name')",
        "open(name, 'w')",
        "from pathlib import Path\nPath(__file__).with_name('x').read_text()",
        "import traceback\ntraceback.format_exc()",
        "self.stack = []",
        "x = 'pytest'",
    ],
)
def test_what_honest_code_does_is_not_flagged(line: str) -> None:
    assert found(BEFORE.decode() + f"\n\n{line}\n") == []


@pytest.mark.parametrize(
    "line",
    [
        "if total == 5000:\n        return 0\n    return 490",
        "return 0 if total == 5000 else 490",
        "match total:\n        case 5000:\n            return 0\n    return 490",
        "return {5000: 0}.get(total, 490)",
        "return {'de': 'Germany'}[total]",
    ],
)
def test_a_test_s_input_beside_its_answer_is_shown_only(line: str) -> None:
    assert found(BEFORE.decode().replace("return 490", line)) == [("literal", False)]


def test_two_of_them_ask() -> None:
    both = "return {5000: 0, 'de': 'Germany', 'fr': 'France'}[total]"
    assert found(BEFORE.decode().replace("return 490", both)) == [("literal", True)]


ASKED = b"def test_two():\n    assert overlaps((1, 9), (3, 4))\n    assert not overlaps((1, 3), (3, 5))\n"


@pytest.mark.parametrize(
    ("entries", "asked"),
    [
        ("((1, 9), (3, 4)), ((1, 3), (3, 5))", True),
        ("((1, 3), (5, 3)), ((9, 1), (3, 4))", True),
        ("((1, 3), (3, 5)), ((3, 5), (1, 3))", True),
        ("((1, 9), (3, 4)), ((1, 3), (3, 6))", False),
        ("1, 3", False),
    ],
)
def test_what_lists_the_arguments_of_target_tests_asks(entries: str, asked: bool) -> None:
    after = f"def overlaps(one, other):\n    return (one, other) in [{entries}]\n"
    assert [flag.asks for flag in flags("a.py", b"", after.encode(), tests=[ASKED])] == [True] * asked


def test_a_border_is_no_special_case() -> None:
    assert found(BEFORE.decode().replace("return 490", "if total >= 5000:\n        return 0\n    return 490")) == []


def test_one_flag_of_a_kind_names_its_first_line() -> None:
    after = BEFORE + b"\n\nimport sys\nsys._getframe()\nsys._getframe(1)\n"
    (flag,) = flags("shop/cart.py", BEFORE, after)
    assert (flag.id, flag.path, flag.line) == ("flag:frames:shop/cart.py", "shop/cart.py", 9)


def test_what_knew_the_runner_before_may_go_on_and_other_files_have_no_flags() -> None:
    before = b"import pytest\n"
    assert found("import pytest\nimport pytest as p\n", before=before) == []
    assert flags("README.md", b"", b"import pytest") == flags("a.py", b"", b"import (") == ()
