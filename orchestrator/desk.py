"""What one process life of a run works with, before the loop's context can be made."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pareback.adapters.model import Model
from pareback.orchestrator.config import Settings
from pareback.orchestrator.events import Event
from pareback.orchestrator.job import Job
from pareback.orchestrator.ledger import Ledger
from pareback.orchestrator.state import Ending
from pareback.workspaces.repository import Repository

Listen = Callable[[Event], None]


def climb_freely(_rung: int) -> str:
    """The ladder of a run by itself: nobody has to be asked."""
    return ""


def unmetered(models: Sequence[Model], _settings: Settings) -> Sequence[Model]:
    """The models of a run by itself: its own limits are all there is."""
    return models


class Ended(Exception):
    """The run ends before or outside the loop: its ending is data, the way there is not."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending.message)
        self.ending = ending


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Who calls: environment variables, the listener for events, whether only a plan is wanted, and who may refuse a
    climb to a rung above 0, by answering with a reason code. `meter` puts something between the loop and its models,
    `clock` counts the run's seconds."""

    environ: Mapping[str, str]
    listen: Listen
    dry: bool = False
    landing: bool = False
    may_climb: Callable[[int], str] = climb_freely
    meter: Callable[[Sequence[Model], Settings], Sequence[Model]] = unmetered
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class Desk:
    """The job, its folder and ledger, the repository, and the signals: `stop` ends the run, `race` the round."""

    job: Job
    folder: Path
    ledger: Ledger
    repository: Repository
    around: Surroundings
    cache: Path
    stop: threading.Event
    race: threading.Event

    @property
    def run(self) -> str:
        """The run's name, which its pins and branches carry: the folder's, unless the job was given another."""
        return self.job.run or self.folder.name

    def say(self, text: str) -> None:
        """One line for people."""
        self.around.listen(Event("say", data={"text": text}))
