"""Before a batch starts: its models can be asked and priced, its clerk is engaged, and what it will take is said."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any

from pareback.adapters.model import Model
from pareback.orchestrator import confined, home, ladder, warmth
from pareback.orchestrator.batch import estimate, report
from pareback.orchestrator.batch.book import Book
from pareback.orchestrator.batch.calls import Calls
from pareback.orchestrator.batch.clerk import Clerk
from pareback.orchestrator.batch.purse import Purse
from pareback.orchestrator.batch.waves import Waves, share_one_server
from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.config import Settings, environment_layer, flag_layer, resolve, user_layer
from pareback.orchestrator.ladder import Address


@dataclass(frozen=True, slots=True)
class Opening:
    """What all tickets share: the settings, the models and where their calls go, and `cap`, the US dollars for all
    tickets together."""

    settings: Settings
    models: Sequence[Model]
    rungs: Sequence[Address]
    cap: float | None

    def engage(self, book: Book, say: Callable[[str], None]) -> Clerk:
        """The clerk, who knows what the batch did and spent in earlier starts."""
        counted = [] if self.cap is None else report.bills(book).total.counted
        purse = Purse(self.cap, fsum(cost for cost in counted if cost is not None))
        waves = Waves(on=share_one_server([(each.url, each.model, each.local) for each in self.rungs]))
        clerk = Clerk(Calls(purse, now=time.monotonic, say=say), waves, max_cost_usd=self.settings.max_cost_usd)
        clerk.recall(book.results())
        return clerk

    def foretell(self, tickets: int, results: estimate.Results, *, jobs: int, sure: bool) -> str:
        """What so many tickets will take, in a line, from the results of earlier ones. Raises Mistake where it would
        pass the cap, unless the user is `sure`."""
        names = [model.name for model in self.models]
        found = estimate.sample(results, names)
        if found is None:
            return f"estimate {tickets} tickets; no earlier one with {', '.join(names)} is on record here"
        rates = [each.tokens_per_minute for each in self.rungs if each.tokens_per_minute is not None]
        told = estimate.Estimate(tickets, found, jobs, min(rates, default=None))
        if self.cap is not None and told.cost_usd is not None and told.cost_usd > self.cap and not sure:
            ways = "give --yes to start all the same (the cap holds), raise it, or name fewer tickets"
            raise Mistake(f"about ${told.cost_usd:.2f} would pass --batch-max-cost-usd {self.cap:g}: {ways}")
        return told.text()


def opened(flags: Mapping[str, Any], environ: Mapping[str, str], cap: float | None) -> Opening:
    """What would fail for every ticket fails here, before anything is begun, and what all of them import is imported.

    Raises what the user must mend, and NoSandbox.
    """
    place = home.find(environ)
    confined.choose(flags["sandbox"], cache=place.cache)
    layers = (user_layer(home.config_file(environ)), environment_layer(environ), flag_layer(flags))
    settings = resolve(layers).settings
    models = ladder.climb(settings, environ)
    unpriced = next((model.name for model in models if model.profile.prices is None), None)
    if cap is not None and unpriced is not None:
        mend = f"set prices under [models.{unpriced!r}] in your own settings, or drop --batch-max-cost-usd"
        raise Mistake(f"the price of {unpriced!r} is unknown, so the batch's money cannot be kept within a cap: {mend}")
    warmth.load(models)
    names = settings.model or (ladder.SEARCH,)
    return Opening(settings, models, [ladder.address(name, settings, environ) for name in names], cap)
