"""Commands that need no model: the gate by itself, and what it would have simpler."""

from pathlib import Path
from typing import Annotated

import typer

from pareback.orchestrator.cli.app import Budget, Json, Python, Repo, Waive, app, do


@app.command()
def check(
    revisions: Annotated[str | None, typer.Argument(metavar="[A..B]", help="Compare two revisions.")] = None,
    repo: Repo = Path(),
    base: Annotated[
        str | None, typer.Option("--base", metavar="REV", help="Compare its merge base with the work tree.")
    ] = None,
    budget: Budget = None,
    waive: Waive = None,
    enforce: Annotated[str, typer.Option("--enforce", help="off|hard|budget: what exits 1.")] = "budget",
    format: Annotated[str, typer.Option("--format", help="text|json|markdown|sarif|github")] = "text",
    staged: Annotated[bool, typer.Option("--staged", help="Compare HEAD with what is staged.")] = False,
    explain: Annotated[
        str | None, typer.Option("--explain", metavar="ID", help="Show one finding, or one signal, whole.")
    ] = None,
    history: Annotated[
        int | None, typer.Option("--history", metavar="N", help="Judge the last N merged changes instead.")
    ] = None,
) -> None:
    """Judge a change: the gate alone, without a model."""
    do("check", **locals())


@app.command()
def pare(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[PATHS]", help="Files and folders; without, functions that differ.")
    ] = None,
    repo: Repo = Path(),
    base: Annotated[
        str | None, typer.Option("--base", metavar="REV", help="What functions differ from; as for check.")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Test each, and write those that stay green.")] = False,
    tests: Annotated[list[str] | None, typer.Option("--tests", help="These tests only; tests the preview too.")] = None,
    test_cmd: Annotated[str | None, typer.Option("--test-cmd", help="Another test command, as for run.")] = None,
    python: Python = None,
    setup: Annotated[str | None, typer.Option("--setup", help="As for run.")] = None,
    sandbox: Annotated[str | None, typer.Option("--sandbox", help="best|strict|standard|none")] = None,
    max_seconds: Annotated[float | None, typer.Option("--max-seconds", help="Seconds in all.")] = None,
    json: Json = False,
) -> None:
    """Offer simplifications that keep what your code does, with the points they free; no model is asked."""
    do("pare", **locals())
