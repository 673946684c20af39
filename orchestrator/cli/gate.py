"""The gate by itself, as a command."""

from pathlib import Path
from typing import Annotated

import typer

from pareback.orchestrator.cli.app import Budget, Repo, Waive, app, do


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
