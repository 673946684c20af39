"""What the rules about names say of a patch: H6 import cycles, H7 dead code, H8 drift. And what they leave alone."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pareback.gates.verdict import Finding, Verdict

Judge = Callable[..., Verdict]

TAX = "from shop.rates import rate\n\ndef tax(x):\n    return x * rate(x)\n"
RATES = "def rate(x):\n    return 2\n"
SHOP = {"shop/__init__.py": "", "shop/tax.py": TAX, "shop/rates.py": RATES}

JOB = """
class Job:
    def __init__(self):
        self.running = False
        self.state = "new"
"""
BOTH = """
    def {0}(self):
        self.running = {1}
        self.state = "{0}"
"""
JOBS = JOB + "".join(BOTH.format(name, name == "start") for name in ("start", "stop", "fail", "finish"))
PAUSE = '\n    def pause(self):\n        self.state = "paused"\n'


def rules(verdict: Verdict) -> list[str]:
    return [finding.id.partition(":")[0] for finding in verdict.hard]


def only(verdict: Verdict) -> Finding:
    [finding] = verdict.hard
    return finding


def test_an_import_that_closes_a_cycle_is_named_with_its_way(judge: Judge) -> None:
    closing = "from .tax import tax\n" + RATES
    finding = only(judge(SHOP, {**SHOP, "shop/rates.py": closing}))
    assert finding.id.startswith("H6:")
    assert (finding.path, finding.line) == ("shop/rates.py", 1)
    assert "shop/rates.py -> shop/tax.py -> shop/rates.py" in finding.message
    assert "third module" in finding.do


@pytest.mark.parametrize(
    "harmless",
    [
        "from shop import tax as _\n",
        "import math\n",
        "def late():\n    from .tax import tax\n    return tax\n",
    ],
)
def test_other_imports_close_none(judge: Judge, harmless: str) -> None:
    found = judge({**SHOP, "shop/tax.py": "X = 1\n"}, {**SHOP, "shop/tax.py": "X = 1\n", "shop/rates.py": harmless})
    assert rules(found) == []


def test_a_cycle_of_the_base_is_not_the_patchs(judge: Judge) -> None:
    knot = {**SHOP, "shop/rates.py": "from .tax import tax\n" + RATES}
    assert rules(judge(knot, {**knot, "shop/rates.py": knot["shop/rates.py"] + "\nLIMIT = 3\n"})) == []
    assert rules(judge(knot, SHOP)) == []
    assert rules(judge(knot, {**knot, "shop/rates.py": "import math\n" + knot["shop/rates.py"]})) == []


def test_a_new_private_function_that_nobody_calls(judge: Judge) -> None:
    finding = only(judge(SHOP, {**SHOP, "shop/tax.py": TAX + "\ndef _toll(x):\n    return x + 3\n"}))
    assert finding.id == "H7:unit _toll"
    assert (finding.path, finding.line) == ("shop/tax.py", 6)
    assert finding.saves == pytest.approx(2 * finding.points, abs=0.02)


def test_a_private_function_is_in_use_or_was_there(judge: Judge) -> None:
    toll = "\ndef _toll(x):\n    return x + 3\n"
    called = {**SHOP, "shop/tax.py": TAX + toll + "\ndef total(x):\n    return _toll(x)\n"}
    assert rules(judge(SHOP, called)) == []
    dead = {**SHOP, "shop/tax.py": TAX + toll}
    assert rules(judge(dead, {**dead, "shop/tax.py": TAX + toll.replace("3", "4")})) == []
    assert judge(dead, SHOP).signals["S15"] < 0


def test_where_names_are_computed_dead_code_costs_and_blocks_nothing(judge: Judge) -> None:
    toll = "\ndef _toll(x):\n    return x + 3\n\ndef find(o, name):\n    return getattr(o, name)\n"
    verdict = judge(SHOP, {**SHOP, "shop/tax.py": TAX + toll})
    assert rules(verdict) == []
    assert verdict.signals["S15"] > 0


def test_an_unused_parameter_of_a_private_function(judge: Judge) -> None:
    toll = "\ndef _toll(x, why):\n    return x + 3\n\ndef total(x):\n    return _toll(x, 2)\n"
    finding = only(judge(SHOP, {**SHOP, "shop/tax.py": TAX + toll}))
    assert finding.id == "H7:parameter _toll why"
    assert "never reads its parameter why" in finding.message


def test_a_writer_that_forgets_one_of_two(judge: Judge) -> None:
    finding = only(judge({"job.py": JOBS}, {"job.py": JOBS + PAUSE}))
    assert finding.id.startswith("H8:")
    assert (finding.path, finding.unit) == ("job.py", "Job.pause")
    assert "pause writes only `Job.state`" in finding.message
    assert finding.points == 2
    assert [site.line for site in finding.others] == [16, 20, 8, 12]


def test_writers_that_do_not_forget(judge: Judge) -> None:
    assert rules(judge({"job.py": JOBS}, {"job.py": JOBS + BOTH.format("pause", 0)})) == []
    assert rules(judge({"job.py": JOB}, {"job.py": JOB + PAUSE})) == []
    sees_to_it = '\n    def pause(self):\n        self.state = "paused"\n        self.stop()\n'
    assert rules(judge({"job.py": JOBS}, {"job.py": JOBS + sees_to_it})) == []


def test_a_drift_of_the_base_is_not_the_patchs(judge: Judge) -> None:
    three = JOB + "".join(BOTH.format(name, 0) for name in ("start", "stop", "fail")) + PAUSE
    assert rules(judge({"job.py": three}, {"job.py": three + BOTH.format("finish", 0)})) == []


HISTORY = (
    ({"shop/tax.py": TAX, "shop/rates.py": RATES, "shop/__init__.py": "", "job.py": JOBS}, []),
    ({"shop/tax.py": TAX + "\ndef total(x):\n    return tax(x)\n"}, []),
    ({"shop/rates.py": "from .tax import tax\n" + RATES}, ["H6"]),
    ({"shop/rates.py": RATES}, []),
    ({"shop/rates.py": RATES + "\ndef _toll(x):\n    return x\n"}, ["H7"]),
    ({"job.py": JOBS + PAUSE}, ["H8"]),
    ({"tests/test_job.py": "def _lost(): pass\n"}, []),
)
"""Files that each commit writes, and the rules that it breaks."""


def test_the_study_of_history_counts_the_commits_that_break_a_rule(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        author = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *author, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    for files, _ in HISTORY:
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(exist_ok=True)
            (tmp_path / path).write_text(text)
        git("add", ".")
        git("commit", "-qm", "change")
    study = Path(__file__).parents[2] / "benchmarks" / "hard_rules_names.py"
    command = [sys.executable, str(study), "5", str(tmp_path)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "| all | | 5 | 1 (20.0%) | 1 (20.0%) | 1 (20.0%) |" in told
    assert [line.split()[1] for line in told.splitlines() if line.startswith("- ")] == ["H8", "H7", "H6"]


def test_a_field_that_is_derived_costs_less_than_one_that_is_kept(judge: Judge) -> None:
    """Of four methods that write a flag beside a state one forgot it: the property has nothing to forget."""
    kept = JOB + "".join(BOTH.format(name, 0) for name in ("start", "stop", "fail")) + PAUSE
    derived = JOB.replace("        self.running = False\n", "") + (
        '\n    @property\n    def running(self):\n        return self.state == "start"\n'
        + "".join(PAUSE.replace("pause", name) for name in ("start", "stop", "fail", "pause"))
    )
    verdict = judge({"job.py": kept}, {"job.py": derived})
    assert verdict.delta < -2.5
    assert verdict.signals["S10"] == -2
    assert judge({"job.py": derived}, {"job.py": kept}).delta == -verdict.delta
