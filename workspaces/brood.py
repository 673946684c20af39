"""The canaries' bodies: what must fail in each way a test can fail, and what must pass, whatever the project does.

It runs under the target's interpreter: standard library and the target's own pytest, Python 3.8 syntax. Functions that
take a `case` become methods of a `unittest.TestCase`. Which of them must fail is known on the other side only.
"""

from __future__ import annotations

import random
from typing import Any

import pytest

NUMBER = random.SystemRandom().getrandbits(40)


def plain_assert() -> None:
    assert NUMBER + 1 == NUMBER


def plain_pass() -> None:
    assert NUMBER + 1 != NUMBER


@pytest.fixture
def nest() -> None:
    raise LookupError(NUMBER)


def fixture() -> None:
    """It is given the fixture above when it is planted."""


def plain_raise() -> None:
    raise ValueError(NUMBER)


def case_subtest(case: Any) -> None:
    with case.subTest(number=NUMBER):
        case.fail(NUMBER)


@pytest.mark.parametrize("number", [NUMBER])
def parameter(number: int) -> None:
    assert number + 1 == NUMBER


def case_assert(case: Any) -> None:
    case.assertEqual(NUMBER + 1, NUMBER)  # noqa: PT009  it is this assert that must fail


def case_pass(case: Any) -> None:
    case.assertNotEqual(NUMBER + 1, NUMBER)  # noqa: PT009  as above
