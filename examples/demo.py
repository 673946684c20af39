"""`make demo`: a copy of the bundled shop in a fresh git repository, its red test, and one run of pareback on it."""

import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEMO = HERE.parent / ".demo"
TICKET = "Shipping is free from 50.00 on, not only above it"


def main() -> int:
    """Lay the example out, show that it is red, and let pareback mend it."""
    repository = lay_out()
    print(f"A shop with a bug, laid out in {repository}:\n")
    say(["git", "log", "--oneline"], repository)
    python = str(repository / ".venv" / "bin" / "python")
    say([python, "-m", "pytest", "-q", "--no-header", "--tb=no", "-p", "no:cacheprovider"], repository)
    command = ["run", TICKET, "--budget", "fix"]
    print(f"\n$ pareback {command[0]} {TICKET!r} {' '.join(command[2:])}\n", flush=True)
    pareback = str(Path(sys.executable).parent / "pareback")
    done = subprocess.run([pareback, *command], cwd=repository, env=environment(), check=False)
    if done.returncode == 0:
        print("\nThe delivered branch:\n", flush=True)
        say(["git", "log", "--oneline", "--all"], repository)
        say(["git", "diff", "HEAD", newest(repository)], repository)
    return done.returncode


def lay_out() -> Path:
    """The shop as a repository of its own; an earlier demo's is removed."""
    repository = DEMO / "shop"
    shutil.rmtree(repository, ignore_errors=True)
    shutil.copytree(HERE / "shop", repository, ignore=shutil.ignore_patterns("__pycache__"))
    environment_for(repository)
    who = ["-c", "user.name=demo", "-c", "user.email=demo@example.org"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "A shop with a bug"]):
        subprocess.run(["git", *who, *words], cwd=repository, check=True)
    return repository


def environment_for(repository: Path) -> None:
    """The shop's own environment with pytest in it, as a project has one; pareback finds it there."""
    uv = str(Path(sys.executable).parent / "uv")
    python = repository / ".venv" / "bin" / "python"
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(repository / ".venv")], check=True)
    pinned = f"pytest=={version('pytest')}"
    words = [uv, "pip", "install", "-q", "--compile-bytecode", "--python", str(python), pinned]
    subprocess.run(words, check=True)


def newest(repository: Path) -> str:
    """The branch that was delivered."""
    words = ["git", "for-each-ref", "--format=%(refname:short)", "refs/heads/pareback"]
    return subprocess.run(words, cwd=repository, check=True, capture_output=True, text=True).stdout.split()[-1]


def environment() -> dict[str, str]:
    """Runs of the demo are kept beside it, not in the user's own folders."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PAREBACK_")}
    return kept | {"PAREBACK_HOME": str(DEMO / "home"), "PAREBACK_CONFIG": str(DEMO / "none.toml")}


def say(command: list[str], folder: Path) -> None:
    """Show a command and what it prints, whatever it returns."""
    shown = ["python", *command[1:]] if command[0].endswith("python") else command
    print(f"$ {' '.join(shown)}", flush=True)
    subprocess.run(command, cwd=folder, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}, check=False)


if __name__ == "__main__":
    sys.exit(main())
