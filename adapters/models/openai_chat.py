"""Any OpenAI-compatible server, directly: streamed, priced, and never taken for complete when it was cut.

A call runs in a thread of its own (`pump`), so a deadline holds although a server drips keep-alives, and closing the
iterator shuts the socket at once. A region is asked for the way the profile's `refill` says.
"""

import json
import os
from collections.abc import Generator, Iterator, Mapping
from time import monotonic

from pareback.adapters import profiles
from pareback.adapters.answer import Answer, body, error_page, receive, shown
from pareback.adapters.failures import failure, withheld
from pareback.adapters.lanes import Call, Lanes, Response
from pareback.adapters.model import Model, Profile, Region, Request, Usage
from pareback.adapters.providers import Endpoint, resolve
from pareback.adapters.pump import Patience, Piece, Pump
from pareback.adapters.refill import Canvas, ask, canvas, windows
from pareback.adapters.stream import lines, parse

_ERROR_BYTES = 65_536  # as much of an error page as can matter


# The arguments are the part's configuration keys, and those are seven.
def build(  # noqa: PLR0913
    *,
    model: str,
    base_url: str | None = None,
    api_key_env: str | None = None,
    profile: Profile | None = None,
    name: str | None = None,
    idle_seconds: float | None = None,
    total_seconds: float = 300.0,
) -> Model:
    """A model behind an OpenAI-compatible base URL (the part before `/chat/completions`).

    `model` is the server's name for it, or `provider/model` for a provider that is known; without `base_url` the
    provider's own variable or address is used. `idle_seconds` may pass between two pieces of content (by default the
    profile's `silence`), `total_seconds` in all. Raises ModelRefused where a key or an address is missing.
    """
    endpoint = resolve(model, os.environ, base_url=base_url, key_env=api_key_env)
    known = profile or profiles.find(model)
    patience = Patience(total=total_seconds, idle=known.silence if idle_seconds is None else idle_seconds)
    return OpenAIChat(name or model, known, endpoint, patience)


class OpenAIChat:
    """One model at one address."""

    def __init__(self, name: str, profile: Profile, endpoint: Endpoint, patience: Patience) -> None:
        self._name = name
        self._profile = profile
        self._endpoint = endpoint
        self._streamed = Patience(patience.total, patience.idle if profile.streaming else None)
        self._plain = Patience(patience.total)
        self._lanes = Lanes(endpoint, self._streamed)

    @property
    def name(self) -> str:
        return self._name

    @property
    def profile(self) -> Profile:
        return self._profile

    def complete(self, request: Request) -> Iterator[Piece]:
        """Pieces as they arrive, then the reply; `close` on the iterator may be called from any thread."""
        call = Call(self._lanes, self._endpoint.caller(self._name))
        if request.region is None or not self._profile.refill:
            pieces, patience = self._chat(call, request), self._streamed
        else:
            pieces, patience = self._refilled(call, request, request.region), self._plain
        return Pump(pieces, stop=call.cut, patience=patience, name=self._name)

    def _chat(self, call: Call, request: Request) -> Iterator[Piece]:
        started = monotonic()
        fields = body(self._endpoint.model, self._profile, request)
        with call.post(f"{self._endpoint.url}/chat/completions", _content(fields)) as response:
            blocks = response.blocks()
            answer = yield from _received(response, blocks, call, diffusing=self._profile.diffusing)
            yield answer.believed(shown(fields)).reply(self._profile, monotonic() - started)
            for _ in blocks:  # what follows the end mark is read away, or the connection could not serve again
                pass

    def _refilled(self, call: Call, request: Request, region: Region) -> Iterator[Piece]:
        """The region's new text as one piece; it comes whole, since it is short."""
        started = monotonic()
        pinned = self._canvas(call, request, region) if self._profile.refill == "canvas" else None
        model = self._profile.refill_model or self._endpoint.model
        path, fields, cut = ask(model, self._profile, request, region, pinned=pinned)
        with call.post(f"{self._endpoint.url}{path}", _content(fields)) as response:
            answer = yield from _silently(_received(response, response.blocks(), call))
        answer = cut(answer)
        yield answer.text
        priced = profiles.find(self._profile.refill_model) if self._profile.refill_model else self._profile
        yield answer.believed(shown(fields)).reply(priced, monotonic() - started)

    def _canvas(self, call: Call, request: Request, region: Region) -> Canvas:
        above, below = windows(region)
        count = self._profile.canvas_tokens
        ids = {text: self._ids(call, text) for text in dict.fromkeys((*above, region.inside, *below))}
        return canvas(region, ids, count, seed=request.seed)

    def _ids(self, call: Call, text: str) -> tuple[int, ...]:
        """The server's token ids of a text, from vLLM's own endpoint beside the OpenAI-compatible ones."""
        content = _content({"model": self._endpoint.model, "prompt": text, "add_special_tokens": False})
        with call.post(f"{self._endpoint.url.removesuffix('/v1')}/tokenize", content) as response:
            said = b"".join(response.blocks()).decode("utf-8", "replace")
            found = (parse(said) or {}).get("tokens") if response.is_success else None
            if not isinstance(found, list):
                status = 404 if response.is_success else response.status
                raise failure(status, error_page(said), call.caller, retry_after=response.retry_after)
        return tuple(found)


def _content(fields: Mapping[str, object]) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace")


def _received(
    response: Response, blocks: Iterator[bytes], call: Call, *, diffusing: bool = False
) -> Generator[str, None, Answer]:
    """Pieces, then the answer. Raises what the status means, and what `receive` raises."""
    if response.is_success:
        return (yield from receive(lines(blocks), call.caller, diffusing=diffusing))
    said = _error_page(blocks)
    if withheld(response.status, said):
        return Answer("", "filtered", Usage())
    raise failure(response.status, said, call.caller, retry_after=response.retry_after)


def _silently(pieces: Generator[str, None, Answer]) -> Generator[str, None, Answer]:
    """The answer without its pieces: what they say is not yet what is shown."""
    while True:
        try:
            next(pieces)
        except StopIteration as ended:
            answer: Answer = ended.value
            return answer
        yield ""


def _error_page(blocks: Iterator[bytes]) -> str:
    page = b""
    for block in blocks:
        page += block
        if len(page) > _ERROR_BYTES:
            break
    return error_page(page[:_ERROR_BYTES].decode("utf-8", "replace"))
