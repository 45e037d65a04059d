"""Which key goes to which host, and keys in the system keyring (a made-up one)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from attrs import evolve

from kibitz.errors import KibitzError
from kibitz.models.catalog import KEYS, full_name, split_address, target
from kibitz.models.gateway import Gateway
from kibitz.models.key_store import NoKeys, StoredKeys
from kibitz.models.keys import HOSTS, check_variables_host, entry, is_confirmed, is_own, shown_host
from kibitz.models.protocol import Message, Request
from kibitz.settings import Settings
from support.endpoint import Endpoint
from support.keyring import fake_keyring
from support.ledger import KEY, Ledger

on_the_session = pytest.mark.asyncio(loop_scope="session")
FAR = "https://models.example.org/v1"
ASK = Request("chat", (Message("user", "Hello."),), timeout_s=20)


def has(*present: str):  # type: ignore[no-untyped-def]
    return lambda *names: all(name in present for name in names)


def test_a_changed_api_base_does_not_get_another_hosts_key() -> None:
    settings = Settings(model="openai/x", api_base=FAR)
    with pytest.raises(KibitzError) as caught:
        target("openai/x", settings, has("OPENAI_API_KEY"))
    assert caught.value.kind == "auth"
    assert "models.example.org" in caught.value.message
    assert "key_hosts" in caught.value.hint
    assert "kibitz models key set openai --host models.example.org" in caught.value.hint


@pytest.mark.parametrize("host", ["models.example.org", "MODELS.example.org ", "models.example.org:443"])
def test_a_host_the_user_confirmed_gets_it(host: str) -> None:
    base = "https://models.example.org:443/v1"
    settings = Settings(model="openai/x", api_base=base, key_hosts=(host,))
    assert target("openai/x", settings, has("OPENAI_API_KEY")).key is None
    assert target("openai/x", settings, has()).key == "none"


@pytest.mark.parametrize(
    "base",
    [
        "https://example.org/v1",
        "https://models.example.org.evil.com/v1",
        "https://evil.com/models.example.org",
        "https://models.example.org@evil.com/v1",
        "https://evil.com?models.example.org",
        "https://evil.com#@models.example.org",
        "https://evil.com\\@models.example.org:1/v1",
        "https://models.example.org .evil.com/v1",
        "https://[::1",
        "https://",
    ],
)
def test_a_host_that_looks_like_a_confirmed_one_does_not(base: str) -> None:
    settings = Settings(model="openai/x", api_base=base, key_hosts=("models.example.org",))
    with pytest.raises(KibitzError):
        target("openai/x", settings, has("OPENAI_API_KEY"))


def test_a_key_stored_for_a_host_goes_there_alone() -> None:
    stored = frozenset({"openai@models.example.org"})
    settings = Settings(model="openai/x", api_base=FAR)
    for known in (has(), has("OPENAI_API_KEY")):
        goal = target("openai/x", settings, known, stored)
        assert (goal.key, goal.entry) == (None, "openai@models.example.org")
    assert target("text-completion-openai/x", settings, has(), stored).entry == "openai@models.example.org"
    with pytest.raises(KibitzError):
        target("openai/x", evolve(settings, api_base="https://other.example.org/v1"), has(), stored)
    with pytest.raises(KibitzError):
        target("mistral/x", Settings(), has(), stored)


def test_a_variable_comes_before_the_keyring_at_the_providers_own_address() -> None:
    stored = frozenset({"openai@api.openai.com"})
    for settings in (Settings(), Settings(model="openai/x", api_base="https://api.openai.com/v1")):
        assert target("openai/x", settings, has("OPENAI_API_KEY"), stored).entry is None
        assert target("openai/x", settings, has(), stored).entry == "openai@api.openai.com"


def test_the_providers_own_address_without_encryption_gets_no_key() -> None:
    settings = Settings(model="openai/x", api_base="http://api.openai.com/v1")
    with pytest.raises(KibitzError, match="without encryption"):
        target("openai/x", settings, has("OPENAI_API_KEY"))


def test_names_that_are_nobodys_get_no_key_and_are_asked() -> None:
    settings = Settings(model="openai/x", api_base="http://no-such-host.invalid/v1")
    assert target("openai/x", settings, has("OPENAI_API_KEY")).key == "none"


def test_a_server_of_the_users_own_beside_the_key_gets_it_and_one_in_a_name_does_not() -> None:
    near = "http://127.0.0.1:1234/v1"
    known = has("OPENAI_API_KEY")
    assert target("openai/x", Settings(api_base=near), known).key is None
    assert target(f"openai/x@{near}", Settings(), known).key == "none"
    assert target(f"openai/x@{near}", Settings(key_hosts=("127.0.0.1:1234",)), known).key is None
    goal = target(f"openai/x@{near}", Settings(), known, frozenset({"openai@127.0.0.1:1234"}))
    assert goal.entry == "openai@127.0.0.1:1234"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("openai/x@http://h:1/v1", ("openai/x", "http://h:1/v1")),
        ("openai/x@https://h/v1", ("openai/x", "https://h/v1")),
        ("vertex_ai/claude@20250101", ("vertex_ai/claude@20250101", None)),
        ("openai/x@httpd", ("openai/x@httpd", None)),
        ("openai/a@b@http://h/v1", ("openai/a@b", "http://h/v1")),
    ],
)
def test_a_name_may_say_its_address(name: str, parts: tuple[str, str | None]) -> None:
    assert split_address(name) == parts


@pytest.mark.parametrize("name", ["openai/x@http://user:secret@h/v1", "openai/x@http://", "@http://h/v1"])
def test_an_address_that_cannot_be_used(name: str) -> None:
    with pytest.raises(KibitzError) as caught:
        full_name(name, Settings())
    assert caught.value.kind == "invalid"
    assert "secret" not in json.dumps(caught.value.to_json())
    assert full_name("x@http://h/v1", Settings()) == "openai/x@http://h/v1"


@pytest.mark.parametrize(
    ("provider", "host", "passes"),
    [
        ("openai", "api.openai.com", True),
        ("openai", "eu.api.openai.com", True),
        ("openai", "127.0.0.1:80", True),
        ("openai", "openai", True),
        ("openai", "gateway.example.org", False),
        ("openai", "api.openai.com.evil.com", False),
        ("openai", "notapi.openai.com.evil.com:443", False),
        ("nobody-knows", "gateway.example.org", True),
    ],
)
def test_an_address_from_a_variable_is_held_to_the_same(provider: str, host: str, passes: bool) -> None:
    if passes:
        check_variables_host(provider, host, ())
        return
    with pytest.raises(KibitzError) as caught:
        check_variables_host(provider, host, ())
    assert caught.value.kind == "auth"
    check_variables_host(provider, host, (host,))


def test_the_tables_know_the_same_providers() -> None:
    assert set(HOSTS) <= set(KEYS)
    assert is_own("openai", "HTTPS://API.OpenAI.com./v1")
    assert is_confirmed("models.example.org", ["models.example.org"])
    assert entry("text-completion-openai") == "openai@api.openai.com"
    assert entry("openai", "Box:80") == "openai@box:80"


@on_the_session
@pytest.mark.parametrize("provider", sorted(set(HOSTS) - {"azure", "replicate"}))
async def test_a_providers_client_goes_to_the_providers_host(gateway: Gateway, provider: str) -> None:
    gateway.use(Settings())
    (info,) = await gateway.describe([f"{provider}/some-model"])
    check_variables_host(provider, info.host, ())


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A keyring for the worker; the file it keeps its keys in."""
    for name, value in fake_keyring(tmp_path).items():
        monkeypatch.setenv(name, value)
    return tmp_path / "keyring.json"


