"""Real repositories, the real command line in processes of its own, and a home that is the test's alone."""

import hashlib
import json
import os
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

WHO = ("-c", "user.name=t", "-c", "user.email=t@example.org")


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said and how it ended."""

    exit: int
    out: str
    err: str

    @property
    def result(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.out)
        return document


@dataclass(frozen=True, slots=True)
class Project:
    """A repository with a home for its runs beside it."""

    root: Path
    home: Path
    python: Path
    environ: dict[str, str] = field(default_factory=dict)

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(text)

    def git(self, *words: str) -> str:
        done = subprocess.run(["git", *WHO, *words], cwd=self.root, check=True, capture_output=True, text=True)
        return done.stdout

    def commit(self, message: str = "state") -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)

    def pareback(self, *words: str, cwd: Path | None = None, **environ: str) -> Said:
        """The command line in a process of its own, without keys."""
        keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        ours = {"PAREBACK_HOME": str(self.home), "PAREBACK_CONFIG": str(self.home / "config.toml")}
        program = [sys.executable, "-m", "pareback.orchestrator.cli", *words]
        done = subprocess.run(
            program,
            cwd=cwd or self.root,
            env=keep | ours | self.environ | environ,
            capture_output=True,
            text=True,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def run(self, *words: str, **environ: str) -> Said:
        """`pareback run --json` with the lean interpreter for the tests."""
        return self.pareback("run", *words, "--json", "--python", str(self.python), **environ)

    def script(self, *rounds: str | list[str]) -> str:
        """A scripted model that gives these replies, as a name for --model."""
        path = self.home / f"script-{len(rounds)}-{hashlib.sha256(repr(rounds).encode()).hexdigest()[:8]}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(list(rounds)))
        return f"scripted:{path}"

    def fingerprint(self) -> dict[str, str]:
        """A hash of everything in the checkout and its git directory but objects and what a run may leave there."""
        return {
            str(path.relative_to(self.root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and not {"objects", "pareback", "__pycache__", ".pytest_cache"} & set(path.parts)
        }


SHOP = {
    "shop/__init__.py": "",
    "shop/cart.py": '''"""Prices are in cents."""


def shipping(total: int) -> int:
    """Free from 5000 on."""
    if total > 5000:
        return 0
    return 490


def discount(total: int, percent: int) -> int:
    return total - total * percent // 100
''',
    "tests/test_cart.py": """from shop.cart import discount, shipping


def test_free_from_fifty():
    assert shipping(5000) == 0


def test_charged_below():
    assert shipping(4999) == 490


def test_discount():
    assert discount(1000, 10) == 900
""",
}

FIX = """shop/cart.py
<<<<<<< SEARCH
    if total > 5000:
=======
    if total >= 5000:
>>>>>>> REPLACE
"""

WRONG = FIX.replace("total >= 5000", "total > 6000")

BULKY = """shop/cart.py
<<<<<<< SEARCH
    if total > 5000:
        return 0
    return 490
=======
    for step in range(3):
        if step == 0:
            if total == 5000:
                return 0
            elif total > 5000:
                if total > 9000:
                    return 0
                else:
                    return 0
    return 490
>>>>>>> REPLACE
"""

SLIM = f"shop/cart.py\n```python\n{SHOP['shop/cart.py'].replace('total > 5000', 'total >= 5000')}```\n"


@pytest.fixture
def texts() -> Mapping[str, str]:
    """Replies for the shop: the fix, a wrong one, a green one far too complex, and what makes that one small."""
    return {"slim": SLIM, "fix": FIX, "wrong": WRONG, "bulky": BULKY}


NEEDED = ("pytest", "_pytest", "py.py", "pluggy", "iniconfig", "packaging", "pygments")


@pytest.fixture(scope="session")
def lean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter that has pytest and nothing else, as a target has: the plugins of ours would cost it seconds."""
    folder = tmp_path_factory.mktemp("lean")
    venv.create(folder, symlinks=True)
    site = next((folder / "lib").glob("python*/site-packages"))
    for name in NEEDED:
        (site / name).symlink_to(Path(pytest.__file__).parents[1] / name)
    return folder / "bin" / "python"


@pytest.fixture
def make(tmp_path: Path, lean: Path) -> Callable[..., Project]:
    """Lay a project out: a git repository with these files committed."""

    def lay_out(files: Mapping[str, str] = SHOP, name: str = "project") -> Project:
        project = Project(tmp_path / name, tmp_path / "home", lean)
        project.root.mkdir()
        project.git("init", "-q", "-b", "main")
        project.write(files)
        project.commit()
        return project

    return lay_out


@pytest.fixture
def shop(make: Callable[..., Project]) -> Project:
    """The small shop with one red test."""
    return make()
