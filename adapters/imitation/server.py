"""A model server on loopback, scripted call by call.

`Server(["first reply", Fault(429, retry_after=1), Say("slow", delay=0.2)])` serves three calls in the order in which
they arrive; a function of the request's JSON instead of a list answers every call. `.url` is the base URL, `.calls`
what arrived. Served are `/chat/completions`, `/edit/completions`, `/fim/completions` and `/tokenize`; with `canvas`,
a call may pin positions of one.
"""

import json
import select
import socket
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import Any, Self

from pareback.adapters.imitation.canvas import Tokenizer, denoised
from pareback.adapters.imitation.said import Asked, Fault, Item, Raw, Say, completion, error, parts, tail, tokens

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
    """Serves one script until it is closed; `canvas` is the length in tokens of its canvas, 0 where it has none."""

    daemon_threads = False  # joined by server_close, so that no thread outlives its server

    def __init__(self, script: Script, *, canvas: int = 0) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.script = script
        self.canvas = canvas
        self.tokenizer = Tokenizer()
        self.calls: list[Call] = []
        self.errors: list[BaseException] = []
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        """The base URL, as a client wants it."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def take(self, call: Call) -> Item:
        """What the script says to one more call."""
        with self._lock:
            self.calls.append(call)
            number = len(self.calls)
        if callable(self.script):
            return self.script(call.body)
        if number > len(self.script):
            return Fault(400, f"the script has no reply for call {number}")
        return self.script[number - 1]

    def track(self, connection: socket.socket, *, opened: bool) -> None:
        """Remember or forget a connection, so that closing ends it."""
        with self._lock:
            (self._open.add if opened else self._open.discard)(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves is no error of the server; one in the script is raised at the end."""
        found = sys.exception()
        if found is not None and not isinstance(found, OSError):
            self.errors.append(found)

    def close(self) -> None:
        """End every connection and the server. Raises what went wrong in the script."""
        self.closing.set()
        self.shutdown()
        with self._lock:
            for connection in self._open:
                _shut(connection)
        self.server_close()
        self._thread.join()
        for found in self.errors:
            raise found


class _Talk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    call: Call
    asked: Asked

    @property
    def served(self) -> Server:
        """The server, known to be ours."""
        assert isinstance(self.server, Server)
        return self.server

    def setup(self) -> None:
        super().setup()
        self.served.track(self.connection, opened=True)

    def finish(self) -> None:
        self.served.track(self.connection, opened=False)
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
        self.asked = _asked(self.path, body)
        try:
            self._answer(self._item())
        except OSError:
            self.call.hung_up.set()
            self.close_connection = True

    def _item(self) -> Say | Fault | Raw:
        """The script's item, in the canvas where the call brings one; text to ids is no call of the script."""
        body = self.call.body
        if self.path == "/tokenize":
            return Raw(json.dumps({"tokens": self.served.tokenizer.encode(body["prompt"])}).encode())
        item = self.served.take(self.call)
        said = Say(item) if isinstance(item, str) else item
        xargs = body.get("vllm_xargs")
        if isinstance(said, Say) and self.served.canvas and xargs:
            return denoised(said, xargs, self.served.tokenizer, self.served.canvas)
        return said

    def _answer(self, item: Say | Fault | Raw) -> None:
        if isinstance(item, Fault):
            self._document(item.status, error(item), retry_after=item.retry_after)
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
        body = completion(item, self.asked)
        if item.cut is None:
            self._document(200, body)
        else:
            self._document(200, body[: len(body) // 2], short=len(body) - len(body) // 2)

    def _stream(self, item: Say) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        due = monotonic()
        for part, pause in parts(item, self.asked):
            due += pause  # against the clock, so that many short pauses do not add their errors up
            if not self._wait(due - monotonic()):
                return
            self._chunk(part)
        if self._wait(item.hold):
            self._end(item)

    def _end(self, item: Say) -> None:
        if item.cut is None:
            self._chunk(tail(item, self.asked))
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
        while seconds > 0 and not self.served.closing.wait(min(seconds, 0.01)):
            seconds -= 0.01
            if select.select([self.connection], [], [], 0)[0] and not self.connection.recv(1, socket.MSG_PEEK):
                self.call.hung_up.set()
                self.close_connection = True
                return False
        self.close_connection = self.close_connection or self.served.closing.is_set()
        return not self.served.closing.is_set()


def _asked(path: str, body: Mapping[str, Any]) -> Asked:
    prompt = "".join(message["content"] for message in body.get("messages", ())) + body.get("prompt", "")
    return Asked(
        "text" if path.endswith("/fim/completions") else "chat",
        bool(body.get("diffusing")),
        tokens(prompt + body.get("suffix", "")),
    )


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
