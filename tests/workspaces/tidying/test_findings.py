"""What a linter's lines say, and which of them are new."""

from pareback.workspaces.tidying.findings import Finding, new, read

OUTPUT = """\
a.py:3:1: F401 `os` imported but unused
./b.py:10: error: incompatible types  [assignment]
c.py:7:0: C0114: Missing module docstring (missing-module-docstring)
Found 3 errors.
************* Module c
note: a.py:3 was left out
"""


def test_lines_with_a_place_are_findings_and_others_are_not() -> None:
    assert read(OUTPUT) == (
        Finding("a.py", 3, "F401 `os` imported but unused"),
        Finding("b.py", 10, "error: incompatible types  [assignment]"),
        Finding("c.py", 7, "C0114: Missing module docstring (missing-module-docstring)"),
    )
    assert read("All checks passed!\n") == ()


def test_what_only_moved_is_not_new() -> None:
    before = read("a.py:3:1: F811 redefinition of unused `x` from line 1\na.py:9:1: E711 None")
    after = read("a.py:5:1: F811 redefinition of unused `x` from line 2\na.py:11:1: E711 None")
    assert new(before, after, {"a.py": {1, 2}}) == ()
    assert new((), after, {}) == after


def test_of_several_alike_the_one_on_a_line_of_the_patch_is_new() -> None:
    before = read("a.py:3:1: E711 None")
    after = read("a.py:3:1: E711 None\na.py:8:1: E711 None\na.py:9:1: E711 None")
    assert new(before, after, {"a.py": {9}}) == (Finding("a.py", 3, "E711 None"), Finding("a.py", 9, "E711 None"))
    assert new(before, after[:2], {"a.py": {8}}) == (Finding("a.py", 8, "E711 None"),)
    assert new(after, before, {"a.py": {8}}) == ()
