"""The table of state: what outlives a call or comes from outside, who writes it, and which conditions hang on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import fsum

from pareback.gates.facts import Unit
from pareback.gates.points import DECIMALS
from pareback.gates.scores import signals
from pareback.gates.signal import Charge, Signal, counted
from pareback.gates.survey.origin import Place
from pareback.gates.survey.row import Row, dearest
from pareback.gates.survey.whole import Whole

_LOCAL = {"rebinding", "default"}
"""What only one unit sees."""
_OUTSIDE = "volatile"
_STATE = "S3"


@dataclass(slots=True)
class _Held:
    """One holder while the tree is read."""

    charges: list[tuple[str, Charge]] = field(default_factory=list)
    written: dict[Place, None] = field(default_factory=dict)
    decided: dict[Place, None] = field(default_factory=dict)


def holders(tree: Whole) -> tuple[Row, ...]:
    """Attributes of classes, names of modules, and what is asked of the outside world, dearest first. What belongs to a
    class or module is one per file; the clock is one for the whole tree."""
    found: dict[tuple[str, str], _Held] = {}
    for path, scores in tree.scores.items():
        for charge in scores.charges[_STATE]:
            if charge.kind not in _LOCAL:
                held = found.setdefault((_home(path, charge), charge.subject), _Held())
                held.charges.append((path, charge))
    for path, facts in tree.files.items():
        for unit in facts.units:
            _note(path, unit, found)
    return dearest(_row(subject, held, tree) for (_, subject), held in found.items())


def _home(path: str, charge: Charge) -> str:
    return "" if charge.kind == _OUTSIDE else path


def _note(path: str, unit: Unit, found: Mapping[tuple[str, str], _Held]) -> None:
    for written in unit.shared:
        held = found.get((path, written.subject))
        if held is not None:
            held.written[Place(path, written.line, unit.qualname)] = None
    for decided in unit.decisions:
        held = found.get(("" if decided.kind == _OUTSIDE else path, decided.subject))
        if held is not None:
            held.decided[Place(path, decided.line, unit.qualname)] = None


def _row(subject: str, held: _Held, tree: Whole) -> Row:
    path, first = held.charges[0]
    charges = [charge for _, charge in held.charges]
    unit = tree.view.unit(path, first.unit)
    at = next(iter([*held.written, *held.decided]))
    return Row(
        what=subject,
        path=at.path,
        line=at.line,
        unit=at.unit,
        points=round(fsum(charge.points for charge in charges), DECIMALS),
        saves=None,
        message=f"written in {_units(held.written)}, decided on in {_units(held.decided)}",
        do=_state().explain(unit, charges).do,
        places=tuple(held.decided),
        made=tuple(held.written),
    )


def _units(found: Mapping[Place, None]) -> str:
    return counted(len({(place.path, place.unit) for place in found}), "function")


def _state() -> Signal:
    return next(signal for signal in signals() if signal.id == _STATE)
