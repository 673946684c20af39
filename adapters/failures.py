"""What a provider's "no" means: who has to react, told apart once for every model that speaks HTTP."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from pareback.adapters.model import ContextTooLong, ModelRefused, ModelUnavailable

_TOO_LONG = re.compile(
    r"context[_ ]length|context[_ ]window|maximum context|context size|prompt is too long|too many (input )?tokens"
    r"|input token count|reduce the length",
    re.IGNORECASE,
)
_NO_CREDIT = re.compile(r"insufficient[_ ](quota|credit|balance|funds)", re.IGNORECASE)
_BAD_KEY = re.compile(r"api[_ ]key (is )?(not valid|invalid|expired)|invalid[_ ]api[_ ]key", re.IGNORECASE)
_WITHHELD = re.compile(r"content[_ ](filter|policy|management policy)|ResponsibleAIPolicyViolation", re.IGNORECASE)
_RECOVERS = frozenset({408, 409, 423, 425, 429})
_QUOTED = 200  # characters of the provider's own words that fit in one line


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asked whom: what an error line has to name. `key` is only ever used to take it out of messages."""

    model: str
    url: str
    key_env: str | None = None
    key: str | None = None

    def line(self, what: str) -> str:
        """One line that names model and address and never holds the key."""
        text = " ".join(f"model {self.model!r} at {self.url}: {what}".split())
        return text.replace(self.key, "***") if self.key else text


def failure(
    status: int, words: str, caller: Caller, *, retry_after: float | None = None, billed: bool = False
) -> Exception:
    """The error for an HTTP status that is not 2xx. `words` is what the provider said, `retry_after` in seconds;
    `billed` where it came after the model had begun."""
    said = f"{_named(status)}{_quoted(words)}"
    if status in (400, 413, 422) and _TOO_LONG.search(words):
        return ContextTooLong(caller.line(said))
    if status == HTTPStatus.PAYMENT_REQUIRED or _NO_CREDIT.search(words):
        return ModelRefused(caller.line(f"{said}; the account has no credit: check its plan and billing"))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _RECOVERS:
        return ModelUnavailable(caller.line(said), retry_after, status, billed=billed)
    return ModelRefused(caller.line(f"{said}; {_advice(status, words, caller)}"))


def withheld(status: int, words: str) -> bool:
    """Whether the provider's filter refused prompt or reply: a filtered reply, not an error of anybody's set-up."""
    return status in (400, 422) and bool(_WITHHELD.search(words))


def unreachable(caller: Caller, reason: object, *, sent: bool = False) -> ModelUnavailable:
    """No answer at all: the network, the address, or a server that is not running; `sent` where it had the request."""
    said = f"no connection ({reason}); check that the server runs and the base URL"
    return ModelUnavailable(caller.line(said), billed=sent)


def seconds_to_wait(value: str | None, now: datetime | None = None) -> float | None:
    """Retry-After in seconds, from seconds or an HTTP date (RFC 9110, 10.2.3); None where it says neither."""
    if not value:
        return None
    if re.fullmatch(r"\s*\d+(\.\d+)?\s*", value):
        return float(value)
    try:
        then = parsedate_to_datetime(value)
    except ValueError:
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (then - (now or datetime.now(UTC))).total_seconds())


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:  # providers have numbers of their own, such as 529
        return str(status)


def _quoted(words: str) -> str:
    text = " ".join(words.split())
    return f": {text[:_QUOTED]}{'…' if len(text) > _QUOTED else ''}" if text else ""


def _advice(status: int, words: str, caller: Caller) -> str:
    if status in (401, 403) or _BAD_KEY.search(words):
        if caller.key_env is None:
            return "it wants a key: name its environment variable with api_key_env"
        return f"set {caller.key_env} to a key that may use this model"
    if status == HTTPStatus.NOT_FOUND:
        return "check the model's name and the base URL"
    if 300 <= status < 400:
        return "it redirects: set the base URL it redirects to"
    return "the provider does not accept this request: check the model's profile and the base URL"
