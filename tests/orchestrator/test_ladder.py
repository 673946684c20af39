"""From the names the user typed to models: which part, which profile, which price, and what is refused."""

from pathlib import Path
from typing import Any

import pytest

from pareback.adapters import profiles
from pareback.adapters.model import Model, ModelRefused, Prices
from pareback.adapters.providers import PROVIDERS
from pareback.orchestrator import ladder
from pareback.orchestrator.config import ConfigError, ModelTable, Settings
from pareback.orchestrator.ladder import Address
from pareback.orchestrator.parts import UnknownPart

URL = "http://127.0.0.1:9/v1"


@pytest.fixture(autouse=True)
def keyless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's keys and addresses: the model parts read the environment of their process."""
    for provider in PROVIDERS.values():
        for name in (provider.key_env, *provider.url_env):
            if name:
                monkeypatch.delenv(name, raising=False)


def climbed(*names: str, environ: dict[str, str] | None = None, **settings: Any) -> tuple[Model, ...]:
    return ladder.climb(Settings(model=names, **settings), environ or {})


def part(model: Model) -> str:
    return type(model).__module__.rpartition(".")[2]


def test_without_a_name_the_search_is_the_only_rung() -> None:
    (only,) = climbed()
    assert (part(only), only.name, only.profile.sees) == ("embedded", "embedded", "sources")
    assert only.profile.prices == Prices(0, 0, 0)


@pytest.mark.parametrize(
    ("name", "settings", "environ", "where"),
    [
        ("embedded", {}, {}, "embedded"),
        ("openai_chat:served", {"base_url": URL}, {}, "openai_chat"),
        ("openai/served", {"base_url": URL}, {}, "openai_chat"),
        ("openai/served", {}, {"OPENAI_BASE_URL": URL}, "openai_chat"),
        ("ollama/qwen", {}, {}, "litellm_chat"),
        ("ollama/qwen:7b", {}, {}, "litellm_chat"),
        ("litellm_chat:ollama/qwen", {}, {}, "litellm_chat"),
        ("hosted_vllm/served", {"base_url": URL}, {}, "litellm_chat"),
    ],
)
def test_a_name_leads_to_a_part(
    monkeypatch: pytest.MonkeyPatch, name: str, settings: dict[str, Any], environ: dict[str, str], where: str
) -> None:
    for variable, value in environ.items():
        monkeypatch.setenv(variable, value)
    (model,) = climbed(name, environ=environ, **settings)
    assert (part(model), model.name) == (where, name)


def test_rungs_keep_the_order_in_which_they_were_named(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text('["hello"]')
    rungs = climbed("ollama/small", f"scripted:{script}", "embedded")
    assert [part(rung) for rung in rungs] == ["litellm_chat", "scripted", "embedded"]
    assert rungs[1].name == f"scripted:{script}"


def test_a_missing_key_for_a_named_model_is_an_error_and_never_falls_back(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("gemini/gemini-flash-lite", "openai_chat:gpt-5-mini"):
        with pytest.raises(ModelRefused, match="API_KEY"):
            climbed("embedded", name)
    monkeypatch.setenv("GEMINI_API_KEY", "not-a-real-key")
    assert part(climbed("gemini/gemini-flash-lite")[0]) == "litellm_chat"


def test_a_script_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match="cannot be read"):
        climbed(f"scripted:{tmp_path / 'none.json'}")


def test_a_table_says_part_model_profile_and_prices() -> None:
    table = ModelTable(
        model="openai/served",
        base_url=URL,
        profile={"forms": ["whole"], "reply_tokens": 100},
        prices={"prompt": 1.0, "completion": 2.0},
    )
    (model,) = climbed("mine", models={"mine": table})
    profile = model.profile
    assert (part(model), model.name) == ("openai_chat", "mine")
    assert (profile.forms, profile.reply_tokens, profile.prices) == (("whole",), 100, Prices(1.0, 2.0))
    plain = ModelTable(model="ollama/qwen")
    (other,) = climbed("mine", models={"mine": plain})
    assert (part(other), other.profile) == ("litellm_chat", profiles.find("ollama/qwen"))


def test_a_tables_own_key_variable_must_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    table = ModelTable(model="served", base_url=URL, api_key_env="TOY_KEY")
    with pytest.raises(ModelRefused, match="TOY_KEY"):
        climbed("mine", models={"mine": table})
    monkeypatch.setenv("TOY_KEY", "not-a-real-key")
    assert climbed("mine", models={"mine": table})[0].name == "mine"


@pytest.mark.parametrize(
    ("table", "error", "said"),
    [
        ({"prices": {"prompt": 1.0}}, ConfigError, r"\[models.mine\].*completion"),
        ({"prices": {"prompt": 1.0, "completion": 1.0, "tax": 1.0}}, ConfigError, r"\[models.mine\].*tax"),
        ({"profile": {"colour": "red"}}, ConfigError, r"\[models.mine\].*colour"),
        ({"profile": {"forms": ["telepathy"]}}, ConfigError, r"\[models.mine\].*'telepathy'.*region"),
        ({"part": "oracle"}, UnknownPart, "no models part is named 'oracle'"),
    ],
)
def test_a_table_that_does_not_fit_is_named(table: dict[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        climbed("mine", models={"mine": ModelTable(model="ollama/qwen", **table)})


def test_what_could_be_used_is_told_without_any_key() -> None:
    settings = Settings(base_url=URL, models={"mine": ModelTable(model="ollama/qwen")})
    told = ladder.reachable(settings, {"GEMINI_API_KEY": "not-a-real-key", "HOME": "/root"})
    assert told == ("GEMINI_API_KEY is set", "[models.mine]", f"base URL {URL}")
    assert ladder.reachable(Settings(), {}) == ()


def test_an_address_is_the_server_the_name_there_and_the_users_rates() -> None:
    table = ModelTable(model="qwen", base_url=f"{URL}/", requests_per_minute=6, tokens_per_minute=1000)
    settings = Settings(models={"fast": table}, base_url="http://10.0.0.1/v1")
    found = [ladder.address(name, settings, {}) for name in ("fast", "openai/q:7b", "openai_chat:q", "embedded")]
    assert found == [
        Address(URL, "qwen", local=True, requests_per_minute=6, tokens_per_minute=1000),
        Address("http://10.0.0.1/v1", "openai/q:7b"),
        Address("http://10.0.0.1/v1", "q"),
        Address("embedded", "embedded"),
    ]


def test_an_address_without_a_base_url_is_the_providers() -> None:
    environ = {"OLLAMA_API_BASE": "http://localhost:9/"}
    assert ladder.address("ollama/q", Settings(), environ) == Address("http://localhost:9/v1", "ollama/q", local=True)
    assert ladder.address("groq/q", Settings(), {}) == Address("https://api.groq.com/openai/v1", "groq/q")
