"""Origins of tests for types: the producer that gives an attribute, or answers, with another sort than the others."""

from collections.abc import Iterator

from pareback.gates.points import PLACES
from pareback.gates.reading.asked import about, asked, compares
from pareback.gates.reading.owners import owners
from pareback.gates.reading.producers import Producer, of_answer, of_attribute, special
from pareback.gates.survey.freed import freed
from pareback.gates.survey.origin import Origin, Place
from pareback.gates.survey.whole import Whole
from pareback.gates.wide import Posting, View

_PASSING = {"assert", "cast", "handler"}


def lone(site: Posting, view: View) -> Place | None:
    """Where an attribute whose type is asked for gets the sort that it is given least often."""
    question = asked(site)
    name = about(question.name)
    family = owners(view, name).of(question.owner, site.path, question.bases)
    differing = special(of_attribute(name, family, view), question.operand.split(" | ")) if family else []
    return _place(differing[0]) if differing else None


def answered(tree: Whole) -> Iterator[Origin]:
    """Functions of the tree that answer with values of several sorts, whose callers ask which."""
    for name, asks in sorted(_asked(tree).items()):
        answers = of_answer(name, tree.view)
        tested = {one for operand in asks.values() for one in operand.split(" | ")}
        differing = special(answers, tested) if all(found.sort for found in answers) else []
        if differing and len({(place.path, place.unit) for place in asks}) > PLACES:
            yield _told(name, answers, differing[0], tuple(asks), tree)


def _asked(tree: Whole) -> dict[str, dict[Place, str]]:
    """Who asks for which type of an answer, by the name of the function."""
    found: dict[str, dict[Place, str]] = {}
    for path, facts in tree.files.items():
        for unit in facts.units:
            for atom in () if compares(unit) else unit.atoms:
                if atom.kind == "type" and atom.name.endswith(")") and atom.place not in _PASSING:
                    found.setdefault(about(atom.name), {})[Place(path, atom.line, unit.qualname)] = atom.operand
    return found


def _told(name: str, answers: list[Producer], lone: Producer, places: tuple[Place, ...], tree: Whole) -> Origin:
    sorts = sorted({found.sort.removesuffix(".") for found in answers} - {lone.sort})
    do = f"answer with {' or '.join(sorts)} there too, not with {lone.sort}; delete the {len(places)} tests"
    at, kinds = _place(lone), ", ".join([*sorts, lone.sort])
    return Origin(
        "type", f"{name}() answers with {kinds}", at.path, at.line, len(places), freed(places, tree), do, places
    )


def _place(found: Producer) -> Place:
    return Place(found.at.path, found.at.line, found.at.unit)
