"""Any OpenAI-compatible server, directly: streamed, priced, and never taken for complete when it was cut.

A call runs in a thread of its own (`pump`), so a deadline holds although a server drips keep-alives, and closing the
iterator shuts the socket at once. Connections are kept from call to call: the next round saves the handshake.
"""

import json
import os
import socket
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from time import monotonic
from typing import TYPE_CHECKING, Any

from pareback.adapters import profiles
from pareback.adapters.answer import Answer, body, error_page, receive
from pareback.adapters.failures import Caller, failure, seconds_to_wait, unreachable, withheld
from pareback.adapters.model import Model, Profile, Request, Usage
from pareback.adapters.providers import Endpoint, resolve
from pareback.adapters.pump import Patience, Piece, Pump
from pareback.adapters.stream import lines

if TYPE_CHECKING:
    import ssl

    import httpx

_ERROR_BYTES = 65_536  # as much of an error page as can matter


# The arguments are the part's configuration keys, and those are seven.
def build(  # noqa: PLR0913
    *,
    model: str,
    base_url: str | None = None,
    api_key_env: str | None = None,
    profile: Profile | None = None,
    name: str | None = None,
    idle_seconds: float = 60.0,
    total_seconds: float = 300.0,
) -> Model:
    """A model behind an OpenAI-compatible base URL (the part before `/chat/completions`).

    `model` is the server's name for it, or `provider/model` for a provider that is known; without `base_url` the
    provider's own variable or address is used. `idle_seconds` may pass between two pieces of content, `total_seconds`
    in all. Raises ModelRefused where a key or an address is missing.
    """
    endpoint = resolve(model, os.environ, base_url=base_url, key_env=api_key_env)
    patience = Patience(total=total_seconds, idle=idle_seconds)
    return OpenAIChat(name or model, profile or profiles.find(model), endpoint, patience)


class OpenAIChat:
    """One model at one address."""

    def __init__(self, name: str, profile: Profile, endpoint: Endpoint, patience: Patience) -> None:
        self._name = name
        self._profile = profile
        self._endpoint = endpoint
        self._patience = Patience(patience.total, patience.idle if profile.streaming else None)
        self._lanes = _Lanes(endpoint, self._patience)

    @property
    def name(self) -> str:
        return self._name

    @property
    def profile(self) -> Profile:
        return self._profile

    def complete(self, request: Request) -> Iterator[Piece]:
        """Pieces as they arrive, then the reply; `close` on the iterator may be called from any thread."""
        call = _Call(self._lanes, self._endpoint.caller(self._name))
        content = json.dumps(body(self._endpoint.model, self._profile, request), ensure_ascii=False)
        pieces = _answered(call, content.encode("utf-8", "replace"), self._profile)
        return Pump(pieces, stop=call.cut, patience=self._patience, name=self._name)


def _answered(call: "_Call", content: bytes, profile: Profile) -> Iterator[Piece]:
    import httpx  # imported when used: --help and check must not pay for it

    started = monotonic()
    try:
        with call as lane, lane.send(content, call.trace) as response:
            blocks = _blocks(response)
            said = "" if response.is_success else _error_page(blocks)
            if withheld(response.status_code, said):
                answer = Answer("", "filtered", Usage())
            elif response.is_success:
                answer = yield from receive(lines(blocks), call.caller)
            else:
                raise failure(
                    response.status_code, said, call.caller, seconds_to_wait(response.headers.get("retry-after"))
                )
            yield answer.reply(profile, monotonic() - started)
            for _ in blocks:  # what follows the end mark is read away, or the connection could not serve again
                pass
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise unreachable(call.caller, f"{type(error).__name__}: {error}") from error


def _blocks(response: "httpx.Response") -> Iterator[bytes]:
    """The body as it comes. A connection that breaks ends it: what is missing then is seen by the reader."""
    import httpx  # as above

    try:
        yield from response.iter_bytes()
    except (httpx.TransportError, httpx.DecodingError):
        return


