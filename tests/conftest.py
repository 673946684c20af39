"""What every test may use: a model server on loopback, and the flag that rewrites golden files."""

from collections.abc import Iterator

import pytest

from pareback.adapters.imitation.said import Fault, Raw, Say
from pareback.adapters.imitation.server import Script, Server


def pytest_addoption(parser: pytest.Parser) -> None:
    """--update-golden: golden files are rewritten from what comes out now; read the diff before committing it."""
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden from what comes out now")


class Endpoints:
    """The factory: every server it starts is closed at the end of the test."""

    say = Say
    fault = Fault
    raw = Raw

    def __init__(self) -> None:
        self._servers: list[Server] = []

    def __call__(self, script: Script, *, canvas: int = 0) -> Server:
        self._servers.append(Server(script, canvas=canvas))
        return self._servers[-1]

    def close(self) -> None:
        for server in self._servers:
            server.close()


@pytest.fixture
def endpoint() -> Iterator[Endpoints]:
    """Starts OpenAI-compatible servers on loopback."""
    endpoints = Endpoints()
    yield endpoints
    endpoints.close()
