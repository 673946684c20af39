"""What failures say, as plain values: outcomes of reports, messages, the steps of tracebacks, modules from elsewhere.

It runs under the target's interpreter: standard library only, Python 3.8 syntax.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from typing import Any

_PLACES, _TEXT = 24, 100000
_LIBRARY = sysconfig.get_paths()["stdlib"] + os.sep


def verdict(report: Any) -> str:
    """What one phase of a test says about the test; empty where it says nothing."""
    if report.outcome == "failed":
        return "failed" if report.when == "call" else "error"
    if report.outcome == "skipped":
        return "xfailed" if hasattr(report, "wasxfail") else "skipped"
    if report.outcome == "passed" and report.when == "call":
        return "xpassed" if hasattr(report, "wasxfail") else "passed"
    return ""


def message_of(report: Any) -> str:
    """The failing assertion with its values."""
    long = report.longrepr
    if isinstance(long, tuple):  # a skip: path, line, reason
        return str(long[-1])[:_TEXT]
    crash = getattr(long, "reprcrash", None)
    text = crash.message if crash is not None else getattr(long, "errorstring", "") or str(long or "")
    return str(text)[:_TEXT]


def places(error: BaseException, slot: str) -> list[dict[str, Any]]:
    """The steps of the traceback inside the slot, outermost first; of a long way the two ends."""
    found: list[dict[str, Any]] = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        path = relative(code.co_filename, slot)
        if path:
            found.append({"path": path, "line": trace.tb_lineno, "function": code.co_name})
        trace = trace.tb_next
    return found if len(found) <= _PLACES else found[: _PLACES // 2] + found[-_PLACES // 2 :]


def relative(file: str, slot: str) -> str:
    """The file's path below the slot with forward slashes, or nothing where it lies elsewhere."""
    inside = file.startswith(slot + os.sep) and (os.sep + "site-packages" + os.sep) not in file
    return file[len(slot) + 1 :].replace(os.sep, "/") if inside else ""


def chain(error: BaseException | None) -> list[dict[str, Any]]:
    """The error and what lies behind it, as plain values; what was missing is judged on the other side."""
    found: list[dict[str, Any]] = []
    while error is not None and len(found) < 10:
        kinds = [kind.__name__ for kind in type(error).__mro__]
        name = getattr(error, "argname", None) or getattr(error, "name", None)
        found.append({"kinds": kinds, "text": str(error)[:_TEXT], "name": name if isinstance(name, str) else ""})
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found


def installed(slot: str) -> list[str]:
    """The top-level modules that were loaded from files outside the slot."""
    found = set()
    for name, module in list(sys.modules.items()):
        file = vars(module).get("__file__") if hasattr(module, "__dict__") and "." not in name else None
        if isinstance(file, str) and not relative(file, slot):
            found.add(name)
    return sorted(found)


def foreign(request: dict[str, Any]) -> list[tuple[str, str]]:
    """The modules of the tree's names, or of the user's checkout, that were not loaded from the slot."""
    names, checkout = set(request["names"]), request["checkout"]
    found = []
    for name, module in list(sys.modules.items()):
        file = vars(module).get("__file__") if hasattr(module, "__dict__") else None
        if not isinstance(file, str) or (file.startswith(_LIBRARY) and "site-packages" not in file):
            continue
        below = checkout and relative(file, checkout) and not file.startswith(sys.prefix + os.sep)
        suspect = below or name.partition(".")[0] in names
        if suspect and not os.path.realpath(file).startswith(request["slot"] + os.sep):
            found.append((name, file))
    return sorted(found)
