"""Lines that are commands, lines that want a shell, and commands that never ran."""

import pytest

from pareback.workspaces.command_line import is_unrun, words
from pareback.workspaces.process import Finished


def test_a_line_is_split_as_a_shell_would() -> None:
    assert words("ruff check --select 'E7 F'", "command") == ("ruff", "check", "--select", "E7 F")
    assert words("", "command") == ()
    assert words("sh -c 'a && b'", "command") == ("sh", "-c", "a && b")


@pytest.mark.parametrize(
    ("line", "told"), [("a && b", "the test command 'a && b' needs a shell"), ("a 'b", "cannot be read: No closing")]
)
def test_a_line_that_cannot_be_used_names_what_it_is(line: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        words(line, "test command")


def test_what_never_ran_is_not_its_own_word() -> None:
    assert is_unrun(Finished(127, "sh: nothing: not found", 0.1))
    assert is_unrun(Finished(1, "bwrap: cannot make a namespace", 0.1))
    assert not is_unrun(Finished(1, "3 findings", 0.1))
    assert not is_unrun(Finished(127, "", 0.1, "timeout"))
