"""The one argument object of a command, read with a sentence for each thing that is wrong with it."""

from __future__ import annotations

from typing import Any

from lsprotocol import types as lsp

from kibitz.errors import KibitzError
from kibitz.lsp.convert import to_range
from kibitz.lsp.session import Session
from kibitz.text import Document, Range

MAX_NUMBER = 2**31 - 1
"""The largest number LSP has for a line or a column."""


class Arguments:
    """A command's argument; every getter raises `invalid` with the field's name."""

    def __init__(self, session: Session, command: str, given: Any) -> None:
        self._session = session
        self._command = command
        if not isinstance(given, dict):
            raise self.wrong("takes one object as its argument")
        self._given: dict[str, Any] = given

    def wrong(self, what: str) -> KibitzError:
        """The error for an argument that does not fit."""
        return KibitzError(
            "invalid", f"{self._command} {what}.", "See the command's argument in the documentation."
        )

    def text(self, name: str, default: str | None = None) -> str:
        """A text; required unless there is a default."""
        value = self._given.get(name, default)
        if not isinstance(value, str):
            raise self.wrong(f"needs `{name}`, a text")
        return value

    def maybe(self, name: str) -> str | None:
        """A text or nothing."""
        return None if self._given.get(name) is None else self.text(name)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self._given.get(name)
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise self.wrong(f"needs `{name}`, a list of texts")
        return tuple(value)

    def entries(self, name: str) -> list[Any]:
        """A list of anything; empty where it is not given."""
        value = self._given.get(name, [])
        if not isinstance(value, list):
            raise self.wrong(f"needs `{name}` to be a list")
        return value

    def value(self, name: str) -> Any:
        """Any JSON value, which must be there."""
        if name not in self._given:
            raise self.wrong(f"needs `{name}`")
        return self._given[name]

    def flag(self, name: str) -> bool:
        """True or false; false where it is not given."""
        value = self._given.get(name, False)
        if not isinstance(value, bool):
            raise self.wrong(f"needs `{name}` to be true or false")
        return value

    def number(self, name: str, default: int) -> int:
        """A whole number above zero."""
        value = self._given.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self.wrong(f"needs `{name}` to be a whole number above zero")
        return value

    def document(self) -> Document:
        """The document of `uri`. Raises `not_found` or `invalid`."""
        return self._session.document(self.text("uri"))

    def maybe_document(self) -> Document | None:
        """The document of `uri` where one is given."""
        return self.document() if self._given.get("uri") is not None else None

    def range(self, document: Document, name: str = "range") -> Range | None:
        """An LSP range in the client's encoding, or nothing."""
        value = self._given.get(name)
        if value is None:
            return None
        return self._to_range(document, value, name)

    def needed_range(self, document: Document) -> Range:
        """A range that must be there."""
        where = self.range(document)
        if where is None:
            raise self.wrong("needs `range`")
        return where

    def table(self, name: str) -> dict[str, Any]:
        """An object."""
        value = self._given.get(name)
        if not isinstance(value, dict):
            raise self.wrong(f"needs `{name}`, an object")
        return value

    def token(self, name: str) -> int | str | None:
        """A progress token or nothing."""
        value = self._given.get(name)
        return value if isinstance(value, int | str) and not isinstance(value, bool) else None

    def _to_range(self, document: Document, value: Any, name: str) -> Range:
        try:
            start, end = value["start"], value["end"]
            numbers = [start["line"], start["character"], end["line"], end["character"]]
        except (TypeError, KeyError):
            raise self.wrong(f"needs `{name}` to be a range with `start` and `end`") from None
        if not all(isinstance(n, int) and not isinstance(n, bool) and 0 <= n <= MAX_NUMBER for n in numbers):
            raise self.wrong(f"needs `{name}` to be made of whole numbers from 0")
        where = lsp.Range(lsp.Position(*numbers[:2]), lsp.Position(*numbers[2:]))
        return to_range(document.lines, where, self._session.client.encoding)
