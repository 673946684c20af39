"""Where a model's name leads: the provider it names, that provider's address, and the variable that holds its key.

A model's name is `provider/model` as litellm writes it; a bare name is OpenAI's. Addresses and keys come from options
and the environment of the user, never from the target's repository.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from pareback.adapters.failures import Caller
from pareback.adapters.model import ModelRefused


@dataclass(frozen=True, slots=True)
class Provider:
    """A service; `key_env` None: it needs no key.

    `url` is its OpenAI-compatible address, None where only the user can know it.
    `path` is what an address from the variables in `url_env` lacks, because other clients add it themselves.
    """

    key_env: str | None
    url: str | None
    url_env: tuple[str, ...] = ()
    path: str = ""


PROVIDERS: Mapping[str, Provider] = {
    "openai": Provider("OPENAI_API_KEY", "https://api.openai.com/v1", ("OPENAI_BASE_URL", "OPENAI_API_BASE")),
    "inception": Provider("INCEPTION_API_KEY", "https://api.inceptionlabs.ai/v1", ("INCEPTION_API_BASE",)),
    "nvidia_nim": Provider("NVIDIA_NIM_API_KEY", "https://integrate.api.nvidia.com/v1", ("NVIDIA_NIM_API_BASE",)),
    "gemini": Provider("GEMINI_API_KEY", "https://generativelanguage.googleapis.com/v1beta/openai"),
    "openrouter": Provider("OPENROUTER_API_KEY", "https://openrouter.ai/api/v1", ("OPENROUTER_API_BASE",)),
    "groq": Provider("GROQ_API_KEY", "https://api.groq.com/openai/v1"),
    "cerebras": Provider("CEREBRAS_API_KEY", "https://api.cerebras.ai/v1"),
    "deepseek": Provider("DEEPSEEK_API_KEY", "https://api.deepseek.com/v1", ("DEEPSEEK_API_BASE",)),
    "mistral": Provider("MISTRAL_API_KEY", "https://api.mistral.ai/v1", ("MISTRAL_API_BASE",)),
    "anthropic": Provider("ANTHROPIC_API_KEY", "https://api.anthropic.com/v1", ("ANTHROPIC_API_BASE",), "/v1"),
    "xai": Provider("XAI_API_KEY", "https://api.x.ai/v1", ("XAI_API_BASE",)),
    "ollama": Provider(None, "http://localhost:11434/v1", ("OLLAMA_API_BASE",), "/v1"),
    "ollama_chat": Provider(None, "http://localhost:11434/v1", ("OLLAMA_API_BASE",), "/v1"),
    "lm_studio": Provider(None, "http://localhost:1234/v1", ("LM_STUDIO_API_BASE",)),
    "llamafile": Provider(None, "http://localhost:8080/v1", ("LLAMAFILE_API_BASE",)),
    "hosted_vllm": Provider(None, None, ("HOSTED_VLLM_API_BASE",)),
}

_ANY_SERVER = frozenset({"openai", "hosted_vllm", "ollama", "ollama_chat", "lm_studio", "llamafile"})
"""Prefixes that name a kind of server: beside a base URL they are not part of the model's name."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One resolved address: the name the server knows the model by, and what a call carries."""

    model: str
    url: str
    key_env: str | None = None
    key: str | None = field(default=None, repr=False)

    @property
    def local(self) -> bool:
        """Whether the server is this machine: no proxy lies between."""
        return is_local(self.url)

    def caller(self, name: str) -> Caller:
        """What an error line names; `name` is the model as the user wrote it."""
        return Caller(name, self.url, self.key_env, self.key)


def split(model: str) -> tuple[str | None, str]:
    """The provider a name begins with, if it is a known one, and the rest."""
    prefix, slash, rest = model.partition("/")
    return (prefix, rest) if slash and rest and prefix in PROVIDERS else (None, model)


def is_local(url: str) -> bool:
    """Whether the host of `url` is this machine."""
    host = (urlsplit(url).hostname or "").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def resolve(model: str, environment: Mapping[str, str], *, base_url: str | None, key_env: str | None) -> Endpoint:
    """The address of a model and its key. Raises ModelRefused where either is missing, naming the variable to set."""
    prefix, rest = split(model)
    provider = PROVIDERS[prefix or "openai"]
    configured = base_url or _from_environment(provider, environment)
    url = _checked(model, configured or provider.url, provider)
    key, variable = find_key(model, environment, key_env=key_env, required=not (configured or is_local(url)))
    return Endpoint(model if base_url and prefix not in _ANY_SERVER else rest, url, variable, key)


def place(model: str, environment: Mapping[str, str], *, base_url: str | None) -> str | None:
    """The address that calls to a model go to, None where only the user could know it."""
    provider = PROVIDERS[split(model)[0] or "openai"]
    return base_url or _from_environment(provider, environment) or provider.url


def find_key(
    model: str, environment: Mapping[str, str], *, key_env: str | None, required: bool
) -> tuple[str | None, str | None]:
    """The key and the variable it is in. A variable the user named must be set; a provider's own where `required`."""
    prefix, _ = split(model)
    variable = key_env or PROVIDERS[prefix or "openai"].key_env
    key = (environment.get(variable) or "").strip() if variable else ""
    if not key and variable and (key_env or required):
        raise ModelRefused(f"model {model!r} needs a key: set the environment variable {variable}")
    if not (key.isascii() and key.isprintable()):
        raise ModelRefused(f"model {model!r}: {variable} holds characters that no key has; set it again")
    return key or None, variable


def _from_environment(provider: Provider, environment: Mapping[str, str]) -> str | None:
    found = next((environment[name] for name in provider.url_env if environment.get(name)), None)
    return found and found.rstrip("/").removesuffix(provider.path) + provider.path


def _checked(model: str, url: str | None, provider: Provider) -> str:
    if url is None:
        raise ModelRefused(f"model {model!r} has no address: set base_url or {' or '.join(provider.url_env)}")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or not url.isprintable() or " " in url:
        raise ModelRefused(f"model {model!r}: base URL {url!r} cannot be used; expected http://… or https://…")
    return url.rstrip("/").removesuffix("/chat/completions")
