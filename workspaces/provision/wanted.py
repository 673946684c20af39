"""Which distribution a module, a fixture or a plugin comes from: as the project declares it, else as many know it."""

import shlex
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from pareback.workspaces.missing import plugin_of
from pareback.workspaces.provision.source import content, ini, strings, table, toml
from pareback.workspaces.provision.words import of_requirement, project

_MODULES = {  # modules whose distribution has another name
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "Crypto": "pycryptodome",
    "Cryptodome": "pycryptodomex",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "fitz": "PyMuPDF",
    "git": "GitPython",
    "jose": "python-jose",
    "jwt": "PyJWT",
    "ldap": "python-ldap",
    "magic": "python-magic",
    "markdown_it": "markdown-it-py",
    "memcache": "python-memcached",
    "multipart": "python-multipart",
    "MySQLdb": "mysqlclient",
    "nacl": "PyNaCl",
    "OpenSSL": "pyOpenSSL",
    "PIL": "Pillow",
    "pkg_resources": "setuptools<81",
    "psycopg2": "psycopg2-binary",
    "rest_framework": "djangorestframework",
    "serial": "pyserial",
    "setuptools": "setuptools",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "slugify": "python-slugify",
    "socks": "PySocks",
    "tidylib": "pytidylib",
    "usb": "pyusb",
    "websocket": "websocket-client",
    "win32api": "",
    "winreg": "",
    "xdist": "pytest-xdist",
    "yaml": "PyYAML",
    "zmq": "pyzmq",
}
_FIXTURES = {
    "aiohttp_client": "pytest-aiohttp",
    "anyio_backend": "anyio",
    "benchmark": "pytest-benchmark",
    "celery_app": "pytest-celery",
    "cov": "pytest-cov",
    "datadir": "pytest-datadir",
    "db": "pytest-django",
    "event_loop": "pytest-asyncio",
    "faker": "Faker",
    "file_regression": "pytest-regressions",
    "freezer": "pytest-freezer",
    "fs": "pyfakefs",
    "httpbin": "pytest-httpbin",
    "httpserver": "pytest-httpserver",
    "httpx_mock": "pytest-httpx",
    "loop": "pytest-aiohttp",
    "mocker": "pytest-mock",
    "qtbot": "pytest-qt",
    "requests_mock": "requests-mock",
    "respx_mock": "respx",
    "shared_datadir": "pytest-datadir",
    "snapshot": "syrupy",
    "subtests": "pytest-subtests",
    "unused_tcp_port": "pytest-asyncio",
}
_NAMESPACES = frozenset({"azure", "backports", "google", "jaraco", "opentelemetry", "ruamel", "sphinxcontrib", "zope"})


def requirements(lack: tuple[str, str], optional: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """What to install for something that a suite lacks, as (kind, name): of the `optional` requirements of the project
    by extra or group, or of what is known; nothing where nobody knows."""
    kind, name = lack
    if kind == "extra":
        return optional.get(name, ())
    if kind == "fixture":
        found = _FIXTURES.get(name, "")
    elif kind == "plugin":
        found = project(name) if name.startswith("pytest-") or name == "anyio" else ""
    else:
        declared = (line for lines in optional.values() for line in lines)
        found = _of_module(name, declared) if kind == "module" else ""
    return (found,) if found else ()


def plugins(tree: Path) -> tuple[str, ...]:
    """The plugins that pytest's configuration in the tree asks for by name, option or setting. Raises ValueError
    naming a file that cannot be read."""
    settings = _settings(tree)
    addopts = settings.get("addopts", "")
    words = shlex.split(addopts, comments=True) if isinstance(addopts, str) else [*strings(addopts)]
    required = settings.get("required_plugins", "")
    named = required.split() if isinstance(required, str) else [*strings(required)]
    loaded = [after for word, after in pairwise(words) if word == "-p"]
    modules = (_of_module(name, ()) for name in loaded if name.startswith(("pytest_", "xdist")))
    asked = (plugin_of(word) for word in (*words, *settings))
    found = [*(line for line in named if of_requirement(line)), *modules, *asked]
    return tuple(dict.fromkeys(line for line in found if line))


def _of_module(name: str, declared: Iterable[str]) -> str:
    top, _, below = name.partition(".")
    known = _MODULES.get(top)
    plain = project(".".join([top, *below.split(".")[:1]]) if top in _NAMESPACES and below else top)
    names = {plain, project(name), project(known) if known else plain}
    lines = (line for line in declared if of_requirement(line) in names)
    return next(lines, plain if known is None and not top.startswith("_") else known or "")


def _settings(tree: Path) -> dict[str, object]:
    """The settings of the first file that has some, in the order in which pytest looks."""
    return next((found for found in map(dict, _all_settings(tree)) if found), {})


def _all_settings(tree: Path) -> Iterator[dict[str, object]]:
    for name in ("pytest.ini", ".pytest.ini"):
        yield _section(tree, name, "pytest")
    tables = table(toml(tree, "pyproject.toml"), "tool", "pytest")
    yield dict(table(tables, "ini_options")) or dict(tables)
    yield _section(tree, "tox.ini", "pytest")
    yield _section(tree, "setup.cfg", "tool:pytest")


def _section(tree: Path, name: str, section: str) -> dict[str, object]:
    found = ini(content(tree, name), name)
    return dict(found.items(section)) if found.has_section(section) else {}
