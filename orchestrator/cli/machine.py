"""Commands that say what there is: models, parts, this machine, the cache."""

from pathlib import Path
from typing import Annotated

import typer

from pareback.orchestrator.cli.app import Json, Repo, app, do


@app.command()
def models(
    what: Annotated[str | None, typer.Argument(metavar="[probe]")] = None,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]")] = None,
    base_url: Annotated[str | None, typer.Option("--base-url", help="Where the server is.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Probe and write without asking.")] = False,
    json: Json = False,
) -> None:
    """List the model families that are known and what this machine can reach, or probe a live endpoint."""
    do("models", what=what, name=name, base_url=base_url, yes=yes, json=json)


@app.command()
def parts(kind: Annotated[str | None, typer.Argument(help="One kind only.")] = None, json: Json = False) -> None:
    """List the parts, with their options."""
    do("parts", kind=kind, json=json)


@app.command()
def languages(
    what: Annotated[str | None, typer.Argument(metavar="[check]")] = None,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]")] = None,
    program: Annotated[str | None, typer.Option("--command", help="An extractor that is not configured yet.")] = None,
    sources: Annotated[Path | None, typer.Option("--sources", help="The kit's cases in your language, TOML.")] = None,
    json: Json = False,
) -> None:
    """List the languages that are priced, or check that a front end prices the kit's cases as it must."""
    do("languages", what=what, name=name, program=program, sources=sources, json=json)


@app.command()
def doctor(repo: Repo = Path(), json: Json = False) -> None:
    """Say what this machine offers, and how to mend what is missing."""
    do("doctor", repo=repo, json=json)


@app.command()
def cache(what: Annotated[str | None, typer.Argument(metavar="[clear]")] = None) -> None:
    """Show the cache, or clear it."""
    do("cache", what=what)
