"""`pareback survey`: where the points of a tree are, where they come from, how they got there, what to change first."""

import json
from pathlib import Path
from typing import Any

from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.pages.survey import survey_page
from pareback.orchestrator.survey import markdown, paydown, words
from pareback.orchestrator.survey.look import Look, Seen, look, whole


def _json(seen: Seen) -> str:
    return json.dumps(whole(seen), indent=2)


def _text(seen: Seen) -> str:
    return "\n".join(words.lines(whole(seen)))


def _markdown(seen: Seen) -> str:
    return markdown.render(whole(seen))


def _html(seen: Seen) -> str:
    return survey_page(whole(seen), seen.texts, title=seen.title)


FORMATS = {"text": _text, "json": _json, "markdown": _markdown, "html": _html}


def do(*, format: str, tickets: int | None, html: Path | None, **where: Any) -> int:
    """Print the survey, or the tickets that pay down what it found first; write its page where one is wanted. `where`
    are the fields of a Look."""
    if format not in FORMATS:
        raise Mistake(f"--format is {format!r}; expected one of {', '.join(FORMATS)}")
    if tickets is not None:
        return _tickets(tickets, Look(**where), alone=html is None and format == "text")
    seen = look(Look(**where, texts=html is not None or format == "html"))
    if html is not None:
        _write(html, _html(seen))
    print(FORMATS[format](seen))
    return 0


def _tickets(most: int, wanted: Look, *, alone: bool) -> int:
    if most < 1:
        raise Mistake(f"--tickets is {most}; expected how many tickets to write, 1 or more")
    if not alone or (wanted.since or wanted.history) is not None:
        raise Mistake("--tickets prints nothing but tickets; leave it out, or --since, --history, --format and --html")
    seen = look(wanted)
    print(paydown.lines(paydown.tickets(seen.survey.origins, repo=str(seen.root), most=most)), end="")
    return 0


def _write(file: Path, page: str) -> None:
    try:
        file.write_text(page, encoding="utf-8")
    except OSError as error:
        raise Mistake(f"the page cannot be written to {str(file)!r}: {error.strerror}; name another --html") from error
