"""What a project declares, read from its files as data; what output, modules, fixtures and failures mean."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pareback.workspaces.provision import blame, pinned, poetry, products, services, wanted
from pareback.workspaces.provision.declared import Declared, read
from pareback.workspaces.provision.plan import plan
from pareback.workspaces.provision.pythons import NoneFits, Python, allows, fitting
from pareback.workspaces.provision.words import is_for_development, is_for_tests, of_requirement
from pareback.workspaces.sandbox import unconfined

Lay = Callable[[Mapping[str, str]], Path]
POETRY = """
[tool.poetry]
name = "Shop_Front"
[tool.poetry.dependencies]
python = "^3.9"
httpx = {version = "^0.27", extras = ["http2"]}
lib = {path = "../lib"}
boto = {version = "*", optional = true}
[tool.poetry.extras]
aws = ["boto"]
[tool.poetry.group.test.dependencies]
pytest = "^8"
[tool.poetry.group.docs.dependencies]
sphinx = "*"
[build-system]
requires = ["poetry-core"]
"""
SETUP = """
from setuptools import setup
tests = ["mock"]
extras = {"test": tests, "docs": ["sphinx"]}
setup(
    name="old", python_requires=">=3.6", install_requires=open("x").read(),
    extras_require=extras, tests_require=tests, ext_modules=build(),
)
"""
TOX = "[testenv]\ndeps =\n    pytest\n    py38: typing\n    -r other.txt\n    {env:X:y}\nextras = fast\n"
NOX = """
import nox
@nox.session
def tests(session):
    session.install("-r", "other.txt", "coverage", ".[fast]")
@nox.session
def docs(session):
    session.install("sphinx")
