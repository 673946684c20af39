"""Settings: what a run may be told, where each value came from, and whom it may come from.

Four layers in rising order: the repository's own file at the base, the user's file, `PAREBACK_*` variables, flags.
The repository's file is as trustworthy as the repository: it may name models, budgets, test and set-up commands, but
no endpoint, key variable, price, profile or sandbox level: it could send the user's key anywhere.
"""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

OWN_FILE = "pareback.toml"
USERS_ONLY = frozenset(
    {
        "base_url",
        "api_key_env",
        "prices",
        "profile",
        "requests_per_minute",
        "tokens_per_minute",
        "sandbox",
        "visible",
        "memory_mb",
        "languages",
    }
)
"""Keys that only the user's file, environment and flags may set."""


class ConfigError(ValueError):
    """A setting cannot be used: names the layer, the key, what was found and what was expected."""


class ModelTable(BaseModel):
    """`[models.NAME]`: how one name is reached, what it costs, how fast the account lets its calls go out, and how many
    seconds one of them may take."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    part: str | None = None
    model: str | None = None
    base_url: str | None = None
    api_key_env: str | None = None
    profile: dict[str, Any] = {}
    prices: dict[str, float] | None = None
    requests_per_minute: float | None = Field(default=None, gt=0)
    tokens_per_minute: float | None = Field(default=None, gt=0)
    total_seconds: float | None = Field(default=None, gt=0)
    probed: date | None = None


class LanguageTable(BaseModel):
    """`[languages.NAME]`: the program that reads files with these endings, and how many seconds one may take."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    command: tuple[str, ...] = Field(min_length=1)
    suffixes: tuple[str, ...] = Field(min_length=1)
    seconds: float = Field(default=10.0, gt=0)


class Settings(BaseModel):
    """Everything a run may be told. Seconds, US dollars, tokens and complexity points are the units."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: tuple[str, ...] = ()
    base_url: str | None = None
    models: dict[str, ModelTable] = {}
    languages: dict[str, LanguageTable] = {}
    candidates: int | None = None
    budget: str = "auto"
    enforce: Literal["off", "told", "hard", "budget"] = "budget"
    max_rounds: int = 8
    quality_rounds: int = 2
    max_seconds: float = 600.0
    max_tokens: int | None = None
    context_tokens: int = 8_000
    max_cost_usd: float | None = None
    tests: tuple[str, ...] = ()
    test_seconds: float = 10.0
    test_cmd: str | None = None
    junit: str = ""
    format_cmd: str | None = None
    lint_cmd: str | None = None
    setup: str = "none"
    python: str | None = None
    roots: tuple[str, ...] = ()
    carry: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    waive: tuple[str, ...] = ()
    environment: dict[str, str] = {}
    sandbox: str = "best"
    visible: tuple[str, ...] = ()
    memory_mb: int = 4096
    runner: str = "pytest_warm"
    pare: bool = True

    @field_validator("model", "tests", "roots", "carry", "allow", "waive", "visible", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("budget", mode="before")
    @classmethod
    def _number_or_name(cls, value: object) -> object:
        return str(value) if isinstance(value, int | float) else value

    @field_validator("candidates", "max_rounds", "max_tokens", "context_tokens", "max_seconds", "memory_mb")
    @classmethod
    def _at_least_one(cls, value: float | None) -> float | None:
        if value is not None and value < 1:
            raise ValueError("expected 1 or more")
        return value


@dataclass(frozen=True, slots=True)
class Layer:
    """One source of settings. `name` is said in messages; `trusted` layers may set every key."""

    name: str
    values: Mapping[str, Any]
    trusted: bool = True


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings and, for each key that was set, the layer that set it."""

    settings: Settings
    origins: Mapping[str, str]


def resolve(layers: tuple[Layer, ...]) -> Configuration:
    """Later layers win key by key; `models` tables are joined by name. Raises ConfigError."""
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for layer in layers:
        _check(layer)
        tables = {**values.get("models", {}), **layer.values.get("models", {})}
        values |= dict(layer.values) | ({"models": tables} if tables else {})
        origins |= dict.fromkeys(layer.values, layer.name)
    try:
        return Configuration(Settings(**values), origins)
    except ValidationError as error:
        raise _explained(error, origins) from error


def repository_layer(read: Mapping[str, bytes]) -> Layer:
    """The repository's own settings at the base: `pareback.toml`, else `[tool.pareback]` of `pyproject.toml`."""
    if OWN_FILE in read:
        return Layer(OWN_FILE, parse(read[OWN_FILE], OWN_FILE), trusted=False)
    project = parse(read["pyproject.toml"], "pyproject.toml") if "pyproject.toml" in read else {}
    return Layer("pyproject.toml", project.get("tool", {}).get("pareback", {}), trusted=False)


def user_layer(path: Path) -> Layer:
    """The user's own file; one that does not exist sets nothing."""
    try:
        return Layer(str(path), parse(path.read_bytes(), str(path)))
    except FileNotFoundError:
        return Layer(str(path), {})
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error


def environment_layer(environ: Mapping[str, str]) -> Layer:
    """`PAREBACK_<KEY>` variables of the keys that hold one value or a comma-separated list."""
    found: dict[str, Any] = {}
    for key, field in Settings.model_fields.items():
        text = environ.get(f"PAREBACK_{key.upper()}")
        if text is not None and key not in {"models", "languages", "environment"}:
            many = "tuple" in str(field.annotation)
            found[key] = tuple(part.strip() for part in text.split(",") if part.strip()) if many else text
    return Layer("environment", found)


def flag_layer(flags: Mapping[str, Any]) -> Layer:
    """Flags that were given; None and empty lists were not."""
    return Layer("command line", {key: value for key, value in flags.items() if value not in (None, (), [])})


def parse(raw: bytes, name: str) -> dict[str, Any]:
    """TOML text as a mapping. Raises ConfigError naming file, line and column."""
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{name} is not readable TOML: {error}") from error


def _check(layer: Layer) -> None:
    for key in layer.values:
        if key not in Settings.model_fields:
            near = difflib.get_close_matches(key, Settings.model_fields, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(sorted(Settings.model_fields))}"
            raise ConfigError(f"{layer.name}: unknown key {key!r}; {hint}")
    if not layer.trusted:
        _check_untrusted(layer)


def _check_untrusted(layer: Layer) -> None:
    tables = layer.values.get("models", {})
    inner = {key for table in tables.values() for key in (table if isinstance(table, dict) else ())}
    for key in sorted(USERS_ONLY & (set(layer.values) | inner)):
        raise ConfigError(
            f"{layer.name}: {key!r} may not come from the repository; set it in your own configuration, "
            f"as PAREBACK_{key.upper()} or on the command line"
        )


def _explained(error: ValidationError, origins: Mapping[str, str]) -> ConfigError:
    found = error.errors()[0]
    key = ".".join(str(step) for step in found["loc"])
    origin = origins.get(str(found["loc"][0]) if found["loc"] else "", "settings")
    return ConfigError(f"{origin}: {key!r} is {found['input']!r}: {found['msg']}")
