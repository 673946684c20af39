"""How the candidates of a round differ where the same question would get the same answer: models that do not sample.

A function of the index alone, so that replay asks the same: every second candidate is taught another edit form first,
every second pair sees the files in reverse, every second four hears another failure and another finding first.
"""

from dataclasses import replace

from pareback.adapters.model import Request


def turn(index: int) -> int:
    """Which edit form comes first for this candidate: 0 the round's own, 1 the other one."""
    return index % 2


def varied(request: Request, index: int) -> tuple[Request, str]:
    """The request of one candidate beside its form, and in words how it differs from that of the first."""
    ways = ["another form first"] if turn(index) else []
    if index // 2 % 2 and len(request.files) > 1:
        request = replace(request, files=request.files[::-1])
        ways.append("files in reverse")
    if index // 4 % 2:
        failures, findings = request.failures, request.findings
        request = replace(request, failures=failures[1:] + failures[:1], findings=findings[1:] + findings[:1])
        ways.append("failures and findings in another order")
    return request, ", ".join(ways)
