"""Chat: one answer in a conversation that is kept on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, TypeVar

from attrs import evolve, frozen

from kibitz.errors import KibitzError
from kibitz.features.gather import OnText
from kibitz.features.prompt import render
from kibitz.features.prompt_context import code_block, name_of, other_files, style_notes
from kibitz.features.result import Envelope, Shapes, Stopwatch
from kibitz.features.workbench import Workbench
from kibitz.models.protocol import Message, Request
from kibitz.models.select import OFFLINE
from kibitz.models.tasks import ChatTask
from kibitz.text import Document, Range
from kibitz.verify.answer import Artifact, artifacts

HISTORY_MESSAGES = 20
"""How many earlier messages of a conversation a model is shown."""

LEAVE_AT_ONCE = 10
"""Where there are more, this many of the oldest go together: a prompt that begins as the last one did is cheaper."""

TITLE_LENGTH = 60

M = TypeVar("M")


@frozen
class Reply:
    """An answer, where it is kept, and the code blocks in it."""

    envelope: Envelope
    conversation_id: str
    message_id: str
    text: str
    artifacts: tuple[Artifact, ...]

    def to_json(self, shapes: Shapes) -> dict[str, Any]:
        """The result of `kibitz.chat.send`."""
        return {
            **self.envelope.to_json(),
            "conversationId": self.conversation_id,
            "messageId": self.message_id,
            "text": self.text,
            "artifacts": [a.to_json() for a in self.artifacts],
            "toolCalls": [],
        }


async def send(
    bench: Workbench,
    message: str,
    *,
    conversation_id: str | None = None,
    document: Document | None = None,
    where: Range | None = None,
    model: str | None = None,
    on_text: OnText | None = None,
) -> Reply:
    """Answer a message, and keep both unless the user wants no history.

    Raises `invalid` for an empty message, `not_found` for an unknown conversation, and the engine's errors.
    """
    watch = Stopwatch()
    if not message.strip():
        raise KibitzError("invalid", "The message is empty.", "Write a question.")
    store = await bench.services.store()
    earlier: list[Message] = []
    if conversation_id is not None:
        conversation = await store.conversations.get(conversation_id)
        earlier = [
            Message("assistant" if m.role == "assistant" else "user", m.text)
            for m in _recent(conversation.messages)
            if m.role in ("user", "assistant")
        ]
    engine = bench.model("chat", model)
    context = ""
    if document is not None and engine.name != OFFLINE:
        context = await other_files(bench, document, where, "chat")
    # the code stands before what was said of it: what stays from turn to turn comes first
    begun = bool(earlier) and earlier[0].role == "user"
    system, user = render(
        "chat",
        message=earlier.pop(0).text if begun else message,
        code=f"`{name_of(bench, document)}`:\n\n{code_block(document, where)}"
        if document is not None
        else "",
        context=context,
        style=style_notes(bench),
    )
    turns = [evolve(user, text=user.text.strip("\n")), *earlier]
    if begun:
        turns.append(Message("user", message))
    request = Request("chat", (system, *turns), ChatTask(message, document, where, bench.project))
    answer = await bench.ask(request, model=engine, on_text=on_text, conversation=conversation_id)
    found = artifacts(answer.text)
    message_id = ""
    if bench.settings.history.enabled:
        if conversation_id is None:
            title = " ".join(message.split())[:TITLE_LENGTH]
            conversation_id = await store.conversations.create(bench.project_name, title)
        # an answer that was made and paid for is never lost because it cannot be kept, or the old ones cannot go:
        # the store has told of a broken database, and a conversation deleted meanwhile was meant to be gone
        with suppress(KibitzError):
            await store.conversations.append(conversation_id, "user", message, engine=None)
            message_id = await store.conversations.append(
                conversation_id,
                "assistant",
                answer.text,
                engine=answer.engine,
                usage=answer.usage.to_json(),
                artifacts=[a.to_json() for a in found],
            )
            await store.conversations.prune(
                bench.settings.history.max_messages, bench.settings.history.retention_days
            )
    return Reply(bench.envelope(answer, watch), conversation_id or "", message_id, answer.text, found)


def _recent(messages: Sequence[M]) -> Sequence[M]:
    """The messages a model is shown: the last ones, and for some turns the same first one."""
    over = len(messages) - HISTORY_MESSAGES
    return messages[-(-over // LEAVE_AT_ONCE) * LEAVE_AT_ONCE :] if over > 0 else messages
