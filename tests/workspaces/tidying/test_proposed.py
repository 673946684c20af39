"""What a repository's own configuration proposes."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from pareback.workspaces.tidying.proposed import proposed


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({}, {}),
        ({"pyproject.toml": "[tool.ruff]\nline-length = 99\n"}, {"lint_cmd": "ruff check"}),
        (
            {"pyproject.toml": "[tool.ruff.format]\nquote-style = 'single'\n"},
            {"format_cmd": "ruff format", "lint_cmd": "ruff check"},
        ),
        (
            {"pyproject.toml": "[tool.black]\n", ".flake8": "[flake8]\n"},
            {"format_cmd": "black -q", "lint_cmd": "flake8"},
        ),
        ({"setup.cfg": "[isort]\n[flake8]\n"}, {"format_cmd": "isort -q", "lint_cmd": "flake8"}),
        ({".pylintrc": ""}, {"lint_cmd": "pylint"}),
        ({".pre-commit-config.yaml": "- id: ruff-format\n"}, {"format_cmd": "ruff format"}),
        ({"pyproject.toml": "[tool.pytest]\nx = [", "tox.ini": "no section\n"}, {}),
    ],
)
def test_what_is_configured_is_proposed_and_nothing_else(
    tmp_path: Path, files: Mapping[str, str], found: Mapping[str, str]
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert proposed(tmp_path) == found
