"""Small tickets with a run's whole context over each, for studies that play many runs: measured once, played often.

Every ticket has one module, a red test, and what models may say to it: `tight` mends within the budget of three
points, `sloppy` mends above it, `wrong` does not mend. All are whole files, so that they apply to any tree.
"""

import os
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pareback.adapters.model import Model
from pareback.adapters.ticket import Ticket
from pareback.orchestrator import graph
from pareback.orchestrator.context import Context
from pareback.orchestrator.desk import Desk, Surroundings
from pareback.orchestrator.feedback import first
from pareback.orchestrator.job import Job
from pareback.orchestrator.ledger import Ledger
from pareback.orchestrator.prepare import prepare
from pareback.orchestrator.state import State
from pareback.workspaces.repository import open_repository

Told = TypeVar("Told")

WHO = ("-c", "user.name=t", "-c", "user.email=t@example.org")


@dataclass(frozen=True, slots=True)
class Small:
    """One ticket: its words, the module at `path`, the tests, and bodies of the one function that answers hold."""

    name: str
    text: str
    path: str
    head: str
    body: str
    tests: str
    tight: str
    sloppy: Sequence[str]
    wrong: Sequence[str]

    def answer(self, body: str, head: str | None = None) -> str:
        """A reply that writes the module whole with this body."""
        return f"{self.path}\n```python\n{(self.head if head is None else head) + body}```\n"


SLUG = Small(
    name="slug",
    text="Addresses hold letters and digits only: 'Blue,  Shoes!' becomes 'blue-shoes'.",
    path="shop/text.py",
    head='"""Names for addresses."""\n\nimport re\n\n\ndef words(text: str) -> list[str]:\n'
    '    return re.findall(r"\\w+", text)\n\n\ndef slug(title: str) -> str:\n',
    body='    return title.lower().replace(" ", "-")\n',
    tests="""from shop.text import slug, words


def test_plain():
    assert slug("Blue Shoes") == "blue-shoes"


def test_spaces():
    assert slug(" Blue  Shoes ") == "blue-shoes"


def test_marks():
    assert slug("Blue, Shoes (42)!") == "blue-shoes-42"


def test_words():
    assert words("a, b") == ["a", "b"]
""",
    tight='    return "-".join(words(title.lower()))\n',
    sloppy=(
        """    result = ""
    pending = False
    for letter in title.lower():
        if letter.isalnum():
            if pending:
                if result:
                    result = result + "-"
                pending = False
            result = result + letter
        else:
            if letter == " ":
                pending = True
            elif letter == "-":
                pending = True
    return result
""",
        """    parts = []
    part = ""
    for letter in title:
        if letter.isalpha():
            part += letter.lower()
        elif letter.isdigit():
            part += letter
        else:
            if part:
                parts.append(part)
            part = ""
    if part:
        parts.append(part)
    return "-".join(parts)
""",
    ),
    wrong=('    return title.strip().lower().replace(" ", "-")\n', '    return "-".join(title.lower().split())\n'),
)

DISCOUNT = Small(
    name="discount",
    text="From ten years on the discount is 10 %; no discount is above 20.00.",
    path="shop/orders.py",
    head='"""What regular customers pay; amounts are cents."""\n\n\ndef discount(total: int, years: int) -> int:\n',
    body="    return total * 5 // 100 if years >= 3 else 0\n",
    tests="""from shop.orders import discount


def test_three_years():
    assert discount(1000, 3) == 50


def test_new():
    assert discount(1000, 1) == 0


def test_ten_years():
    assert discount(1000, 10) == 100


def test_most():
    assert discount(90_000, 12) == 2000
""",
    tight="    rate = 10 if years >= 10 else 5 if years >= 3 else 0\n    return min(total * rate // 100, 2000)\n",
    sloppy=(
        """    if years >= 10:
        amount = total * 10 // 100
        if amount > 2000:
            return 2000
        else:
            return amount
    elif years >= 3:
        amount = total * 5 // 100
        if amount > 2000:
            return 2000
        else:
            return amount
    else:
        return 0
""",
        """    rate = 0
    for limit, percent in ((3, 5), (10, 10)):
        if years >= limit:
            if percent > rate:
                rate = percent
    amount = 0
    if rate:
        amount = total * rate // 100
        if amount > 2000:
            amount = 2000
    return amount
""",
    ),
    wrong=(
        "    return total * (10 if years > 10 else 5) // 100 if years >= 3 else 0\n",
        "    return min(total * 5 // 100, 2000) if years >= 3 else 0\n",
    ),
)

