"""Pack the gate into one file: `python light/pack.py dist/pareback-gate.pyz`. `make gate` calls it."""

import sys
import zipapp
from pathlib import Path
from shutil import copytree, ignore_patterns
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
SKIP = ignore_patterns("__pycache__", "pack.py", "pareback-gate")


def pack(target: Path) -> None:
    """The rooms that the gate needs, compressed, to be run as `python3 FILE`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        package = Path(folder) / "pareback"
        for room in ("gates", "light"):
            copytree(ROOT / room, package / room, ignore=SKIP)
        (package / "__init__.py").write_bytes((ROOT / ".dev/pareback/__init__.py").read_bytes())
        zipapp.create_archive(
            folder, target, interpreter="/usr/bin/env python3", main="pareback.light.command:main", compressed=True
        )


if __name__ == "__main__":
    pack(Path(sys.argv[1]))
    sys.stdout.write(f"{sys.argv[1]}: {Path(sys.argv[1]).stat().st_size} bytes\n")
