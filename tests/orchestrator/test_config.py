"""Settings: who wins, who may say what, and messages that name the key."""

from pathlib import Path

import pytest

from pareback.orchestrator.config import (
    ConfigError,
    Layer,
    environment_layer,
    flag_layer,
    repository_layer,
    resolve,
    user_layer,
)


def test_later_layers_win_and_origins_say_who_did() -> None:
    own = repository_layer({"pyproject.toml": b"[tool.pareback]\nbudget = 7\nmax_rounds = 3\n"})
    found = resolve((own, environment_layer({"PAREBACK_MAX_ROUNDS": "4"}), flag_layer({"model": ["a", "b"]})))
    assert (found.settings.budget, found.settings.max_rounds, found.settings.model) == ("7", 4, ("a", "b"))
    assert dict(found.origins) == {
        "budget": "pyproject.toml",
        "max_rounds": "environment",
        "model": "command line",
    }


def test_its_own_file_hides_the_table_in_pyproject() -> None:
    read = {"pareback.toml": b"budget = 'fix'\n", "pyproject.toml": b"[tool.pareback]\nbudget = 'large'\n"}
    assert resolve((repository_layer(read),)).settings.budget == "fix"


def test_nothing_set_gives_the_defaults() -> None:
    settings = resolve((repository_layer({}),)).settings
    assert (settings.budget, settings.max_rounds, settings.max_seconds, settings.max_tokens) == ("auto", 8, 600, None)


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        (b"max_round = 3", "pareback.toml: unknown key 'max_round'; did you mean 'max_rounds'?"),
        (b"max_rounds = 'many'", "pareback.toml: 'max_rounds' is 'many'"),
        (b"max_rounds = 0", "expected 1 or more"),
        (b"max_rounds = ", "pareback.toml is not readable TOML"),
        (b"base_url = 'http://evil.example'", "'base_url' may not come from the repository"),
        (b"sandbox = 'none'", "'sandbox' may not come from the repository"),
        (b"[models.m]\napi_key_env = 'AWS_SECRET'", "'api_key_env' may not come from the repository"),
        (b"[models.m]\ntokens_per_minute = 1", "'tokens_per_minute' may not come from the repository"),
    ],
)
def test_the_repositorys_mistakes_and_reaches_are_named(toml: bytes, message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace("?", r"\?")):
        resolve((repository_layer({"pareback.toml": toml}),))


def test_the_user_may_set_what_the_repository_may_not(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("base_url = 'http://127.0.0.1:1/v1'\n[models.m]\nbase_url = 'http://127.0.0.1:2/v1'\n")
    settings = resolve((user_layer(path),)).settings
    assert (settings.base_url, settings.models["m"].base_url) == ("http://127.0.0.1:1/v1", "http://127.0.0.1:2/v1")


def test_model_tables_of_two_layers_are_joined() -> None:
    mine, theirs = {"a": {"model": "x/y"}}, {"b": {"model": "x/z"}}
    settings = resolve((Layer("user", {"models": mine}), Layer("flags", {"models": theirs}))).settings
    assert sorted(settings.models) == ["a", "b"]


def test_no_users_file_sets_nothing(tmp_path: Path) -> None:
    assert user_layer(tmp_path / "none.toml").values == {}
