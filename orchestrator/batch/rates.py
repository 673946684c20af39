"""How fast calls go out to one endpoint: the user's rates per minute, or what the provider taught us by refusing.

All children of a batch share the buckets, so one child's refusal slows all. Seconds are on the supervisor's clock.
"""

from dataclasses import dataclass, replace

MINUTE = 60.0

PATIENCE = 3600.0
"""Seconds that a batch waits for a provider; after that it gives up for now, and what has no outcome stays pending."""

BURST = 1 / 6
"""The share of a minute's allowance that may go out at once; the rest is dealt out evenly. Together they never pass the
allowance, whichever minute is looked at."""

BACKOFF = 2.0
"""Seconds until the next call after a refusal that names no time; doubled each time up to a minute."""

TAUGHT = 0.8
"""What is believed to be allowed after a refusal: this share of the calls that the last minute brought."""

ENOUGH = 10
"""Calls within a minute that a lesson needs: fewer say nothing of a rate, and the pause is all there is to it."""

GROWTH = 1.5
"""How much of a taught rate is tried after each minute without a refusal."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A token bucket: `level` was there at `at`, `per_minute` is what a minute allows in all."""

    per_minute: float
    level: float
    at: float

    @property
    def size(self) -> float:
        """What may go out at once; at least one."""
        return max(1.0, self.per_minute * BURST)

    @property
    def pace(self) -> float:
        """What comes back each second."""
        return max(self.per_minute - self.size, self.per_minute / 2) / MINUTE

    def filled(self, now: float) -> "Bucket":
        """The bucket as it is now."""
        return replace(self, level=min(self.size, self.level + (now - self.at) * self.pace), at=now)

    def wait(self, amount: float, now: float) -> float:
        """Seconds until this much may go out. More than the bucket holds goes out when it is full, and is owed."""
        return max(0.0, min(amount, self.size) - self.filled(now).level) / self.pace

    def take(self, amount: float, now: float) -> "Bucket":
        """The bucket without this much; below 0 is owed."""
        full = self.filled(now)
        return replace(full, level=full.level - amount)


def bucket(per_minute: float | None, now: float) -> Bucket | None:
    """A full bucket, or None where no rate is known."""
    if per_minute is None:
        return None
    return Bucket(per_minute, max(1.0, per_minute * BURST), now)


@dataclass(frozen=True, slots=True)
class Rates:
    """What is known of one endpoint. `shut_until` is when a refusal ends, `refusals` how many came in a row, `taught`
    when the last one taught a rate, `recent` when the calls of the last minute went out."""

    requests: Bucket | None = None
    tokens: Bucket | None = None
    shut_until: float = 0.0
    refusals: int = 0
    taught: float | None = None
    recent: tuple[float, ...] = ()

    def hopeless(self, now: float) -> bool:
        """Whether the provider wants to be left alone for longer than a batch waits."""
        return self.shut_until - now > PATIENCE

    def wait(self, tokens: int, now: float) -> float:
        """Seconds until a call of so many tokens at worst may go out."""
        dues = [self.shut_until - now]
        dues += [] if self.requests is None else [self.requests.wait(1, now)]
        dues += [] if self.tokens is None else [self.tokens.wait(tokens, now)]
        return max(0.0, *dues)

    def sent(self, tokens: int, now: float) -> "Rates":
        """A call went out."""
        return replace(
            self,
            requests=self.requests and self.requests.take(1, now),
            tokens=self.tokens and self.tokens.take(tokens, now),
            recent=(*(at for at in self.recent if at > now - MINUTE), now),
        )

    def served(self, saved: int, now: float) -> "Rates":
        """A call was answered; `saved` tokens of what was set aside for it were not used. A rate that a refusal taught
        grows again with every minute in which none came."""
        calm = replace(self, refusals=0, tokens=self.tokens and self.tokens.take(-saved, now))
        if self.requests is None or self.taught is None or now - self.taught < MINUTE:
            return calm
        return replace(calm, requests=replace(self.requests, per_minute=self.requests.per_minute * GROWTH), taught=now)

    def refused(self, sent: float, retry_after: float | None, now: float) -> "Rates":
        """Too many: all wait as long as the provider says. The user's own rate stands, a call sent before the last
        lesson teaches nothing new."""
        pause = min(MINUTE, BACKOFF * 2.0**self.refusals) if retry_after is None else retry_after
        shut = replace(self, shut_until=max(self.shut_until, now + pause), refusals=self.refusals + 1)
        told = self.requests is not None if self.taught is None else sent <= self.taught
        if told or len(self.recent) < ENOUGH:
            return shut
        return replace(shut, requests=Bucket(len(self.recent) * TAUGHT, 1.0, now), taught=now)
