"""The ladder: from the names the user typed to models, in the order in which they are tried."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pareback.adapters.model import Model
from pareback.adapters.providers import PROVIDERS, is_local, place
from pareback.orchestrator import parts, profile
from pareback.orchestrator.config import ModelTable, Settings

SEARCH = "embedded"
"""The model that needs no key: the default where tests are red and none is configured."""

FILE_PARTS = frozenset({"recorded", "scripted"})
"""Parts whose argument after the colon is a file."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the calls to a model go: the server, the model's name there, whether the server is this machine, and how
    many requests and tokens a minute the user lets go there (None: no limit is known)."""

    url: str
    model: str
    local: bool = False
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None


def climb(settings: Settings, environ: Mapping[str, str]) -> tuple[Model, ...]:
    """One model per rung; without any name, the search-based one alone.

    Raises ModelRefused for a missing key, UnknownPart and ConfigError for a name that cannot be resolved.
    """
    return tuple(_model(name, settings, environ) for name in settings.model or (SEARCH,))


def table(name: str, settings: Settings, environ: Mapping[str, str]) -> ModelTable:
    """`[models.NAME]`, or what it would say of a name that has none. Its `part` is the one that would be built."""
    found = settings.models.get(name)
    if found is None:
        part, options = _route(name, settings, environ)
        found = ModelTable(part=part, model=options.get("model", name), base_url=options.get("base_url"))
    return found


def build(name: str, told: ModelTable) -> Model:
    """The model of one table. Raises as `climb` does."""
    part, options = _table(name, told)
    model: Model = parts.build("models", part, options)
    return model


def address(name: str, settings: Settings, environ: Mapping[str, str]) -> Address:
    """The address of one rung's model. A part that calls nobody is its own server."""
    table = settings.models.get(name) or _untold(name, settings)
    model = table.model or name
    alone = table.part if table.part in {SEARCH, *FILE_PARTS} else None
    url = (alone or place(model, environ, base_url=table.base_url) or model).rstrip("/")
    return Address(url, model, is_local(url), table.requests_per_minute, table.tokens_per_minute)


def reachable(settings: Settings, environ: Mapping[str, str]) -> tuple[str, ...]:
    """What could be used besides the search-based model, in words: keys that are set, configured names."""
    keys = {provider.key_env for provider in PROVIDERS.values() if provider.key_env}
    return (
        *(f"{key} is set" for key in sorted(keys) if environ.get(key)),
        *(f"[models.{name}]" for name in sorted(settings.models)),
        *((f"base URL {settings.base_url}",) if settings.base_url else ()),
    )


def _model(name: str, settings: Settings, environ: Mapping[str, str]) -> Model:
    table = settings.models.get(name)
    part, options = _table(name, table) if table is not None else _route(name, settings, environ)
    model: Model = parts.build("models", part, options)
    return model


def _untold(name: str, settings: Settings) -> ModelTable:
    """What `[models.NAME]` would say of a name that has no table."""
    part, _, rest = name.partition(":")
    direct = part in parts.names("models")
    return ModelTable(part=part if direct else None, model=rest if direct else name, base_url=settings.base_url)


def _table(name: str, table: ModelTable) -> tuple[str, dict[str, Any]]:
    part = table.part or ("openai_chat" if table.base_url else "litellm_chat")
    if part == SEARCH:
        return part, {}
    target = table.model or name
    if part in FILE_PARTS:
        return part, {"path": target}
    where = {"base_url": table.base_url, "api_key_env": table.api_key_env, "total_seconds": table.total_seconds}
    return part, {"model": target} | _given(where) | {"name": name, "profile": profile.read(name, target, table)}


def _route(name: str, settings: Settings, environ: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    part, _, rest = name.partition(":")
    if part in parts.names("models"):
        return part, _direct(part, rest, settings)
    openai = name.startswith("openai/")
    if openai and (settings.base_url or environ.get("OPENAI_BASE_URL")):
        return "openai_chat", {"name": name} | _given({"model": name, "base_url": settings.base_url})
    return "litellm_chat", {"name": name} | _given({"model": name, "base_url": settings.base_url})


def _direct(part: str, rest: str, settings: Settings) -> dict[str, Any]:
    if part == SEARCH:
        return {}
    if part in FILE_PARTS:
        return {"path": rest} | ({"name": f"{part}:{rest}"} if part == "scripted" else {})
    return _given({"model": rest, "name": f"{part}:{rest}", "base_url": settings.base_url})


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in options.items() if value is not None}
