"""Which edit form suits which file: by its size and kind, and not the one that was just refused there.

A short file is written whole faster than quoted; where a quotation did not fit, naming the function needs none.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from pareback.adapters.model import Source
from pareback.orchestrator.prompts.change import BY_FORM
from pareback.orchestrator.state import Candidate

SHORT = 40
"""Lines of a file that is written whole in about as many tokens as a quoted region takes."""

LONG = 300
"""Lines from which on nobody should write a file whole, whatever was refused on it."""

Refused = Collection[tuple[str, str]]
"""Paths with the form in which an operation on them was refused."""


def refused(candidates: Iterable[Candidate]) -> Refused:
    """What was refused in a round."""
    answers = (answer for candidate in candidates for answer in candidate.answers)
    return {(answer.path, answer.form) for answer in answers if answer.status == "refused"}


def suited(
    files: Sequence[Source], taught: Sequence[str], tried: Refused
) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    """The files, each with a note where another form than the first one suits it, and all the forms to teach then."""
    chosen = [_form(source, taught, {form for path, form in tried if path == source.path}) for source in files]
    noted = (
        replace(source, note=BY_FORM[form]) if form and form != taught[0] else source
        for source, form in zip(files, chosen, strict=True)
    )
    return tuple(noted), tuple(dict.fromkeys([*taught, *filter(None, chosen)]))


def _form(source: Source, taught: Sequence[str], lost: Collection[str]) -> str:
    """The first that is left of what suits the file; without a refusal, of what is taught. Empty: nothing is said."""
    if not source.editable:
        return ""
    lines = source.text.count("\n")
    suits = ["whole"] if source.whole and lines <= SHORT else []
    suits += [taught[0], "region", *(["symbol"] if source.path.endswith(".py") else [])]
    suits += ["whole"] if source.whole and lines < LONG else []
    known = {taught[0], *(form for form in BY_FORM if lost or form in taught)}
    return next((form for form in suits if form in known and form not in lost), "")
