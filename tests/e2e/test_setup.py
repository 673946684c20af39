"""`setup = "auto"` from a bare checkout: the real uv, wheels in a folder instead of an index, and no network needed."""

import importlib.metadata
import json
import os
import zipfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pareback.orchestrator.furnishing import planned
from pareback.workspaces.provision.build import Host, set_up
from pareback.workspaces.sandbox import unconfined

TESTS_NEED = ("pytest", "pluggy", "iniconfig", "packaging", "Pygments")
BACKEND = '''"""A build backend that needs nothing: it writes the version module, and metadata with an entry point."""
import zipfile
from pathlib import Path


def build_editable(folder, config_settings=None, metadata_directory=None):
    Path("shop/_version.py").write_text('version = "1.0"\\n')
    info = "shop-1.0.dist-info"
    files = {
        "shop.pth": str(Path.cwd()),
        f"{info}/METADATA": "Metadata-Version: 2.1\\nName: shop\\nVersion: 1.0\\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: own\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        f"{info}/entry_points.txt": "[shop.tills]\\nfirst = shop.cart:shipping\\n",
    }
    with zipfile.ZipFile(Path(folder) / "shop-1.0-py3-none-any.whl", "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
        wheel.writestr(f"{info}/RECORD", "".join(f"{name},,\\n" for name in [*files, f"{info}/RECORD"]))
    return "shop-1.0-py3-none-any.whl"
'''
PYPROJECT = """
[project]
name = "shop"
version = "1.0"
requires-python = ">=3.8"
dependencies = ["till"]
[dependency-groups]
test = ["pytest"]
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
CODE = {
    "shop/__init__.py": "from shop._version import version\nimport till\n",
    "shop/cart.py": "def shipping(total):\n    return 0 if total > 5000 else 490\n",
    "tests/test_cart.py": "from shop.cart import shipping\n\ndef test_free():\n    assert shipping(5000) == 0\n",
    ".gitignore": "_version.py\n",
}


def write_wheel(folder: Path, name: str, version: str, files: Mapping[str, bytes], needs: Iterable[str] = ()) -> None:
    """A wheel of these files; an installer reads no more than this."""
    info = f"{name}-{version}.dist-info"
    requires = "".join(f"Requires-Dist: {need}\n" for need in needs)
    held = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, content in held.items():
            wheel.writestr(path, content)
        wheel.writestr(f"{info}/RECORD", "".join(f"{path},,\n" for path in [*held, f"{info}/RECORD"]))


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """pytest and what it needs, as it is installed here; and small packages of our own."""
    folder = tmp_path_factory.mktemp("wheels")
    for name in TESTS_NEED:
        found = importlib.metadata.distribution(name)
        code = [path for path in found.files or () if path.suffix == ".py" and not str(path).startswith("..")]
        files = {str(path): Path(str(path.locate())).read_bytes() for path in code}
        needs = [each for each in TESTS_NEED if name == "pytest" and each != name]
        write_wheel(folder, name.lower(), found.version, files, needs)
    for name in ("till", "stamp"):
        write_wheel(folder, name, "1.0", {f"{name}.py": b"price = 1\n"})
    write_wheel(folder, "till", "2.0", {"till.py": b"price = 2\n"})
    write_wheel(folder, "pytest_mock", "3.0", {"pytest_mock.py": b""})
    return folder


@pytest.fixture
def bare(make: Callable[..., Any]) -> Callable[..., Any]:
    """A bare checkout: a project that has to be built, with one red test."""

    def lay_out(files: Mapping[str, str], name: str = "project") -> Any:
        return make({**CODE, "pyproject.toml": PYPROJECT, "backend.py": BACKEND, **files}, name)

    return lay_out


def dry(project: Any, wheels: Path, *words: str) -> Any:
    environ = {"PIP_FIND_LINKS": str(wheels), "PIP_NO_INDEX": "1"}
    return project.pareback("run", "Ship free", "--setup", "auto", "--dry-run", "--budget", "3", *words, **environ)


def test_a_baseline_runs_from_a_bare_checkout(bare: Any, wheels: Path) -> None:
    shop = bare({})
    said = dry(shop, wheels)
    assert "baseline: 0 green, 1 red target" in said.err
    assert said.exit == 0
    environment = next((shop.home / "cache" / "environments").glob("*/ready")).parent
    record = json.loads((environment / "ready").read_text())
    assert (record["products"], record["notes"]) == (["shop/_version.py"], [])
    site = next(environment.glob("venv/lib/python3*/site-packages"))
    assert {path.name for path in site.glob("*.pth")} <= {"_virtualenv.pth"}
    assert [path.name for path in site.glob("shop*")] == ["shop-1.0.dist-info"]
    assert (site / "till.py").read_text() == "price = 2\n"
    assert "begins" not in dry(shop, wheels).err


def test_a_lock_holds_versions_and_an_impossible_one_is_let_go(tmp_path: Path, wheels: Path) -> None:
    lock = 'version = 1\n[[package]]\nname = "till"\nversion = "{}"\nsource = {{ registry = "x" }}\n'
    environ = {"PATH": os.environ["PATH"], "PIP_FIND_LINKS": str(wheels), "PIP_NO_INDEX": "1"}
    plain = PYPROJECT.partition("[build-system]")[0]
    found = []
    for version in ("1.0", "9.0"):
        tree, place = tmp_path / version, tmp_path / "cache" / version
        tree.mkdir()
        (tree / "pyproject.toml").write_text(plain)
        (tree / "uv.lock").write_text(lock.format(version))
        recipe = planned(tree, None, environ=environ, wrap=unconfined).recipe()
        with closing(set_up(recipe, tree=tree, place=place, host=Host(environ))) as made:
            till = next(place.glob("venv/lib/*/site-packages/till.py")).read_text()
            found.append((till, [note[:45] for note in made.notes]))
    assert found == [
        ("price = 1\n", []),
        ("price = 2\n", ["setup auto left out what could not be install"]),
    ]


def test_what_the_suite_lacks_is_added_once_and_remembered(bare: Any, wheels: Path) -> None:
    lacking = "import stamp\n\ndef test_stamp():\n    assert stamp.price == 1\n"
    shop = bare({"tests/test_stamp.py": lacking})
    said = dry(shop, wheels)
    assert "the suite lacks the module 'stamp': once more with stamp" in said.err
    assert "baseline: 1 green, 1 red target" in said.err
    again = dry(shop, wheels)
    assert "once more" not in again.err
    assert "baseline: 1 green, 1 red target" in again.err


def test_what_nobody_can_supply_ends_the_run_and_is_named(bare: Any, wheels: Path) -> None:
    shop = bare({"tests/test_gone.py": "import nowhere_to_be_found\n"})
    said = dry(shop, wheels, "--json")
    assert (said.exit, said.result["ending"], said.result["reason"]) == (2, "env_failed", "missing")
    assert "the module 'nowhere_to_be_found' is missing" in said.result["message"]


def test_a_package_that_is_in_no_index_is_named_before_any_model_is_asked(bare: Any, wheels: Path) -> None:
    shop = bare({"pyproject.toml": PYPROJECT.replace('"till"', '"till", "libnowhere>=2"')})
    said = shop.pareback(
        *("run", "Ship free", "--setup", "auto", "--json", "--model", shop.script("no model is asked")),
        PIP_FIND_LINKS=str(wheels),
        PIP_NO_INDEX="1",
    )
    result = said.result
    assert (said.exit, result["ending"], result["reason"], result["candidates"]) == (2, "env_failed", "setup", 0)
    assert "'libnowhere' is in no index; it printed last" in result["message"]


def test_no_python_that_fits_is_named(bare: Any, wheels: Path) -> None:
    shop = bare({"pyproject.toml": PYPROJECT.replace(">=3.8", ">=3.99")})
    said = dry(shop, wheels, "--json")
    assert (said.exit, said.result["ending"], said.result["reason"]) == (2, "env_failed", "interpreter")
    assert "Python >=3.99 is needed; on PATH there is 3." in said.result["message"]


def test_red_tests_that_need_a_service_or_an_extra_are_no_targets(bare: Any, wheels: Path) -> None:
    service = "def test_db():\n    raise ConnectionRefusedError('redis at localhost:6379: Connection refused')\n"
    extra = "def test_extra():\n    raise ImportError('Do `pip install shop[more]` first')\n"
    declared = PYPROJECT + '[project.optional-dependencies]\nmore = ["stamp"]\n'
    shop = bare({"tests/test_db.py": service, "tests/test_extra.py": extra, "pyproject.toml": declared})
    said = dry(shop, wheels)
    assert "1 red left out, needing Redis, which does not answer: tests/test_db.py::test_db" in said.err
    assert "the suite lacks the service 'Redis', the extra 'more': once more with stamp" in said.err
    assert "baseline: 0 green, 1 red target" in said.err
    named = dry(shop, wheels, "--json", "--tests", "tests/test_db.py")
    assert (named.result["ending"], named.result["reason"]) == ("env_failed", "service")


def test_doctor_shows_the_plan_and_the_services_and_installs_nothing(bare: Any) -> None:
    shop = bare({"tests/test_db.py": "import redis\n", "setup.cfg": "[tool:pytest]\naddopts = --cov=shop -n2\n"})
    findings = {each["what"]: each for each in json.loads(shop.pareback("doctor", "--json").out)}
    assert findings["setup auto"]["more"] == [
        "installs pyproject.toml [project]",
        "installs pyproject.toml, group test",
        "installs pytest, pytest-cov, pytest-xdist",
    ]
    assert findings["setup auto"]["found"].endswith("asked for: >=3.8)")
    assert findings["services"]["more"] == ["tests/test_db.py: import redis"]
    assert not (shop.home / "cache" / "environments").exists()
    plain = bare({}, "plain")
    assert "services" not in {each["what"] for each in json.loads(plain.pareback("doctor", "--json").out)}
