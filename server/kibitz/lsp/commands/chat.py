"""The conversations: send, list, read, search, rename, delete, export."""

from __future__ import annotations

from typing import Any

from kibitz.features import chat as chatting
from kibitz.features.result import Stopwatch, local
from kibitz.lsp.arguments import Arguments
from kibitz.lsp.preview import show
from kibitz.lsp.progress import report
from kibitz.lsp.session import Session

Token = int | str | None


async def send(session: Session, given: Any, token: Token) -> Any:
    """`kibitz.chat.send`: an answer, streamed to `partialResultToken`, and kept."""
    a = Arguments(session, "kibitz.chat.send", given)
    document = a.maybe_document()
    async with report(session, "kibitz: answering", token, a.token("partialResultToken")) as says:
        reply = await chatting.send(
            session.bench(document),
            a.text("message"),
            conversation_id=a.maybe("conversationId"),
            document=document,
            where=a.range(document) if document is not None else None,
            model=a.maybe("model"),
            on_text=says.text,
        )
        for artifact in reply.artifacts:
            says.artifact(artifact.to_json())
    if a.flag("open"):
        await show(session, "kibitz-answer.md", reply.text)
    return reply.to_json(session.shapes)


async def list_conversations(session: Session, given: Any, _token: Token) -> Any:
    """`kibitz.chat.list`: newest first, in pages."""
    a, watch = Arguments(session, "kibitz.chat.list", given), Stopwatch()
    store = await session.services.store()
    rows = await store.conversations.list(a.maybe("project"), a.number("limit", 50), a.maybe("before"))
    return {**local(watch), "conversations": [row.to_json() for row in rows]}


async def get(session: Session, given: Any, _token: Token) -> Any:
    """`kibitz.chat.get`: one conversation with its messages."""
    a, watch = Arguments(session, "kibitz.chat.get", given), Stopwatch()
    store = await session.services.store()
    conversation = await store.conversations.get(a.text("conversationId"))
    return {**local(watch), "conversation": conversation.to_json()}


async def search(session: Session, given: Any, _token: Token) -> Any:
    """`kibitz.chat.search`: conversations that hold the words."""
    a, watch = Arguments(session, "kibitz.chat.search", given), Stopwatch()
    store = await session.services.store()
    hits = await store.conversations.search(a.text("query"), a.number("limit", 20))
    return {**local(watch), "conversations": [hit.to_json() for hit in hits]}


async def rename(session: Session, given: Any, _token: Token) -> Any:
    """`kibitz.chat.rename`: a new title."""
    a, watch = Arguments(session, "kibitz.chat.rename", given), Stopwatch()
    store = await session.services.store()
    await store.conversations.rename(a.text("conversationId"), a.text("title"))
    return {**local(watch), "renamed": True}


async def delete(session: Session, given: Any, _token: Token) -> Any:
    """`kibitz.chat.delete`: for good."""
    a, watch = Arguments(session, "kibitz.chat.delete", given), Stopwatch()
    store = await session.services.store()
    await store.conversations.delete(a.text("conversationId"))
    return {**local(watch), "deleted": True}


async def export(session: Session, given: Any, _token: Token) -> Any:
    """`kibitz.chat.export`: a conversation as Markdown."""
    a, watch = Arguments(session, "kibitz.chat.export", given), Stopwatch()
    store = await session.services.store()
    return {**local(watch), "markdown": await store.conversations.export(a.text("conversationId"))}


COMMANDS = {
    "kibitz.chat.send": send,
    "kibitz.chat.list": list_conversations,
    "kibitz.chat.get": get,
    "kibitz.chat.search": search,
    "kibitz.chat.rename": rename,
    "kibitz.chat.delete": delete,
    "kibitz.chat.export": export,
}
