"""An answer as it comes in: its text with the secrets put back, its tool calls, its usage, and whether enough was said."""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve

from kibitz.context.redaction import Redactor
from kibitz.models.protocol import Done, Event, Noted, Spent, Text, ToolCall, Usage

OnText = Callable[[str], None]


class Gathering:
    """Fed with the events of one stream. `quoted`: the answer is JSON, and so are the secrets in it."""

    def __init__(
        self, secrets: Redactor, on_text: OnText | None, enough: Callable[[str], bool] | None, *, quoted: bool
    ) -> None:
        self._secrets = secrets
        self._restorer = secrets.stream_restorer(quoted=quoted)
        self._on_text = on_text
        self._enough = enough
        self._parts: list[str] = []
        self.calls: list[ToolCall] = []
        self.notes: list[str] = []
        self.usage = Usage()
        self.reason = "stop"

    @property
    def text(self) -> str:
        """What was said so far."""
        return "".join(self._parts)

    def take(self, event: Event) -> bool:
        """One more event; whether enough was said, so that nobody wants the rest."""
        match event:
            case Text(delta):
                return self._hear(self._restorer.feed(delta))
            case ToolCall():
                self.calls.append(evolve(event, arguments=self._secrets.restore_json(event.arguments)))
            case Spent(spent):
                self.usage = self.usage + spent
            case Noted(note):
                self.notes.append(note)
            case Done(reason):
                self.reason = reason
        return False

    def finish(self) -> None:
        """The stream has ended: what was held back as the start of a placeholder is text."""
        self._hear(self._restorer.finish())

    def _hear(self, text: str) -> bool:
        if not text:
            return False
        self._parts.append(text)
        if self._on_text is not None:
            self._on_text(text)
        return self._enough is not None and self._enough(text)
