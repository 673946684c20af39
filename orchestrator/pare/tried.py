"""What came of one simplification: a noun by itself, for every run knows it and few need what makes simplifications."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tried:
    """A simplification that was tried: what, where, the points it frees on the whole tree, its diff, and, where it was
    not kept, why."""

    what: str
    path: str
    unit: str
    line: int
    points: float
    diff: str
    why: str = ""

    @property
    def kept(self) -> bool:
        """Whether it is in the tree that came out."""
        return not self.why
