"""The refusal of an answer: one sentence for a person, and for the model what it needs to answer better."""

from __future__ import annotations

from kibitz.errors import KibitzError
from kibitz.text import Document, split_lines

_FORM = "Ask again: the answer must be FILE blocks, search/replace blocks, one diff or one code block."
_AROUND = 2
_MOST_LINES, _MOST_CHARS = 60, 6_000
_LEAST_LINES = 3


class RefusalError(KibitzError):
    """An answer that was not used (`bad_response`).

    `message` and `hint` hold no text of a file. `for_model` does: it is the message and what stands in the file where
    the answer came closest, for the repair turn's prompt and nothing else. `again` is False where a second answer
    cannot help, because the file already is as the answer wants it.
    """

    def __init__(self, sentence: str, hint: str = _FORM, *, shown: str = "", again: bool = True) -> None:
        super().__init__("bad_response", sentence, hint)
        self.shown = shown
        self.again = again

    @property
    def for_model(self) -> str:
        """The message, then the current text it speaks of where there is any."""
        return f"{self.message}\n\n{self.shown}" if self.shown else self.message


def refuse(sentence: str, hint: str = _FORM) -> RefusalError:
    """The error for an answer that cannot be used."""
    return RefusalError(sentence, hint)


def may_help(error: KibitzError) -> bool:
    """Whether a second answer may do better."""
    return not isinstance(error, RefusalError) or error.again


def for_model(error: KibitzError) -> str:
    """What a repair turn's prompt says of an error: with the file's text where it is a refusal that has some."""
    return error.for_model if isinstance(error, RefusalError) else error.message


def excerpt(document: Document, places: list[tuple[int, int]]) -> str:
    """The lines of some places (first, end) as they are now, with a few around them, each place fenced."""
    lines = split_lines(document.text) if "\r" in document.text else document.text.split("\n")
    shown: list[str] = []
    size = 0
    for first, end in places:
        low = max(0, first - _AROUND)
        high = min(len(lines), max(end, first + _LEAST_LINES) + _AROUND, low + _MOST_LINES)
        text = "\n".join(line.rstrip("\r\n") for line in lines[low:high])
        size += len(text)
        if size > _MOST_CHARS and shown:
            break
        fence = "`" * 3
        while fence in text:
            fence += "`"
        shown.append(
            f"Lines {low + 1} to {high} of the file are now:\n{fence}\n{text[:_MOST_CHARS]}\n{fence}"
        )
    return "\n".join(shown)
