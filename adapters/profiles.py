"""What is known about model families, as one table: patterns of names, and the profile that goes with them.

Windows, limits and prices are the providers' own statements; None is unknown. The first family whose pattern is found
in the lower-cased name is taken. No family was called live for this table: `known` says what each row rests on, and
`pareback models probe` asks the endpoint itself.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pareback.adapters.model import ModelRefused, Prices, Profile

_SMALL = ("whole", "region", "remove")
"""Forms for models that cannot be trusted to quote: whole files first."""

_LOADING = 180.0
"""Seconds of silence of a server on one's own machine: the first call may have to load the model."""

_MERCURY = Profile(
    reply_tokens=16_384,
    temperature=0.75,  # the documented default
    temperatures=(0.5, 1.0),
    extra={"reasoning_effort": "instant"},  # above it, content was seen to arrive null, and thoughts to leak into it
    refill="edit",
    refill_model="mercury-edit-2",
)


@dataclass(frozen=True, slots=True)
class Family:
    """One row: its name in configuration, what model names of it contain, what it needs, and on what that rests.

    `imitated` names the manner in which an imitated server answers for it in tests; empty: none.
    """

    name: str
    pattern: str
    profile: Profile
    known: str = "documented"
    imitated: str = ""


FAMILIES: tuple[Family, ...] = (
    Family(
        "mercury-edit",
        r"mercury-edit",
        Profile(
            context_tokens=32_000,
            temperature=0.0,
            prices=Prices(prompt=0.25, completion=0.75, cached=0.025),
            refill="edit",
        ),
        known="documented by the provider",
        imitated="mercury",
    ),
    Family(
        "mercury-3",
        r"mercury-3",
        replace(_MERCURY, context_tokens=1_000_000, prices=Prices(prompt=0.10, completion=0.35)),
        known="documented by gateways and a tutorial; the price is introductory",
        imitated="mercury",
    ),
    Family(
        "mercury-2.5",
        r"mercury-2[.-]5",
        replace(_MERCURY, context_tokens=260_000, prices=Prices(prompt=0.20, completion=0.75)),
        known="documented; lower prices are told elsewhere",
        imitated="mercury",
    ),
    Family(
        "mercury-2",
        r"mercury-2(?![.\d])",
        replace(_MERCURY, context_tokens=128_000, prices=Prices(prompt=0.25, completion=0.75, cached=0.025)),
        known="documented by the provider",
        imitated="mercury",
    ),
    Family("mercury", r"mercury", replace(_MERCURY, extra={}, refill="", refill_model=""), imitated="mercury"),
    # Sampling parameters are ignored by some servers of it, and text comes in blocks of a canvas (256 tokens). The
    # canvas can be pinned only by a server that was extended for it: `refill = "canvas"` in one's own profile.
    Family(
        "diffusiongemma",
        r"diffusion-?gemma",
        Profile(forms=_SMALL, temperature=None, sampled=False, canvas_tokens=256),
        known="documented; the endpoint's name is from public code",
        imitated="diffusiongemma",
    ),
    Family(
        "gemini-flash-lite",
        r"gemini.*flash-lite",
        Profile(context_tokens=1_000_000, temperature=1.0),
        imitated="gemini-flash-lite",
    ),
    # Reasoning models: no sampling parameters, and the cap has another name.
    Family(
        "gpt-mini",
        r"gpt-5[^/]*-(mini|nano)",
        Profile(context_tokens=272_000, reply_tokens=16_384, temperature=None, cap="max_completion_tokens"),
        imitated="gpt-mini",
    ),
    # Below five billion parameters, whoever serves it.
    Family(
        "small",
        r"(?<![a-z\d.])(\d{2,3}m|[0-4](\.\d+)?b)(?![a-z\d])",
        Profile(forms=_SMALL, small=True, context_tokens=8_192, reply_tokens=2_048, seed=True, silence=_LOADING),
        known="measured with llama.cpp and SmolLM2",
        imitated="llama.cpp",
    ),
    Family(
        "ollama",
        r"^(ollama|ollama_chat)/",
        Profile(forms=_SMALL, context_tokens=8_192, reply_tokens=4_096, seed=True, silence=_LOADING),
        imitated="ollama",
    ),
    Family(
        "llama.cpp",
        r"^(lm_studio|llamafile)/",
        Profile(forms=_SMALL, context_tokens=8_192, reply_tokens=4_096, seed=True, silence=_LOADING),
        imitated="llama.cpp",
    ),
    Family(
        "vllm",
        r"^hosted_vllm/",
        Profile(forms=_SMALL, context_tokens=8_192, reply_tokens=4_096, seed=True),
        imitated="vllm",
    ),
    Family("default", r"", Profile(), known="assumed"),
)


def find(model: str, *, family: str | None = None, prices: Mapping[str, float] | Prices | None = None) -> Profile:
    """The profile for a model's name, or of the family asked for; `prices` (US dollars per million tokens) win.

    Raises ModelRefused for a family that does not exist and for prices that cannot be read.
    """
    profile = named(family) if family else matching(model).profile
    return profile if prices is None else replace(profile, prices=read_prices(prices, f"model {model!r}"))


def matching(model: str) -> Family:
    """The family that a model's name belongs to; the last one takes every name."""
    return next(row for row in FAMILIES if re.search(row.pattern, model.lower()))


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


def _is_price(name: str, value: object) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return name in ("prompt", "completion", "cached") and number and 0 <= float(str(value)) < float("inf")
