"""Random regions of real files written anew: what stands outside keeps every byte, and no place is guessed."""

import random
import sysconfig
from pathlib import Path

import pytest

from pareback.workspaces.document import EditError
from pareback.workspaces.refill import refill

STDLIB = Path(sysconfig.get_paths()["stdlib"])
FILES = ("argparse.py", "ast.py", "calendar.py", "configparser.py", "csv.py", "difflib.py", "shlex.py", "textwrap.py")
DATA = b"class A:\n    def f(self):\n        return 1  \n\n    def g(self):\n        return 2\n"


def _ends(rng: random.Random, data: bytes) -> bytes:
    """The file as others save it: line ends, a byte order mark, no end after the last line."""
    data = data.replace(b"\n", rng.choice([b"\n", b"\r\n"]))
    return rng.choice([b"", b"\xef\xbb\xbf"]) + (data.rstrip() if rng.random() < 0.3 else data)


def test_three_hundred_random_regions_are_refilled_and_nothing_else_changes() -> None:
    rng, filled = random.Random("refill"), 0
    for _ in range(300):
        data = _ends(rng, (STDLIB / rng.choice(FILES)).read_bytes())
        lines = data.removeprefix(b"\xef\xbb\xbf").decode().splitlines(keepends=True)
        top = rng.randrange(len(lines) - 30)
        bottom = top + rng.randrange(1, 25)
        above, beneath = (lines[at].rstrip("\r\n") + "\n" for at in (top, bottom))
        new = "".join(f"fresh_{rng.random()} = {line}\n" for line in range(rng.randrange(4)))
        try:
            after = refill("a.py", data, above=above, new=new, beneath=beneath)
        except EditError:
            assert not above.strip() or not beneath.strip() or _pairs(lines, above, beneath) != 1
            continue
        filled += 1
        end = "\r\n" if b"\r\n" in data else "\n"
        head, tail = "".join(lines[: top + 1]), "".join(lines[bottom:])
        assert (
            after == data[: len(data) - len("".join(lines).encode())] + (head + new.replace("\n", end) + tail).encode()
        )
    assert filled > 100


def _pairs(lines: list[str], above: str, beneath: str) -> int:
    """In how many ways the two lines can be meant, trailing space aside."""
    plain = [line.strip() for line in lines]
    tops = [at for at, line in enumerate(plain) if line == above.strip()]
    return sum(line == beneath.strip() for top in tops for line in plain[top + 1 :])


def _filled(above: str, new: str, beneath: str) -> bytes:
    return refill("a.py", DATA, above=above, new=new, beneath=beneath)


def test_a_quote_with_other_indentation_shifts_the_new_lines() -> None:
    fitted = _filled("def f(self):\n", "    return 3\n\n", "def g(self):\n")
    assert fitted == DATA.replace(b"        return 1  \n", b"        return 3\n")
    assert _filled("    def f(self):\n", "        return 1\n\n", "    def g(self):\n") == DATA.replace(b"1  \n", b"1\n")


def test_the_start_and_the_end_of_the_file_are_places() -> None:
    assert _filled("", "X = 1\n", "class A:\n") == b"X = 1\n" + DATA
    assert _filled("        return 2\n", "X = 1\n", "") == DATA + b"X = 1\n"


@pytest.mark.parametrize(
    ("above", "beneath", "reason"),
    [
        ("", "", "neither line"),
        ("\n", "class A:\n", "is blank"),
        ("    def h(self):\n", "", "Nearest"),
        ("class A:\n    def g", "", "Nearest"),
        ("        return 2\n", "class A:\n", "stands below"),
        ("class A:\n", "def g(self):\n", "other indentation"),
    ],
)
def test_a_place_that_is_not_sure_is_refused_with_what_stands_there(above: str, beneath: str, reason: str) -> None:
    with pytest.raises(EditError, match=reason):
        _filled(above, "x = 1\n", beneath)


def test_lines_that_stand_twice_are_refused_with_their_places() -> None:
    with pytest.raises(EditError, match=r"several places \(above: lines 1, 3; below: lines 2, 4\)"):
        refill("a.txt", b"a\nb\na\nb\n", above="a\n", new="c\n", beneath="b\n")
