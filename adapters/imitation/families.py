"""How each family's replies come over the wire, as an imitated server sends them.

Blocks are the families' own: a diffusion model sends what a canvas or a step holds at once, others send tokens. What
a figure rests on stands beside it; none was measured at a provider.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pareback.adapters.imitation.said import CHARACTERS, Say


@dataclass(frozen=True, slots=True)
class Manner:
    """The tokens that arrive at once, how many snapshots a `diffusing` call gets, and what else comes with a reply."""

    block: int = 1
    snapshots: int = 0
    thoughts: str = ""
    stray: str = ""


MANNERS: Mapping[str, Manner] = {
    "mercury": Manner(block=32, snapshots=6, stray="<|think_end|>"),  # a leaked marker was reported by an integrator
    "diffusiongemma": Manner(block=256),  # the canvas of its documentation
    "gemini-flash-lite": Manner(block=24),  # some words at once
    "gpt-mini": Manner(thoughts="weighing it"),
    "ollama": Manner(),
    "llama.cpp": Manner(),
    "vllm": Manner(),
}


def like(family: str, text: str, *, tokens_per_second: float = 0.0) -> Say:
    """The reply as the family sends it, its tokens counted; without a speed it comes as fast as it can."""
    manner = MANNERS[family]
    return Say(
        manner.stray + text,
        chunk=manner.block * CHARACTERS,
        usage="counted",
        pause=manner.block / tokens_per_second if tokens_per_second else 0.0,
        thoughts=manner.thoughts,
        snapshots=manner.snapshots,
    )
