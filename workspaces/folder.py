"""Files below a folder, reached without ever following a symlink: reads, writes and removals that cannot leave it.

Every step down is an `openat` with O_NOFOLLOW, so a folder that was swapped for a link between two calls is refused
by the kernel, not by a check that ran too early. Works where `openat2` does not exist.
"""

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from secrets import token_hex

_DOWN = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # NONBLOCK: a FIFO must not hang the run
_LINK_ERRORS = frozenset((errno.ELOOP, errno.EMLINK))  # EMLINK on FreeBSD
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def parent(root: Path | int, path: str, *, create: bool = False) -> Iterator[tuple[int, str]]:
    """An open descriptor of the folder that holds `path`, and the last name. Raises OSError: FileNotFoundError where a
    folder is missing and not created, NotADirectoryError where a step is a file or a symlink."""
    *folders, name = path.split("/")
    here = os.open(root, _DOWN) if isinstance(root, Path) else os.dup(root)
    try:
        for folder in folders:
            here = _step(here, folder, create=create)
        yield here, name
    finally:
        os.close(here)


def visit(root: Path, paths: Iterable[str], *, create: bool = False) -> Iterator[tuple[int, str]]:
    """Each path with the folder that holds it, open: folder by folder, so that each is reached once. Paths whose folder
    is not there, or is behind a symlink, are passed over; with `create` it is made, or OSError raised."""
    ordered = sorted(paths, key=lambda path: path.rpartition("/")[::2])
    for _, group in groupby(ordered, key=lambda path: path.rpartition("/")[0]):
        together = list(group)
        try:
            with parent(root, together[0], create=create) as (here, _):
                yield from ((here, path) for path in together)
        except (FileNotFoundError, NotADirectoryError):
            if create:
                raise


def read(root: Path | int, path: str) -> bytes | None:
    """The bytes of the regular file, or None where none is: missing, a folder, a symlink, below a symlink."""
    try:
        with parent(root, path) as (folder, name), os.fdopen(os.open(name, _READ, dir_fd=folder), "rb") as file:
            return file.read() if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as refused:
        if refused.errno in _LINK_ERRORS or refused.errno == errno.ENAMETOOLONG:
            return None
        raise


def absent(root: Path, path: str) -> bool:
    """Whether nothing at all has this name, and no file or symlink stands where a folder above it would be."""
    try:
        with parent(root, path) as (folder, name):
            os.lstat(name, dir_fd=folder)
    except FileNotFoundError:
        return True
    except NotADirectoryError:
        return False
    return False


def copy(source: Path, folder: int, name: str, *, mode: int) -> os.stat_result:
    """As `create`, with the bytes of another file; shares its blocks where the file system can."""
    descriptor = os.open(name, _CREATE, 0o600, dir_fd=folder)
    with os.fdopen(descriptor, "wb") as file, source.open("rb") as original:
        _transfer(original.fileno(), descriptor)
        os.fchmod(descriptor, mode)
        return os.fstat(file.fileno())


def create(folder: int, name: str, content: bytes, *, mode: int | None = None, durable: bool = False) -> os.stat_result:
    """A new file with exactly this mode (None: what the umask leaves); what was there must be gone. `durable` waits for
    the disk. The stat is the file's as it was closed."""
    descriptor = os.open(name, _CREATE, 0o666, dir_fd=folder)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        if mode is not None:
            os.fchmod(descriptor, mode)
        if durable:
            os.fsync(descriptor)
        return os.fstat(descriptor)


def remove(folder: int, name: str) -> None:
    """Whatever has this name, folders with all they hold, whatever their permissions; nothing where nothing is.

    Inner folders are first moved up beside it: however deep a test has nested them, one at a time is open. Their names
    there are unique: another thread may be removing beside, and a process that was killed may have left some.
    """
    try:
        found = os.lstat(name, dir_fd=folder)
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(found.st_mode):
        os.unlink(name, dir_fd=folder)
        return
    _allow(folder, name)
    doomed = [name]
    while doomed:
        with opened(folder, doomed[-1]) as inner:
            for child in _emptied(inner):
                doomed.insert(0, f".pareback-doomed-{token_hex(6)}")
                os.rename(child, doomed[0], src_dir_fd=inner, dst_dir_fd=folder)
        os.rmdir(doomed.pop(), dir_fd=folder)


@contextmanager
def opened(folder: int, name: str) -> Iterator[int]:
    """An open descriptor of the folder below. Raises OSError where it is none."""
    descriptor = os.open(name, _DOWN, dir_fd=folder)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def drop_empty_parents(root: Path, path: str) -> None:
    """Remove the folders above `path` that hold nothing any more, as git does; the root stays."""
    above = path.rpartition("/")[0]
    while above:
        try:
            with parent(root, above) as (folder, name):
                os.rmdir(name, dir_fd=folder)
        except OSError:  # not empty, not there, or not a folder: it stays as it is
            return
        above = above.rpartition("/")[0]


def _step(here: int, folder: str, *, create: bool) -> int:
    """The descriptor one folder down; the one above is closed."""
    try:
        below = _enter(here, folder, create=create)
    except OSError as refused:
        if refused.errno in _LINK_ERRORS:
            raise NotADirectoryError(refused.errno, "a symlink is not followed", folder) from refused
        raise
    os.close(here)
    return below


def _enter(here: int, folder: str, *, create: bool) -> int:
    try:
        return os.open(folder, _DOWN, dir_fd=here)
    except FileNotFoundError:
        if not create:
            raise
    os.mkdir(folder, 0o777, dir_fd=here)
    return os.open(folder, _DOWN, dir_fd=here)


def _emptied(inner: int) -> list[str]:
    """Unlink the files of an open folder; the names of the folders that are left."""
    with os.scandir(inner) as children:
        names = [(child.name, child.is_dir(follow_symlinks=False)) for child in children]
    for name, is_folder in names:
        if is_folder:
            _allow(inner, name)
        else:
            os.unlink(name, dir_fd=inner)
    return [name for name, is_folder in names if is_folder]


def _allow(folder: int, name: str) -> None:
    """A test may have taken our permissions away, and a pristine checkout is read-only."""
    mode = stat.S_IMODE(os.lstat(name, dir_fd=folder).st_mode)
    if mode & 0o700 != 0o700:
        os.chmod(name, 0o700, dir_fd=folder)


def _transfer(source: int, target: int) -> None:
    """In the kernel; macOS has no such call, and some file systems refuse it before the first byte."""
    try:
        while os.copy_file_range(source, target, 1 << 30):
            pass
    except (AttributeError, OSError):
        os.lseek(source, 0, os.SEEK_SET)
        os.ftruncate(target, os.lseek(target, 0, os.SEEK_SET))
        while block := os.read(source, 1 << 20):
            _write_all(target, block)


def _write_all(target: int, block: bytes) -> None:
    rest = memoryview(block)
    while rest:
        rest = rest[os.write(target, rest) :]
