"""What a model wants to be asked like, from one table (`dialects.toml`): by name and provider, as plain data."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, Literal

from attrs import frozen

from kibitz.models.keys import shown_host


@frozen
class Tokens:
    """A family's special tokens for filling in the middle; `stop` are those some servers send as text."""

    prefix: str
    suffix: str
    middle: str
    order: Literal["psm", "spm"]
    stop: tuple[str, ...]

    def prompt(self, before: str, after: str) -> str | None:
        """One prompt that asks for what stands between; None where the texts have such tokens themselves."""
        marks = {mark for mark in (self.prefix, self.suffix, self.middle, *self.stop) if mark}
        if any(mark.strip() in text for mark in marks for text in (before, after)):
            return None
        first, second = f"{self.prefix}{before}", f"{self.suffix}{after}"
        return (first + second if self.order == "psm" else second + first) + self.middle


@frozen
class Infill:
    """How a server fills in the middle: as `prompt` and `suffix` ("suffix"), or as one prompt in special tokens.

    `route` is LiteLLM's name of the provider that sends it. `base` is the address where neither the user nor one of
    the environment's `variables` sets one; the one found gets `path` in place of an ending that is in `strip`.
    `output` is the most tokens it writes; `needs_base`: only at an address the user has set.
    """

    form: Literal["suffix", "tokens"]
    route: str
    base: str = ""
    variables: tuple[str, ...] = ()
    path: str = ""
    strip: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    output: int | None = None
    needs_base: bool = False


@frozen
class Reasoning:
    """A model that thinks first. `off`: the effort to ask for where the answer must come at once (None: it cannot be
    told), `spare`: the tokens of output its thinking takes then, `room`: the same where nothing is asked."""

    off: str | None = None
    spare: int = 0
    room: int = 0


@frozen
class Dialect:
    """One model's. None where the table says nothing of it; `chat` is LiteLLM's name of its provider for messages."""

    chat: str
    strip: str = ""
    infill: Infill | None = None
    tokens: Tokens | None = None
    window: int | None = None
    asked_window: int | None = None
    output: int | None = None
    system: bool = True
    system_role: str = "system"
    tools: bool = True
    vision: bool = True
    sampling: bool = True
    marks: bool = False
    reasoning: Reasoning | None = None


@cache
def dialect(name: str, api_base: str | None = None) -> Dialect:
    """The dialect of `provider/model`, where it is asked at `api_base` (None: at the provider's own address)."""
    provider, _, model = name.partition("/")
    table = _table()
    server = _server(table["provider"], provider, api_base)
    row = _row(name.lower())
    reasoning = row.get("reasoning")
    tokens = row.get("tokens")
    window = row.get("window")
    asked = server.get("window")
    if asked is not None:
        window = asked = min(asked, window or asked)
    return Dialect(
        chat=server.get("chat", provider),
        strip=server.get("strip", ""),
        infill=_infill(server.get("infill"), model.lower(), tokens, api_base),
        tokens=_tokens(tokens) if tokens else None,
        window=window,
        asked_window=asked,
        output=row.get("output"),
        system=row.get("system", True),
        system_role=row.get("system_role", "system"),
        tools=row.get("tools", True),
        vision=row.get("vision", True),
        sampling=row.get("sampling", True),
        marks=row.get("marks", False),
        reasoning=Reasoning(**reasoning) if reasoning else None,
    )


def place(base: str, strip: tuple[str, ...], path: str) -> str:
    """Where an infill request goes, from the address of the server: with `path` in place of an ending in `strip`."""
    base = base.rstrip("/")
    for ending in strip:
        base = base.removesuffix(ending)
    return base + path


def _server(providers: dict[str, Any], provider: str, api_base: str | None) -> dict[str, Any]:
    """The provider's part of the table; at a port of another one's, that one's."""
    server: dict[str, Any] = providers.get(provider, {})
    for port, other in server.get("ports", {}).items():
        if api_base and shown_host(api_base).endswith(f":{port}"):
            return {"chat": other, **providers[other]}
    return server


def _row(name: str) -> dict[str, Any]:
    """The fields that the rows of a name set, an earlier row before a later one."""
    last = name.rsplit("/", 1)[-1]
    found: dict[str, Any] = {}
    for row in _table()["model"]:
        if any(fnmatchcase(name if "/" in pattern else last, pattern) for pattern in row["names"]):
            found = {**row, **found}
    return found


def _infill(
    data: dict[str, Any] | None, model: str, tokens: str | None, api_base: str | None
) -> Infill | None:
    if data is None:
        return None
    fields: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in data.items()}
    infill = Infill(**fields)
    if infill.needs_base and not api_base:
        return None
    last = model.rsplit("/", 1)[-1]
    knows = any(fnmatchcase(last, pattern) for pattern in infill.names) if infill.names else bool(tokens)
    return infill if knows else None


def _tokens(name: str) -> Tokens:
    data = _table()["tokens"][name]
    return Tokens(**{**data, "stop": tuple(data["stop"])})


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("dialects.toml").read_text("utf-8"))
