"""The command line's frame: the program, the options that several commands share, and the way to a command's body."""

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    name="pareback",
    help="Turn a ticket into a patch that passes the tests and stays within a complexity budget.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help in half the time
    add_completion=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Repo = Annotated[Path, typer.Option("--repo", help="The repository, or a folder in it.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Ladder = Annotated[list[str] | None, typer.Option("--model", help="Repeat for a ladder.")]
FormatCmd = Annotated[
    str | None, typer.Option("--format-cmd", help="Formats the patch's Python files, such as 'ruff format'.")
]
LintCmd = Annotated[
    str | None, typer.Option("--lint-cmd", help="What it finds new is pushed back, such as 'ruff check'.")
]
HeldOut = Annotated[
    list[str] | None, typer.Option("--held-out", metavar="PATH", help="Tests no model sees; they decide.")
]
Python = Annotated[str | None, typer.Option("--python", help="The interpreter that runs the tests.")]
Run = Annotated[str | None, typer.Argument(help="The run's id or its folder; the latest without.")]
Budget = Annotated[str | None, typer.Option("--budget", help="fix|small|medium|large|auto|POINTS")]
Waive = Annotated[list[str] | None, typer.Option("--waive", metavar="ID", help="Waive one finding.")]


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"pareback {version('pareback')}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Turn a ticket into a patch that passes the tests and stays within a complexity budget."""


def do(command: str, **words: Any) -> None:
    """Import a command's file only when it is called, and leave with the exit code it returns."""
    raise typer.Exit(import_module(f"pareback.orchestrator.commands.{command}").do(**words))
