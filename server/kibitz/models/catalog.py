"""Model names: who serves a model, at which address, with which key. Nothing here is sent anywhere."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from attrs import frozen

from kibitz.errors import KibitzError
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
    """Where a call goes. `key` is a stand-in for servers that need none; a real key never leaves the environment."""

    name: str
    provider: str
    api_base: str | None
    key: str | None

    @property
    def host(self) -> str | None:
        """`host` or `host:port`, as people know it; None where the provider's own address is used."""
        return shown_host(self.api_base) if self.api_base else None


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


def full_name(name: str, settings: Settings) -> str:
    """The name as `provider/model`; a bare one is served by `api_base`. Raises `invalid`."""
    provider, slash, model = name.partition("/")
    if slash and provider and model:
        return name
    if not slash and name and settings.api_base:
        return f"openai/{name}"
    raise KibitzError(
        "invalid",
        f"`{name}` does not say whose model it is.",
        "Write it as `provider/model`, for example `openai/gpt-5-mini`, or set `api_base` for a server of your own.",
    )


def target(name: str, settings: Settings, has_variable: Callable[..., bool]) -> Target:
    """Where the model of this name is asked. Raises `auth` where a hosted provider has no key, and `invalid`.

    The provider's key, from the environment, goes to `api_base` too: only the user, never a project, can set that.
    """
    name = full_name(name, settings)
    provider = name.partition("/")[0]
    base = _base(name, provider, settings)
    variables = KEYS.get(provider, ())
    if not variables or any(has_variable(v) for v in variables):
        return Target(name, provider, base, None)
    if (base and is_near(base)) or provider in SELF_HOSTED:
        return Target(name, provider, base, "none")  # the client insists on some key
    raise KibitzError(
        "auth",
        f"There is no key for {provider}.",
        f"Set {' or '.join(variables)} in the environment, then restart the editor or the command.",
    )


def _base(name: str, provider: str, settings: Settings) -> str | None:
    """`api_base` where it is meant for this model: the provider is OpenAI-compatible, or no such model is set.

    A model of another provider is asked there only where the settings name it as `model` or `completion.model`.
    """
    named = {n for n in (settings.model, settings.completion.model) if n not in ("", "offline")}
    if provider not in OPENAI_COMPATIBLE:
        compatible = any("/" not in n or n.partition("/")[0] in OPENAI_COMPATIBLE for n in named)
        if name not in named or compatible:
            return None
    return settings.api_base or None


def shown_host(url: str) -> str:
    """`host` or `host:port` of an address, without any user name, password, path or query."""
    parts = urlsplit(url if "//" in url else f"//{url}")
    host = parts.hostname or "?"
    host = f"[{host}]" if ":" in host else host
    try:
        port = parts.port
    except ValueError:
        port = None
    return f"{host}:{port}" if port else host


def is_near(url: str) -> bool:
    """Whether an address is this machine's or a private network's: servers there often need no key."""
    host = urlsplit(url if "//" in url else f"//{url}").hostname or ""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return (
            host == "localhost"
            or "." not in host
            or host.endswith((".local", ".localhost", ".internal", ".lan"))
        )
