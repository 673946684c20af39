"""Which of two candidates is the better one: the order of the contract, as one key."""

from pareback.orchestrator.state import Candidate

INFINITE = float("inf")


def key(candidate: Candidate) -> tuple[float, ...]:
    """Smaller is better: conditions that are not met, green, target tests green, regressions, hard findings, within
    budget, open questions, charged, delta, size.

    Ties go to the earlier round and the lower index.
    """
    standing, verdict = candidate.standing, candidate.verdict
    tests = (INFINITE,) * 3
    if standing is not None:
        tests = (not standing.green, -standing.target_green, len(standing.regressions))
    price = (INFINITE,) * 5
    if verdict is not None:
        price = (len(verdict.hard), not verdict.within, candidate.doubtful, verdict.charged, verdict.delta)
    return (len(candidate.unmet), *tests, *price, candidate.size, candidate.round, candidate.index)


def best(*candidates: Candidate | None) -> Candidate | None:
    """The best of those that were tested, or None."""
    tested = [each for each in candidates if each is not None and each.standing is not None]
    return min(tested, key=key, default=None)
