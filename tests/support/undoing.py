"""Someone who applies what a server sends to one document, undoes it, does it again and types: and tells the server all of it."""

from __future__ import annotations

from typing import Any, NamedTuple

from lsprotocol import types as lsp

from kibitz.text import Encoding
from support.editor import Editor
from support.meanwhile import client_applies, offset, position


class Step(NamedTuple):
    """One replacement in the text as it is when its turn comes."""

    start: int
    end: int
    text: str


class Deed(NamedTuple):
    """What was done at once, and what takes it back."""

    done: tuple[Step, ...]
    undone: tuple[Step, ...]


class Hand:
    """A document as its editor has it: the text, the version, what undo and redo would do. Columns are counted by the
    client's own words of the standard (`support.meanwhile`), not by the server's."""

    def __init__(self, editor: Editor, uri: str, text: str, language: str, encoding: Encoding) -> None:
        self.editor, self.uri, self.text, self.encoding = editor, uri, text, encoding
        self.version = 1
        self.past: list[Deed] = []
        self.future: list[Deed] = []
        editor.open(uri, text, language)

    def apply(self, edit: dict[str, Any]) -> None:
        """Apply a workspace edit that is about this document alone, and was made for the version that is here."""
        (change,) = edit["documentChanges"]
        assert change["textDocument"] == {"uri": self.uri, "version": self.version}
        edits = sorted(((_range(e["range"]), e["newText"]) for e in change["edits"]), key=_begin)
        self._now(
            *(Step(offset(self.text, r.start, self.encoding), offset(self.text, r.end, self.encoding), new) for r, new in edits)
        )  # fmt: skip
        assert client_applies(self._before(), edits, self.encoding)[0] == self.text

    def type(self, start: int, end: int, text: str) -> None:
        """Replace what stands between two offsets."""
        self._now(Step(start, end, text))

    def undo(self) -> None:
        """Take the last deed back."""
        deed = self.past.pop()
        self._tell(deed.undone)
        self.future.append(deed)

    def redo(self) -> None:
        """Do again what was taken back last."""
        deed = self.future.pop()
        self._tell(deed.done)
        self.past.append(deed)

    def at(self, start: int, end: int) -> dict[str, Any]:
        """The range between two offsets as this client writes it."""
        begin, stop = (position(self.text, at, self.encoding) for at in (start, end))
        return {
            "start": {"line": begin.line, "character": begin.character},
            "end": {"line": stop.line, "character": stop.character},
        }

    def word(self, word: str, nth: int = 0) -> dict[str, Any]:
        """The range of a text that stands here."""
        start = -1
        for _ in range(nth + 1):
            start = self.text.index(word, start + 1)
        return self.at(start, start + len(word))

    def _now(self, *steps: Step) -> None:
        """Replacements of the text as it is: told from the last to the first, as editors do."""
        undone = [Step(s.start, s.start + len(s.text), self.text[s.start : s.end]) for s in steps]
        deed = Deed(steps[::-1], tuple(undone))
        self._tell(deed.done)
        self.past.append(deed)
        self.future.clear()

    def _before(self) -> str:
        text = self.text
        for start, end, old in self.past[-1].undone:
            text = text[:start] + old + text[end:]
        return text

    def _tell(self, steps: tuple[Step, ...]) -> None:
        changes = []
        for step in steps:
            changes.append({"range": self.at(step.start, step.end), "text": step.text})
            self.text = self.text[: step.start] + step.text + self.text[step.end :]
        self.version = self.editor.change(self.uri, *changes)


def _range(where: dict[str, Any]) -> lsp.Range:
    return lsp.Range(lsp.Position(**where["start"]), lsp.Position(**where["end"]))


def _begin(edit: tuple[lsp.Range, str]) -> tuple[int, int]:
    return edit[0].start.line, edit[0].start.character
