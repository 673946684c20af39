"""What a run may spend and what one call may cost at worst: checked before the spend, failing closed."""

from dataclasses import dataclass

from pareback.adapters.messages import render
from pareback.adapters.model import Model, Prices, Request, Usage

BYTES_PER_TOKEN = 2
"""Bytes of prompt one token holds at the least: English and source code hold three to four, two is the safe side."""


class LimitReached(Exception):
    """The next spend would pass a limit. `limit` is its name: rounds, tokens, cost_usd, seconds, crashes."""

    def __init__(self, limit: str, message: str) -> None:
        super().__init__(message)
        self.limit = limit


def out_of_time(seconds: float) -> LimitReached:
    """What to raise where the run's seconds are used up."""
    return LimitReached("seconds", f"the run's {seconds:g} seconds are used up; --max-seconds gives it more")


@dataclass(frozen=True, slots=True)
class Reserve:
    """The worst case of one call: tokens, and US dollars or None where the price is unknown."""

    tokens: int = 0
    cost_usd: float | None = 0.0


NOTHING = Reserve()


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens and dollars that count against the caps: what replies cost, and reservations still without a reply.

    `unknown` counts the calls whose cost nobody knows.
    """

    tokens: int
    cost_usd: float
    unknown: int


@dataclass(frozen=True, slots=True)
class Caps:
    """What the run may spend in all; None is no cap."""

    tokens: int | None = None
    cost_usd: float | None = None

    def check(self, spent: Spent, reserve: Reserve) -> None:
        """Raise LimitReached where the reservation would pass a cap."""
        tokens = spent.tokens + reserve.tokens
        if self.tokens is not None and reserve.tokens and tokens > self.tokens:
            raise LimitReached("tokens", f"the next call could bring the tokens to {tokens} of {self.tokens}")
        if self.cost_usd is None:
            return
        if reserve.cost_usd is None:
            raise LimitReached("price_unknown", "the model's price is unknown, so the cost cap cannot be kept")
        cost = spent.cost_usd + reserve.cost_usd
        if reserve.cost_usd and cost > self.cost_usd:
            raise LimitReached("cost_usd", f"the next call could bring the cost to ${cost:.4f} of ${self.cost_usd}")


NO_CAPS = Caps()


def at_worst(request: Request, model: Model) -> Reserve:
    """The most that one call of the model with this request can cost."""
    seen = "" if model.profile.sees == "sources" else "\n".join(message.content for message in render(request))
    return worst_case(seen, request.max_tokens, model.profile.prices)


def worst_case(prompt: str, reply_tokens: int, prices: Prices | None) -> Reserve:
    """The most one call can cost: the prompt at its densest, and a reply as long as its cap."""
    read = -(-len(prompt.encode("utf-8", "surrogatepass")) // BYTES_PER_TOKEN)
    if prices is not None and prices.prompt == 0 and prices.completion == 0:
        return NOTHING  # a local search: it uses no tokens
    usage = Usage(prompt=read, completion=reply_tokens)
    return Reserve(tokens=read + reply_tokens, cost_usd=None if prices is None else prices.cost(usage))
