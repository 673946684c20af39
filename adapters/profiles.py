"""What is known about model families, as one table: patterns of names, and the profile that goes with them.

Windows and prices are the providers' own statements; None is unknown. The first family whose pattern is found in the
lower-cased name is taken.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pareback.adapters.model import ModelRefused, Prices, Profile

_SMALL = ("whole", "region", "remove")
"""Forms for models that cannot be trusted to quote: whole files first."""

_FAST = {"reasoning_effort": "instant"}
"""Above `instant`, content was seen to arrive null, and thoughts to leak into it."""


@dataclass(frozen=True, slots=True)
class Family:
    """One row: its name in configuration, what model names of it contain, and what it needs."""

    name: str
    pattern: str
    profile: Profile


FAMILIES: tuple[Family, ...] = (
    Family(
        "mercury-2.5",
        r"mercury-2[.-]5",
        Profile(
            context_tokens=260_000,
            reply_tokens=16_384,
            temperature=0.75,  # honoured between 0.5 and 1
            prices=Prices(prompt=0.20, completion=0.75),
            extra=_FAST,
        ),
    ),
    Family(
        "mercury-2",
        r"mercury-2(?![.\d])",
        Profile(
            context_tokens=128_000,
            reply_tokens=16_384,
            temperature=0.75,
            prices=Prices(prompt=0.25, completion=0.75, cached=0.025),
            extra=_FAST,
        ),
    ),
    Family("mercury", r"mercury", Profile(reply_tokens=16_384, temperature=0.75)),
    # Sampling parameters are ignored by some servers of it, and text comes in blocks of a canvas (256 tokens).
    Family("diffusiongemma", r"diffusion-?gemma", Profile(forms=_SMALL, temperature=None)),
    Family("gemini-flash-lite", r"gemini.*flash-lite", Profile(context_tokens=1_000_000, temperature=1.0)),
    # Reasoning models: no sampling parameters, and the cap has another name.
    Family(
        "gpt-mini",
        r"gpt-5[^/]*-(mini|nano)",
        Profile(context_tokens=272_000, reply_tokens=16_384, temperature=None, cap="max_completion_tokens"),
    ),
    Family(
        "local",
        r"^(ollama|ollama_chat|hosted_vllm|lm_studio|llamafile)/",
        Profile(forms=_SMALL, context_tokens=8_192, reply_tokens=4_096, seed=True),
    ),
    Family("default", r"", Profile()),
)


def find(model: str, *, family: str | None = None, prices: Mapping[str, float] | Prices | None = None) -> Profile:
    """The profile for a model's name, or of the family asked for; `prices` (US dollars per million tokens) win.

    Raises ModelRefused for a family that does not exist and for prices that cannot be read.
    """
    profile = named(family) if family else _matching(model)
    return profile if prices is None else replace(profile, prices=read_prices(prices, f"model {model!r}"))


def named(family: str) -> Profile:
    """The profile of one family. Raises ModelRefused with the names that exist."""
    for row in FAMILIES:
        if row.name == family:
            return row.profile
    raise ModelRefused(f"profile {family!r} does not exist; expected one of {', '.join(row.name for row in FAMILIES)}")


def read_prices(prices: Mapping[str, float] | Prices, whose: str) -> Prices:
    """Prices from configuration, in US dollars per million tokens. Raises ModelRefused where they cannot be read."""
    if isinstance(prices, Prices):
        return prices
    wrong = [name for name, value in prices.items() if not _is_price(name, value)]
    missing = [name for name in ("prompt", "completion") if name not in prices]
    if wrong or missing:
        raise ModelRefused(
            f"prices of {whose}: {', '.join(wrong + missing)} cannot be used; expected prompt, completion and, if it "
            "has one, cached, in US dollars per million tokens"
        )
    return Prices(prices["prompt"], prices["completion"], prices.get("cached"))


def _matching(model: str) -> Profile:
    return next(row.profile for row in FAMILIES if re.search(row.pattern, model.lower()))


def _is_price(name: str, value: object) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return name in ("prompt", "completion", "cached") and number and 0 <= float(str(value)) < float("inf")
