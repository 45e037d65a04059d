"""A request as it may leave the machine: without the secrets that stand in its texts."""

from __future__ import annotations

from attrs import evolve

from kibitz.context.redaction import Redactor
from kibitz.models.protocol import Message, Request


def redacted(request: Request) -> tuple[Request, Redactor]:
    """The request with placeholders for the secrets in everything a model reads of it, and who puts them back.

    `task` is for the built-in engine and stays as it is; so do images. Takes a few milliseconds for a full prompt.
    """
    redactor = Redactor(often=request.feature == "complete")
    for message in request.messages:
        redactor.learn(message.text)
    # the cursor of a completion may stand in the middle of a secret
    redactor.learn(request.prefix or "", request.suffix or "")
    redactor.learn(request.context)
    calls = [call for message in request.messages for call in message.tool_calls]
    for value in ([call.arguments for call in calls], request.tools):
        redactor.learn_json(value)
    return evolve(
        request,
        messages=tuple(_redacted_message(message, redactor) for message in request.messages),
        prefix=None if request.prefix is None else redactor.redact(request.prefix),
        suffix=None if request.suffix is None else redactor.redact(request.suffix),
        context=redactor.redact(request.context),
        stop=tuple(redactor.redact(stop) for stop in request.stop),
        tools=tuple(redactor.redact_json(tool) for tool in request.tools),
        redactions=redactor.count,
    ), redactor


def _redacted_message(message: Message, redactor: Redactor) -> Message:
    calls = tuple(evolve(call, arguments=redactor.redact_json(call.arguments)) for call in message.tool_calls)
    text, optional = redactor.redact(message.text), redactor.redact(message.optional)
    return evolve(message, text=text, optional=optional, tool_calls=calls)
