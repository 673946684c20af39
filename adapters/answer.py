"""One HTTP answer, line by line: pieces of text as they come, and at the end what is known about the whole.

An answer is complete only if its server said so: a finish reason, the end mark of a stream, or a whole JSON document.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from pareback.adapters.failures import Caller, failure
from pareback.adapters.markers import Cleaner
from pareback.adapters.messages import render
from pareback.adapters.model import Finish, ModelUnavailable, Profile, Reply, Request, Usage
from pareback.adapters.stream import DONE, Chunk, parse, payloads, read

_EVENT_FIELDS = ("data:", "event:", "id:", "retry:", ":")
_QUOTED = 80  # characters of an answer that cannot be read
_DENSEST = 20  # bytes of one token, on average over a text, at the very most: code and prose hold three to five


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything one answer said."""

    text: str
    finish: Finish
    usage: Usage

    def reply(self, profile: Profile, seconds: float, cost_usd: float | None = None) -> Reply:
        """With what it cost: `cost_usd` where it is known already, else from the profile's prices."""
        cost = profile.prices.cost(self.usage) if profile.prices else cost_usd
        return Reply(self.text, self.finish, self.usage, cost, seconds)

    def believed(self, asked: int) -> "Answer":
        """With a usage that can be true of `asked` bytes of prompt and of this text: unknown is better than wrong."""
        said = self.usage
        prompt = _possible(said.prompt, asked)
        completion = _possible(said.completion, len(self.text.encode("utf-8", "surrogatepass")))
        cached = None if prompt is None or (said.cached or 0) > prompt else said.cached
        return replace(self, usage=Usage(prompt, completion, cached))


def body(model: str, profile: Profile, request: Request) -> Mapping[str, object]:
    """The JSON of one call; `extra` of the profile wins, and None there leaves a field out."""
    fields: dict[str, object] = {
        "model": model,
        "messages": [{"role": message.role, "content": message.content} for message in render(request)],
        profile.cap: request.max_tokens,
        "temperature": _within(profile.temperature, profile.temperatures),
        "seed": request.seed if profile.seed else None,
        "stream": profile.streaming,
        "stream_options": {"include_usage": True} if profile.streaming else None,
        "diffusing": True if profile.diffusing and profile.streaming else None,
        **profile.extra,
    }
    return {name: value for name, value in fields.items() if value is not None}


def shown(fields: Mapping[str, object]) -> int:
    """Bytes of text that the JSON of a call shows the model."""
    messages = fields.get("messages")
    told = [message["content"] for message in messages] if isinstance(messages, list) else []
    return len(
        "".join(map(str, (*told, fields.get("prompt", ""), fields.get("suffix", "")))).encode("utf-8", "replace")
    )


def _within(temperature: float | None, accepted: tuple[float, float]) -> float | None:
    """Kept within what the provider accepts: some take a value beyond it without a word and do something else."""
    return None if temperature is None else min(max(temperature, accepted[0]), accepted[1])


def _possible(count: int | None, size: int) -> int | None:
    """The count, unless so few tokens cannot hold a text of so many bytes."""
    return None if count is None or count * _DENSEST < size else count


def receive(stream: Iterable[str], caller: Caller, *, diffusing: bool = False) -> Generator[str, None, Answer]:
    """Pieces (an empty one is progress without text), then the answer as the generator's value.

    Where the server is `diffusing`, each text replaces the one before; only the last is a piece.
    Raises what `failure` makes of an error inside a 2xx answer, and ModelUnavailable where there is no content at all.
    """
    rest = iter(stream)
    first = next((line for line in rest if line.strip()), "")
    together = chain([first], rest)
    if not first.startswith(_EVENT_FIELDS):
        pieces = _whole(together, caller)
    else:
        pieces = _diffused(together, caller) if diffusing else _streamed(together, caller)
    answer = yield from pieces
    return with_content(answer, caller)


