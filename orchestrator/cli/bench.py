"""Commands that measure models and the loop on public material."""

from pathlib import Path
from typing import Annotated

import typer

from pareback.orchestrator.cli.app import Json, Ladder, Python, app, do

bench = typer.Typer(name="bench", help="Measure models and the loop on public material.", no_args_is_help=True)
app.add_typer(bench)

Only = Annotated[list[str] | None, typer.Option("--only", metavar="TASK", help="These tasks only.")]
Seconds = Annotated[float, typer.Option("--max-seconds", help="Seconds per task.")]
Jobs = Annotated[int, typer.Option("--jobs", help="Tasks side by side.")]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Keep patches and records here; finished tasks stay done.")
]


@bench.command()
def quixbugs(
    path: Annotated[Path, typer.Argument(help="A checkout of jkoppel/QuixBugs.")],
    model: Ladder = None,
    only: Only = None,
    python: Python = None,
    max_seconds: Seconds = 60.0,
    jobs: Jobs = 1,
    out: Out = None,
    json: Json = False,
) -> None:
    """Run a model over the 40 programs of QuixBugs."""
    do("bench", name="quixbugs", **locals())


@bench.command()
def exercism(
    path: Annotated[Path, typer.Argument(help="A checkout of exercism/python or Aider-AI/polyglot-benchmark.")],
    model: Ladder = None,
    only: Only = None,
    python: Python = None,
    max_seconds: Seconds = 300.0,
    jobs: Jobs = 1,
    out: Out = None,
    json: Json = False,
) -> None:
    """Run a model over the practice exercises of Exercism."""
    do("bench", name="exercism", **locals())


@bench.command()
def tickets(
    file: Annotated[Path, typer.Argument(help="Tickets from real history, one JSON object a line.")],
    mirror: Annotated[Path, typer.Option("--mirror", metavar="DIR", help="Repositories: DIR/owner+name/repo.")],
    words: Annotated[list[str] | None, typer.Argument(help="After --: further words for every run.")] = None,
    model: Ladder = None,
    arm: Annotated[str, typer.Option("--arm", help="on|told|off: the gate enforced, told only, not even told.")] = "on",
    only: Only = None,
    python: Python = None,
    max_seconds: Seconds = 600.0,
    jobs: Jobs = 1,
    out: Out = None,
    json: Json = False,
) -> None:
    """Run a model over tickets that a human has solved; without --python, each project gets `setup auto`."""
    do("bench_tickets", **locals())
