"""The profile that macOS's sandbox-exec reads: everything is denied but what is named.

Written from the format's documentation by others and not tried on a Mac. It hides files and network, no processes.
"""

from collections.abc import Sequence

_ALWAYS = """\
(version 1)
(deny default)
(allow process-fork process-exec signal (target same-sandbox))
(allow sysctl-read mach-lookup ipc-posix-sem)
(allow file-read-metadata)
(allow file-read* (literal "/") (subpath "/usr") (subpath "/bin") (subpath "/sbin") (subpath "/System")
  (subpath "/Library/Frameworks") (subpath "/Library/Developer/CommandLineTools") (subpath "/private/etc")
  (subpath "/private/var/db/dyld") (subpath "/dev"))
(allow file-write* (literal "/dev/null") (literal "/dev/zero") (literal "/dev/tty"))
"""
_LOOPBACK = '(allow network* (local ip "localhost:*") (remote ip "localhost:*"))\n'


def profile(read: Sequence[str], write: Sequence[str], *, network: bool) -> str:
    """The profile as text."""
    rules = [f"(allow file-read* (subpath {_quoted(path)}))" for path in (*read, *write)]
    rules += [f"(allow file-write* (subpath {_quoted(path)}))" for path in write]
    return _ALWAYS + ("(allow network*)\n" if network else _LOOPBACK) + "\n".join(rules)


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
