"""Model names: who serves a model, at which address, with which key. Nothing here is sent anywhere."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any

from attrs import field, frozen

from kibitz.errors import KibitzError
from kibitz.models import keys
from kibitz.models.pricing import Prices
from kibitz.settings import Settings

KEYS: dict[str, tuple[str, ...]] = {
    "ai21": ("AI21_API_KEY",),
    "anthropic": ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"),
    "azure": ("AZURE_API_KEY", "AZURE_AD_TOKEN"),
    "cerebras": ("CEREBRAS_API_KEY",),
    "codestral": ("CODESTRAL_API_KEY",),
    "cohere": ("COHERE_API_KEY", "CO_API_KEY"),
    "cohere_chat": ("COHERE_API_KEY", "CO_API_KEY"),
    "dashscope": ("DASHSCOPE_API_KEY",),
    "deepinfra": ("DEEPINFRA_API_KEY",),
    "deepseek": ("DEEPSEEK_API_KEY",),
    "fireworks_ai": (
        "FIREWORKS_AI_API_KEY",
        "FIREWORKS_API_KEY",
        "FIREWORKSAI_API_KEY",
        "FIREWORKS_AI_TOKEN",
    ),
    "gemini": ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    "groq": ("GROQ_API_KEY",),
    "hosted_vllm": ("HOSTED_VLLM_API_KEY",),
    "huggingface": ("HF_TOKEN", "HUGGINGFACE_API_KEY"),
    "litellm_proxy": ("LITELLM_PROXY_API_KEY",),
    "mistral": ("MISTRAL_API_KEY",),
    "moonshot": ("MOONSHOT_API_KEY",),
    "nvidia_nim": ("NVIDIA_NIM_API_KEY",),
    "openai": ("OPENAI_API_KEY",),
    "openrouter": ("OPENROUTER_API_KEY", "OR_API_KEY"),
    "perplexity": ("PERPLEXITYAI_API_KEY", "PERPLEXITY_API_KEY"),
    "replicate": ("REPLICATE_API_KEY", "REPLICATE_API_TOKEN"),
    "sambanova": ("SAMBANOVA_API_KEY",),
    "text-completion-codestral": ("CODESTRAL_API_KEY",),
    "text-completion-openai": ("OPENAI_API_KEY",),
    "together_ai": ("TOGETHERAI_API_KEY", "TOGETHER_API_KEY", "TOGETHER_AI_API_KEY"),
    "vercel_ai_gateway": ("VERCEL_AI_GATEWAY_API_KEY",),
    "xai": ("XAI_API_KEY",),
}
"""The variables that hold a provider's key, any one of which will do. Providers that are not here are not checked."""

SELF_HOSTED = frozenset({"hosted_vllm", "litellm_proxy"})
"""Providers with an address of the user's own, where a key may not be needed."""

OPENAI_COMPATIBLE = SELF_HOSTED | {"openai", "text-completion-openai"}
"""Providers whose models are served by whatever `api_base` names."""


@frozen
class Target:
    """Where a call goes, and with which key: None is the one in the environment, which never leaves it; `none` is a
    stand-in for servers that need no key, or may not have one. `entry` names a key in the system keyring to use instead."""

    name: str
    provider: str
    api_base: str | None
    key: str | None
    entry: str | None = None

    @property
    def host(self) -> str | None:
        """`host` or `host:port`, as people know it; None where the provider's own address is used."""
        return keys.shown_host(self.api_base) if self.api_base else None


def _to_prices(given: Prices | dict[str, Any] | None) -> Prices | None:
    return Prices.from_json(given) if isinstance(given, dict) else given


@frozen
class ModelInfo:
    """What is known of a model. Windows in tokens, prices in US dollars per million tokens; None: not known.

    `reason` says why it cannot be asked, where `available` is false.
    """

    name: str
    provider: str
    host: str = ""
    context_window: int | None = None
    max_output_tokens: int | None = None
    input_price: float | None = None
    output_price: float | None = None
    available: bool = True
    reason: str = ""
    prices: Prices | None = field(default=None, converter=_to_prices)
    """All of the list's prices for it, for reckoning; the two above are for people."""

    def cost(self, input_tokens: float, output_tokens: float) -> float | None:
        """US dollars, without any discount for cached tokens; None where no price is known."""
        if self.input_price is None or self.output_price is None:
            return None
        return (input_tokens * self.input_price + output_tokens * self.output_price) / 1_000_000

    def to_json(self) -> dict[str, Any]:
        """A row of the list of models."""
        return {
            "name": self.name,
            "provider": self.provider,
            "host": self.host,
            "contextWindow": self.context_window,
            "maxOutputTokens": self.max_output_tokens,
            "inputPricePerMillionUsd": self.input_price,
            "outputPricePerMillionUsd": self.output_price,
            "available": self.available,
            "reason": self.reason,
        }


