"""Of what a formatter does, only what touches the patch is kept."""

from pareback.workspaces.tidying.kept import kept

OLD = b"x = {  'a':1 }\n\n\ndef f( a ):\n    return a\n\n\ny = {  'b':2 }\n"
NEW = OLD.replace(b"    return a\n", b"    b = a+1\n    return b\n")
FORMATTED = b'x = {"a": 1}\n\n\ndef f(a):\n    b = a + 1\n    return b\n\n\ny = {"b": 2}\n'


def test_old_lines_stay_as_they_were() -> None:
    made = kept({5, 6}, NEW, FORMATTED)
    assert b"    b = a + 1\n    return b\n" in made
    assert made.startswith(b"x = {  'a':1 }\n")
    assert made.endswith(b"y = {  'b':2 }\n")


def test_a_new_file_is_formatted_whole_and_an_untouched_one_not_at_all() -> None:
    assert kept(range(1, 11), NEW, FORMATTED) == FORMATTED
    assert kept((), OLD, FORMATTED) == OLD
    assert kept({5, 6}, NEW, NEW) == NEW
