"""What an interpreter brings along: told by the names and times of what is installed beside it, without starting it."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

_PACKAGES = ("lib*/python3*/site-packages", "lib*/python3*/dist-packages", "local/lib/python3*/dist-packages")


def fingerprint(interpreter: Path) -> str:
    """A digest that changes when the interpreter is another one, or when a distribution is installed, removed or
    replaced. A file edited in place inside an installed package is not seen."""
    digest = hashlib.sha256(f"{interpreter}\0{interpreter.resolve()}\0{_written(interpreter)}".encode())
    for place in _places(interpreter.parent.parent):
        digest.update(f"\0{place}".encode("utf-8", "surrogateescape"))
        for entry in sorted(place.iterdir()):
            if entry.name != "__pycache__":
                digest.update(f"\0{entry.name}\0{_written(entry)}".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:32]


def _places(prefix: Path) -> Iterator[Path]:
    """The folders of installed packages; a virtual environment may show those of the one it was made from."""
    yield from (place for pattern in _PACKAGES for place in sorted(prefix.glob(pattern)))
    try:
        lines = (prefix / "pyvenv.cfg").read_text().splitlines()
    except OSError:
        return
    settings = {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)}
    if settings.get("include-system-site-packages") == "true" and "home" in settings:
        yield from _places(Path(settings["home"]).parent)


def _written(path: Path) -> int:
    """When it was last written, in nanoseconds; 0 where it is gone."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
