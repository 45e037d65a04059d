"""What has come of one answer, and what is told when it has ended: the same whoever it was asked through."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from attrs import define, field

from kibitz.models import failures


@define
class Heard:
    """The text, the calls of tools and the reason for the end, as far as a provider has sent them.

    `params` are those of `wire.params`.
    """

    params: dict[str, Any]
    reason: str | None = None
    _text: list[str] = field(factory=list)
    _calls: dict[int, dict[str, str]] = field(factory=dict)

    def text(self, piece: str) -> dict[str, Any]:
        """A piece of the text; the value to tell."""
        self._text.append(piece)
        return {"text": piece}

    def part(self, index: int | None, id_: str | None, name: str | None, arguments: str | None) -> None:
        """A fragment of a tool call: those of one call share an index."""
        call = self._calls.setdefault(index or 0, {"id": "", "name": "", "arguments": ""})
        call["id"] = call["id"] or id_ or ""
        call["name"] = call["name"] or name or ""
        call["arguments"] += arguments or ""

    @property
    def said(self) -> str:
        """All that the model wrote, its calls too."""
        return "".join(self._text) + "".join(c["name"] + c["arguments"] for c in self._calls.values())

    def unfinished(self) -> dict[str, Any]:
        """What to tell where the answer stopped and nobody said that it is whole."""
        began = bool(self._text or self._calls)
        return {
            "failed": failures.unfinished(self.params["model"], self.params["host"], began=began).to_json()
        }

    def closing(self, spent: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The last values of a whole answer that took `spent` (the fields of `protocol.Usage`)."""
        if (failed := self._failed()) is not None:
            yield {"failed": failed.to_json(), "usage": spent}
            return
        for call in self._calls.values():
            yield {"tool_call": {**call, "arguments": _arguments(call["arguments"])}}
        yield {"usage": spent}
        yield {"done": "tool_calls" if self._calls else "length" if self.reason == "length" else "stop"}

    def _failed(self) -> failures.Failure | None:
        model = self.params["model"]
        if self.reason == "content_filter":
            return failures.filtered(model, self.params["host"])
        if any(_arguments(call["arguments"]) is None for call in self._calls.values()):
            return failures.bad_tool_call(model)
        if not self._text and not self._calls and not self.params.get("may_be_empty", True):
            return failures.empty(model, cut=self.reason == "length")
        return None


def _arguments(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
