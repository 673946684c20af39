"""Which call of which ticket may go out now: the provider is there, it is not too fast, and the money reaches.

The one place where what children report meets the batch's rates, purse and weather. Servers are told apart by address,
rates by address and model. Every call that waits has a time at which it is worth asking again, or waits for a report.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from pareback.orchestrator.batch.purse import Purse
from pareback.orchestrator.batch.rates import PATIENCE, Rates, bucket
from pareback.orchestrator.batch.weather import FAILURES, FAIR, Weather

Facts = Mapping[str, Any]

GO: Facts = {"go": True}
NEVER_MIND: Facts = {}
"""What a question gets that nobody waits for any more."""


@dataclass(frozen=True, slots=True)
class Out:
    """A call that is out: its server, its server and model, the tokens set aside for it, and when it went out."""

    server: str
    place: str
    tokens: int
    sent: float


class Calls:
    """Everything that is known of calls. `now` is the supervisor's clock, `say` tells people."""

    def __init__(self, purse: Purse, *, now: Callable[[], float], say: Callable[[str], None]) -> None:
        self._purse = purse
        self._now = now
        self.say = say
        self._rates: dict[str, Rates] = {}
        self._weather: dict[str, Weather] = {}
        self._refused: dict[str, str] = {}
        self._out: dict[str, Out] = {}
        self._due: dict[str, float | None] = {}
        self._gone: set[str] = set()
        self._tries: dict[str, int] = {}
        self.broke = ""

    @property
    def purse(self) -> Purse:
        """The money as it stands."""
        return self._purse

    def storm(self) -> float | None:
        """Seconds until somebody may look whether the provider is back; None where the weather is fair."""
        waits = [each.wait(self._now()) for each in self._weather.values() if each.storm]
        return None if not waits else max(PATIENCE if wait is None else wait for wait in waits)

    def hopeless(self) -> bool:
        """Whether a provider has been away, or will be, for longer than the batch waits."""
        now = self._now()
        sky = any(each.hopeless(now) for each in self._weather.values())
        return sky or any(each.hopeless(now) for each in self._rates.values())

    def wake(self) -> float | None:
        """Seconds until a call that waits may go out, or somebody may look out; None: only a report changes that."""
        looks = [each.look_at for each in self._weather.values() if each.storm and not each.scout]
        times = [due for due in self._due.values() if due is not None] + looks
        return max(0.0, min(times) - self._now()) if times else None

    def may(self, call: str, asked: Facts) -> Facts | None:
        """The answer to a call that would go out; None: not yet."""
        self._due.pop(call, None)
        if call in self._gone:
            self._gone.discard(call)
            return NEVER_MIND
        place = f"{asked['url']} {asked['model']}"
        rates = self._rates.setdefault(place, self._known(asked))
        stop = self._stop(place, asked)
        if stop is not None:
            return stop
        wait = self._wait(rates, asked)
        if wait is None or wait > 0:
            self._due[call] = None if wait is None else self._now() + wait
            return None
        self._send(call, Out(asked["url"], place, asked["tokens"], self._now()), asked["cost_usd"])
        return GO

    def used(self, call: str, facts: Facts) -> None:
        """A call was answered. `tokens` and `cost_usd` are None where nobody knows."""
        out = self._settled(call, facts["cost_usd"])
        if out is not None:
            tokens = out.tokens if facts["tokens"] is None else facts["tokens"]
            self._rates[out.place] = self._rates[out.place].served(out.tokens - tokens, self._now())
            self._served(out.server)

    def failed(self, call: str, facts: Facts) -> Facts:
        """Nothing came back, or it broke off (`billed`): whether the call may be made again as if it had not been."""
        out = self._settled(call, None if facts["billed"] else 0.0)
        if out is None:
            return {"again": False}
        if facts["status"] == HTTPStatus.TOO_MANY_REQUESTS:
            self._rates[out.place] = self._rates[out.place].refused(out.sent, facts["retry_after"], self._now())
            self._served(out.server)
            return {"again": True}
        self._failed(call, out.server, facts)
        self._tries[call] = self._tries.get(call, 0) + 1
        patient = self._weather[out.server].storm or self._tries[call] < FAILURES
        return {"again": patient and not facts["billed"]}

    def refused(self, call: str, facts: Facts) -> None:
        """The provider will not have it; where the `key` is at fault, none of this model's calls goes out any more."""
        out = self._settled(call, 0.0)
        if out is not None:
            self._served(out.server)
            if facts["key"]:
                self._refused[out.place] = facts["message"]

    def cut(self, call: str) -> None:
        """A call was ended by us while it was out: nobody knows what it cost, and it says nothing of the provider."""
        out = self._settled(call, None)
        self._forget(call, out)

    def withdrawn(self, call: str) -> None:
        """A question is not waited for any more; it may be put once again all the same."""
        out = self._settled(call, 0.0)
        self._forget(call, out)
        if out is None:
            self._gone.add(call)

    def ended(self, key: str) -> None:
        """The ticket's process is gone, and whatever it left open with it."""
        for call in _of(key, self._out):
            self.cut(call)
        for call in _of(key, self._due):
            del self._due[call]
        for call in _of(key, self._tries):
            del self._tries[call]
        self._gone.difference_update(_of(key, self._gone))

    def _known(self, asked: Facts) -> Rates:
        now = self._now()
        return Rates(bucket(asked["requests_per_minute"], now), bucket(asked["tokens_per_minute"], now))

    def _stop(self, place: str, asked: Facts) -> Facts | None:
        """Why the call will never go out, if it will not."""
        if place in self._refused:
            return {"stop": "refused", "message": self._refused[place]}
        if any(each.hopeless(self._now()) for each in (self._weather.get(asked["url"], FAIR), self._rates[place])):
            return {"stop": "unavailable", "message": f"{asked['url']} has been away for too long"}
        if self._purse.cap is None:
            return None
        if asked["cost_usd"] is None:
            mend = "set prices under [models.NAME] in your own settings, or drop --batch-max-cost-usd"
            return {"stop": "price_unknown", "message": f"the price of {asked['model']!r} is unknown: {mend}"}
        if self._purse.may(asked["cost_usd"]) != "stop":
            return None
        if not self.broke:
            self.broke = f"${self._purse.spent:.4f} of the batch's ${self._purse.cap:g} are spent"
            self.say(f"{self.broke}: what runs ends with what it has, nothing more is started")
        return {"stop": "cost_usd", "message": self.broke}

    def _wait(self, rates: Rates, asked: Facts) -> float | None:
        now = self._now()
        weather = self._weather.get(asked["url"], FAIR).wait(now)
        if weather is None or (asked["cost_usd"] and self._purse.may(asked["cost_usd"]) == "wait"):
            return None
        return max(weather, rates.wait(asked["tokens"], now))

    def _send(self, call: str, out: Out, cost: float | None) -> None:
        self._out[call] = out
        self._purse = self._purse.hold(call, cost or 0.0)
        self._rates[out.place] = self._rates[out.place].sent(out.tokens, out.sent)
        self._weather[out.server] = self._weather.get(out.server, FAIR).sent(call)

    def _settled(self, call: str, cost: float | None) -> Out | None:
        self._purse = self._purse.settle(call, cost)
        return self._out.pop(call, None)

    def _forget(self, call: str, out: Out | None) -> None:
        if out is not None:
            self._weather[out.server] = self._weather[out.server].withdrawn(call, self._now())

    def _served(self, server: str) -> None:
        since = self._weather[server].since
        if since is not None:
            self.say(f"{server} is back after {self._now() - since:.0f} s")
        self._weather[server] = FAIR

    def _failed(self, call: str, server: str, facts: Facts) -> None:
        kind = "broke off" if facts["billed"] else f"status {facts['status']}"
        before = self._weather[server]
        self._weather[server] = before.failed(call, kind, self._now())
        if self._weather[server].storm and not before.storm:
            self.say(f"{FAILURES} calls in a row failed ({facts['message']}): the batch waits for {server}")


def _of(key: str, calls: Iterable[str]) -> list[str]:
    """The calls of one ticket; its id may hold the same mark that stands before a call's number."""
    return [call for call in calls if call.rpartition("/")[0] == key]
