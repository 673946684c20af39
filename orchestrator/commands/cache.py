"""`pareback cache`: what the cache holds, and clearing it."""

import os
import shutil
from pathlib import Path

from pareback.orchestrator import boundary, home


def do(*, what: str | None) -> int:
    """Show the cache's folder and size, or remove it. Nothing in it is needed: it is only slow to make again."""
    if what not in {None, "clear"}:
        raise boundary.Mistake(f"`pareback cache` knows 'clear', not {what!r}")
    folder = home.find(os.environ).cache
    if what == "clear":
        shutil.rmtree(folder, onerror=_writable)
        print(f"cleared {folder}")
        return 0
    size = sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir()) if folder.is_dir() else 0
    print(f"{folder}: {size / 1e6:.1f} MB")
    return 0


def _writable(_: object, path: str, __: object) -> None:
    """Pristine trees are read-only: open the folder and try once more; what is gone already is fine."""
    parent = Path(path).parent
    if parent.exists():
        parent.chmod(0o700)
    target = Path(path)
    if target.is_dir() and not target.is_symlink():
        target.chmod(0o700)
        shutil.rmtree(target, ignore_errors=True)
    else:
        target.unlink(missing_ok=True)