def with_content(answer: Answer, caller: Caller) -> Answer:
    """The answer itself. Raises ModelUnavailable where it is empty although nothing stopped it: asking again helps."""
    if not answer.text.strip() and answer.finish in ("stop", "cut"):
        raise ModelUnavailable(caller.line("the answer has no content; expected choices[0] with text"), billed=True)
    return answer


def _streamed(stream: Iterator[str], caller: Caller) -> Generator[str, None, Answer]:
    cleaner, pieces = Cleaner(), list[str]()
    ending = Answer("", "cut", Usage())
    for chunk in _chunks(stream, caller):
        ending = _noted(ending, chunk)
        if chunk.text or chunk.thought:
            pieces.append(cleaner.feed(chunk.text))
            yield pieces[-1]
    pieces.append(cleaner.flush())
    yield pieces[-1]
    return replace(ending, text="".join(pieces))


def _diffused(stream: Iterator[str], caller: Caller) -> Generator[str, None, Answer]:
    """Snapshots: what is shown before the last one may still change, so it is progress and not text."""
    ending, whole = Answer("", "cut", Usage()), ""
    for chunk in _chunks(stream, caller):
        ending, whole = _noted(ending, chunk), chunk.text or whole
        if chunk.text or chunk.thought:
            yield ""
    shown = clean(whole)
    yield shown
    return replace(ending, text=shown)


def _noted(ending: Answer, chunk: Chunk) -> Answer:
    """What is known of the end after one more chunk."""
    return replace(ending, finish=chunk.finish or ending.finish, usage=chunk.usage or ending.usage)


def _chunks(stream: Iterator[str], caller: Caller) -> Iterator[Chunk]:
    """Up to the end mark, which stands for `stop`; a payload that is no JSON object was cut and ends the stream.

    Raises what an error among them means.
    """
    ended = False
    for payload in payloads(stream):
        if payload == DONE:
            if not ended:
                yield Chunk(finish="stop")
            return
        parsed = parse(payload)
        if parsed is None:
            return
        chunk = read(parsed)
        if chunk.error:
            raise error_in(chunk.error, caller)
        ended = ended or chunk.finish is not None
        yield chunk


def _whole(stream: Iterator[str], caller: Caller) -> Generator[str, None, Answer]:
    text = "\n".join(stream)
    parsed = parse(text)
    if parsed is None:
        said = f"the answer is not a JSON document: {text[:_QUOTED]!r}; if this stays, check the base URL"
        raise ModelUnavailable(caller.line(said), billed=not text.lstrip().startswith("<"))  # a page is a proxy's
    chunk = read(parsed, "message")
    if chunk.error:
        raise error_in(chunk.error, caller)
    shown = clean(chunk.text)
    yield shown
    return Answer(shown, chunk.finish or "stop", chunk.usage or Usage())


def clean(text: str) -> str:
    """A whole text without thoughts and markers."""
    cleaner = Cleaner()
    return cleaner.feed(text) + cleaner.flush()


def error_in(error: Mapping[str, object], caller: Caller) -> Exception:
    """The error a server reports inside a 2xx answer; one without an HTTP status may pass."""
    code = error.get("code")
    numbered = isinstance(code, int) and 400 <= code < 600
    return failure(code if isinstance(code, int) and numbered else 500, words(error), caller, billed=True)


def words(error: Mapping[str, object]) -> str:
    """What an error object says, its code before its message."""
    said = (error.get("code"), error.get("type"), error.get("message") or error.get("detail"))
    return ": ".join(dict.fromkeys(text for text in said if isinstance(text, str) and text))


def error_page(text: str) -> str:
    """The words of an error page: of its JSON in the usual shapes, else the page itself."""
    parsed = parse(text) or parse(text.strip().removeprefix("[").removesuffix("]")) or {}
    inner = parsed.get("error", parsed)
    if isinstance(inner, str):
        return inner
    return (words(inner) if isinstance(inner, dict) else "") or text
