"""A text with its place marked, and what a refactoring makes of it."""

from __future__ import annotations

from kibitz.errors import KibitzError
from kibitz.syntax.rewrite.perform import Rewriting, offered, rewritten
from kibitz.syntax.tree import parse
from kibitz.text import Document, Range

START, END = "«", "»"


def marked(language: str, text: str) -> tuple[Document, Range]:
    """The document of a text in which « is the cursor, and « to » the selection."""
    start = text.index(START)
    plain = text.replace(START, "", 1)
    end = plain.index(END) if END in plain else start
    document = Document(f"file:///marked.{language}", plain.replace(END, "", 1), language)
    return document, Range(document.position(start), document.position(end))


def made(kind: Rewriting, language: str, text: str, name: str | None = None) -> str:
    """The text after a refactoring; "refused: ..." where it is."""
    document, where = marked(language, text)
    try:
        result = rewritten(document, kind, where, name)
    except KibitzError as error:
        return f"refused: {error.message}"
    tree = parse(Document(document.uri + "#", result, language))
    assert tree is not None and not tree.errors
    return result


def menu(language: str, text: str) -> list[Rewriting]:
    """What is offered at the place."""
    document, where = marked(language, text)
    tree = parse(document)
    assert tree is not None
    return offered(tree, where)
