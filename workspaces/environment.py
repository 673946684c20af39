"""What the target's processes see: variables built up from nothing, never ours with names taken out."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from pareback.workspaces.imports import top_names

FIXED = {
    "CI": "1",  # pytest then prints whole values, tools do not ask questions
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONIOENCODING": "utf-8",
    "OPENBLAS_NUM_THREADS": "1",  # threads of a library would make a fork unsafe, and candidates run side by side
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
PASSED = ("LANG", "LC_ALL", "LC_CTYPE", "TZ")
INDEX = (  # where packages come from: a set-up command needs it, the tests do not
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS",
    "PIP_NO_INDEX",
    "PIP_CERT",
    "PIP_CONFIG_FILE",
    "PIP_DEFAULT_TIMEOUT",
    "UV_INDEX_URL",
    "UV_DEFAULT_INDEX",
    "UV_INDEX",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
)
_FOR_UV = {  # where pip's settings say that packages come from, uv looks too: its variable, and what parts its values
    "PIP_INDEX_URL": ("UV_DEFAULT_INDEX", " "),
    "PIP_EXTRA_INDEX_URL": ("UV_EXTRA_INDEX_URL", " "),
    "PIP_FIND_LINKS": ("UV_FIND_LINKS", ","),
    "PIP_CERT": ("SSL_CERT_FILE", " "),
}


def for_target(
    interpreter: Path, *, home: Path, environ: Mapping[str, str], keep: Collection[str] = ()
) -> dict[str, str]:
    """The whole environment of the target's processes. `home` is a private folder, also for temporary files; `keep`
    names what the user wants handed on from `environ`. PYTHONPATH is the runner's: it depends on the slot."""
    beside = interpreter.parent
    passed = {name: environ[name] for name in (*PASSED, *keep) if name in environ}
    private = {"HOME": str(home), "TMPDIR": str(home), "PATH": f"{beside}:{environ.get('PATH', os.defpath)}"}
    active = {"VIRTUAL_ENV": str(beside.parent)} if (beside.parent / "pyvenv.cfg").is_file() else {}
    return {"LANG": "C.UTF-8", **FIXED, **passed, **private, **active}


def for_setup(folder: Path, *, home: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of a set-up command: the new virtual environment in `folder` is the active one, and the settings
    that say where packages come from are there. No keys, an empty home, no cache that others write too."""
    index = {name: environ[name] for name in INDEX if name in environ}
    for_uv = {name: mark.join(index[pips].split()) for pips, (name, mark) in _FOR_UV.items() if pips in index}
    plain = for_target(folder / "bin" / "python", home=home, environ=environ)
    own = {"VIRTUAL_ENV": str(folder), "PIP_NO_CACHE_DIR": "1", "UV_CACHE_DIR": str(home / "cache")}
    return {**plain, **for_uv, **index, **own}


def index_folders(environ: Mapping[str, str]) -> list[Path]:
    """The files and folders of this machine among the settings that say where packages come from."""
    words = (word for name in INDEX for word in environ.get(name, "").replace(",", " ").split())
    plain = (word.removeprefix("file://") for word in words)
    return [Path(word) for word in plain if word.startswith("/")]


def import_roots(slot: Path, configured: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The folders that go first on the path: as configured, else `src` where it holds packages, and the root."""
    if configured:
        return configured
    return ("src", ".") if (slot / "src").is_dir() and top_names(slot / "src", (".",)) else (".",)
