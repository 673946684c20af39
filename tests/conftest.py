"""A real model server on loopback, scripted call by call: what it answers, how slowly, and where it breaks off.

`endpoint(["first reply", endpoint.fault(429, retry_after=1), endpoint.say("slow", delay=0.2)])` serves three calls in
the order in which they arrive; a function of the request's JSON instead of a list answers every call. `.url` is the
base URL, `.calls` what arrived.
"""

import json
import select
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """--update-golden: golden files are rewritten from what comes out now; read the diff before committing it."""
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden from what comes out now")


Cut = Literal["clean", "mid_json", "reset"]
"""A stream that ends early: tidily, inside a JSON document, or with the connection reset."""


@dataclass(frozen=True, slots=True)
class Say:
    """A reply of the model. `cut` breaks it off after `text`; seconds for `delay` (before headers) and `pause`.

    `alive` sends that many keep-alive comments, `pause` apart, before the text; `hold` keeps the connection silent for
    so many seconds after the text. `usage` None leaves it out.
    """

    text: str | None
    chunk: int = 16
    finish: str | None = "stop"
    usage: Mapping[str, object] | None = field(
        default_factory=lambda: {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    )
    delay: float = 0.0
    pause: float = 0.0
    alive: int = 0
    hold: float = 0.0
    cut: Cut | None = None
    thoughts: str = ""
    done: bool = True


@dataclass(frozen=True, slots=True)
class Fault:
    """An HTTP status with a provider's error body."""

    status: int
    message: str = "the server says no"
    code: str | None = None
    retry_after: str | float | None = None


@dataclass(frozen=True, slots=True)
class Raw:
    """Any body at all."""

    body: bytes
    content_type: str = "application/json"
    status: int = 200


Item = str | Say | Fault | Raw
Script = Sequence[Item] | Callable[[Mapping[str, Any]], Item]


@dataclass(slots=True)
class Call:
    """What arrived: path, headers in lower case, JSON body; `hung_up` is set when the client leaves early."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    port: int
    hung_up: threading.Event = field(default_factory=threading.Event)


class Server(ThreadingHTTPServer):
    """Serves one script; threads end with it."""

    daemon_threads = False  # joined by server_close, so that no thread outlives its test

    def __init__(self, script: Script) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.script = script
        self.calls: list[Call] = []
        self.errors: list[BaseException] = []
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def take(self, call: Call) -> Item:
        with self._lock:
            self.calls.append(call)
            number = len(self.calls)
        if callable(self.script):
            return self.script(call.body)
        if number > len(self.script):
            return Fault(400, f"the script has no reply for call {number}")
        return self.script[number - 1]

    def track(self, connection: socket.socket, *, opened: bool) -> None:
        with self._lock:
            (self._open.add if opened else self._open.discard)(connection)

    def handle_error(self, *_: Any) -> None:
        """A client that leaves is no error of the server; one in a test's own script is raised at the end."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            self.errors.append(error)

    def close(self) -> None:
        self.closing.set()
        self.shutdown()
        with self._lock:
            for connection in self._open:
                _shut(connection)
        self.server_close()
        self._thread.join()
        for error in self.errors:
            raise error


class _Talk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server
    call: Call

    def setup(self) -> None:
        super().setup()
        self.server.track(self.connection, opened=True)

    def finish(self) -> None:
        self.server.track(self.connection, opened=False)
        try:
            super().finish()
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # the parent's signature
        """Nothing goes to the terminal."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.call = Call(self.path, headers, body, self.client_address[1])
        item = self.server.take(self.call)
        try:
            self._answer(Say(item) if isinstance(item, str) else item)
        except OSError:
            self.call.hung_up.set()
            self.close_connection = True

    def _answer(self, item: Say | Fault | Raw) -> None:
        if isinstance(item, Fault):
            self._document(item.status, _error(item), retry_after=item.retry_after)
        elif isinstance(item, Raw):
            self._document(item.status, item.body, content_type=item.content_type)
        elif self._wait(item.delay):
            self._stream(item) if self.call.body.get("stream") else self._reply(item)

    def _document(
        self,
        status: int,
        body: bytes,
        *,
        content_type: str = "application/json",
        retry_after: object = None,
        short: int = 0,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body) + short))
        if retry_after is not None:
            self.send_header("Retry-After", str(retry_after))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.close_connection or bool(short)

    def _reply(self, item: Say) -> None:
        """Without streaming: every cut is a body shorter than its length."""
        if not self._wait(item.hold + item.pause * item.alive):
            return
        body = json.dumps(_completion(item)).encode()
        if item.cut is None:
            self._document(200, body)
        else:
            self._document(200, body[: len(body) // 2], short=len(body) - len(body) // 2)

    def _stream(self, item: Say) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part, pause in _parts(item):
            if not self._wait(pause):
                return
            self._chunk(part)
        if self._wait(item.hold):
            self._end(item)

    def _end(self, item: Say) -> None:
        if item.cut is None:
            self._chunk("".join(_tail(item)))
        if item.cut == "mid_json":
            self._chunk('data: {"id": "x", "choices": [{"index": 0, "delta": {"conte')
        if item.cut == "reset":
            self.close_connection = True
            _shut(self.connection)
        else:
            self.wfile.write(b"0\r\n\r\n")

    def _chunk(self, text: str) -> None:
        data = text.encode()
        if data:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.flush()

    def _wait(self, seconds: float) -> bool:
        """Whether the client is still there after so many seconds, and the server is not closing."""
        while seconds > 0 and not self.server.closing.wait(min(seconds, 0.01)):
            seconds -= 0.01
            if select.select([self.connection], [], [], 0)[0] and not self.connection.recv(1, socket.MSG_PEEK):
                self.call.hung_up.set()
                self.close_connection = True
                return False
        self.close_connection = self.close_connection or self.server.closing.is_set()
        return not self.server.closing.is_set()


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _error(fault: Fault) -> bytes:
    error = {"message": fault.message, "type": "error", "code": fault.code}
    return json.dumps({"error": error}).encode()


def _event(payload: Mapping[str, object]) -> str:
    return f"data: {json.dumps(payload)}\n\n"


def _delta(delta: Mapping[str, object], finish: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return _event({"id": "x", "object": "chat.completion.chunk", "model": "toy", "choices": [choice]})


def _parts(item: Say) -> Iterator[tuple[str, float]]:
    """As llama.cpp does: a first chunk with the role and null content, then the text."""
    yield _delta({"role": "assistant", "content": None}), 0.0
    for _ in range(item.alive):
        yield ": keep-alive\n\n", item.pause
    if item.thoughts:
        yield _delta({"reasoning_content": item.thoughts}), item.pause
    text = item.text or ""
    for start in range(0, len(text), item.chunk):
        yield _delta({"content": text[start : start + item.chunk]}), item.pause


def _tail(item: Say) -> Iterator[str]:
    if item.finish is not None:
        yield _delta({}, item.finish)
    if item.usage is not None:
        yield _event({"id": "x", "object": "chat.completion.chunk", "choices": [], "usage": item.usage})
    if item.done:
        yield "data: [DONE]\n\n"


def _completion(item: Say) -> Mapping[str, object]:
    choice = {"index": 0, "message": {"role": "assistant", "content": item.text}, "finish_reason": item.finish}
    usage = {} if item.usage is None else {"usage": item.usage}
    return {"id": "x", "object": "chat.completion", "created": 1, "model": "toy", "choices": [choice], **usage}


class Endpoints:
    """The factory: every server it starts is closed at the end of the test."""

    say = Say
    fault = Fault
    raw = Raw

    def __init__(self) -> None:
        self._servers: list[Server] = []

    def __call__(self, script: Script) -> Server:
        self._servers.append(Server(script))
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
