"""A replay of stored exchanges, and the recorder that stores them: real replies, without a network and for nothing.

One JSON object a line: the digest of what was asked, the model and its profile, the messages, and the reply. The
digest is over the rendered messages and the candidate's index, so a prompt that changes by one letter is a new one.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

from pareback.adapters.messages import render
from pareback.adapters.model import Model, ModelRefused, Prices, Profile, Reply, Request, Usage

_FIELDS = ("digest", "model", "profile", "reply")


def build(*, path: str) -> Model:
    """The model whose exchanges are stored in a file. Raises ModelRefused where it cannot be read, naming the line."""
    exchanges = _load(Path(path))
    return Recorded(path, exchanges)


def record(model: Model, path: str) -> Model:
    """The same model, with every whole reply appended to a file."""
    return Recorder(model, Path(path))


def digest(request: Request) -> str:
    """What an exchange is found by: 16 hexadecimal digits of the SHA-256 of the messages and the candidate's index."""
    asked = [[message.role, message.content] for message in render(request)]
    text = json.dumps([asked, request.index])  # ASCII, so that text that is no valid Unicode has a digest too
    return sha256(text.encode()).hexdigest()[:16]


class Recorded:
    """Answers what was asked before; the last exchange of a digest counts."""

    def __init__(self, path: str, exchanges: tuple[Mapping[str, Any], ...]) -> None:
        self._path = path
        self._replies = {exchange["digest"]: exchange["reply"] for exchange in exchanges}
        self._name = str(exchanges[0]["model"])
        self._profile = _profile(exchanges[0]["profile"])

    @property
    def name(self) -> str:
        return self._name

    @property
    def profile(self) -> Profile:
        return self._profile

    def complete(self, request: Request) -> Iterator[str | Reply]:
        """The stored text and reply. Raises ModelRefused for a request that was not recorded."""
        key = digest(request)
        if key not in self._replies:
            raise ModelRefused(
                f"request {key!r} is not among the {len(self._replies)} exchanges of {self._path!r}; record it again "
                "with the model, or ask what was asked then"
            )
        reply = _reply(self._replies[key])
        if reply.text:
            yield reply.text
        yield reply


class Recorder:
    """Passes a model's pieces on and stores its replies."""

    def __init__(self, model: Model, path: Path) -> None:
        self._model = model
        self._path = path
        self._lock = Lock()

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def profile(self) -> Profile:
        return self._model.profile

    def complete(self, request: Request) -> Iterator[str | Reply]:
        """The model's own pieces; closing them closes the model's."""
        return _Kept(self._model.complete(request), lambda reply: self._store(request, reply))

    def _store(self, request: Request, reply: Reply) -> None:
        exchange = {
            "digest": digest(request),
            "model": self.name,
            "profile": asdict(self.profile),
            "messages": [asdict(message) for message in render(request)],
            "reply": asdict(reply),
        }
        line = json.dumps(exchange) + "\n"
        with self._lock, self._path.open("a", encoding="ascii") as file:
            file.write(line)


class _Kept:
    """An iterator that hands the reply to `keep` before passing it on; it closes from any thread as its source does."""

    def __init__(self, source: Iterator[str | Reply], keep: Callable[[Reply], None]) -> None:
        self._source = source
        self._keep = keep

    def __iter__(self) -> "_Kept":
        return self

    def __next__(self) -> str | Reply:
        piece = next(self._source)
        if isinstance(piece, Reply):
            self._keep(piece)
        return piece

    def close(self) -> None:
        close = getattr(self._source, "close", None)
        if close is not None:
            close()


def _load(path: Path) -> tuple[Mapping[str, Any], ...]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ModelRefused(f"recording {str(path)!r} cannot be read: {error}") from error
    numbered = ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())
    exchanges = tuple(_exchange(line, f"{path}:{number}") for number, line in numbered)
    if not exchanges:
        raise ModelRefused(f"recording {str(path)!r} is empty; expected one exchange a line")
    return exchanges


def _exchange(line: str, where: str) -> Mapping[str, Any]:
    """One line, read once to see that it can be."""
    try:
        stored = json.loads(line)
        exchange = {name: stored[name] for name in _FIELDS}
        texts = (exchange["digest"], exchange["model"], _reply(exchange["reply"]).text)
        _profile(exchange["profile"])
    except KeyError as error:
        raise ModelRefused(f"{where} is no exchange: {error} is missing; record it again") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise ModelRefused(f"{where} is no exchange: {error}; record it again") from error
    if not all(isinstance(text, str) for text in texts):
        raise ModelRefused(f"{where} is no exchange: digest, model or text is no text; record it again")
    return exchange


def _reply(stored: Mapping[str, Any]) -> Reply:
    return Reply(**{**stored, "usage": Usage(**stored["usage"])})


def _profile(stored: Mapping[str, Any]) -> Profile:
    prices = Prices(**stored["prices"]) if stored["prices"] else None
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()
    }
    return Profile(**{**fields, "prices": prices})
