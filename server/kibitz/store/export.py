"""A conversation as a Markdown document that stands on its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kibitz.store.conversations import Conversation, Message

_NAMES = {"user": "You", "assistant": "Assistant", "system": "System", "tool": "Tool"}


def to_markdown(conversation: Conversation) -> str:
    """Title, dates, and each message under a heading; code the text does not show already is added in fences."""
    where = f"{conversation.project}, " if conversation.project else ""
    parts = [
        f"# {conversation.title or 'Conversation'}",
        f"{where}{conversation.created} to {conversation.updated}",
    ]
    for message in conversation.messages:
        parts.extend(_message(message))
    return "\n\n".join(parts) + "\n"


def _message(message: Message) -> list[str]:
    who = _NAMES.get(message.role, message.role)
    engine = f", {message.engine}" if message.engine else ""
    parts = [f"## {who} ({message.created}{engine})"]
    if message.text.strip():
        parts.append(message.text.strip("\n"))
    parts.extend(
        fenced(artifact)
        for artifact in message.artifacts
        if isinstance(artifact, dict) and str(artifact.get("code", "")).strip() not in message.text
    )
    calls = [str(call.get("name", "")) for call in message.tool_calls if isinstance(call, dict)]
    if calls:
        parts.append("Tools used: " + ", ".join(calls))
    return parts


def fenced(artifact: dict[str, Any]) -> str:
    """Code in a fence longer than any it contains, with its path above where it has one."""
    code = str(artifact.get("code", "")).rstrip("\n")
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", code)), default=0))
    path = f"`{artifact['path']}`\n\n" if artifact.get("path") else ""
    return f"{path}{fence}{artifact.get('language') or ''}\n{code}\n{fence}"
