"""The one error every floor raises: a kind a program can act on, a sentence and a hint for a person."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from asyncio import Future

Kind = Literal[
    "auth",
    "rate_limit",
    "quota",
    "budget",
    "timeout",
    "network",
    "context_length",
    "content_filter",
    "bad_response",
    "untrusted",
    "unsupported",
    "not_found",
    "invalid",
    "cancelled",
    "internal",
]
KINDS: tuple[str, ...] = get_args(Kind)


class KibitzError(Exception):
    """Something a user should be told about.

    `message` is one sentence that says what happened, `hint` says what to do next. Neither ever holds a
    key, a prompt or the text of a file: those go nowhere but to the model that was asked.
    """

    def __init__(
        self, kind: Kind, message: str, hint: str = "", *, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message)
        self.kind: Kind = kind
        self.message = message
        self.hint = hint
        self.retry_after_s = retry_after_s

    def to_json(self) -> dict[str, Any]:
        """The shape every door shows: kind, message, hint and, where it is known, retryAfterS."""
        data: dict[str, Any] = {"kind": self.kind, "message": self.message, "hint": self.hint}
        if self.retry_after_s is not None:
            data["retryAfterS"] = self.retry_after_s
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> KibitzError:
        """The error a worker process reported, as it was raised there."""
        kind = data.get("kind")
        return cls(
            kind if kind in KINDS else "internal",
            str(data.get("message", "")),
            str(data.get("hint", "")),
            retry_after_s=data.get("retryAfterS"),
        )


class StaleError(KibitzError):
    """The document moved on while the answer was made, and the answer no longer fits (LSP: ContentModified)."""

    def __init__(self) -> None:
        super().__init__("invalid", "The text changed while the answer was being made.", "Ask again.")


class UnchangedError(KibitzError):
    """What was asked for would leave the text as it is. No news to an editor that tidies up whenever a file is saved."""

    def __init__(
        self,
        kind: Kind = "invalid",
        message: str = "There is nothing to change.",
        hint: str = "Select another place.",
    ) -> None:
        super().__init__(kind, message, hint)


def unsupported(what: str, hint: str) -> KibitzError:
    """What the engine that answered cannot do, and who could."""
    return KibitzError("unsupported", what, hint)


def let_go(task: Future[Any]) -> None:
    """Take from a task what it keeps of its cancellation, as a callback of its end.

    Until somebody asks, that is the exception with all its frames: the task and whatever they knew, documents and trees,
    would stay until garbage is looked for.
    """
    if task.cancelled():
        # whoever has a task has it loaded; processes without tasks do without
        from asyncio import CancelledError

        with suppress(CancelledError):
            task.result()
