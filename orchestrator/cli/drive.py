"""Commands that work on tickets, and on the runs that came of them."""

from pathlib import Path
from typing import Annotated

import typer

from pareback.orchestrator.cli.app import (
    Budget,
    FormatCmd,
    HeldOut,
    Json,
    Ladder,
    LintCmd,
    Python,
    Repo,
    Run,
    Waive,
    app,
    do,
)


@app.command()
def run(
    ticket: Annotated[str | None, typer.Argument(help="Text, a .md file, or - for standard input.")] = None,
    repo: Repo = Path(),
    files: Annotated[
        list[str] | None, typer.Option("--files", metavar="GLOB", help="Files the model may edit.")
    ] = None,
    read: Annotated[list[str] | None, typer.Option("--read", metavar="GLOB", help="Files it may also see.")] = None,
    tests: Annotated[list[str] | None, typer.Option("--tests", help="Tests that must turn green.")] = None,
    test_cmd: Annotated[
        str | None, typer.Option("--test-cmd", help="Another test command; its exit code counts.")
    ] = None,
    format_cmd: FormatCmd = None,
    lint_cmd: LintCmd = None,
    held_out: HeldOut = None,
    condition: Annotated[
        list[str] | None, typer.Option("--condition", metavar="LINE", help="What must hold, such as `gone NAME`.")
    ] = None,
    base: Annotated[
        str | None, typer.Option("--base", metavar="REV", help="Start from a revision, not the work tree.")
    ] = None,
    model: Ladder = None,
    base_url: Annotated[str | None, typer.Option("--base-url", help="An OpenAI-compatible endpoint.")] = None,
    enforce: Annotated[
        str | None, typer.Option("--enforce", help="off|told|hard|budget: what of the gate a patch must satisfy.")
    ] = None,
    candidates: Annotated[int | None, typer.Option("--candidates", help="Replies per round.")] = None,
    budget: Budget = None,
    max_rounds: Annotated[int | None, typer.Option("--max-rounds", help="Rounds per model.")] = None,
    max_cost_usd: Annotated[float | None, typer.Option("--max-cost-usd", help="US dollars in all.")] = None,
    max_seconds: Annotated[float | None, typer.Option("--max-seconds", help="Seconds in all.")] = None,
    max_tokens: Annotated[int | None, typer.Option("--max-tokens", help="Tokens in all.")] = None,
    allow: Annotated[list[str] | None, typer.Option("--allow", metavar="GLOB", help="Open a protected path.")] = None,
    waive: Waive = None,
    python: Python = None,
    setup: Annotated[
        str | None, typer.Option("--setup", help="auto, none, or a command that installs what the tests need.")
    ] = None,
    sandbox: Annotated[str | None, typer.Option("--sandbox", help="best|strict|standard|none")] = None,
    branch: Annotated[str | None, typer.Option("--branch", metavar="NAME", help="Deliver as this branch.")] = None,
    patch: Annotated[Path | None, typer.Option("--patch", metavar="FILE", help="Deliver as this patch file.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Write an accepted patch into the work tree.")] = False,
    spec: Annotated[Path | None, typer.Option("--spec", metavar="FILE", help="The ticket as a JSON record.")] = None,
    result: Annotated[Path | None, typer.Option("--result", metavar="FILE", help="Also write the result here.")] = None,
    resume: Annotated[str | None, typer.Option("--resume", metavar="RUN", help="Go on with a run.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before --apply at a terminal.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done; call no model.")] = False,
    json: Json = False,
) -> None:
    """Drive one ticket to a small, tested patch."""
    do("run", **locals())


