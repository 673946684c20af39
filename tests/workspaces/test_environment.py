"""What the target's processes see."""

import sys
from pathlib import Path

import pytest

from pareback.workspaces.environment import for_setup, for_target, import_roots, index_folders


def test_the_environment_is_an_allow_list(tmp_path: Path) -> None:
    environ = {"PATH": "/usr/bin", "TZ": "UTC", "OPENAI_API_KEY": "secret", "PYTHONPATH": "/ours", "FLAG": "1"}
    seen = for_target(Path("/env/bin/python"), home=tmp_path, environ=environ, keep=["FLAG", "ABSENT"])
    assert seen == {
        "CI": "1",
        "FLAG": "1",
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "MKL_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PATH": "/env/bin:/usr/bin",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONIOENCODING": "utf-8",
        "TMPDIR": str(tmp_path),
        "TZ": "UTC",
    }


def test_a_virtual_environment_is_the_active_one(tmp_path: Path) -> None:
    seen = for_target(Path(sys.prefix) / "bin" / "python", home=tmp_path, environ={})
    assert seen["VIRTUAL_ENV"] == sys.prefix


def test_only_a_set_up_sees_where_packages_come_from(tmp_path: Path) -> None:
    environ = {"PIP_INDEX_URL": "https://packages.example/simple", "OPENAI_API_KEY": "secret"}
    inside = for_setup(tmp_path / "venv", home=tmp_path, environ=environ)
    outside = for_target(tmp_path / "venv" / "bin" / "python", home=tmp_path, environ=environ)
    assert inside["PIP_INDEX_URL"] == "https://packages.example/simple"
    assert inside["VIRTUAL_ENV"] == str(tmp_path / "venv")
    assert inside["UV_DEFAULT_INDEX"] == "https://packages.example/simple"
    assert "PIP_INDEX_URL" not in outside
    assert "OPENAI_API_KEY" not in inside.keys() | outside.keys()


@pytest.mark.parametrize(
    ("files", "roots"),
    [
        (["shop/__init__.py"], (".",)),
        (["src/shop/__init__.py"], ("src", ".")),
        (["src/shop.py"], ("src", ".")),
        (["src/shop/cart.py"], ("src", ".")),
        (["src/main.c"], (".",)),
    ],
)
def test_src_is_a_root_where_it_holds_python(files: list[str], roots: tuple[str, ...], tmp_path: Path) -> None:
    for file in files:
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).touch()
    assert import_roots(tmp_path) == roots
    assert import_roots(tmp_path, ("lib",)) == ("lib",)


def test_folders_of_packages_are_shown_to_a_set_up(tmp_path: Path) -> None:
    environ = {"PIP_FIND_LINKS": f"{tmp_path}/a file://{tmp_path}/b https://packages.example", "HOME": "/home/me"}
    assert index_folders(environ) == [tmp_path / "a", tmp_path / "b"]
    assert for_setup(tmp_path, home=tmp_path, environ=environ)["UV_FIND_LINKS"].count(",") == 2
    assert index_folders({"HOME": "/home/me"}) == []
