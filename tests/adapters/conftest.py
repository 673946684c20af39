"""What the adapters' tests share: one small request, and a clean environment."""

import os

import pytest

from pareback.adapters.model import Request, Source


@pytest.fixture
def request_() -> Request:
    return Request(rules="Answer with edits.", ticket="Add one.", files=(Source("a.py", "x = 1\n"),), max_tokens=256)


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys and addresses of whoever runs the tests stay out of them."""
    for name in [name for name in os.environ if name.endswith(("_API_KEY", "_BASE_URL", "_API_BASE"))]:
        monkeypatch.delenv(name)