def split_address(name: str) -> tuple[str, str | None]:
    """A name without its address, and the address: `provider/model@http://host/v1` names one server of that model."""
    bare, at, rest = name.partition("@http")
    return (bare, f"http{rest}") if at and rest.startswith(("://", "s://")) else (name, None)


def full_name(name: str, settings: Settings) -> str:
    """The name as `provider/model`, with its address where it has one; a bare one is served by an OpenAI-compatible
    server: the address's or `api_base`. Raises `invalid`."""
    bare, address = split_address(name)
    provider, slash, model = bare.partition("/")
    if address is not None and ("@" in address or keys.shown_host(address) == "?"):
        raise KibitzError(
            "invalid",
            "The address in a model's name cannot be used.",
            "Write it as `provider/model@http://host:port/v1`, without a user or a key.",
        )
    if slash and provider and model:
        return name
    if not slash and bare and (address or settings.api_base):
        return f"openai/{name}"
    raise KibitzError(
        "invalid",
        f"`{bare}` does not say whose model it is.",
        "Write it as `provider/model`, for example `openai/gpt-5-mini`, or set `api_base` for a server of your own.",
    )


def target(
    name: str, settings: Settings, has_variable: Callable[..., bool], stored: Container[str] = ()
) -> Target:
    """Where the model of this name is asked, and with which key. Raises `auth` where there is none, and `invalid`.

    A provider's key goes to that provider. At an address of the user's own it goes to this machine and private
    networks, and to hosts in `key_hosts`; any other needs a key stored for that host (`stored`: names of entries).
    """
    name, address = split_address(full_name(name, settings))
    provider = name.partition("/")[0]
    base = address or _base(name, provider, settings)
    variables = KEYS.get(provider, ())
    found = not variables or any(has_variable(v) for v in variables)
    if base is None or keys.is_own(provider, base):
        own = keys.entry(provider)
        if found or own not in stored:
            return Target(name, provider, base, _key(provider, found, variables))
        return Target(name, provider, base, None, own)
    if (entry := keys.entry(provider, keys.shown_host(base))) in stored:
        return Target(name, provider, base, None, entry)
    if keys.is_confirmed(base, settings.key_hosts):
        return Target(name, provider, base, None if found else "none")
    if keys.is_near(base):
        # `api_base` is set beside the key; a server that is only named gets no other host's
        return Target(name, provider, base, None if found and not address else "none")
    if keys.is_nobodys(base) or not variables or (provider in SELF_HOSTED and not found):
        return Target(name, provider, base, "none")
    raise keys.not_bound(provider, base) if found else keys.not_stored(provider, base)


def _key(provider: str, found: bool, variables: tuple[str, ...]) -> str | None:
    """The key for a provider's own address. Raises `auth`."""
    if found:
        return None
    if provider in SELF_HOSTED:
        return "none"  # the client insists on some key
    raise KibitzError(
        "auth",
        f"There is no key for {provider}.",
        f"Set {' or '.join(variables)} in the environment, then restart the editor or the command; or store one: "
        f"`kibitz models key set {keys.family(provider)}`.",
    )


def _base(name: str, provider: str, settings: Settings) -> str | None:
    """`api_base` where it is meant for this model: the provider is OpenAI-compatible, or no such model is set.

    A model of another provider is asked there only where the settings name it as `model` or `completion.model`.
    """
    named = {
        n
        for n in (settings.model, settings.completion.model)
        if n not in ("", "offline") and split_address(n)[1] is None
    }
    if provider not in OPENAI_COMPATIBLE:
        compatible = any("/" not in n or n.partition("/")[0] in OPENAI_COMPATIBLE for n in named)
        if name not in named or compatible:
            return None
    return settings.api_base or None
