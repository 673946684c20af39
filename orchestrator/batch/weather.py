"""Whether the provider is there: after so many failures in a row the batch waits, and one call at a time looks out.

A failure is a call to which nothing came back: no connection, an overloaded server. Being too fast is none (`rates`),
and a refused key is none either: no waiting would mend it.
"""

from dataclasses import dataclass, replace

from pareback.orchestrator.batch.rates import PATIENCE

FAILURES = 5
"""Failures of one kind in a row that make a storm."""

FIRST = 1.0
"""Seconds from the beginning of a storm to the first look; doubled each time."""

LONGEST = 60.0
"""Seconds between two looks at most."""


@dataclass(frozen=True, slots=True)
class Weather:
    """`failures` of one `kind` came in a row. During a storm, `since` is when it began, `look_at` when the next call
    may look out, `pause` the seconds before that look, and `scout` the call that is out."""

    kind: str = ""
    failures: int = 0
    since: float | None = None
    look_at: float = 0.0
    pause: float = FIRST
    scout: str = ""

    @property
    def storm(self) -> bool:
        """Whether the batch waits for the provider."""
        return self.since is not None

    def hopeless(self, now: float) -> bool:
        """Whether the storm has outlasted the batch's patience."""
        return self.since is not None and now - self.since > PATIENCE

    def wait(self, now: float) -> float | None:
        """Seconds until a call may go out; None: not before the one that looks out has come back."""
        if self.since is None:
            return 0.0
        return None if self.scout else max(0.0, self.look_at - now)

    def sent(self, call: str) -> "Weather":
        """A call went out; in a storm it is the one that looks."""
        return replace(self, scout=call) if self.storm else self

    def served(self) -> "Weather":
        """An answer came: the storm, if there was one, is over."""
        return FAIR

    def failed(self, call: str, kind: str, now: float) -> "Weather":
        """Nothing came back. Only the look itself makes the pauses longer: others were out when the storm began."""
        if self.since is not None:
            return self._looked(now) if call == self.scout else self
        failures = self.failures + 1 if kind == self.kind else 1
        if failures < FAILURES:
            return Weather(kind, failures)
        return Weather(kind, failures, since=now, look_at=now + FIRST)

    def withdrawn(self, call: str, now: float) -> "Weather":
        """A call ended without saying anything of the provider; another one may look at once."""
        return replace(self, scout="", look_at=now) if self.storm and call == self.scout else self

    def _looked(self, now: float) -> "Weather":
        pause = min(LONGEST, self.pause * 2)
        return replace(self, scout="", pause=pause, look_at=now + pause)


FAIR = Weather()
