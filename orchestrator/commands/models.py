"""`pareback models`: the families that are known, and what this machine can reach."""

import json as jsons
import os

from pareback.adapters.profiles import FAMILIES
from pareback.orchestrator import home, ladder
from pareback.orchestrator.config import environment_layer, resolve, user_layer


def do(*, json: bool) -> int:
    """List families with their edit forms and prices, then the keys and names that are configured."""
    settings = resolve((user_layer(home.config_file(os.environ)), environment_layer(os.environ))).settings
    reachable = ladder.reachable(settings, os.environ)
    rows = [
        {
            "family": family.name,
            "forms": family.profile.forms,
            "context_tokens": family.profile.context_tokens,
            "prices": None
            if family.profile.prices is None
            else {"prompt": family.profile.prices.prompt, "completion": family.profile.prices.completion},
        }
        for family in FAMILIES
    ]
    if json:
        print(jsons.dumps({"families": rows, "reachable": reachable}, indent=2))
        return 0
    print(f"{'family':<20} {'context':>9}  {'$/M in/out':<12} edit forms")
    for family in FAMILIES:
        prices, profile = family.profile.prices, family.profile
        money = "unknown" if prices is None else f"{prices.prompt:g}/{prices.completion:g}"
        print(f"{family.name:<20} {profile.context_tokens:>9}  {money:<12} {', '.join(profile.forms)}")
    print("\nembedded needs no key: it searches for repairs of red tests.")
    print("reachable here: " + (", ".join(reachable) or "no key is set and no endpoint is configured"))
    return 0
