"""What each event says to people, in one line: the words of the plain and of the live display."""

from collections.abc import Callable, Mapping

from pareback.orchestrator.events import Event

BAR = 20
"""Cells of the points bar."""


def points(data: Mapping[str, object]) -> str:
    """Points against the budget as a bar and numbers, such as `▰▰▰▱▱ 2.5/5`."""
    charged, budget = data.get("charged"), data.get("budget")
    if not isinstance(charged, int | float) or not isinstance(budget, int | float):
        return ""
    filled = 0 if budget <= 0 else min(BAR, max(0, round(BAR * charged / budget)))
    return f"{'▰' * filled}{'▱' * (BAR - filled)} {charged:g}/{budget:g} CP"


def _candidate(event: Event) -> str:
    data = event.data
    if data.get("status") == "cancelled":
        return ""
    where = f"round {event.round} #{event.candidate}"
    if data.get("target") is None:
        return f"{where}  {data.get('why') or data.get('status')}"
    color = "green" if data.get("green") else "red"
    broke = f", {data['regressions']} broken" if data.get("regressions") else ""
    unmet = f", {data['unmet']} conditions not met" if data.get("unmet") else ""
    return f"{where}  {color} {data['target_green']}/{data['target']}{broke}{unmet}  {points(data)}".rstrip()


def _retry(event: Event) -> str:
    """Why a call is made again, and when: a stalled provider is not waited for in silence."""
    where = f"round {event.round} #{event.candidate}"
    return f"{where}  {event.data['why']}; asked again in {event.data['delay']:.1f} s"


SAYINGS: Mapping[str, Callable[[Event], str]] = {
    "say": lambda event: str(event.data["text"]),
    "round": lambda event: f"round {event.round}  {event.data['model']} x {event.data['candidates']}",
    "candidate": _candidate,
    "retry": _retry,
    "step": lambda event: f"round {event.round}  {event.data['what']}: {event.data['reason']}",
    "confirmed": lambda event: f"round {event.round}  cold full run: {'green' if event.data['green'] else 'RED'}",
}


def say(event: Event) -> str:
    """The event's line, or nothing where it has none to say."""
    saying = SAYINGS.get(event.kind)
    return "" if saying is None else saying(event)