def _error_page(blocks: Iterator[bytes]) -> str:
    page = b""
    for block in blocks:
        page += block
        if len(page) > _ERROR_BYTES:
            break
    return error_page(page[:_ERROR_BYTES].decode("utf-8", "replace"))


class _Lane:
    """One connection, kept open between calls, and its socket."""

    def __init__(self, endpoint: Endpoint, patience: Patience, verify: "ssl.SSLContext | bool") -> None:
        import httpx  # as above

        self.socket: socket.socket | None = None
        self._url = f"{endpoint.url}/chat/completions"
        self.client = httpx.Client(
            headers={"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {},
            timeout=httpx.Timeout(patience.total, connect=min(patience.total, patience.idle or patience.total)),
            limits=httpx.Limits(max_connections=1),
            trust_env=not endpoint.local,
            verify=verify,
        )

    def send(
        self, content: bytes, trace: Callable[[str, Mapping[str, Any]], None]
    ) -> AbstractContextManager["httpx.Response"]:
        """The answer, once its headers are there."""
        return self.client.stream(
            "POST",
            self._url,
            content=content,
            headers={"Content-Type": "application/json"},
            extensions={"trace": trace},
        )


class _Lanes:
    """The lanes that no call uses now; all are closed when the model is forgotten."""

    def __init__(self, endpoint: Endpoint, patience: Patience) -> None:
        self._endpoint = endpoint
        self._patience = patience
        self._lock = threading.Lock()
        self._free: list[_Lane] = []
        self._made: list[_Lane] = []
        self._verify: ssl.SSLContext | bool | None = None
        weakref.finalize(self, _close, self._made)

    def take(self) -> _Lane:
        with self._lock:
            if self._free:
                return self._free.pop()
            if self._verify is None:
                self._verify = _certificates(self._endpoint)
            lane = _Lane(self._endpoint, self._patience, self._verify)
            self._made.append(lane)
            return lane

    def give(self, lane: _Lane) -> None:
        with self._lock:
            self._free.append(lane)


def _close(lanes: list[_Lane]) -> None:
    for lane in lanes:
        lane.client.close()


def _certificates(endpoint: Endpoint) -> "ssl.SSLContext | bool":
    """Read once for all lanes, and not at all for this machine without TLS: it takes longer than a local call."""
    import httpx  # as above

    if endpoint.local and endpoint.url.startswith("http://"):
        return False
    return httpx.create_ssl_context()


class _Call:
    """One call's hold on a lane, so that another thread can cut its connection, and never a later call's."""

    def __init__(self, lanes: _Lanes, caller: Caller) -> None:
        self.caller = caller
        self._lanes = lanes
        self._lock = threading.Lock()
        self._lane: _Lane | None = None
        self._was_cut = False

    def __enter__(self) -> _Lane:
        lane = self._lanes.take()
        with self._lock:
            self._lane = lane
        return lane

    def __exit__(self, *_: object) -> None:
        with self._lock:
            lane, self._lane = self._lane, None
        if lane is not None:
            self._lanes.give(lane)

    def trace(self, event: str, details: Mapping[str, Any]) -> None:
        """Learns the socket when a connection is made (the client's tracing hook)."""
        if not event.endswith(("connect_tcp.complete", "start_tls.complete")):
            return
        with self._lock:
            if self._lane is not None:
                self._lane.socket = details["return_value"].get_extra_info("socket")
            if self._was_cut:
                _shut(self._lane)

    def cut(self) -> None:
        """Shut the connection of this call now, or as soon as it is made."""
        with self._lock:
            self._was_cut = True
            _shut(self._lane)


def _shut(lane: _Lane | None) -> None:
    """Both directions are shut, which wakes a reader; closing the descriptor is left to its owner."""
    if lane is None or lane.socket is None:
        return
    try:
        socket.socket.shutdown(lane.socket, socket.SHUT_RDWR)
    except OSError:
        return  # the other side was faster
