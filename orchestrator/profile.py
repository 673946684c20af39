"""A model's profile as the user has it: what is known of its family, with the user's changes checked on top."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from pareback.adapters import profiles
from pareback.adapters.model import ModelRefused, Profile
from pareback.orchestrator import parts
from pareback.orchestrator.config import ConfigError, ModelTable

_OWN_KEY = {"prices"}
"""Fields of a profile that have a key of their own beside it."""


def read(name: str, target: str, table: ModelTable) -> Profile:
    """The profile of `[models.NAME]`, whose model is `target`. Raises ConfigError with the key."""
    where = f"[models.{name}]"
    profile = changed(profiles.find(target), table.profile, f"{where}.profile")
    try:
        return profile if table.prices is None else replace(profile, prices=profiles.read_prices(table.prices, where))
    except ModelRefused as error:
        raise ConfigError(str(error)) from error


def changed(profile: Profile, changes: Mapping[str, Any], where: str) -> Profile:
    """The profile with some fields set from configuration, each of its type and within its range.

    A temperature of 0 means that replies do not differ, unless `sampled` says otherwise. Raises ConfigError.
    """
    known = [field.name for field in fields(Profile) if field.name not in _OWN_KEY]
    strange = [key for key in changes if key not in known]
    if strange:
        raise ConfigError(f"{where}: there is no {strange[0]!r}; expected some of {', '.join(known)}")
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in changes.items()}
    if values.get("temperature") == 0:
        values = {"sampled": False, **values}
    for key, value in values.items():
        _check(key, value, where)
    found = replace(profile, **values)
    wrong = _out_of_range(found)
    if wrong:
        raise ConfigError(f"{where}: {wrong}")
    return found


def _check(key: str, value: object, where: str) -> None:
    try:
        TypeAdapter(get_type_hints(Profile)[key]).validate_python(value, strict=True)
    except ValidationError as error:
        said = error.errors()[0]["msg"].removeprefix("Input should be ")
        raise ConfigError(f"{where}: {key!r} is {value!r}; expected {said}") from error


def _out_of_range(profile: Profile) -> str:
    """What is wrong with the values together; empty where nothing is."""
    unknown = [form for form in profile.forms if form not in parts.names("edits")]
    low, high = profile.temperatures
    rules = (
        (not profile.forms, "'forms' is empty; expected the names of edit forms"),
        (
            bool(unknown),
            f"no edit form is named {''.join(unknown[:1])!r}; there are: {', '.join(parts.names('edits'))}",
        ),
        (
            not 0 < profile.reply_tokens < profile.context_tokens,
            f"'reply_tokens' is {profile.reply_tokens}; expected 1 to below 'context_tokens', {profile.context_tokens}",
        ),
        (not 0 < profile.silence < float("inf"), f"'silence' is {profile.silence!r}; expected seconds above 0"),
        (not 0 <= low <= high, f"'temperatures' is {profile.temperatures!r}; expected the lowest and the highest"),
        (profile.candidates is not None and profile.candidates < 1, "'candidates' is below 1; expected 1 or more"),
        (
            profile.refill == "canvas" and profile.canvas_tokens < 1,
            "'refill' is 'canvas' without 'canvas_tokens'; expected the length of the server's canvas",
        ),
    )
    return next((said for broken, said in rules if broken), "")
