"""A patch as a file: whole or not at all, whatever interrupts the writing."""

import os
from contextlib import suppress
from pathlib import Path

from pareback.adapters.sink import Delivered, Delivery, DeliveryFailed, Sink


def build(*, path: str) -> Sink:
    """Writes the unified diff to `path`; a file that is there is replaced, a link is followed."""
    return PatchFile(Path(path))


class PatchFile:
    """One file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def deliver(self, delivery: Delivery) -> Delivered:
        """Write, flush to disk, then rename into place. Raises DeliveryFailed, and leaves what was there."""
        try:
            target = self._path.resolve()
            if target.exists() and not target.is_file():
                raise DeliveryFailed(_line(self._path, delivery, "it is no regular file"))
            _replace(target, delivery.patch)
        except OSError as error:
            if isinstance(error, DeliveryFailed):
                raise
            raise DeliveryFailed(_line(self._path, delivery, error.strerror or str(error))) from error
        return Delivered(patch=str(self._path))


def _line(path: Path, delivery: Delivery, reason: str) -> str:
    return (
        f"patch file {str(path)!r} cannot be written: {reason}; the patch is still in the folder of run "
        f"{delivery.run!r}: name another file, or copy it from there"
    )


def _replace(target: Path, content: bytes) -> None:
    """A new file beside the target takes its place; the umask decides its mode, as for any file."""
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except OSError:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
    _settle(target.parent)


def _settle(folder: Path) -> None:
    """The rename itself reaches the disk with its folder, where the system lets one open it."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
