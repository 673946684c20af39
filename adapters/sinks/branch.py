"""A patch as one commit on a new branch of the user's repository; every other ref stays as it was."""

import re

from pareback.adapters.sink import Delivered, Delivery, DeliveryFailed, Sink

_REF = "refs/heads/"
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^[/.-]|/\.|[/.]$|\.lock(/|$)|^@$")
"""What git allows in no branch's name (git-check-ref-format)."""


def build(*, name: str) -> Sink:
    """Makes the branch `name`. Raises ValueError for a name that git would not take."""
    short = name.removeprefix(_REF)
    if not short or _FORBIDDEN.search(short):
        raise ValueError(f"branch {name!r} is no name that git takes; expected one such as 'pareback/fix-dates'")
    return Branch(short)


class Branch:
    """One new branch."""

    def __init__(self, name: str) -> None:
        self._name = name

    def deliver(self, delivery: Delivery) -> Delivered:
        """One commit on HEAD; `branch` is None where the patch does not apply to HEAD. Raises DeliveryFailed."""
        try:
            commit = delivery.publish(self._name)
        except OSError as error:
            kept = f"the patch is still in the folder of run {delivery.run!r}"
            raise DeliveryFailed(f"branch {self._name!r} cannot be made: {error}; {kept}") from error
        return Delivered(branch=self._name if commit else None)
