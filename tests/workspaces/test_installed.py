"""The digest of what is installed: the same until something is installed, removed or replaced."""

import os
from pathlib import Path

from pareback.workspaces.installed import fingerprint


def environment(folder: Path) -> Path:
    """A virtual environment's files, as far as they matter."""
    packages = folder / "lib" / "python3.11" / "site-packages"
    (packages / "attrs-1.0.dist-info").mkdir(parents=True)
    (folder / "bin").mkdir()
    (folder / "bin" / "python").write_text("")
    (folder / "pyvenv.cfg").write_text("home = /nowhere/bin\ninclude-system-site-packages = false\n")
    return packages


def test_what_changes_the_digest(tmp_path: Path) -> None:
    packages = environment(tmp_path)
    python = tmp_path / "bin" / "python"
    seen = [fingerprint(python)]
    (packages / "__pycache__").mkdir()
    os.utime(packages)
    assert fingerprint(python) == seen[0]
    (packages / "attrs-1.0.dist-info").rename(packages / "attrs-2.0.dist-info")
    seen.append(fingerprint(python))
    (packages / "editable.pth").write_text("/somewhere")
    seen.append(fingerprint(python))
    os.utime(packages / "editable.pth", ns=(1, 1))
    seen.append(fingerprint(python))
    os.utime(python, ns=(1, 1))
    seen.append(fingerprint(python))
    (tmp_path / "bin" / "other").write_text("")
    seen.append(fingerprint(tmp_path / "bin" / "other"))
    assert len(set(seen)) == len(seen)


def test_packages_of_the_system_count_where_they_are_shown(tmp_path: Path) -> None:
    environment(tmp_path / "venv")
    system = environment(tmp_path / "usr")
    python = tmp_path / "venv" / "bin" / "python"
    alone = fingerprint(python)
    (system / "new-1.0.dist-info").mkdir()
    assert fingerprint(python) == alone
    home = tmp_path / "usr" / "bin"
    (tmp_path / "venv" / "pyvenv.cfg").write_text(f"home = {home}\ninclude-system-site-packages = true\n")
    shown = fingerprint(python)
    (system / "newer-1.0.dist-info").mkdir()
    assert len({alone, shown, fingerprint(python)}) == 3


def test_an_interpreter_that_is_gone_has_a_digest_too(tmp_path: Path) -> None:
    assert fingerprint(tmp_path / "none") == fingerprint(tmp_path / "none")
