"""Build wheel and sdist, compare the wheel's files with git's, and run the wheel from an empty environment.

Not collected by pytest: `make wheel` and CI call it. Only a build like this shows a file that the packaging dropped.
"""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("orchestrator", "gates", "adapters", "workspaces")
UV = str(Path(sys.executable).parent / "uv")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        _do([sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)])
        wheel = next(out.glob("*.whl"))
        compare(wheel)
        start(wheel, out)
    sys.stdout.write("the wheel holds what git holds, and starts in an empty environment\n")


def compare(wheel: Path) -> None:
    """Every file of the rooms that git tracks is in the wheel, and nothing else is."""
    tracked = subprocess.run(["git", "ls-files", *ROOMS], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    expected = {f"pareback/{path}" for path in tracked.split("\n") if path}
    expected |= {"pareback/__init__.py", "pareback/py.typed"}
    found = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    if expected != found:
        missing, extra = sorted(expected - found), sorted(found - expected)
        raise SystemExit(f"the wheel differs from git: missing {missing}, beyond git {extra}")


def start(wheel: Path, folder: Path) -> None:
    """Install the wheel with its dependencies from the lock and call it from another folder."""
    venv = folder / "venv"
    python = venv / "bin" / "python"
    _do([UV, "venv", "-q", "--python", sys.executable, str(venv)])
    _do(
        [UV, "pip", "install", "-q", "--python", str(python), "--require-hashes", "-r", str(ROOT / "requirements.lock")]
    )
    _do([UV, "pip", "install", "-q", "--python", str(python), "--no-deps", str(wheel)])
    for words in (["--version"], ["--help"], ["parts"]):
        _do([str(venv / "bin" / "pareback"), *words], cwd=folder)


def _do(command: list[str], cwd: Path = ROOT) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} returned {done.returncode}\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    main()
