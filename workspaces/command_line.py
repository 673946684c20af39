"""A line that names a command: split like a shell would and never given to one, and whether it came to run at all."""

import shlex

from pareback.workspaces.process import Finished

_SHELL = frozenset({"&&", "||", "|", ";", "&", ">", ">>", "<"})
_NOTHING_TO_RUN = frozenset({126, 127})
_SANDBOX = ("bwrap: ", "sandbox: ")  # what a sandbox begins with that cannot hold the command


def words(line: str, what: str) -> tuple[str, ...]:
    """The line's words, none for an empty one. Raises ValueError, naming `what` it is, where it needs a shell or ends
    within a quotation."""
    try:
        found = tuple(shlex.split(line))
    except ValueError as error:
        raise ValueError(f"the {what} {line!r} cannot be read: {error}") from error
    if not _SHELL.isdisjoint(found):
        raise ValueError(f"the {what} {line!r} needs a shell: write sh -c '…' around it")
    return found


def is_unrun(finished: Finished) -> bool:
    """Whether there was nothing to run, or no sandbox to run it in: any other ending is the command's own word."""
    return finished.end == "exited" and (finished.code in _NOTHING_TO_RUN or finished.output.startswith(_SANDBOX))
