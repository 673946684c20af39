"""Paths that lead elsewhere, on any file system, and the globs that permit."""

import os
import random
import re
import unicodedata
from pathlib import Path, PurePosixPath

import pytest

from pareback.workspaces.paths import LONGEST_NAME, LONGEST_PATH, folded, matches, refusal

FILES = frozenset({"src/shop/cart.py", "src/shop/Tax.py", "src/stra\u00dfe.py", "README.md", "vendor/lib/x.py"})
LINKS = frozenset({"link", "vendor/sub"})


@pytest.mark.parametrize(
    "path",
    [
        "a.py",
        "src/shop/new.py",
        "src/shop/cart.py",
        "src/caf\u00e9.py",
        ".gitignore",
        "src/a b.py",
        "..a/...b.py",
        "x" * 240,
    ],
)
def test_an_ordinary_path_passes(path: str) -> None:
    assert refusal(path, files=FILES, links=LINKS) is None


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "empty"),
        ("src//a.py", "empty component"),
        ("src/", "empty component"),
        (".", "without dots"),
        ("../a.py", "without dots"),
        ("src/../../a.py", "without dots"),
        ("/etc/passwd", "absolute"),
        ("C:/a.py", "absolute"),
        ("src\\a.py", "backslash"),
        ("src/a\0.py", "control"),
        ("src/a\n.py", "control"),
        ("src/a\u202e.py", "invisible"),
        (".g\u200cit/config", "invisible"),
        ("src/\ud800.py", "control"),
        ("src/cafe\u0301.py", "normal form"),
        ("src/a.py.", "ends with a dot"),
        ("src /a.py", "ends with a dot or a space"),
        (".git/config", "git's own"),
        ("sub/.GIT/config", "git's own"),
        ("GIT~1/config", "git's own"),
        ("gitmod~1", "git's own"),
        (".git::$INDEX_ALLOCATION/config", "git's own"),
        ("\uff0egit/config", "git's own"),
        ("x" * (LONGEST_NAME + 1), "component is longer"),
        ("d/" * LONGEST_PATH + "a.py", "longer than"),
        ("link", "symbolic link"),
        ("link/a.py", "symbolic link"),
        ("vendor/sub/deep/a.py", "submodule"),
        ("src/shop/CART.py", "write that path"),
        ("SRC/shop/new.py", "write that path"),
        ("src/shop/tax.py", "write that path"),
        ("src/strasse.py", "write that path"),
        ("LINK/a.py", "write that path"),
        ("src/shop/cart.py/a.py", "is a file, not a folder"),
        ("src/shop", "is a folder"),
        ("src/sh\u043ep/cart.py", "cyrillic and latin"),
    ],
)
def test_a_path_that_leads_elsewhere_is_refused_with_the_reason(path: str, reason: str) -> None:
    assert reason in (refusal(path, files=FILES, links=LINKS) or "passed")


def test_two_files_that_differ_in_case_in_the_tree_itself_stay_editable() -> None:
    files = frozenset({"a/X.py", "a/x.py"})
    assert [refusal(path, files=files) for path in sorted(files)] == [None, None]


@pytest.mark.parametrize(
    ("glob", "inside", "outside"),
    [
        ("src/a.py", "src/a.py", "src/b.py"),
        ("./src", "src/deep/a.py", "srcs/a.py"),
        ("src/", "src/a.py", "lib/src/a.py"),
        ("*.py", "a.py", "src/a.py"),
        ("**/*.py", "a.py", "a.md"),
        ("**/*.py", "src/deep/a.py", "src/a.pyc"),
        ("src/**/b.py", "src/b.py", "src/ab.py"),
        ("src/**", "src/deep/a.py", "test/a.py"),
        ("src/[ab]?.py", "src/a1.py", "src/c1.py"),
        ("src/[!a-c].py", "src/d.py", "src/b.py"),
        ("app/[id]/page.py", "app/[id]/page.py", "app/id/page.py"),
    ],
)
def test_a_glob_begins_at_the_root_and_a_folder_names_what_is_below(glob: str, inside: str, outside: str) -> None:
    assert matches(inside, glob)
    assert not matches(outside, glob)


PIECES = (
    "..", ".", "", "/", "//", "a", "b.py", "src", "shop", "cart.py", "SRC", "Tax.py", "tax.py", ".git", ".GIT", ".Git ",
    "git~1", "GIT~12", "gi7eba~1", ".git.", ".git::$DATA", "link", "LINK", "vendor", "sub", "\\", "C:", "~", "-rf",
    "\0",
    "\n", "\x7f", "\u200d", "\ufeff", "\u202e", "\ud800", "e\u0301", "\u00e9", "\u0430", "\uff0e\uff0e", "\u2024\u2024",
    "\u2215", "\uff0f", "x" * 300, "CON", "nul", "a:b", "*", "\u0131", "\u017f", "\u212a", "%2e%2e", "\t", " ", "...",
)  # fmt: skip


def _fuzzed(rng: random.Random) -> str:
    pieces = [rng.choice(PIECES) for _ in range(rng.randrange(1, 7))]
    return rng.choice(["/", "/", "/", "", "\\"]).join(pieces)


def _escapes(path: str, root: Path) -> bool:
    """Whether the path leaves the tree, or enters git's folder or a link of it, on any common file system."""
    names = [unicodedata.normalize("NFKC", name).casefold().rstrip(". ") for name in path.replace("\\", "/").split("/")]
    visible = ["".join(c for c in name if unicodedata.category(c) != "Cf").split(":")[0] for name in names]
    return (
        os.path.normpath(root / path) != str(root / path)
        or not PurePosixPath(os.path.normpath(root / path)).is_relative_to(root)
        or any(name in {".git", "git~1", "", ".", ".."} or re.fullmatch(r"git?[0-9a-z]*~\d+", name) for name in visible)
        or visible[0] == "link"
        or visible[:2] == ["vendor", "sub"]
    )


def test_of_a_hundred_thousand_fuzzed_paths_none_escapes() -> None:
    rng, root, passed = random.Random(13), Path("/slot"), 0
    for _ in range(100_000):
        path = _fuzzed(rng)
        if refusal(path, files=FILES, links=LINKS) is None:
            passed += 1
            assert not _escapes(path, root), path
            assert path.isprintable()
            assert folded(path) not in {folded(file) for file in FILES - {path}}, path
    assert passed > 5_000


def test_what_passes_can_be_written_below_a_folder(tmp_path: Path) -> None:
    """The file system agrees: each path that passes makes exactly one file, below the folder."""
    rng = random.Random(31)
    made = {path for path in (_fuzzed(rng) for _ in range(2_000)) if refusal(path, files=frozenset()) is None}
    for number, path in enumerate(sorted(made)):
        file = tmp_path / str(number) / path
        file.parent.mkdir(parents=True)
        file.write_bytes(b"")
        assert file.resolve() == file
    assert len(made) > 100