ROOMS = Small(
    name="rooms",
    text="A booking that begins before another and reaches into it overlaps it, too.",
    path="shop/rooms.py",
    head='"""Bookings: from and to in hours, the end not included."""\n\n\n'
    "def overlaps(one: tuple[int, int], other: tuple[int, int]) -> bool:\n",
    body="    return one[0] <= other[0] < one[1]\n",
    tests="""from shop.rooms import overlaps


def test_inside():
    assert overlaps((1, 9), (3, 4))


def test_from_before():
    assert overlaps((3, 5), (1, 4))


def test_around():
    assert overlaps((3, 4), (1, 9))


def test_after():
    assert not overlaps((1, 3), (3, 5))


def test_before():
    assert not overlaps((3, 5), (1, 3))
""",
    tight="    return one[0] < other[1] and other[0] < one[1]\n",
    sloppy=(
        """    if one[0] <= other[0]:
        if other[0] < one[1]:
            return True
        else:
            return False
    else:
        if one[0] < other[1]:
            return True
        else:
            return False
""",
        """    for hour in range(one[0], one[1]):
        for taken in range(other[0], other[1]):
            if hour == taken:
                return True
            elif taken > hour:
                break
    return False
""",
    ),
    wrong=("    return one[0] <= other[0] <= one[1]\n", "    return other[0] <= one[0] < other[1]\n"),
)

SMALL = (SLUG, DISCOUNT, ROOMS)


@contextmanager
def opened(small: Small, *, python: str, **flags: object) -> Iterator[Context]:
    """The ticket's context with a budget of three points: base frozen, targets named, its server warm."""
    with tempfile.TemporaryDirectory(prefix="arena-") as name, ExitStack() as stack:
        place = Path(name)
        root, folder = place / "repo", place / "run"
        folder.mkdir()
        files = {
            "shop/__init__.py": "",
            small.path: small.head + small.body,
            f"tests/test_{small.name}.py": small.tests,
        }
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "base"]):
            subprocess.run(["git", *WHO, *words], cwd=root, check=True)
        environ = {"PATH": os.environ["PATH"], "PAREBACK_HOME": name, "PAREBACK_CONFIG": f"{name}/none.toml"}
        given = {"python": python, "budget": "fix", "sandbox": "none", "max_seconds": 3600.0, **flags}
        job = Job(Ticket(small.name, small.text, repo=str(root)), given)
        repository = stack.enter_context(open_repository(root, shadow=folder / "shadow"))
        ledger = stack.enter_context(Ledger(folder / "ledger.db"))
        around = Surroundings(environ, lambda _: None)
        desk = Desk(job, folder, ledger, repository, around, place / "cache", threading.Event(), threading.Event())
        yield stack.enter_context(prepare(desk)).context


def play(context: Context, ladder: Sequence[Model], tell: Callable[[State, Ledger], Told], **settings: object) -> Told:
    """One whole run in a ledger of its own, and what `tell` makes of its last state."""
    with tempfile.TemporaryDirectory(prefix="ledger-") as folder, Ledger(Path(folder) / "ledger.db") as ledger:
        again = replace(
            context,
            ledger=ledger,
            ladder=tuple(ladder),
            settings=context.settings.model_copy(update=settings),
            stop=threading.Event(),
            race=threading.Event(),
        )
        return tell(graph.run(State(start=context.base, feedback=first(again)), again), ledger)
