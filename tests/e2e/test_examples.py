"""The examples of how to run tickets elsewhere and at night do what they say."""

import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from pareback.orchestrator.outcome import EXITS, TRY_LATER

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SCHEMA = json.loads(Path(__file__).with_name("job.schema.json").read_text())


@pytest.fixture
def manifest() -> Any:
    return yaml.safe_load((EXAMPLES / "kubernetes" / "job.yaml").read_text())


def action(rules: list[dict[str, Any]], code: int) -> str:
    """What the first rule that fits does with an exit code, as the Job controller reads them."""
    for rule in rules:
        codes = rule.get("onExitCodes")
        if codes and (code in codes["values"]) == (codes["operator"] == "In"):
            return str(rule["action"])
    return "Count"


def environ(project: Any) -> dict[str, str]:
    """A shell in which `pareback` is on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    home = {"PAREBACK_HOME": str(project.home), "PAREBACK_CONFIG": str(project.home / "none.toml")}
    return {"PATH": path, "HOME": str(project.home), **home}


def test_the_manifest_is_a_job(manifest: Any) -> None:
    jsonschema.validate(manifest, SCHEMA)
    pod = manifest["spec"]["template"]["spec"]
    volumes = {volume["name"] for volume in pod["volumes"]}
    assert {mount["name"] for mount in pod["containers"][0]["volumeMounts"]} == volumes
    assert pod["automountServiceAccountToken"] is False
    assert pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"] is True


@pytest.mark.parametrize(
    "spoil",
    [
        lambda spec: spec.update(backoffLimitsPerIndex=3),
        lambda spec: spec.update(completions="100"),
        lambda spec: spec["podFailurePolicy"]["rules"][0].update(action="Retry"),
        lambda spec: spec["template"]["spec"].update(restartPolicy="Always"),
        lambda spec: spec["template"]["spec"]["containers"][0]["resources"]["limits"].update(memory=4),
    ],
)
def test_a_spoilt_manifest_is_none(manifest: Any, spoil: Callable[[Any], None]) -> None:
    spoilt = copy.deepcopy(manifest)
    spoil(spoilt["spec"])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(spoilt, SCHEMA)


def test_every_exit_code_has_its_rule(manifest: Any) -> None:
    rules = manifest["spec"]["podFailurePolicy"]["rules"]
    codes = {*EXITS.values(), TRY_LATER, 78, 143, 137} - {0}
    again = {130, 143, 137, TRY_LATER}
    assert {code: action(rules, code) for code in codes} == {
        code: "Count" if code in again else "FailIndex" for code in codes
    }
    names = {rule["onExitCodes"]["containerName"] for rule in rules if "onExitCodes" in rule}
    assert names == {manifest["spec"]["template"]["spec"]["containers"][0]["name"]}


def test_specs_for_a_job_run_by_themselves(shop: Any, tmp_path: Path) -> None:
    tickets = tmp_path / "tickets.jsonl"
    lines = [{"id": f"t{number}", "text": "Ship free from 50.00", "repo": str(shop.root)} for number in range(3)]
    tickets.write_text("".join(json.dumps(line) + "\n" for line in lines))
    flags = json.dumps({"budget": "fix", "python": str(shop.python)})
    words = [EXAMPLES / "kubernetes" / "specs.py", tickets, tmp_path / "work", "--flags", flags]
    said = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=True)
    assert said.stdout == "3 specs: set `completions` to 3\n"
    assert len(list((tmp_path / "work" / "bundles").iterdir())) == 1
    shop.root.rename(tmp_path / "gone")
    spec, result = tmp_path / "work" / "specs" / "1.json", tmp_path / "work" / "results" / "1.json"
    done = shop.pareback("run", "--spec", str(spec), "--result", str(result), "--json", cwd=tmp_path)
    assert (done.exit, json.loads(result.read_text())["ticket"]) == (0, "t1"), done.err


def test_a_night_goes_on_where_the_last_one_stopped(shop: Any, tmp_path: Path) -> None:
    tickets, out = tmp_path / "tickets.jsonl", tmp_path / "out"
    ticket = {"text": "Ship free from 50.00", "repo": str(shop.root), "budget": "fix"}
    words = [EXAMPLES / "scripts" / "nightly.sh", tickets, out, "--python", shop.python, "--sandbox", "best"]
    found = []
    for night in ("first", "second"):
        with tickets.open("a") as lines:
            lines.write(json.dumps({"id": night, **ticket}) + "\n")
        done = subprocess.run(words, env=environ(shop), capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), (out / "night.log").read_text()
        results = (out / "results.jsonl").read_text().splitlines()
        found.append([(each["ticket"], each["run"]) for each in map(json.loads, results)])
    assert ([name for name, _ in found[1]], found[1][:1]) == (["first", "second"], found[0])
    assert shop.git("for-each-ref", "--format=%(refname)", "refs/heads/pareback/nightly").count("\n") == 2


def test_a_push_that_breaks_a_hard_rule_is_held_back(shop: Any, tmp_path: Path) -> None:
    shop.git("init", "-q", "--bare", str(tmp_path / "remote.git"))
    shop.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    shop.git("push", "-q", "origin", "main")
    hook = shop.root / ".git" / "hooks" / "pre-push"
    hook.write_bytes((EXAMPLES / "scripts" / "pre-push").read_bytes())
    hook.chmod(0o755)
    push = ["git", "push", "-q", "origin", "HEAD:main"]
    shop.write({"shop/note.py": "PRICE = 490\n"})
    shop.commit("harmless")
    done = subprocess.run(push, cwd=shop.root, env=environ(shop), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    shop.write({"shop/rule.py": "def rule(text: str) -> object:\n    return eval(text)\n"})
    shop.commit("code in text")
    done = subprocess.run(push, cwd=shop.root, env=environ(shop), capture_output=True, text=True, check=False)
    assert (done.returncode, "H4" in done.stderr or "eval" in done.stderr) == (1, True), done.stderr
    assert shop.git("rev-parse", "origin/main") == shop.git("rev-parse", "HEAD^")
