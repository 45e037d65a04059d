"""Which key may go to which host: a provider's to that provider, and elsewhere only where the user has said so.

Names alone are handled here. A key in a variable stays in the environment of the model process; one in the system
keyring is read when a call needs it (`keyring.StoredKeys`).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from kibitz.errors import KibitzError

HOSTS: dict[str, tuple[str, ...]] = {
    "ai21": ("api.ai21.com",),
    "anthropic": ("api.anthropic.com",),
    "azure": ("openai.azure.com", "cognitiveservices.azure.com", "services.ai.azure.com"),
    "cerebras": ("api.cerebras.ai",),
    "codestral": ("codestral.mistral.ai",),
    "cohere": ("api.cohere.com", "api.cohere.ai"),
    "dashscope": ("dashscope.aliyuncs.com", "dashscope-intl.aliyuncs.com"),
    "deepinfra": ("api.deepinfra.com",),
    "deepseek": ("api.deepseek.com",),
    "fireworks_ai": ("api.fireworks.ai",),
    "gemini": ("generativelanguage.googleapis.com",),
    "groq": ("api.groq.com",),
    "huggingface": ("huggingface.co", "endpoints.huggingface.cloud"),
    "mistral": ("api.mistral.ai",),
    "moonshot": ("api.moonshot.ai", "api.moonshot.cn"),
    "nvidia_nim": ("integrate.api.nvidia.com",),
    "openai": ("api.openai.com",),
    "openrouter": ("openrouter.ai",),
    "perplexity": ("api.perplexity.ai",),
    "replicate": ("api.replicate.com",),
    "sambanova": ("api.sambanova.ai",),
    "together_ai": ("api.together.xyz", "api.together.ai"),
    "vercel_ai_gateway": ("ai-gateway.vercel.sh",),
    "xai": ("api.x.ai",),
}
"""Where a provider's key belongs: these names and those below them. The first stands for the provider."""

_FAMILIES = {
    "cohere_chat": "cohere",
    "text-completion-codestral": "codestral",
    "text-completion-openai": "openai",
}
_A_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_RESERVED = ("invalid", "test", "example")
"""Names that are nobody's (RFC 2606): nothing secret is sent there, and asking shows what happens."""


def family(provider: str) -> str:
    """The provider whose key this one uses."""
    return _FAMILIES.get(provider, provider)


def entry(provider: str, host: str | None = None) -> str:
    """The name a key is stored under: `provider@host`, by default the provider's own host."""
    name = family(provider)
    return f"{name}@{(host or HOSTS.get(name, ('',))[0]).lower()}"


def is_own(provider: str, url: str) -> bool:
    """Whether this is the provider's own address, over an encrypted connection."""
    return _parts(url)[0] == "https" and is_own_host(provider, _parts(url)[1])


def is_own_host(provider: str, host: str) -> bool:
    """Whether a host (without its port) is the provider's."""
    return any(host == own or host.endswith(f".{own}") for own in HOSTS.get(family(provider), ()))


def is_confirmed(url: str, hosts: Sequence[str]) -> bool:
    """Whether the user has named this address's host, with or without its port, as one that may have the key."""
    return bool({shown_host(url), _parts(url)[1]} & {host.strip().lower() for host in hosts})


def is_nobodys(url: str) -> bool:
    """Whether this name can never be anybody's address."""
    return _parts(url)[1].rpartition(".")[2] in _RESERVED


def is_near(url: str) -> bool:
    """Whether an address is this machine's or a private network's: servers there often need no key."""
    host = _parts(url)[1]
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        if not host or _A_NUMBER.fullmatch(host):  # 134744072 is 8.8.8.8
            return False
        return "." not in host or host.endswith((".local", ".localhost", ".internal", ".lan"))


def shown_host(url: str) -> str:
    """`host` or `host:port` of an address, without any user name, password, path or query."""
    host = _parts(url)[1]
    if not host:
        return "?"
    host = f"[{host}]" if ":" in host else host
    try:
        port = urlsplit(url if "//" in url else f"//{url}").port
    except ValueError:
        port = None
    return f"{host}:{port}" if port else host


def check_variables_host(provider: str, host: str, hosts: Sequence[str]) -> None:
    """Raises `auth` where a provider's address comes from the environment and is none that may have its key.

    `host` is where the provider's client would send a request: its own host, unless a variable moves it.
    """
    bare = _parts(host)[1]
    if family(provider) not in HOSTS or host == provider or is_own_host(provider, bare):
        return
    if not (is_near(host) or is_confirmed(host, hosts)):
        raise not_bound(provider, host)


def not_bound(provider: str, url: str) -> KibitzError:
    """What to say where a key is kept from a host, and how to give it."""
    host, name = shown_host(url), family(provider)
    if is_own_host(provider, _parts(url)[1]):
        return KibitzError(
            "auth",
            f"The key for {name} is not sent to {host} without encryption.",
            "Write the address with `https://`.",
        )
    return KibitzError(
        "auth",
        f"The key for {name} is not sent to {host}, which is not {name}'s own address.",
        f"Store a key for it: `kibitz models key set {name} --host {host}`; or, where it may have the one in the "
        f'environment, set `key_hosts` to ["{host}"].',
    )


def not_stored(provider: str, url: str) -> KibitzError:
    """What to say where nobody gave a key for a host."""
    host, name = shown_host(url), family(provider)
    return KibitzError(
        "auth",
        f"There is no key for {name} at {host}.",
        f"Store one: `kibitz models key set {name} --host {host}`.",
    )


def _parts(url: str) -> tuple[str, str]:
    """Scheme and host name, in lower case; nothing where clients may disagree about what the host is."""
    if "\\" in url or not url.isprintable() or " " in url:
        return "", ""
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
    except ValueError:
        return "", ""
    return parts.scheme.lower(), (parts.hostname or "").rstrip(".")