"""
UV_LOCK = """
[[package]]
name = "a"
version = "1"
source = { registry = "r" }
[[package]]
name = "own"
version = "0"
source = { editable = "." }
"""
RUNTIME = '[project]\nname = "a"\n'


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    def lay_out(files: Mapping[str, str]) -> Path:
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        return tmp_path

    return lay_out


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"pyproject.toml": RUNTIME + "[project.optional-dependencies]\ntests = []\ndocs = []\n"},
            [("-r", "pyproject.toml"), ("--extra", "tests")],
        ),
        (
            {"pyproject.toml": RUNTIME + "[dependency-groups]\ndev = []\ntest-unit = []\ndocs = []\n"},
            [("-r", "pyproject.toml"), ("--group", "dev"), ("--group", "test-unit")],
        ),
        ({"pyproject.toml": POETRY}, ["httpx[http2]>=0.27,<0.28", "pytest>=8,<9"]),
        ({"pyproject.toml": '[tool.pdm.dev-dependencies]\ntest = ["nose", "-e file:///x"]\n'}, ["nose"]),
        ({"pyproject.toml": '[tool.uv]\ndev-dependencies = ["nose"]\n'}, ["nose"]),
        ({"Pipfile": '[packages]\nsix = "*"\n[dev-packages]\nnose = "==1.0"\n'}, ["six", "nose==1.0"]),
        ({"setup.py": SETUP}, [("-r", "setup.py"), ("--extra", "test"), "mock"]),
        (
            {"setup.cfg": "[metadata]\nname = a\n[options]\nzip_safe = no\n[options.extras_require]\ntesting = nose\n"},
            [("-r", "setup.cfg"), ("--extra", "testing")],
        ),
        ({"requirements-dev.txt": "nose", "requirements/test.txt": "", "tests/requirements.txt": "", "docs.txt": ""},
         [("-r", "requirements-dev.txt"), ("-r", "requirements/test.txt"), ("-r", "tests/requirements.txt")]),
        ({"requirements-dev.txt": "nose", "requirements.txt": "six"},
         [("-r", "requirements-dev.txt"), ("-r", "requirements.txt")]),
        ({"pyproject.toml": RUNTIME, "requirements-dev.txt": "nose", "requirements.txt": "six"},
         [("-r", "pyproject.toml"), ("-r", "requirements-dev.txt")]),
        ({"pyproject.toml": RUNTIME, "requirements.txt": "six"},
         [("-r", "pyproject.toml"), ("-r", "requirements.txt")]),
        ({"tox.ini": TOX}, ["pytest", ("-r", "other.txt"), ("--extra", "fast")]),
        ({"noxfile.py": NOX}, ["coverage", ("-r", "other.txt"), ("--extra", "fast")]),
        (
            {"pyproject.toml": '[tool.hatch.envs.default]\ndependencies = ["nose"]\nfeatures = ["fast"]\n'},
            ["nose", ("--extra", "fast")],
        ),
        ({"pyproject.toml": "[dependency-groups]\ntest = []\n", "tox.ini": TOX}, [("--group", "test")]),
        ({"README": "nothing is declared"}, []),
    ],
)  # fmt: skip
def test_what_tests_need_is_found_wherever_it_is_declared(
    files: Mapping[str, str], expected: list[object], lay: Lay
) -> None:
    found: list[object] = []
    for source in read(lay(files)).sources:
        found += [*source.lines, *zip(source.arguments[::2], source.arguments[1::2], strict=True)]
    assert found == expected


def test_the_rest_of_a_declaration(lay: Lay) -> None:
    lock = '[[package]]\nname = "httpx"\nversion = "0.27.2"\n'
    found = read(lay({"pyproject.toml": POETRY, "poetry.lock": lock}))
    optional = {"test": ("pytest>=8,<9",), "docs": ("sphinx",), "aws": ("boto",)}
    assert (found.name, found.python, found.optional) == ("shop-front", ">=3.9,<4", optional)
    assert (found.lock, found.pins, found.is_package) == ("poetry.lock", ("httpx==0.27.2",), True)
    assert sorted(found.inputs) == ["poetry.lock", "pyproject.toml"]


def test_a_project_is_not_installed_by_its_own_requirements(lay: Lay) -> None:
    files = {
        "pyproject.toml": RUNTIME,
        "requirements/dev.txt": "-r base.txt\n-e .[fast]\n-e ./plugin\nnose\n",
        "requirements/base.txt": ".\nsix # six\n",
    }
    found = read(lay(files))
    assert {path: text.decode().split("\n") for path, text in found.replaced.items()} == {
        "requirements/dev.txt": ["-r base.txt", "", "-e ./plugin", "nose", ""],
        "requirements/base.txt": ["", "six # six", ""],
    }
    assert found.sources[-1].arguments == ("--extra", "fast")


def test_sources_that_are_compiled_belong_to_what_an_environment_depends_on(lay: Lay) -> None:
    assert "native/fast.c" in read(lay({"setup.py": SETUP, "native/fast.c": "int x;"})).inputs
    (lay({}) / "setup.py").write_text("from setuptools import setup\nsetup()\n")
    assert "native/fast.c" not in read(lay({})).inputs


@pytest.mark.parametrize("name", ["pyproject.toml", "Pipfile", "setup.cfg", "tox.ini"])
def test_a_file_that_cannot_be_read_is_named(name: str, lay: Lay) -> None:
    with pytest.raises(ValueError, match=f"'{name}' is not readable"):
        read(lay({name: "[[["}))


def test_links_that_lead_outside_are_not_followed(lay: Lay, tmp_path: Path) -> None:
    tree = lay({"project/README": "", "secret.txt": "token"}) / "project"
    (tree / "requirements-dev.txt").symlink_to(tmp_path / "secret.txt")
    assert read(tree).replaced == {}


@pytest.mark.parametrize(
    ("name", "tests", "development"),
    [
        ("test", True, False),
        ("Tests", True, False),
        ("dev-test", True, False),
        ("test_requirements", True, False),
        ("dev", False, True),
        ("development", False, True),
        ("docs", False, False),
        ("test-docs", False, False),
        ("all", False, False),
        ("requirements", False, False),
    ],
)
def test_names_say_what_a_group_is_for(name: str, tests: bool, development: bool) -> None:
    assert (is_for_tests(name), is_for_development(name)) == (tests, development)


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        ("^1.2.3", ">=1.2.3,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0", ">=0,<1"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("~1", ">=1,<2"),
        ("~=1.4", "~=1.4"),
        ("1.5", "==1.5"),
        ("1.*", "==1.*"),
        (">=1, !=1.3", ">=1,!=1.3"),
        ("^1 || ^2", ""),
        ("*", ""),
    ],
)
def test_ranges_of_poetry(text: str, interval: str) -> None:
    assert poetry.interval(text) == interval


def test_entries_of_poetry_with_an_origin_or_a_marker() -> None:
    entries = {
        "a": {"git": "https://example.org/a.git", "tag": "v1"},
        "b": {"version": "1.0", "python": "<3.11", "markers": "os_name == 'posix'"},
        "c": [{"version": "1", "python": ">=3.12"}, {"version": "2", "platform": "win32"}],
    }
    assert [*poetry.requirements(entries)] == [
        "a @ git+https://example.org/a.git@v1",
        "b==1.0 ; (os_name == 'posix') and (python_version < \"3.11\")",
        'c==1 ; (python_version >= "3.12")',
        'c==2 ; (sys_platform == "win32")',
    ]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (
            "uv.lock",
            UV_LOCK,
            ("a==1",),
        ),
        ("poetry.lock", '[[package]]\nname = "a"\nversion = "1"\n[[package]]\nname = "a"\nversion = "2"\n', ()),
        ("pylock.toml", '[[packages]]\nname = "a"\nversion = "1"\n', ("a==1",)),
        ("Pipfile.lock", '{"default": {"a": {"version": "==1"}}, "develop": {"b": {"git": "x"}}}', ("a==1",)),
    ],
)
def test_a_lock_becomes_constraints(name: str, content: str, expected: tuple[str, ...]) -> None:
    assert pinned.constraints(name, content.encode()) == expected


def test_a_lock_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match=r"'Pipfile.lock' is no lock file"):
        pinned.constraints("Pipfile.lock", b"[]")


@pytest.mark.parametrize(
    ("wanted_range", "version", "holds"),
    [
        (">=3.9", "3.11.2", True),
        (">=3.9,<3.11", "3.11.2", False),
        ("~=3.10", "3.11.2", True),
        ("==3.11.*", "3.11.2", True),
        ("!=3.11.2", "3.11.2", False),
        (">3.10", "3.11.2", True),
        ("<=3.11", "3.11.2", False),
        ("", "3.11.2", True),
    ],
)
def test_ranges_of_python(wanted_range: str, version: str, holds: bool) -> None:
    assert allows(wanted_range, version) is holds


def test_a_python_that_fits_is_taken_and_none_is_told(tmp_path: Path) -> None:
    for name, version in (("python3", "3.8.1"), ("python3.10", "3.10.4"), ("python3.12", "3.12.0")):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {version}\n")
        (tmp_path / name).chmod(0o755)
    environ = {"PATH": f"{tmp_path}:/usr/bin:relative"}
    chosen = [fitting(text, environ=environ, wrap=unconfined).version for text in ("", ">=3.9", ">=3.9,<3.11")]
    assert chosen[0] == "3.8.1"
    assert chosen[2] == "3.10.4"
    with pytest.raises(NoneFits, match=r"Python >=3.99 is needed; on PATH there is 3.8.1 \(.*python3\), .*3.12.0"):
        fitting(">=3.99", environ={"PATH": str(tmp_path)}, wrap=unconfined)
    with pytest.raises(NoneFits, match="a Python is needed; on PATH there is none"):
        fitting("", environ={"PATH": "/nowhere"}, wrap=unconfined)


@pytest.mark.parametrize(
    ("lack", "found"),
    [
        (("module", "yaml"), ("pyyaml>=6",)),
        (("module", "eth_hash.auto"), ("eth-hash[pycryptodome]",)),
        (("module", "bs4"), ("beautifulsoup4",)),
        (("module", "google.cloud.storage"), ("google-cloud",)),
        (("module", "trio"), ("trio",)),
        (("module", "_private"), ()),
        (("module", "winreg"), ()),
        (("fixture", "mocker"), ("pytest-mock",)),
        (("fixture", "our_own"), ()),
        (("plugin", "pytest-asyncio"), ("pytest-asyncio",)),
        (("plugin", "the one of the marker 'x'"), ()),
        (("extra", "crypto"), ("eth-hash[pycryptodome]",)),
        (("service", "Redis"), ()),
        (("name", "a.b"), ()),
    ],
)
def test_what_is_lacking_comes_from_a_distribution(lack: tuple[str, str], found: tuple[str, ...]) -> None:
    assert wanted.requirements(lack, {"crypto": ("eth-hash[pycryptodome]",), "other": ("pyyaml>=6",)}) == found


@pytest.mark.parametrize(
    ("files", "plugins"),
    [
        ({"pytest.ini": "[pytest]\naddopts = --cov=a -n auto -p no:cacheprovider\n"}, ("pytest-cov", "pytest-xdist")),
        ({"setup.cfg": "[tool:pytest]\nasyncio_mode = auto\ntimeout = 3\n"}, ("pytest-asyncio", "pytest-timeout")),
        ({"tox.ini": "[pytest]\nrequired_plugins = pytest-django>=4\nDJANGO_SETTINGS_MODULE = a\n"},
         ("pytest-django>=4", "pytest-django")),
        ({"pyproject.toml": '[tool.pytest.ini_options]\naddopts = ["-p", "pytest_mock", "--strict-markers"]\n'},
         ("pytest-mock",)),
        ({"pytest.ini": "[pytest]\naddopts = -q\n", "tox.ini": "[pytest]\naddopts = --cov\n"}, ()),
        ({}, ()),
    ],
)  # fmt: skip
def test_plugins_that_the_configuration_names(files: Mapping[str, str], plugins: tuple[str, ...], lay: Lay) -> None:
    assert wanted.plugins(lay(files)) == plugins


@pytest.mark.parametrize(
    ("output", "lack"),
    [
        ("a.h:1: fatal error: libpq-fe.h: No such file", "the C header 'libpq-fe.h' is missing (Debian: libpq-dev)"),
        ("Error: pg_config executable not found.", "the program 'pg_config' is missing (Debian: libpq-dev)"),
        ("error sending request for url (https://a.example/)", "the network: https://a.example/ cannot be reached"),
        ("Because foo was not found in the package registry and", "the package 'foo' is in no index"),
        ("Because there is no version of six==9 and you require", "no version 'six==9' is in an index"),
        ("ERROR: No matching distribution found for foo>=2", "the package 'foo>=2' is in no index"),
        ("error: command 'gcc' failed: No such file or directory", "the compiler 'gcc' failed or is missing"),
        ("Failed to build `f==1`\n fatal error: b.h: No such file",
         "the C header 'b.h' is missing, while 'f==1' was built"),
        ("Failed to build: `foo==1`", "'foo==1' cannot be built"),
        ("it simply did not work", ""),
    ],
)  # fmt: skip
def test_what_a_failed_installation_lacked(output: str, lack: str) -> None:
    assert blame.missing(output) == lack


@pytest.mark.parametrize(
    ("message", "service"),
    [
        ("redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379. Connection refused.", "Redis"),
        ("psycopg2.OperationalError: could not connect to server: Connection refused", "PostgreSQL"),
        ("socket.gaierror: [Errno -3] Temporary failure in name resolution", "the network"),
        ("ConnectionRefusedError: [Errno 111] Connection refused", ""),
        ("AssertionError: assert 'redis://localhost:6379' == ''", ""),
    ],
)
def test_a_service_that_does_not_answer(message: str, service: str) -> None:
    assert services.unanswered(message) == service


def test_services_are_named_by_what_tests_import_and_ask_for(lay: Lay) -> None:
    files = {
        "shop/db.py": "import psycopg2\n",
        "tests/conftest.py": "import os\nURL = os.environ['TEST_REDIS_URL']\n",
        "tests/test_db.py": "from pymongo import MongoClient\n",
    }
    named = {service.name: service.sign for service in services.named(lay(files))}
    assert named == {
        "Redis": "tests/conftest.py: environ['TEST_REDIS_URL'",
        "MongoDB": "tests/test_db.py: from pymongo",
    }


def test_a_build_leaves_modules_and_nothing_else(tmp_path: Path) -> None:
    tree, built = tmp_path / "tree", tmp_path / "built"
    files = {tree: ["a/x.py"], built: ["a/x.py", "a/_version.py", "a/f.so", "build/b.py", "a.egg-info/c"]}
    for root, names in files.items():
        for name in names:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).touch()
    assert products.found(built, tree) == ("a/_version.py", "a/f.so")
    assert products.found(tree, tree) == ()


def test_a_plan_is_tried_whole_then_with_less(lay: Lay) -> None:
    groups = "[dependency-groups]\ndev = ['ruff']\ntest = ['nose']\n"
    tree = lay({"pyproject.toml": RUNTIME + groups, "uv.lock": '[[package]]\nname = "nose"\nversion = "1"\n'})
    made = plan(tree, read(tree), Python(Path(sys.executable), "3.11.2"), {})
    install = [argv[4:] for argv in made.recipe().steps[1].tries]
    everything = ("-r", "pyproject.toml", "--group", "dev", "--group", "test", "-r", "../asked/wanted.txt")
    assert install == [
        (*everything, "-c", "../asked/locked.txt"),
        everything,
        ("-r", "pyproject.toml", "--group", "test", "-r", "../asked/tests.txt"),
    ]
    assert made.recipe().files["asked/locked.txt"] == b"nose==1\n"
    assert len(made.recipe().steps) == 2


def test_requirements_are_told_from_options() -> None:
    lines = ["Foo_Bar[x]>=1", "a @ https://x", "-r other.txt", "https://x/a.whl", "six ; python_version < '3'"]
    assert [of_requirement(line) for line in lines] == ["foo-bar", "a", "", "", "six"]


def test_nothing_declared_is_still_a_plan(lay: Lay) -> None:
    tree = lay({"test_it.py": ""})
    found = read(tree)
    assert (found.sources, found.is_package, found.pins) == ((), False, ())
    assert isinstance(found, Declared)
    lines = [*plan(tree, found, Python(Path("/usr/bin/python3"), "3.11.2"), {}).lines()]
    assert lines == ["Python 3.11.2 (/usr/bin/python3)", "pytest"]
