"""What the open files say, kept while somebody types: read in pieces, of which a key changes none or one."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

from kibitz.models.offline.corpus import Corpus
from kibitz.models.tasks import CompleteTask
from kibitz.text import Document

WINDOW_LINES = 700
"""How much of a long file around the cursor is learnt from."""

OPEN_LINES = 400
"""And of the start of each other open file."""

PIECE_LINES = 50
KEPT_CHARACTERS = 400_000
"""So much text is kept as pieces beyond what one question needs."""


class Near:
    """The open files, then the one at hand, as corpora: the lines before the cursor last, because the nearest places count.

    Pieces above the cursor begin at lines counted from the start of the file, those below at lines counted from its end:
    new lines between them change neither. The last piece above grows with the lines that are added to it. Any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pieces: OrderedDict[str, Corpus] = OrderedDict()
        self._growing: tuple[str, str, Corpus] | None = None

    @contextmanager
    def around(self, task: CompleteTask) -> Iterator[Sequence[Corpus]]:
        """The corpora for a place, the farthest first, which nobody else reads or changes meanwhile."""
        document, at = task.document, task.position.line
        texts: list[str] = []
        for opened in reversed(task.open_documents):
            if opened.uri != document.uri and opened.language == document.language:
                texts += _pieces(opened, 0, OPEN_LINES, 0)
        below = len(document.lines) - at - 1
        end = len(document.lines) - max(0, below - WINDOW_LINES) // PIECE_LINES * PIECE_LINES
        texts += reversed(_pieces(document, at + 1, end, end))
        first = max(0, at - WINDOW_LINES) // PIECE_LINES * PIECE_LINES
        *above, last = _pieces(document, first, at, first) or [""]
        texts += above
        with self._lock:
            yield [*(self._piece(text) for text in texts), self._last(document.uri, last)]
            self._forget(sum(map(len, texts)))

    def _piece(self, text: str) -> Corpus:
        if text in self._pieces:
            self._pieces.move_to_end(text)
        else:
            self._pieces[text] = Corpus(text)
        return self._pieces[text]

    def _last(self, uri: str, text: str) -> Corpus:
        """The piece that ends above the cursor."""
        if self._growing is not None:
            name, before, corpus = self._growing
            if name == uri and f"{text}\n".startswith(f"{before}\n"):
                if text != before:
                    corpus.add(text[len(before) + 1 :])
                    self._growing = uri, text, corpus
                return corpus
            self._pieces[before] = corpus
        self._growing = uri, text, self._pieces.pop(text, None) or Corpus(text)
        return self._growing[2]

    def _forget(self, needed: int) -> None:
        kept = sum(map(len, self._pieces))
        while kept > needed + KEPT_CHARACTERS:
            kept -= len(self._pieces.popitem(last=False)[0])


def _pieces(document: Document, first: int, last: int, origin: int) -> list[str]:
    """Lines of a document, cut at the multiples of PIECE_LINES from a line, without the last line ends."""
    last = min(last, len(document.lines))
    cuts = [first, *range(first + ((origin - first) % PIECE_LINES or PIECE_LINES), last, PIECE_LINES), last]
    found = ("".join(document.lines[a:b]) for a, b in pairwise(cuts) if a < b)
    return [text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n") for text in found]