async def test_a_key_is_stored_found_and_forgotten(keyring: Path, tmp_path: Path) -> None:
    keys = StoredKeys(tmp_path / "home" / "keys.json")
    assert keys.names() == frozenset()
    await keys.set("openai@h", "sk-canary-1")
    assert keys.names() == StoredKeys(tmp_path / "home" / "keys.json").names() == {"openai@h"}
    assert "canary" not in (tmp_path / "home" / "keys.json").read_text()
    assert json.loads(keyring.read_text()) == {"kibitz/openai@h": "sk-canary-1"}
    assert await keys.secret("openai@h") == "sk-canary-1"
    await StoredKeys(tmp_path / "home" / "keys.json").set("openai@h", "sk-canary-22")
    keys.names()
    assert await keys.secret("openai@h") == "sk-canary-22"
    await keys.delete("openai@h")
    assert keys.names() == frozenset()
    for lost in (keys, NoKeys()):
        with pytest.raises(KibitzError) as caught:
            await lost.secret("openai@h")
        assert caught.value.kind == "auth"
    with pytest.raises(KibitzError) as caught:
        await keys.delete("openai@h")
    assert caught.value.kind == "not_found"


@pytest.mark.parametrize("secret", ["", " ", "two words", "line\n"])
async def test_what_is_no_key_is_not_stored(keyring: Path, tmp_path: Path, secret: str) -> None:
    keys = StoredKeys(tmp_path / "keys.json")
    with pytest.raises(KibitzError) as caught:
        await keys.set("openai@h", secret)
    assert caught.value.kind == "invalid"
    assert not keyring.exists()


