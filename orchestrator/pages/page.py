"""The frame that pages share, and the one door to jinja2.

Whatever reaches a template is data: it is escaped, and what a terminal or a reader could be fooled with is replaced. A
page asks for nothing from outside, and its policy lets only its own style and script work, which it names by their
digests: what slipped in between would not run.
"""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from pareback.orchestrator.survey.chronicle import safe

_TEMPLATES = Path(__file__).parent / "templates"


def page(template: str, **values: Any) -> str:
    """The page that a template of this folder makes of these values. Raises jinja2.UndefinedError where one is
    missing."""
    policy = f"default-src 'none'; style-src {_digest('style.css')}; script-src {_digest('script.js')}"
    return _engine().get_template(template).render(policy=policy, **values)


@cache
def _engine() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _shown(value: Any) -> Any:
    """Text of others without what cannot be seen: it may turn the order of letters, or hold half a character. What is
    markup already is a template's own."""
    return safe(value.expandtabs(4)) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _digest(name: str) -> str:
    """What a policy calls a file of the folder that a page includes."""
    text = _engine().get_template(name).render()
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
