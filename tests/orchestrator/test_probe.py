"""Probing an endpoint: what is asked, what it costs at worst, and what is written where."""

import json
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pareback.adapters.imitation.said import Fault, Item, Say
from pareback.adapters.model import Profile
from pareback.adapters.models import openai_chat
from pareback.orchestrator import boundary, parts, probe
from pareback.orchestrator.commands.models import do
from pareback.orchestrator.config import ConfigError
from pareback.orchestrator.probed import proposed

TODAY = date(2026, 11, 23)
EDIT = "shop.py\n<<<<<<< SEARCH\n    return sum(prices) + 1\n=======\n    return sum(prices)\n>>>>>>> REPLACE\n"


def answering(body: Mapping[str, Any]) -> Item:
    """A model that knows one edit form, honours seeds, and has a next-edit endpoint but no infill."""
    said = json.dumps(body)
    if "code_to_edit" in said:
        return Say("    return sum(prices)\n", usage="counted")
    if "prompt" in body:
        return Fault(404)
    if "rain" in said:
        return f"it rains {body.get('seed')} times"
    if "numbers" in said:
        return Say("\n".join(map(str, range(1, 61))), chunk=60, pause=0.01, usage="counted")
    return EDIT if "SEARCH" in said and "make it return" in said else "I would rather not."


def test_a_probe_says_what_works_and_what_of_the_profile_is_otherwise(endpoint: Any) -> None:
    server = endpoint(answering)
    own = Profile(forms=("whole", "region"))

    def make(changes: Mapping[str, Any]) -> Any:
        known = {name: getattr(own, name) for name in ("forms",)} | dict(changes)
        return openai_chat.build(model="toy", base_url=server.url, profile=Profile(**known))

    forms = {name: parts.build("edits", name) for name in ("region", "whole", "remove")}
    calls, most = probe.worst(make({}), forms)
    found = list(probe.probe(make, forms))
    told = {each.asked: each.answer for each in found}
    assert told["edit form region"] == "applied"
    assert "holds no edit" in told["edit form whole"]
    assert told["edit forms that work"] == "region"
    assert told["stream"] == "in blocks of about 60 characters"
    assert told["usage"] == "reported: 43 tokens written"
    assert (told["seed"], told["sampling"], told["refill"]) == ("honoured", "replies differ", "works: edit")
    assert probe.changes(found, own) == {"forms": ("region",), "seed": True, "refill": "edit"}
    assert len(server.calls) <= calls == 10
    assert (most.tokens > 10 * probe.REPLY_TOKENS, most.cost_usd) == (True, None)


def test_an_endpoint_that_refuses_the_key_is_asked_once(endpoint: Any) -> None:
    server = endpoint([Fault(401)] * 3)
    with pytest.raises(PermissionError):
        list(probe.probe(lambda _: openai_chat.build(model="toy", base_url=server.url), {}))
    assert len(server.calls) == 1


SETTINGS = """# mine
model = "fast"  # keep

[models.fast]
model = "toy"
base_url = "http://127.0.0.1:1/v1"
profile = { silence = 5.0 }

[models.other]
model = "x"
"""


def test_only_the_profile_of_one_table_is_written() -> None:
    after = proposed(SETTINGS, "fast", {"forms": ("region",), "seed": True}, today=TODAY)
    kept = [line for line in SETTINGS.splitlines() if line and not line.startswith("profile")]
    assert [line for line in after.splitlines() if line in kept] == kept
    found = tomllib.loads(after)["models"]["fast"]
    assert found["profile"] == {"silence": 5.0, "forms": ["region"], "seed": True}
    assert found["probed"] == TODAY
    again = proposed(after, "fast", {"seed": False}, today=TODAY)
    assert tomllib.loads(again)["models"]["fast"]["profile"] == {"silence": 5.0, "forms": ["region"], "seed": False}
    assert proposed(again, "fast", {}, today=TODAY) == again


def test_a_name_without_a_table_gets_one() -> None:
    found = tomllib.loads(proposed("", "openai/toy", {"refill": ""}, today=TODAY))
    assert found == {"models": {"openai/toy": {"model": "openai/toy", "probed": TODAY, "profile": {"refill": ""}}}}


@pytest.mark.parametrize("text", ['models.fast.model = "x"\n', 'models = { fast = { model = "x" } }\n'])
def test_what_cannot_be_changed_alone_is_shown_and_not_written(text: str) -> None:
    with pytest.raises(ConfigError, match="put this there"):
        proposed(text, "fast", {"seed": True}, today=TODAY)


def test_the_command_probes_and_writes_the_users_own_file(
    endpoint: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server, path = endpoint(answering), tmp_path / "config.toml"
    path.write_text(SETTINGS.replace("http://127.0.0.1:1/v1", server.url), encoding="utf-8")
    monkeypatch.setenv("PAREBACK_CONFIG", str(path))
    with pytest.raises(boundary.Mistake, match="nothing was asked: say --yes"):
        do(what="probe", name="fast", base_url=None, yes=False, json=False)
    assert server.calls == []
    assert do(what="probe", name="fast", base_url=None, yes=True, json=False) == 0
    said = capsys.readouterr()
    assert "at most" in said.out.splitlines()[0]
    assert "+[models.fast.profile]" in said.err
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    assert found["models"]["fast"]["profile"]["refill"] == "edit"
    assert found["models"]["other"] == {"model": "x"}
    assert do(what=None, name=None, base_url=None, yes=False, json=False) == 0
    assert "[models.fast] is of family default, probed live on 20" in capsys.readouterr().out


def test_what_is_no_endpoint_is_not_probed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAREBACK_CONFIG", str(tmp_path / "config.toml"))
    with pytest.raises(boundary.Mistake, match="there is no endpoint to ask"):
        do(what="probe", name="embedded:", base_url=None, yes=True, json=False)
    with pytest.raises(boundary.Mistake, match="knows 'probe NAME'"):
        do(what="prob", name=None, base_url=None, yes=True, json=False)
