"""The command line: words in, exit codes out. The door to typer; every command imports its body when it is called."""

import os
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from pareback.orchestrator.hardened import harden

app = typer.Typer(
    name="pareback",
    help="Turn a ticket into a patch that passes the tests and stays within a complexity budget.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help in half the time
    add_completion=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
bench = typer.Typer(name="bench", help="Measure models and the loop on public material.", no_args_is_help=True)
app.add_typer(bench)

Repo = Annotated[Path, typer.Option("--repo", help="The repository, or a folder in it.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


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
    held_out: Annotated[
        list[str] | None, typer.Option("--held-out", metavar="PATH", help="Tests no model sees; they decide.")
    ] = None,
    base: Annotated[
        str | None, typer.Option("--base", metavar="REV", help="Start from a revision, not the work tree.")
    ] = None,
    model: Annotated[list[str] | None, typer.Option("--model", help="Repeat for a ladder.")] = None,
    base_url: Annotated[str | None, typer.Option("--base-url", help="An OpenAI-compatible endpoint.")] = None,
    candidates: Annotated[int | None, typer.Option("--candidates", help="Replies per round.")] = None,
    budget: Annotated[str | None, typer.Option("--budget", help="fix|small|medium|large|auto|POINTS")] = None,
    max_rounds: Annotated[int | None, typer.Option("--max-rounds", help="Rounds per model.")] = None,
    max_cost_usd: Annotated[float | None, typer.Option("--max-cost-usd", help="US dollars in all.")] = None,
    max_seconds: Annotated[float | None, typer.Option("--max-seconds", help="Seconds in all.")] = None,
    max_tokens: Annotated[int | None, typer.Option("--max-tokens", help="Tokens in all.")] = None,
    allow: Annotated[list[str] | None, typer.Option("--allow", metavar="GLOB", help="Open a protected path.")] = None,
    waive: Annotated[list[str] | None, typer.Option("--waive", metavar="ID", help="Waive one finding.")] = None,
    python: Annotated[str | None, typer.Option("--python", help="The interpreter that runs the tests.")] = None,
    setup: Annotated[
        str | None, typer.Option("--setup", help="A command that installs what the tests need, or none.")
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
    _do("run", **locals())


@app.command()
def resume(
    run: Annotated[str | None, typer.Argument(help="The run's id; the latest without.")] = None,
    json: Json = False,
) -> None:
    """Go on with a run that was interrupted or killed."""
    _do("resume", run=run, json=json)


@app.command()
def accept(
    run: Annotated[str | None, typer.Argument(help="The run's id; the latest without.")] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; shown wherever the verdict is.")] = "",
    budget: Annotated[str | None, typer.Option("--budget", help="fix|small|medium|large|POINTS")] = None,
    waive: Annotated[list[str] | None, typer.Option("--waive", metavar="ID", help="Accept one finding.")] = None,
    json: Json = False,
) -> None:
    """Overrule the gate on a run that is green but over budget."""
    _do("accept", **locals())


@app.command()
def undo(run: Annotated[str | None, typer.Argument(help="The run's id; the latest without.")] = None) -> None:
    """Take back what `run --apply` wrote."""
    _do("undo", run=run)


@app.command()
def runs(
    repo: Repo = Path(),
    all_runs: Annotated[bool, typer.Option("--all", help="Of every repository.")] = False,
    json: Json = False,
) -> None:
    """List this repository's runs."""
    _do("runs", repo=repo, every=all_runs, json=json)


@app.command()
def show(
    run: Annotated[str | None, typer.Argument(help="The run's id; the latest without.")] = None,
    replies: Annotated[bool, typer.Option("--replies", help="With what the model wrote.")] = False,
    json: Json = False,
) -> None:
    """Show a run round by round."""
    _do("show", run=run, replies=replies, json=json)


@app.command()
def check(
    revisions: Annotated[str | None, typer.Argument(metavar="[A..B]", help="Compare two revisions.")] = None,
    repo: Repo = Path(),
    base: Annotated[
        str | None, typer.Option("--base", metavar="REV", help="Compare its merge base with the work tree.")
    ] = None,
    budget: Annotated[str | None, typer.Option("--budget", help="fix|small|medium|large|auto|POINTS")] = None,
    waive: Annotated[list[str] | None, typer.Option("--waive", metavar="ID", help="Waive one finding.")] = None,
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
    _do("check", **locals())


@app.command()
def models(json: Json = False) -> None:
    """List the model families that are known, and what this machine can reach."""
    _do("models", json=json)


@app.command()
def parts(kind: Annotated[str | None, typer.Argument(help="One kind only.")] = None, json: Json = False) -> None:
    """List the parts, with their options."""
    _do("parts", kind=kind, json=json)


@app.command()
def doctor(repo: Repo = Path(), json: Json = False) -> None:
    """Say what this machine offers, and how to mend what is missing."""
    _do("doctor", repo=repo, json=json)


@app.command()
def cache(what: Annotated[str | None, typer.Argument(metavar="[clear]")] = None) -> None:
    """Show the cache, or clear it."""
    _do("cache", what=what)


@bench.command()
def quixbugs(
    path: Annotated[Path, typer.Argument(help="A checkout of jkoppel/QuixBugs.")],
    model: Annotated[list[str] | None, typer.Option("--model", help="Repeat for a ladder.")] = None,
    only: Annotated[list[str] | None, typer.Option("--only", help="These programs only.")] = None,
    python: Annotated[str | None, typer.Option("--python", help="The interpreter that runs the tests.")] = None,
    max_seconds: Annotated[float, typer.Option("--max-seconds", help="Seconds per program.")] = 60.0,
    jobs: Annotated[int, typer.Option("--jobs", help="Programs side by side.")] = 1,
    json: Json = False,
) -> None:
    """Run a model over the 40 programs of QuixBugs."""
    _do("quixbugs", **locals())


def _do(command: str, **words: Any) -> None:
    """Import a command's file only when it is called, and leave with the exit code it returns."""
    raise typer.Exit(import_module(f"pareback.orchestrator.commands.{command}").do(**words))


def main() -> None:
    """Every command starts here."""
    harden(os.environ)
    sys.exit(guarded(lambda: app(standalone_mode=False)))


def guarded(body: Callable[[], Any]) -> int:
    """The exit code of `body`, with every exception turned into one line on stderr."""
    try:
        code = body()
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - the boundary
        return _explain(error)
    return code if isinstance(code, int) else 0


def _explain(error: Exception) -> int:
    line, code = import_module("pareback.orchestrator.boundary").explain(error, traceback.format_exc())
    sys.stderr.write(f"pareback: {line}\n")
    return int(code)


if __name__ == "__main__":
    main()
