"""The first five minutes: from `pip install` of the built wheel in a bare environment to the first verdicts.

    python benchmarks/first_minutes.py

Builds the wheel, makes an empty virtual environment with the running Python, installs with pip as a stranger would,
then times `pareback --help`, the first `check` and the first `run` on the bundled example. Prints a table.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GIT = ["git", "-c", "user.name=b", "-c", "user.email=b@example.org"]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="first-") as folder:
        place = Path(folder)
        wheel = build(place)
        venv = place / "venv"
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        before = megabytes(venv)
        environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environ |= {"PAREBACK_HOME": str(place / "home"), "PATH": f"{venv / 'bin'}:{os.environ['PATH']}"}
        rows = [
            ("pip install of the wheel", timed(["pip", "install", "-q", "--no-cache-dir", str(wheel)], place, environ))
        ]
        size = megabytes(venv) - before
        shop = lay_out(place / "shop")
        rows += [
            ("--help, first", timed(["pareback", "--help"], shop, environ)),
            ("--help, again", timed(["pareback", "--help"], shop, environ)),
            ("check, first verdict", timed(["pareback", "check", "--base", "HEAD"], shop, environ)),
            ("check, again", timed(["pareback", "check", "--base", "HEAD"], shop, environ)),
            ("run, first accepted patch", timed(["pareback", "run", "Free from 50", "--budget", "fix"], shop, environ)),
            ("run, again", timed(["pareback", "run", "Free from 50", "--budget", "fix"], shop, environ)),
        ]
    print("| step | seconds |\n|---|--:|\n" + "\n".join(f"| {name} | {seconds:.2f} |" for name, seconds in rows))
    print(f"\ninstalled: {size:.0f} MB with all dependencies")


def build(place: Path) -> Path:
    words = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(place / "dist"), str(ROOT)]
    subprocess.run(words, check=True, capture_output=True)
    return next((place / "dist").glob("*.whl"))


def lay_out(shop: Path) -> Path:
    shutil.copytree(ROOT / "examples" / "shop", shop)
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "shop"]):
        subprocess.run([*GIT, *words], cwd=shop, check=True)
    with (shop / "shop" / "cart.py").open("a") as cart:
        cart.write("\n\ndef empty(cart: Cart) -> bool:\n    return not cart.items\n")
    return shop


def timed(words: list[str], folder: Path, environ: dict[str, str]) -> float:
    """Wall seconds of one command that has to succeed."""
    started = time.monotonic()
    done = subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(words)} returned {done.returncode}\n{done.stdout}{done.stderr}")
    return time.monotonic() - started


def megabytes(folder: Path) -> float:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


if __name__ == "__main__":
    main()
