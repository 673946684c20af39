"""`pareback models`: the families that are known, what this machine can reach, and what a live endpoint really does."""

import difflib
import json as jsons
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pareback.adapters.model import Model
from pareback.adapters.profiles import FAMILIES, Family, matching
from pareback.orchestrator import boundary, home, ladder, parts, probe, probed
from pareback.orchestrator.config import Settings, environment_layer, flag_layer, resolve, user_layer

PROBED = frozenset({"litellm_chat", "openai_chat"})
"""Parts behind which somebody answers."""


def do(*, what: str | None, name: str | None, base_url: str | None, yes: bool, json: bool) -> int:
    """List families, keys and names, or probe one model and offer to write its profile."""
    layers = (user_layer(home.config_file(os.environ)), environment_layer(os.environ))
    settings = resolve((*layers, flag_layer({"base_url": base_url}))).settings
    if what is None:
        return _list(settings, json=json)
    if what != "probe" or name is None:
        raise boundary.Mistake(f"`pareback models` knows 'probe NAME', not {' '.join(filter(None, (what, name)))!r}")
    return _probe(name, settings, yes=yes, json=json)


def _list(settings: Settings, *, json: bool) -> int:
    reachable = ladder.reachable(settings, os.environ)
    named = [_named(name, settings) for name in sorted(settings.models)]
    if json:
        rows = [_row(family) for family in FAMILIES]
        print(jsons.dumps({"families": rows, "names": named, "reachable": reachable}, indent=2))
        return 0
    print(f"{'family':<18} {'context':>9}  {'$/M in/out':<11} {'stream':<7} {'refill':<7} {'edit forms':<22} known how")
    for family in FAMILIES:
        prices, profile = family.profile.prices, family.profile
        money = "unknown" if prices is None else f"{prices.prompt:g}/{prices.completion:g}"
        came = "yes" if profile.streaming else "no"
        print(
            f"{family.name:<18} {profile.context_tokens:>9}  {money:<11} {came:<7} {profile.refill or '-':<7} "
            f"{', '.join(profile.forms):<22} {_known(family)}"
        )
    for each in named:
        asked = f"probed live on {each['probed']}" if each["probed"] else "not probed: `pareback models probe`"
        print(f"[models.{each['name']}] is of family {each['family']}, {asked}")
    print("\nembedded needs no key: it searches for repairs of red tests.")
    print("reachable here: " + (", ".join(reachable) or "no key is set and no endpoint is configured"))
    return 0


def _known(family: Family) -> str:
    return f"{family.known}; wire imitated in tests" if family.imitated else family.known


def _named(name: str, settings: Settings) -> dict[str, Any]:
    table = settings.models[name]
    return {"name": name, "family": matching(table.model or name).name, "probed": table.probed and str(table.probed)}


def _row(family: Family) -> dict[str, Any]:
    profile = family.profile
    shown = ("forms", "context_tokens", "reply_tokens", "streaming", "refill", "small", "sampled", "seed")
    prices = profile.prices and {"prompt": profile.prices.prompt, "completion": profile.prices.completion}
    row = {"family": family.name, "pattern": family.pattern, **{name: getattr(profile, name) for name in shown}}
    return {**row, "prices": prices, "known": family.known, "imitated": family.imitated}


def _probe(name: str, settings: Settings, *, yes: bool, json: bool) -> int:
    told = ladder.table(name, settings, os.environ)
    part = told.part or ("openai_chat" if told.base_url else "litellm_chat")
    if part not in PROBED:
        raise boundary.Mistake(f"model {name!r} is {part!r}: there is no endpoint to ask")

    def make(changes: Mapping[str, Any]) -> Model:
        return ladder.build(name, told.model_copy(update={"profile": {**told.profile, **changes}}))

    forms = {each: parts.build("edits", each) for each in parts.names("edits")}
    model = make({})
    calls, most = probe.worst(model, forms)
    cost = "an unknown sum" if most.cost_usd is None else f"${most.cost_usd:.4f}"
    _say(f"asks {name!r} up to {calls} questions: at most {most.tokens} tokens, {cost}", json=json)
    _agree("Ask?", yes=yes, refusal="nothing was asked")
    found = []
    for each in probe.probe(make, forms):
        found.append(each)
        _say(f"{each.asked:<22} {each.answer}", json=json)
    changes = probe.changes(found, model.profile)
    if json:
        print(jsons.dumps({"model": name, "found": [[each.asked, each.answer] for each in found], "changes": changes}))
    _write(home.config_file(os.environ), name, changes, yes=yes)
    return 0


def _write(path: Path, name: str, changes: Mapping[str, object], *, yes: bool) -> None:
    """Show what would change in the user's own file, and change it where that is wanted."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    after = probed.proposed(before, name, changes, today=datetime.now(UTC).date())
    shown = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), str(path), str(path)
    )
    print("".join(shown) or f"{path} says so already", file=sys.stderr)
    if after != before:
        _agree(f"Write {path}?", yes=yes, refusal=f"{path} was left as it is")
        probed.write(path, after)


def _agree(question: str, *, yes: bool, refusal: str) -> None:
    """Ask at a terminal. Raises Mistake where the answer is not yes, or nobody is there to give one."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise boundary.Mistake(f"{refusal}: say --yes where nobody can be asked")
    if input(f"{question} [y/N] ").strip().lower() not in {"y", "yes"}:
        raise boundary.Mistake(refusal)


def _say(line: str, *, json: bool) -> None:
    print(line, file=sys.stderr if json else sys.stdout, flush=True)
