"""Connections to one model server: kept from call to call, and cut from any thread in the middle of one.

The only place that knows the HTTP library. Its own timeouts count bytes and not content, so deadlines are the pump's;
what it raises is told apart here into what was never sent and what the server may have worked on.
"""

import socket
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pareback.adapters.failures import Caller, seconds_to_wait, unreachable
from pareback.adapters.providers import Endpoint
from pareback.adapters.pump import Patience

if TYPE_CHECKING:
    import ssl

    import httpx


@dataclass(frozen=True, slots=True)
class Response:
    """An answer whose headers are there. `retry_after` is in seconds, None where it does not say."""

    status: int
    retry_after: float | None
    _response: "httpx.Response" = field(repr=False)

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    def blocks(self) -> Iterator[bytes]:
        """The body as it comes. A connection that breaks ends it: what is missing then is seen by the reader."""
        import httpx  # imported when used: --help and check must not pay for it

        try:
            yield from self._response.iter_bytes()
        except (httpx.TransportError, httpx.DecodingError):
            return


class Lanes:
    """The lanes that no call uses now; all are closed when the model is forgotten."""

    def __init__(self, endpoint: Endpoint, patience: Patience) -> None:
        self._endpoint = endpoint
        self._patience = patience
        self._lock = threading.Lock()
        self._free: list[_Lane] = []
        self._made: list[_Lane] = []
        self._verify: ssl.SSLContext | bool | None = None
        weakref.finalize(self, _close, self._made)

    def take(self) -> "_Lane":
        """A lane nobody uses, new where all are in use."""
        with self._lock:
            if self._free:
                return self._free.pop()
            if self._verify is None:
                self._verify = _certificates(self._endpoint)
            lane = _Lane(self._endpoint, self._patience, self._verify)
            self._made.append(lane)
            return lane

    def give(self, lane: "_Lane") -> None:
        """Take a lane back."""
        with self._lock:
            self._free.append(lane)


class Call:
    """One call's hold on a lane, so that another thread can cut its connection, and never a later call's."""

    def __init__(self, lanes: Lanes, caller: Caller) -> None:
        self.caller = caller
        self._lanes = lanes
        self._lock = threading.Lock()
        self._lane: _Lane | None = None
        self._was_cut = False

    @contextmanager
    def post(self, url: str, content: bytes) -> Iterator[Response]:
        """Send JSON and hold the lane while its answer is read. Raises ModelUnavailable where there is no answer."""
        import httpx  # as above

        never_sent = (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL, httpx.UnsupportedProtocol)
        try:
            with self._held() as lane, lane.stream(url, content, {"trace": self._trace}) as response:
                wait = seconds_to_wait(response.headers.get("retry-after"))
                yield Response(response.status_code, wait, response)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            sent = not isinstance(error, never_sent)
            raise unreachable(self.caller, f"{type(error).__name__}: {error}", sent=sent) from error

    def cut(self) -> None:
        """Shut the connection of this call now, or as soon as it is made."""
        with self._lock:
            self._was_cut = True
            _shut(self._lane)

    @contextmanager
    def _held(self) -> Iterator["_Lane"]:
        lane = self._lanes.take()
        with self._lock:
            self._lane = lane
            if self._was_cut:
                _shut(lane)
        try:
            yield lane
        finally:
            with self._lock:
                self._lane = None
            self._lanes.give(lane)

    def _trace(self, event: str, details: Mapping[str, Any]) -> None:
        """Learns the socket when a connection is made (the client's tracing hook)."""
        if not event.endswith(("connect_tcp.complete", "start_tls.complete")):
            return
        with self._lock:
            if self._lane is not None:
                self._lane.socket = details["return_value"].get_extra_info("socket")
            if self._was_cut:
                _shut(self._lane)


class _Lane:
    """One connection, kept open between calls, and its socket."""

    def __init__(self, endpoint: Endpoint, patience: Patience, verify: "ssl.SSLContext | bool") -> None:
        import httpx  # as above

        self.socket: socket.socket | None = None
        self.client = httpx.Client(
            headers={"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {},
            timeout=httpx.Timeout(patience.total, connect=min(patience.total, patience.idle or patience.total)),
            limits=httpx.Limits(max_connections=1),
            trust_env=not endpoint.local,
            verify=verify,
        )

    @contextmanager
    def stream(self, url: str, content: bytes, extensions: dict[str, Any]) -> "Iterator[httpx.Response]":
        headers = {"Content-Type": "application/json"}
        with self.client.stream("POST", url, content=content, headers=headers, extensions=extensions) as response:
            yield response


def _close(lanes: list[_Lane]) -> None:
    for lane in lanes:
        lane.client.close()


def _certificates(endpoint: Endpoint) -> "ssl.SSLContext | bool":
    """Read once for all lanes, and not at all for this machine without TLS: it takes longer than a local call."""
    import httpx  # as above

    if endpoint.local and endpoint.url.startswith("http://"):
        return False
    return httpx.create_ssl_context()


def _shut(lane: _Lane | None) -> None:
    """Both directions are shut, which wakes a reader; closing the descriptor is left to its owner."""
    if lane is None or lane.socket is None:
        return
    try:
        socket.socket.shutdown(lane.socket, socket.SHUT_RDWR)
    except OSError:
        return  # the other side was faster
