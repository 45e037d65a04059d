"""Finding words in messages: whatever a person types becomes a query that SQLite takes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kibitz.store.rows import clean, one_line

if TYPE_CHECKING:
    from aiosqlite import Connection

MAX_WORDS = 16
MAX_CHARACTERS = 400
SNIPPET_CHARACTERS = 160

_SENTENCE = ".,;:!?\"'`()[]{}"
_COLUMNS = "messages.id, messages.conversation_id, role, messages.created, title, project"
_FROM_MESSAGES = "messages JOIN conversations ON conversations.id = messages.conversation_id"


def words(query: str) -> list[str]:
    """The words of what was typed, bounded, nothing in them special."""
    return clean(query[:MAX_CHARACTERS]).split()[:MAX_WORDS]


def match_expression(found: list[str]) -> str:
    """An FTS5 query for texts that have all the words, the last one as far as it was typed.

    Each word is an FTS5 string, in which only the quote means anything. Empty where no word has a letter or digit:
    FTS5 indexes nothing else.
    """
    terms = ['"' + word.replace('"', '""') + '"' for word in found if re.search(r"\w", word.replace("_", ""))]
    return " ".join(terms) + "*" if terms else ""


def like_pattern(word: str) -> str:
    """A LIKE pattern, with backslash as its escape, for texts that contain the word."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", word) + "%"


def literal(word: str) -> str:
    """The word without the punctuation of the sentence around it."""
    return word.strip(_SENTENCE) or word


def snippet_around(text: str, found: list[str]) -> str:
    """The piece of a text around the first word that is in it, on one line."""
    lower = text.lower()
    places = [at for word in found if (at := lower.find(word.lower())) >= 0]
    start = max(0, min(places, default=0) - SNIPPET_CHARACTERS // 4)
    return ("…" if start else "") + one_line(text[start:], SNIPPET_CHARACTERS)


async def by_index(connection: Connection, found: list[str], limit: int) -> list[tuple[Any, ...]]:
    """The best messages by the full-text index: `_COLUMNS` and a snippet.

    The index knows letters and digits; a word with other characters in it (`c++`) must be there as it stands too.
    """
    expression = match_expression(found)
    if not expression:
        return []
    signs = [literal(word) for word in found if not re.fullmatch(r"\w*", literal(word))]
    exact = " AND messages.text LIKE ? ESCAPE '\\'" * len(signs)
    rows = await connection.execute_fetchall(
        f"SELECT {_COLUMNS}, snippet(messages_fts, 0, '', '', '…', 24)"  # noqa: S608 - our own words
        f" FROM messages_fts JOIN messages ON messages.seq = messages_fts.rowid"
        " JOIN conversations ON conversations.id = messages.conversation_id"
        f" WHERE messages_fts MATCH ?{exact} ORDER BY rank LIMIT ?",
        (expression, *map(like_pattern, signs), limit),
    )
    return [(*row[:6], one_line(row[6], SNIPPET_CHARACTERS * 2)) for row in rows]


async def by_reading(connection: Connection, found: list[str], limit: int) -> list[tuple[Any, ...]]:
    """The newest messages that contain every word as it stands: for what the index does not know."""
    where = " AND ".join("messages.text LIKE ? ESCAPE '\\'" for _ in found)
    rows = await connection.execute_fetchall(
        f"SELECT {_COLUMNS}, messages.text FROM {_FROM_MESSAGES} WHERE {where}"  # noqa: S608 - our own words
        " ORDER BY messages.seq DESC LIMIT ?",
        (*(like_pattern(literal(word)) for word in found), limit),
    )
    return [(*row[:6], snippet_around(row[6], [literal(word) for word in found])) for row in rows]


async def by_title(connection: Connection, found: list[str], limit: int) -> list[tuple[Any, ...]]:
    """The newest conversations with every word in their title, with the start of their first message."""
    where = " AND ".join("title LIKE ? ESCAPE '\\'" for _ in found)
    rows = await connection.execute_fetchall(
        "SELECT messages.id, conversations.id, role, coalesce(messages.created, updated), title, project, messages.text"  # noqa: S608
        " FROM conversations LEFT JOIN messages ON messages.seq ="
        " (SELECT min(seq) FROM messages WHERE conversation_id = conversations.id)"
        f" WHERE {where} ORDER BY updated DESC LIMIT ?",
        (*map(like_pattern, found), limit),
    )
    return [(*row[:6], one_line(row[6] or "", SNIPPET_CHARACTERS)) for row in rows]
