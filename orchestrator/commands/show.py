"""`pareback show`: a run round by round: what was asked, what came, what was decided and why."""

import json as jsons
import os
from pathlib import Path
from typing import Any

from pareback.orchestrator import boundary, home


def do(*, run: str | None, replies: bool, json: bool) -> int:
    """Print the record of a run that has ended."""
    folder = home.find(os.environ).run(run)
    result, record = _read(folder, "result.json"), _read(folder, "record.json")
    if json:
        print(jsons.dumps(result | {"record": record["rounds"]}, indent=2))
        return 0
    lines = [f"run {folder.name}: {result['ending']} ({result['reason']}) {result['message']}"]
    lines += _specified(result.get("specified") or {})
    lines += [line for each in record["rounds"] for line in _round(each, replies=replies)]
    lines += [
        f"untested {each['path']}:{each['first']}-{each['last']} no test reaches this"
        for each in result.get("untested") or ()
    ]
    lines += [_used(f"round {each['round']}", each) for each in result.get("by_round", ()) if each["calls"]]
    lines += [_used(each["model"], each) for each in result.get("by_model", ())]
    print("\n".join(lines))
    return 0


def _read(folder: Path, name: str) -> dict[str, Any]:
    try:
        value: dict[str, Any] = jsons.loads((folder / name).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise boundary.Mistake(f"run {folder.name!r} has not ended; `pareback resume {folder.name}` goes on") from error
    return value


def _specified(found: dict[str, Any]) -> list[str]:
    """What was stated before the first round, by whom, and what of it told nothing."""
    who = f"specified by {found['model'] or 'the ticket'}" if found else ""
    lines = [f"  condition: {line}" for line in found.get("conditions", ())]
    lines += [f"  test file: {path}" for path in found.get("tests") or ()]
    lines += [f"  already so: {line}" for line in found.get("already", ())]
    lines += [f"  left out: {line}" for line in found.get("dropped", ())]
    return [who, *lines] if found else []


def _round(finished: dict[str, Any], *, replies: bool) -> list[str]:
    told = finished["told"]
    lines = [f"round {finished['round']}  {finished['model']}  prompt {told.get('prompt', '-')}"]
    lines += [f"  shown: {', '.join(told['files'])}"] if told.get("files") else []
    lines += [f"  told: {line}" for line in (*told.get("findings", ()), *told.get("refused", ()))]
    lines += [line for each in finished["candidates"] if each["status"] != "cancelled" for line in _candidate(each)]
    cancelled = sum(each["status"] == "cancelled" for each in finished["candidates"])
    lines += [f"  {cancelled} cancelled by the race"] if cancelled else []
    if replies:
        lines += [f"  --- reply {each['index']}\n{each['reply']}" for each in finished["candidates"] if each["reply"]]
    return [*lines, f"  -> {finished['step']['what']}: {finished['step']['reason']}"]


def _used(what: str, account: dict[str, Any]) -> str:
    """One account in a line."""
    tokens, seconds = account["tokens"], account["seconds"]
    lost = f" ({account['unanswered']} without a reply)" if account["unanswered"] else ""
    told = f"{tokens['prompt']} + {tokens['completion']} tokens, {tokens['cached']} cached"
    money = "cost unknown" if account["cost_usd"] is None else f"${account['cost_usd']:.4f}"
    told = "tokens unknown" if None in tokens.values() else told
    return f"used  {what}: {account['calls']} calls{lost}, {told}, {money}, {seconds['model']:.1f} s of the model"


def _candidate(candidate: dict[str, Any]) -> list[str]:
    if candidate["target"] is None:
        return [f"  #{candidate['index']} {candidate['why'] or candidate['status']}", *_answers(candidate)]
    color = "green" if candidate["green"] else "red"
    tests = f"{candidate['target_green']}/{candidate['target']}"
    broken = f", breaks {', '.join(candidate['regressions'][:3])}" if candidate["regressions"] else ""
    broken += "".join(f", not done: {line}" for line in candidate.get("unmet", ()))
    delta = "" if candidate["delta"] is None else f"  {candidate['delta']:+g} CP"
    same = candidate.get("twin")
    twin = f"  same tree as #{same['index']} of round {same['round']}, not tested again" if same else ""
    return [f"  #{candidate['index']} {color} {tests}{broken}{delta}{twin}", *_answers(candidate)]


def _answers(candidate: dict[str, Any]) -> list[str]:
    return [
        f"     {each['status']} {each['path']}: {each['message']}" for each in candidate["answers"] if each["message"]
    ]
