"""A request made to fit a model: cut where its window has no room for all of it, and the user told what was cut."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from itertools import pairwise

from attrs import evolve, frozen

from kibitz.errors import KibitzError
from kibitz.models import wire
from kibitz.models.catalog import ModelInfo, Target
from kibitz.models.dialects import Dialect, dialect
from kibitz.models.protocol import Message, Request

Measure = Callable[[Request], int]
Count = Callable[[str], Awaitable[int]]

UNSURE = 1.2
"""How many more tokens a model may make of a text than were counted: the tokenizers of many are not known."""

LEFT_OUT = "[left out: it did not fit]"
SUFFIX_SHARE = 0.25
"""The part of what fits that shows the text after the cursor, where there is more of it."""


@frozen
class Fitted:
    """A request that fits, and what the user should know of how it was made to."""

    request: Request
    notes: tuple[str, ...] = ()


def room_of(goal: Target, info: ModelInfo, request: Request) -> tuple[int | None, int]:
    """The tokens that may be read (None: not known) and written for a request."""
    how = dialect(goal.name, goal.api_base)
    wanted = request.max_output_tokens + _thinking(how, request)
    limits = [n for n in (info.max_output_tokens or how.output, _infill_output(how, request)) if n]
    window = info.context_window or how.window
    if how.asked_window is not None:
        window = min(window or how.asked_window, how.asked_window)
    if window is None:
        return None, min([wanted, *limits])
    output = min([wanted, *limits, max(1, window // 2)])
    return window - output, output


async def fitted(goal: Target, info: ModelInfo, request: Request, count: Count) -> Fitted:
    """As `fit`, with the tokens counted (by `count`) where an upper bound alone says that something must go."""
    room = room_of(goal, info, request)[0]
    text = json.dumps(wire.body(goal, request), ensure_ascii=False)
    if room is None or wire.most_tokens(text, request) <= room:
        return fit(goal, info, request)
    without_images = evolve(request, messages=tuple(evolve(m, images=()) for m in request.messages))
    text = json.dumps(wire.body(goal, without_images), ensure_ascii=False)
    counted = max(1, await count(text)) * UNSURE
    ratio = max(wire.BYTES_PER_TOKEN, len(text.encode("utf-8", "surrogatepass")) / counted)
    return fit(goal, info, request, ratio)


def fit(
    goal: Target, info: ModelInfo, request: Request, bytes_per_token: float = wire.BYTES_PER_TOKEN
) -> Fitted:
    """The request within the model's window and its output limit.

    What goes first is what a model can best do without: a conversation's oldest turns, other files' code, old results
    of tools, and of a text to complete what is farthest from the cursor. Raises `context_length` where what is left
    still does not fit, and `unsupported` for images to a model that cannot see.
    """
    how = dialect(goal.name, goal.api_base)
    if not how.vision and any(m.images for m in request.messages):
        raise KibitzError(
            "unsupported",
            f"{goal.name} cannot look at images.",
            "Choose a model that can, with `kibitz models use`.",
        )
    notes = []
    if request.tools and not how.tools:
        request = evolve(request, tools=())
        notes.append(f"{goal.name} cannot use tools: it was asked without them.")
    room, output = room_of(goal, info, request)
    request = evolve(request, max_output_tokens=output)

    def tokens(one: Request) -> int:
        text = json.dumps(wire.body(goal, one), ensure_ascii=False)
        return int(wire.most_tokens(text, one) * wire.BYTES_PER_TOKEN / bytes_per_token)

    if room is None or tokens(request) <= room:
        return Fitted(request, tuple(notes))
    request, cut = _cut(request, room, tokens, bytes_per_token)
    if (size := tokens(request)) > room:
        raise KibitzError(
            "context_length",
            f"This takes about {size:,} tokens, and {goal.name} has room for {room:,}.",
            "Select less code, start a new conversation, or choose a model with a larger window.",
        )
    what = " and ".join(cut)
    return Fitted(request, (*notes, f"The prompt was cut to fit {goal.name}'s window: it is without {what}."))


def _cut(request: Request, room: int, tokens: Measure, ratio: float) -> tuple[Request, list[str]]:
    cut: list[str] = []
    for name, step in (
        ("the oldest turns", _without_old_turns),
        ("other files' code", _without_optional),
        ("old results of tools", _without_old_results),
        ("the conversation's beginning", _without_first_turn),
        ("the parts of the file far from the cursor", _nearer),
    ):
        over = tokens(request) - room
        if over <= 0:
            break
        smaller = step(request, over, room, ratio)
        if smaller != request:
            request = smaller
            cut.append(name)
    return request, cut


def _without_old_turns(request: Request, over: int, room: int, ratio: float) -> Request:
    """Whole turns go, the oldest after the first one (it often has the code that all is about), a quarter of the room
    at a time: so the prompts of one conversation go on beginning alike, and a provider's cache goes on serving them."""
    messages = request.messages
    users = [n for n, m in enumerate(messages) if m.role == "user"]
    if len(users) < 3:
        return request
    step = max(1, room // 4)
    goal = -(-over // step) * step
    gone, kept = 0.0, users[1]
    for start, end in pairwise(users[1:]):
        if gone >= goal:
            break
        gone += sum(_size(m) for m in messages[start:end]) / ratio
        kept = end
    return evolve(request, messages=(*messages[: users[1]], *messages[kept:]))


def _without_first_turn(request: Request, _over: int, _room: int, _ratio: float) -> Request:
    messages = request.messages
    users = [n for n, m in enumerate(messages) if m.role == "user"]
    if len(users) < 2:
        return request
    return evolve(request, messages=(*messages[: users[0]], *messages[users[1] :]))


def _without_optional(request: Request, _over: int, _room: int, _ratio: float) -> Request:
    messages = tuple(
        evolve(m, text=m.text.replace(m.optional, "", 1), optional="") if m.optional else m
        for m in request.messages
    )
    return evolve(request, messages=messages, context="")


def _without_old_results(request: Request, over: int, _room: int, ratio: float) -> Request:
    """The results of tools but the last ones, the oldest first."""
    messages = list(request.messages)
    answers = [n for n, m in enumerate(messages) if m.role == "assistant"]
    gone = 0.0
    for n, message in enumerate(messages):
        if gone >= over or not answers or n >= answers[-1]:
            break
        if message.role == "tool" and len(message.text) > len(LEFT_OUT):
            gone += (_size(message) - len(LEFT_OUT)) / ratio
            messages[n] = evolve(message, text=LEFT_OUT)
    return evolve(request, messages=tuple(messages))


def _nearer(request: Request, over: int, _room: int, ratio: float) -> Request:
    """Less of the text around the cursor, in whole lines, in the prompt for either form."""
    before, after = request.prefix, request.suffix
    if before is None or after is None:
        return request
    # a character is at least a byte of what is counted
    left = max(0, len(before) + len(after) - int((over + 1) * ratio) - 1)
    tail = min(len(after), max(int(left * SUFFIX_SHARE), left - len(before)))
    head = min(len(before), left - tail)
    near_before, near_after = before[len(before) - head :], after[:tail]
    if head < len(before):
        near_before = near_before.partition("\n")[2] or near_before
    if tail < len(after):
        near_after = near_after.rpartition("\n")[0] or near_after
    messages = tuple(_with_nearer(m, before, after, near_before, near_after) for m in request.messages)
    return evolve(request, prefix=near_before, suffix=near_after, messages=messages)


def _with_nearer(message: Message, before: str, after: str, near_before: str, near_after: str) -> Message:
    """The turn that shows both texts, at its end, with a mark of the cursor between them."""
    if message.role != "user" or not message.text.endswith(after):
        return message
    rest = message.text[: len(message.text) - len(after)]
    head, found, mark = rest.rpartition(before) if before else (rest, "", "")
    if before and not found:
        return message
    if not before:
        return evolve(message, text=head + near_after)
    return evolve(message, text=head + near_before + mark + near_after)


def _size(message: Message) -> int:
    calls = sum(len(json.dumps(call.arguments)) + len(call.name) for call in message.tool_calls)
    return len(message.text.encode("utf-8", "surrogatepass")) + calls + 40


def _thinking(how: Dialect, request: Request) -> int:
    """The output that thinking takes beside the answer."""
    if how.reasoning is None:
        return 0
    return how.reasoning.spare if request.feature == "complete" else how.reasoning.room


def _infill_output(how: Dialect, request: Request) -> int | None:
    return how.infill.output if how.infill is not None and request.prefix is not None else None
