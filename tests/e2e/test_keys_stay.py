"""A key is nowhere but in its request's header, and a prompt in no log and no error, whatever fails and however loud the log is."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
import pytest_asyncio

from support.cli import here, kibitz
from support.endpoint import Answer, ThreadedEndpoint
from support.leaks import written
from support.model_server import telling_server
from support.scripted import Scripted, scripted
from support.secret_formats import make

KEY = make("openai project", Random("key")).text
PROMPT = "canary_of_the_file_" + str(Random("prompt").randrange(10**12))
TEXT = f"def {PROMPT}(items):\n    return sum(items) / len(items)\n"
SHOWN = {
    "window/showMessage",
    "window/logMessage",
    "window/showMessageRequest",
    "$/logTrace",
    "telemetry/event",
}


def failures() -> dict[str, Answer]:
    """Endpoints that say back what they were sent, in every place they have."""
    told = f"Incorrect API key provided: {KEY}. You sent: {TEXT}"
    return {
        "a refusal with the key in it": Answer(error_code="invalid_api_key", error_message=told),
        "no such model": Answer(error_code="model_not_found", error_message=told),
        "a bad request": Answer(error_code="invalid_request", error_message=told),
        "a server's own words": Answer(error_code="server_error", error_message=told),
        "no API": Answer(junk=f"<html>{told}</html>".encode()),
        "no JSON": Answer(junk=f'{{"error": "{told}'.encode()),
        "an error in the stream": Answer(
            text=f"{PROMPT} " * 9, error_in_stream="server_error", error_message=told
        ),
        "a stream that is cut off": Answer(text=f"{PROMPT} " * 9, cut_after=3),
        "a limit": Answer(
            error_code="rate_limit_exceeded", error_message=told, headers={"Retry-After": "99"}
        ),
        "too much": Answer(error_code="context_length_exceeded", error_message=told),
        "nobody": Answer(drop=True),
        "an answer that is no edit": Answer(text=TEXT),
    }


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def loud(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scripted]:
    """A server that logs all it can, with a key, its standard error in a file."""
    folder = tmp_path_factory.mktemp("loud")
    (folder / "home").mkdir()
    keep = 'out="$1"; shift; exec "$@" 2>"$out"'
    server = ["/bin/sh", "-c", keep, "sh", str(folder / "stderr"), *telling_server(folder)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", KEY)
        patch.setenv("KIBITZ_LOG_LEVEL", "debug")
        async with scripted(folder, server, log={"level": "debug"}) as running:
            await running.editor.command("t.impatient")
            yield running


async def fail_in_every_way(it: Scripted) -> list[dict[str, Any]]:
    """Each failure with each feature that asks; then mistakes of the editor; the errors."""
    uri, errors = it.open(TEXT), []
    for answer in failures().values():
        it.endpoint.reply_with(lambda _, answer=answer: answer)  # type: ignore[misc]
        at = {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 4}}
        calls: list[tuple[str, dict[str, Any]]] = [
            ("textDocument/inlineCompletion", {**at, "context": {"triggerKind": 1}})
        ]
        for name, given in (
            ("kibitz.explain", {"uri": uri}),
            ("kibitz.refactor", {"uri": uri, "instruction": f"rename {PROMPT} to {KEY}"}),
            ("kibitz.chat.send", {"message": f"What is {PROMPT}?", "uri": uri}),
        ):
            calls.append(("workspace/executeCommand", {"command": name, "arguments": [given]}))
        for method, params in calls:
            said = await it.editor.answer(it.editor.start(method, params))
            errors += [said["error"]] if "error" in said else []
    it.endpoint.reply_with(lambda _: Answer(text="ok"))
    for method, params in (
        ("workspace/executeCommand", {"command": "kibitz.explain", "arguments": [{"uri": 7, "text": TEXT}]}),
        ("workspace/executeCommand", {"command": "kibitz.chat.send", "arguments": [{"message": [PROMPT]}]}),
        ("textDocument/inlineCompletion", {"text": TEXT}),
        ("kibitz/unknown", {"text": TEXT}),
    ):
        errors.append(await it.editor.error(method, params))
    return errors


def seen(text: str, *secrets: str) -> list[str]:
    """Those writings of the secrets that are in a text."""
    return [one for secret in secrets for one in written(secret) if one in text]


@pytest.mark.asyncio(loop_scope="session")
async def test_a_key_stays_where_it_belongs(loud: Scripted) -> None:
    errors = await fail_in_every_way(loud)
    assert len(errors) > 20
    home = loud.root.parent / "home"
    received = [request.headers.get("authorization", "") for request in loud.endpoint.requests]
    assert f"Bearer {KEY}" in received, "the key was used"
    assert all(not seen(request.body.decode(errors="replace"), KEY) for request in loud.endpoint.requests)
    assert not seen(json.dumps(errors), KEY, PROMPT)
    shown = [m for m in loud.editor.messages if m.get("method") in SHOWN]
    assert not seen(json.dumps(shown), KEY, PROMPT)
    rows = await loud.editor.command("kibitz.egress", {"limit": 200, "text": True})
    assert PROMPT in json.dumps(rows), "the exact text"
    assert not seen(json.dumps(rows), KEY)
    status = [
        await loud.editor.command(name) for name in ("kibitz.status", "kibitz.models.list", "kibitz.usage")
    ]
    assert not seen(json.dumps(status), KEY, PROMPT)

    for path in home.glob("kibitz.db*"):
        assert not seen(path.read_bytes().decode("latin-1"), KEY)
    assert (home / "kibitz.db").stat().st_size
    logged = "".join(path.read_text("utf-8") for path in home.rglob("*.log*"))
    assert '"debug"' in logged, "the log was loud"
    assert not seen(logged, KEY, PROMPT)
    assert not seen((loud.root.parent / "stderr").read_text("utf-8", "replace"), KEY, PROMPT)


def test_a_command_keeps_it_too(tmp_path: Path, kibitz_home: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "shop.py").write_text(TEXT, "utf-8")
    told = f"Incorrect API key provided: {KEY}. You sent: {TEXT}"
    with ThreadedEndpoint() as endpoint:
        env = {"KIBITZ_MODEL": "openai/gpt-4o", "KIBITZ_API_BASE": endpoint.url, "OPENAI_API_KEY": KEY}
        for answer in (Answer(error_code="invalid_api_key", error_message=told), Answer(junk=told.encode())):
            endpoint.enqueue(answer)
            ran = kibitz(
                "explain", "shop.py", "--json", cwd=tmp_path, env={**env, "KIBITZ_LOG_LEVEL": "debug"}
            )
            assert ran.error["kind"] in ("auth", "bad_response")
            assert not seen(ran.out + ran.err, KEY, PROMPT)
        host = endpoint.url.removeprefix("http://").removesuffix("/v1")
    for path in kibitz_home.rglob("*"):
        if path.is_file():
            assert not seen(path.read_bytes().decode("latin-1"), KEY), path.name
            assert ".log" not in path.name or not seen(path.read_text("utf-8"), PROMPT)

    rows = here("egress", "--json", "--text", "--limit", "1").json["rows"]
    assert [(row["host"], row["model"], row["feature"]) for row in rows] == [
        (host, "openai/gpt-4o", "explain")
    ]
    assert PROMPT in rows[0]["text"]
    assert rows[0]["bytes"] == len(rows[0]["text"].encode())
    assert here("egress", "--json").json["rows"][0]["text"] is None
    assert PROMPT in here("egress", "--text").out
    table = here("egress").out
    assert "explain" in table
    assert PROMPT not in table
