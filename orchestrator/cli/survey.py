"""The command that looks at a whole tree."""

from pathlib import Path
from typing import Annotated

import typer

from pareback.orchestrator.cli.app import Repo, app, do


@app.command()
def survey(
    path: Annotated[Path | None, typer.Argument(metavar="[PATH]", help="Only this file or folder.")] = None,
    repo: Repo = Path(),
    format: Annotated[str, typer.Option("--format", help="text|json|markdown|html")] = "text",
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write the page to FILE too: one file, nothing loaded."),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="REV", help="Tell the trend too: the commits after REV.")
    ] = None,
    history: Annotated[
        int | None, typer.Option("--history", metavar="N", help="Tell the trend too: the last N commits.")
    ] = None,
    tickets: Annotated[
        int | None, typer.Option("--tickets", metavar="N", help="Print N tickets for `pareback batch` instead.")
    ] = None,
) -> None:
    """Show where the complexity of a tree sits, where it comes from, and what to change first."""
    do("survey", **locals())
