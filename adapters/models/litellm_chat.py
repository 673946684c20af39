"""Any litellm name. The library is loaded when used, called once per request, and kept from retrying or phoning home.

Calls are plain, not streamed: its streams cost more time than a fast model takes, and a cut one looks complete. Its
timeouts do not hold either, so a call runs in a thread of its own that is left behind at the deadline.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from time import monotonic
from types import ModuleType
from typing import Any

from pareback.adapters import profiles
from pareback.adapters.answer import Answer, body, clean, shown, with_content, words
from pareback.adapters.failures import Caller, failure, seconds_to_wait, withheld
from pareback.adapters.model import Model, ModelRefused, Profile, Request, Usage
from pareback.adapters.providers import PROVIDERS, find_key, split
from pareback.adapters.pump import Patience, Piece, Pump
from pareback.adapters.stream import read

_ENVIRONMENT = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else importing it fetches a price list
    "LITELLM_LOG": "ERROR",
    "LITELLM_MODE": "PRODUCTION",  # else importing it reads a .env from the folder we stand in: the target's
}


_BROKEN = frozenset({"ReadError", "ReadTimeout", "RemoteProtocolError", "WriteError", "ClientPayloadError"})
"""Transport errors after which nobody knows what the server did with the request."""


# The arguments are the part's configuration keys, and those are six.
def build(  # noqa: PLR0913
    *,
    model: str,
    base_url: str | None = None,
    api_key_env: str | None = None,
    profile: Profile | None = None,
    name: str | None = None,
    total_seconds: float = 300.0,
) -> Model:
    """A model by its litellm name; `base_url` where the provider's own address is not meant.

    A call may take `total_seconds`. Raises ModelRefused where the key of a known provider is missing.
    """
    prefix, _ = split(model)
    provider = PROVIDERS.get(prefix or "")
    configured = base_url or any(os.environ.get(variable) for variable in (provider.url_env if provider else ()))
    key, variable = (
        find_key(model, os.environ, key_env=api_key_env, required=not configured)
        if provider or api_key_env
        else (None, None)
    )
    caller = Caller(name or model, base_url or f"its provider {prefix or '(by litellm)'}", variable, key)
    return LitellmChat(model, profile or profiles.find(model), caller, base_url=base_url, total=total_seconds)


def warm() -> ModuleType:
    """Load the library (seconds of processor time) and switch off what it would do unasked; safe in any thread."""
    for variable, value in _ENVIRONMENT.items():
        os.environ[variable] = value
    library: Any = import_module("litellm")
    library.suppress_debug_info = True  # else it prints advice to standard output
    loaded: ModuleType = library
    return loaded


class LitellmChat:
    """One model under its litellm name."""

    def __init__(self, model: str, profile: Profile, caller: Caller, *, base_url: str | None, total: float) -> None:
        self._model = model
        self._profile = replace(profile, refill="", diffusing=False)  # the library speaks neither
        self._caller = caller
        self._base_url = base_url
        self._patience = Patience(total)

    @property
    def name(self) -> str:
        return self._caller.model

    @property
    def profile(self) -> Profile:
        return self._profile

    def complete(self, request: Request) -> Iterator[Piece]:
        """The text as one piece, then the reply. Closed early, the call is left behind: the library cannot be cut."""
        return Pump(self._answered(request), stop=_leave, patience=self._patience, name=self.name)

    def _answered(self, request: Request) -> Iterator[Piece]:
        library = warm()
        _require_key(library, self._model, self._caller, self._base_url)
        started = monotonic()
        answer, cost = self._ask(library, request)
        yield answer.text
        yield answer.reply(self._profile, monotonic() - started, cost)

    def _ask(self, library: ModuleType, request: Request) -> tuple[Answer, float | None]:
        fields = self._arguments(request)
        try:
            response = library.completion(**fields)
        except library.exceptions.openai.OpenAIError as error:  # the ancestor of all its errors
            if withheld(_status(error), _words(error)) or isinstance(error, library.ContentPolicyViolationError):
                return Answer("", "filtered", Usage()), None
            raise _failure(error, self._caller) from error
        chunk = read(response.model_dump(), "message")
        answer = Answer(clean(chunk.text), chunk.finish or "stop", chunk.usage or Usage()).believed(shown(fields))
        return with_content(answer, self._caller), _cost(response, answer.usage)

    def _arguments(self, request: Request) -> Mapping[str, Any]:
        fields = dict(body(self._model, self._profile, request))
        for streamed in ("stream_options", "diffusing"):
            fields.pop(streamed, None)
        fields["max_tokens"] = fields.pop(self._profile.cap)  # it renames the cap itself where a provider wants that
        known = split(self._model)[0] is not None
        no_key = "none" if self._base_url and known else None  # its client insists on one where a server wants none
        return fields | {
            "stream": False,
            "api_base": self._base_url,
            "api_key": self._caller.key or no_key,
            "timeout": self._patience.total,
            "num_retries": 0,
            "max_retries": 0,
        }


def _leave() -> None:
    """Nothing to cut: the thread ends with its call, and its answer is dropped."""


def _require_key(library: ModuleType, model: str, caller: Caller, base_url: str | None) -> None:
    """Ask the library for the variables of providers we do not know. Raises ModelRefused naming them."""
    if caller.key or base_url or split(model)[0] is not None:
        return
    missing = library.validate_environment(model)["missing_keys"]
    if missing:
        raise ModelRefused(f"model {model!r} needs a key: set the environment variable {' and '.join(missing)}")


def _failure(error: Any, caller: Caller) -> Exception:
    """Sorted by HTTP status like any other provider's answer; without an answer, the server may have worked all the
    same."""
    headers = getattr(error, "litellm_response_headers", None) or {}
    wait = seconds_to_wait(headers.get("retry-after"))
    return failure(_status(error), _words(error), caller, retry_after=wait, billed=_was_sent(error))


def _was_sent(error: BaseException) -> bool:
    """Whether the connection was lost after the request had gone out, by the transport's error behind the library's."""
    behind, seen = error.__cause__ or error.__context__, list[str]()
    while behind is not None:
        seen.append(type(behind).__name__)
        behind = behind.__cause__ or behind.__context__
    return not _BROKEN.isdisjoint(seen)


def _words(error: Any) -> str:
    """What the provider said; where it said nothing, the library's message without its prefixes and tracebacks."""
    said = getattr(error, "body", None)
    message = str(getattr(error, "message", error)).partition("\nTraceback")[0].rpartition("Exception - ")[2]
    return (words(said) if isinstance(said, dict) else "") or message


def _status(error: Any) -> int:
    return int(getattr(error, "status_code", None) or 500)


def _cost(response: Any, usage: Usage) -> float | None:
    """What the library's own price list says; unknown (None) for an unlisted model or uncounted tokens.

    The list has models without a price, and those come out as 0; a model that is free says so in its profile.
    """
    cost = response._hidden_params.get("response_cost")  # noqa: SLF001  its documented place for the cost
    return float(cost) if isinstance(cost, int | float) and cost > 0 and usage.prompt else None