@app.command()
def batch(
    file: Annotated[Path, typer.Argument(help="Tickets: .jsonl, .json or .yaml; SWE-bench's fields are understood.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Records and results; the same folder goes on.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="Tickets side by side; one per core without.")
    ] = None,
    redo: Annotated[bool, typer.Option("--redo", help="Begin anew what was not accepted.")] = False,
    mirror: Annotated[
        Path | None,
        typer.Option("--mirror", metavar="DIR", help="Where owner/name is looked for: DIR/owner+name/repo."),
    ] = None,
    engine: Annotated[str, typer.Option("--engine", help="local|dask")] = "local",
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", metavar="ADDRESS", help="The cluster of an engine that has one.")
    ] = None,
    batch_max_cost_usd: Annotated[
        float | None, typer.Option("--batch-max-cost-usd", help="US dollars for all tickets together.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Start although the estimate passes that.")] = False,
    model: Ladder = None,
    base_url: Annotated[str | None, typer.Option("--base-url", help="An OpenAI-compatible endpoint.")] = None,
    candidates: Annotated[int | None, typer.Option("--candidates", help="Replies per round.")] = None,
    budget: Budget = None,
    max_rounds: Annotated[int | None, typer.Option("--max-rounds", help="Rounds per model.")] = None,
    max_cost_usd: Annotated[float | None, typer.Option("--max-cost-usd", help="US dollars per ticket.")] = None,
    max_seconds: Annotated[float | None, typer.Option("--max-seconds", help="Seconds per ticket.")] = None,
    max_tokens: Annotated[int | None, typer.Option("--max-tokens", help="Tokens per ticket.")] = None,
    tests: Annotated[list[str] | None, typer.Option("--tests", help="Where a ticket names none.")] = None,
    test_cmd: Annotated[str | None, typer.Option("--test-cmd", help="Where a ticket names none.")] = None,
    allow: Annotated[list[str] | None, typer.Option("--allow", metavar="GLOB", help="Open a protected path.")] = None,
    waive: Waive = None,
    python: Python = None,
    setup: Annotated[str | None, typer.Option("--setup", help="As for run.")] = None,
    sandbox: Annotated[str | None, typer.Option("--sandbox", help="strict (without this)|standard|best|none")] = None,
    branch: Annotated[
        str | None,
        typer.Option("--branch", metavar="PREFIX", help="Also deliver accepted patches as branches PREFIX/…"),
    ] = None,
    json: Json = False,
) -> None:
    """Drive a file of tickets, many at once; Ctrl-C leaves everything resumable."""
    do("batch", **locals())


@app.command()
def resume(
    run: Run = None,
    json: Json = False,
) -> None:
    """Go on with a run that was interrupted or killed."""
    do("resume", run=run, json=json)


@app.command()
def accept(
    run: Run = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; shown wherever the verdict is.")] = "",
    budget: Annotated[str | None, typer.Option("--budget", help="fix|small|medium|large|POINTS")] = None,
    waive: Annotated[list[str] | None, typer.Option("--waive", metavar="ID", help="Accept one finding.")] = None,
    json: Json = False,
) -> None:
    """Overrule the gate on a run that is green but over budget."""
    do("accept", **locals())


@app.command()
def undo(run: Run = None) -> None:
    """Take back what `run --apply` wrote."""
    do("undo", run=run)


@app.command()
def runs(
    repo: Repo = Path(),
    all_runs: Annotated[bool, typer.Option("--all", help="Of every repository.")] = False,
    json: Json = False,
) -> None:
    """List this repository's runs."""
    do("runs", repo=repo, every=all_runs, json=json)


@app.command()
def show(
    run: Run = None,
    replies: Annotated[bool, typer.Option("--replies", help="With what the model wrote.")] = False,
    json: Json = False,
) -> None:
    """Show a run round by round."""
    do("show", run=run, replies=replies, json=json)


@app.command()
def land(
    out: Annotated[Path, typer.Argument(help="The --out folder of a batch.")],
    onto: Annotated[str | None, typer.Option("--onto", metavar="REV", help="The base of them all without.")] = None,
    only: Annotated[list[str] | None, typer.Option("--only", metavar="ID", help="These tickets only.")] = None,
    branch: Annotated[str | None, typer.Option("--branch", metavar="NAME", help="Deliver as this branch.")] = None,
    python: Python = None,
    setup: Annotated[str | None, typer.Option("--setup", help="As for run.")] = None,
    sandbox: Annotated[str | None, typer.Option("--sandbox", help="best|strict|standard|none")] = None,
    max_seconds: Annotated[float | None, typer.Option("--max-seconds", help="Seconds in all.")] = None,
    json: Json = False,
) -> None:
    """Land what a batch accepted, one by one, on one tree; name what gets in whose way."""
    do("land", **locals())
