"""Model servers on this machine, found when someone asks what there is. They are offered, and not used unasked."""

from __future__ import annotations

import asyncio
import http.client
import io
import json
from typing import Any

from attrs import frozen

HOST = "127.0.0.1"
TIMEOUT_S = 0.3
"""For all of them together."""

MOST_BYTES = 256 * 1024
MOST_MODELS = 50
LONGEST_NAME = 200


@frozen
class Server:
    """A kind of server: where it usually listens, and where its list of models is."""

    title: str
    port: int
    path: str = "/v1/models"
    list: str = "data"
    name: str = "id"


@frozen
class Found:
    """A model that a server on this machine offers. `name` is what to select."""

    name: str
    server: str
    host: str


SERVERS = (
    Server("Ollama", 11434, "/api/tags", "models", "name"),
    Server("llama.cpp", 8080),
    Server("LM Studio", 1234),
    Server("vLLM", 8000),
)


async def find(servers: tuple[Server, ...] = SERVERS, timeout_s: float = TIMEOUT_S) -> list[Found]:
    """What answers on the usual ports within the time. Never raises: what is no model server is none."""
    looks = [asyncio.ensure_future(_look(server)) for server in servers]
    done, late = await asyncio.wait(looks, timeout=timeout_s)
    for look in late:
        look.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    return [found for look in looks if look in done for found in look.result()]


async def _look(server: Server) -> list[Found]:
    try:
        raw = await _read(server)
        listed = _json(raw)
    except (OSError, ValueError, http.client.HTTPException, RecursionError):
        return []
    models = listed.get(server.list) if isinstance(listed, dict) else None
    names = [m.get(server.name) for m in models if isinstance(m, dict)] if isinstance(models, list) else []
    host = f"{HOST}:{server.port}"
    return [
        Found(f"openai/{name}@http://{host}/v1", server.title, host)
        for name in dict.fromkeys(n for n in names if isinstance(n, str) and _sane(n))
    ][:MOST_MODELS]


async def _read(server: Server) -> bytes:
    """The whole answer, head and all, to a plain request for the list. Raises OSError and ValueError."""
    reader, writer = await asyncio.open_connection(HOST, server.port)
    try:
        writer.write(
            f"GET {server.path} HTTP/1.1\r\nHost: {HOST}:{server.port}\r\n"
            "Accept: application/json\r\nConnection: close\r\n\r\n".encode()
        )
        raw = b""
        while len(raw) <= MOST_BYTES:
            more = await reader.read(MOST_BYTES)
            if not more:
                return raw
            raw += more
        raise ValueError
    finally:
        writer.close()


def _json(raw: bytes) -> Any:
    """The JSON of an answer with status 200; a redirect is none. Raises ValueError and HTTPException."""
    response = http.client.HTTPResponse(_Bytes(raw))  # type: ignore[arg-type]
    response.begin()
    if response.status != http.HTTPStatus.OK:
        raise ValueError
    return json.loads(response.read())


class _Bytes:
    """What HTTPResponse wants of a socket."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self._raw)


def _sane(name: str) -> bool:
    return (
        0 < len(name) <= LONGEST_NAME
        and name.isprintable()
        and not any(c.isspace() or c == "@" for c in name)
    )
