"""The door to uv: its program and the command lines that make an environment. Paths are relative to the private copy of
the tree; the environment is its neighbour `../venv`.
"""

from pathlib import Path

import uv

VARIABLES = {
    "UV_PYTHON_DOWNLOADS": "never",  # an interpreter is the user's to choose
    "UV_NO_PROGRESS": "1",
    "UV_HTTP_TIMEOUT": "60",
    # what stands for the history that the private copy does not have, for each tool that would ask it for a version
    "SETUPTOOLS_SCM_PRETEND_VERSION": "0.0.0",
    "PDM_BUILD_SCM_VERSION": "0.0.0",
    "PBR_VERSION": "0.0.0",
    "POETRY_DYNAMIC_VERSIONING_BYPASS": "0.0.0",
    "UV_DYNAMIC_VERSIONING_BYPASS": "0.0.0",
}


def program() -> Path:
    """Where uv is. Raises FileNotFoundError."""
    return Path(uv.find_uv_bin())


def create(python: Path) -> tuple[str, ...]:
    """Make the environment from this interpreter."""
    return _command("venv", "--python", str(python), "../venv")


def install(*arguments: str) -> tuple[str, ...]:
    """Install what the arguments name, in any order of theirs."""
    return _command("pip", "install", *arguments)


def _command(*words: str) -> tuple[str, ...]:
    """Through `env`, so that a sandbox shows the one program and not the whole environment that it lies in."""
    return ("/usr/bin/env", str(program()), *words)
