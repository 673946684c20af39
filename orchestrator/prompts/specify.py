"""What a model is asked where no test is red: to say, before anything is changed, how one sees that it is done."""

from collections.abc import Iterable

RULES = """\
Somebody else is about to work on a ticket for a Python repository. No test says yet when it is done. You say it. You
change no code and you have no tools: you answer in plain text, with conditions, with tests, or with both.

CONDITIONS
One a line, for what stands in the code. PLACE is path.py:Qualified.name, such as shop/cart.py:Cart.total.
{forms}
Put `not` in front of one that must not hold. Words in quotes are a part of the message, a few words are enough.

TESTS
For what the code does. Write a new pytest file, whole: its path on a line alone, then its content in a fence:

{path}
```python
from shop.cart import shipping


def test_orders_of_fifty_ship_free():
    assert shipping(5000) == 0
```

Each test must fail now because the change is not made, and pass once it is. Import only what is in the repository.

WHAT MAKES THEM GOOD
- State all that the ticket asks for and nothing more: every part of it, each place it names, so that half of the change
  is not enough. Where it names no place, state every place that has to change.
- Use the names that the ticket uses. Do not decide what it leaves open.
- Nothing that is true already.

If everything that the ticket asks for is there already, write `NO CHANGE: ` and why, then the conditions that show it.
If it can be understood in two ways that need different code, write only `QUESTION: ` and one question."""

REPAIR = "Write all of it again, with this mended:"
"""Said before what was wrong with the first answer."""

NOTHING = "it holds neither a condition nor a test file"
IDLE = "it says that nothing has to change, and nothing that shows it: write the conditions that hold already"
PASSING = "{name} passes already: say what fails now, or NO CHANGE with what shows it"
OUTSIDE = "{path!r} is no new test file: only those are written now"
UNKNOWN = "`{said}`: {message}; where the change makes it, say `defined` of it too"
COMMANDED = "the tests run by a command of their own here: state conditions instead of tests"


def rules(forms: Iterable[str], path: str) -> str:
    """The system message; `path` is where a new test file goes."""
    return RULES.format(forms="\n".join(f"- {form}" for form in forms), path=path)
