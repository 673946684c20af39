"""The last lines of a run, for people, and its document, for machines."""

import json

from pareback.orchestrator.accounts import Account
from pareback.orchestrator.outcome import Outcome, result
from pareback.workspaces.standing import Standing
from pareback.workspaces.suite import CollectError, Result


def document(outcome: Outcome) -> str:
    """The result document as text."""
    return json.dumps(result(outcome), indent=2)


def text(outcome: Outcome) -> str:
    """What came out, at a glance: ending, points against the budget, rounds and seconds, where things are."""
    lines = [f"{outcome.ending.name}  {outcome.ending.message or outcome.ending.reason}"]
    lines += [*_points(outcome), *_tests(outcome), *_flags(outcome), _effort(outcome)]
    lines += [f"oracle   {outcome.oracle}"] if outcome.oracle else []
    lines += [f"branch   {outcome.branch}"] if outcome.branch else []
    lines += [f"patch    {outcome.patch}"] if outcome.patch else []
    lines += ["applied  to your work tree; `pareback undo` takes it back"] if outcome.applied else []
    lines += [f"record   {outcome.report}"] if outcome.report else []
    return "\n".join(lines)


def _points(outcome: Outcome) -> list[str]:
    verdict = None if outcome.best is None else outcome.best.verdict
    if verdict is None:
        return []
    budget = "no budget" if outcome.budget is None else f"budget {outcome.budget:g} ({outcome.budget_source})"
    free = "" if outcome.enforce in {None, "budget"} else f", not enforced ({outcome.enforce})"
    lines = [f"points   delta {verdict.delta:+.1f} CP, {budget}{free}"]
    if verdict.unpriced.files:
        lines.append(f"unpriced {verdict.unpriced.files} files, {verdict.unpriced.lines} lines the gate cannot price")
    lines += [f"finding  {each.path}:{each.line} {each.message}" for each in verdict.findings[:4] if not verdict.within]
    return lines


def _tests(outcome: Outcome) -> list[str]:
    standing = None if outcome.best is None else outcome.best.standing
    if outcome.best is None or standing is None:
        return []
    lines = [f"tests    {standing.target_green} of {standing.target_total} target tests green{_hidden(standing)}"]
    lines += [f"{'met' if each.holds else 'not met':8} {each.condition.said}" for each in outcome.best.conditions]
    lines += [f"changed  {test}" for test in standing.changed]
    return lines + [f"red      {_named(each)}" for each in standing.failures[:4] if not standing.green]


def _hidden(standing: Standing) -> str:
    return f", {standing.hidden_green} of {standing.hidden} held-out tests" if standing.hidden else ""


def _flags(outcome: Outcome) -> list[str]:
    """What somebody should look at: of an accepted patch too."""
    found = () if outcome.best is None else outcome.best.flags
    bare = () if outcome.best is None else outcome.best.untested or ()
    told = [f"look at  {flag.path}:{flag.line} {flag.message}" for flag in found]
    return [*told, *(f"untested {each.path}:{each.first}-{each.last} no test reaches this" for each in bare)]


def _named(failure: Result | CollectError) -> str:
    first = next(iter(failure.message.strip().splitlines()), "")
    return f"{failure.id if isinstance(failure, Result) else failure.path}: {first}"


def _effort(outcome: Outcome) -> str:
    seconds = (outcome.seconds or {}).get("total", 0.0)
    candidates = sum(each.reply is not None for finished in outcome.history for each in finished.candidates)
    spent = outcome.books.total
    tokens = spent.prompt, spent.completion
    told = "tokens unknown" if None in tokens else f"{tokens[0]} + {tokens[1]} tokens"
    money = _unknown(spent) if spent.cost_usd is None else f"${spent.cost_usd:.4f}"
    return f"effort   {len(outcome.history)} rounds, {candidates} candidates, {seconds:.1f} s, {told}, {money}"


def _unknown(spent: Account) -> str:
    """That the cost is not known, for how many calls, and what it is at most."""
    most = "" if spent.counted_usd is None else f", at most ${spent.counted_usd:.4f}"
    if not spent.unanswered:
        return f"cost unknown{most}"
    return f"cost known for {spent.calls - spent.unanswered} of {spent.calls} calls{most}"