@pytest.mark.parametrize(("trouble", "kind"), [("NoKeyringError", "unsupported"), ("KeyringLocked", "auth")])
async def test_a_keyring_that_is_not_there_or_locked(
    keyring: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str, kind: str
) -> None:
    monkeypatch.setenv("FAKE_TROUBLE", trouble)
    keys = StoredKeys(tmp_path / "keys.json")
    with pytest.raises(KibitzError) as caught:
        await keys.set("openai@h", "sk-1")
    assert caught.value.kind == kind
    assert "canary" not in json.dumps(caught.value.to_json())
    assert keys.names() == frozenset()


async def test_a_keyring_that_waits_for_somebody_is_left(keyring: Path, tmp_path: Path) -> None:
    package = tmp_path / "path" / "keyring" / "__init__.py"
    package.write_text("import threading\ndef set_password(*_):\n    threading.Event().wait()\n")
    with pytest.raises(KibitzError, match="in time") as caught:
        await StoredKeys(tmp_path / "keys.json", timeout_s=1.0).set("openai@h", "sk-1")
    assert caught.value.kind == "auth"


@pytest.mark.parametrize("junk", ["", "{", "{}", "[1, null]", "\ufffe"])
def test_a_list_of_names_that_is_broken_is_empty(tmp_path: Path, junk: str) -> None:
    (tmp_path / "keys.json").write_text(junk, "utf-8")
    assert StoredKeys(tmp_path / "keys.json").names() == frozenset()


@on_the_session
async def test_a_stored_key_is_what_its_host_gets(
    gateway: Gateway,
    model_endpoint: Endpoint,
    ledger: Ledger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Kept(NoKeys):
        def names(self) -> frozenset[str]:
            return frozenset({entry("openai", shown_host(model_endpoint.url))})

        async def secret(self, entry: str) -> str:
            return "sk-of-this-host"

    monkeypatch.setattr(gateway, "_keys", Kept())
    assert [e async for e in gateway.model("openai/gpt-4o").stream(ASK)]
    assert model_endpoint.requests[0].headers["authorization"] == "Bearer sk-of-this-host"
    assert "sk-of-this-host" not in ledger.egress[0].text


@on_the_session
async def test_a_key_kept_from_a_host_sends_nothing(
    gateway: Gateway, model_endpoint: Endpoint, ledger: Ledger
) -> None:
    gateway.use(Settings(model="openai/gpt-4o", api_base=FAR))
    with pytest.raises(KibitzError) as caught:
        assert [e async for e in gateway.model("openai/gpt-4o").stream(ASK)]
    assert caught.value.kind == "auth"
    assert ledger.egress == []
    assert KEY not in json.dumps(caught.value.to_json())
    (row,) = await gateway.describe(["openai/gpt-4o"])
    assert not row.available
    assert "models.example.org" in row.reason


@on_the_session
async def test_an_address_in_a_variable_is_named_by_the_list(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.use(Settings())
    (info,) = await gateway.describe(["openai/gpt-4o"])
    assert info.available
    moved = evolve(info, host="gateway.example.org")  # where OPENAI_BASE_URL would send it
    monkeypatch.setitem(gateway._infos, "openai/gpt-4o", moved)
    (row,) = await gateway.describe(["openai/gpt-4o"])
    assert (row.available, row.host) == (False, "gateway.example.org")
    with pytest.raises(KibitzError) as caught:
        assert [e async for e in gateway.model("openai/gpt-4o").stream(ASK)]
    assert caught.value.kind == "auth"
    assert "gateway.example.org" in caught.value.message
