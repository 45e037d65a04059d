"""Names, addresses and keys of models; nothing is sent."""

from __future__ import annotations

import pytest
from attrs import evolve

from kibitz.errors import KibitzError
from kibitz.models.catalog import full_name, target
from kibitz.models.keys import is_near, shown_host
from kibitz.settings import Settings

NEAR = "http://127.0.0.1:1234/v1"
FAR = "https://models.example.com/v1"


def has(*present: str):  # type: ignore[no-untyped-def]
    return lambda *names: all(name in present for name in names)


@pytest.mark.parametrize("name", ["", "/", "openai/", "/gpt", "gpt-4o"])
def test_a_name_without_its_provider_is_refused(name: str) -> None:
    with pytest.raises(KibitzError) as caught:
        full_name(name, Settings())
    assert caught.value.kind == "invalid"


def test_only_the_models_meant_are_asked_at_api_base() -> None:
    settings = Settings(model="ollama/qwen", api_base=NEAR, fallbacks=("mistral/large",))
    known = has("MISTRAL_API_KEY", "OPENAI_API_KEY")
    assert target("ollama/qwen", settings, known).api_base == NEAR
    assert target("openai/x", settings, known).api_base == NEAR
    assert target("mine", settings, known).api_base == NEAR
    assert target("mistral/large", settings, known).api_base is None


def test_a_second_provider_keeps_its_own_address() -> None:
    settings = Settings(model="anthropic/claude", api_base=NEAR)
    known = has("ANTHROPIC_API_KEY", "OPENAI_API_KEY")
    assert target("anthropic/claude", settings, known).api_base == NEAR
    both = evolve(settings, completion=evolve(settings.completion, model="qwen"))
    assert target("anthropic/claude", both, known).api_base is None
    assert target("qwen", both, known).api_base == NEAR


@pytest.mark.parametrize(
    "base",
    [NEAR, "http://localhost:11434/v1", "http://[::1]:80/v1", "http://192.168.1.7/v1", "http://box/v1"],
)
def test_a_server_nearby_needs_no_key(base: str) -> None:
    assert target("openai/x", Settings(api_base=base), has()).key == "none"
    assert target("openai/x", Settings(api_base=base), has("OPENAI_API_KEY")).key is None


@pytest.mark.parametrize("base", ["", FAR])
def test_a_hosted_model_needs_its_key(base: str) -> None:
    with pytest.raises(KibitzError) as caught:
        target("openai/x", Settings(api_base=base), has("ANTHROPIC_API_KEY"))
    assert caught.value.kind == "auth"
    assert "kibitz models key set openai" in caught.value.hint


def test_one_of_several_variables_will_do() -> None:
    assert target("gemini/x", Settings(), has("GOOGLE_API_KEY")).key is None
    assert target("provider-nobody-knows/x", Settings(), has()).key is None


@pytest.mark.parametrize(
    ("url", "host"),
    [
        (NEAR, "127.0.0.1:1234"),
        ("https://user:secret@models.example.com/v1?key=secret", "models.example.com"),
        ("models.example.com:99/v1", "models.example.com:99"),
        ("http://[::1]:8080/v1", "[::1]:8080"),
        ("http://h:port/", "h"),
        ("", "?"),
    ],
)
def test_hosts_are_shown_without_secrets(url: str, host: str) -> None:
    assert shown_host(url) == host


@pytest.mark.parametrize(
    "url",
    [
        FAR,
        "https://8.8.8.8/v1",
        "https://127.0.0.1.example.com/v1",
        "http://134744072/v1",
        "http://0x8080808/v1",
        "",
        "http://",
    ],
)
def test_what_is_far(url: str) -> None:
    assert not is_near(url)
