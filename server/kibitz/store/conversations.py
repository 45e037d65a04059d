"""Conversations: what was asked and answered, listed, searched, exported and let go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from attrs import frozen

from kibitz.errors import KibitzError
from kibitz.store import search
from kibitz.store.export import to_markdown
from kibitz.store.rows import Row, clean, from_text, new_id, normal_time, now, one_line, to_text

if TYPE_CHECKING:
    from aiosqlite import Connection

    from kibitz.store.engine import Engine

MAX_TITLE = 200
MAX_EXCERPT = 120


@frozen
class Message(Row):
    """One message. `engine` answered it (None: a person wrote it); `usage` is the envelope's, where it was known."""

    id: str
    role: str
    text: str
    created: str
    engine: str | None
    artifacts: tuple[Any, ...]
    tool_calls: tuple[Any, ...]
    usage: dict[str, Any] | None


@frozen
class Conversation(Row):
    """A whole conversation, its messages in order. Times are UTC ISO 8601."""

    id: str
    title: str
    project: str | None
    created: str
    updated: str
    messages: tuple[Message, ...]


@frozen
class Summary(Row):
    """A conversation in a list: the number of its messages, and the start of its first on one line."""

    id: str
    title: str
    project: str | None
    created: str
    updated: str
    messages: int
    excerpt: str


@frozen
class SearchHit(Row):
    """The best place in one conversation. Without `message_id` its title was found, and it is empty."""

    conversation_id: str
    title: str
    project: str | None
    message_id: str | None
    role: str | None
    created: str
    snippet: str


Summaries = list[Summary]
Hits = list[SearchHit]


class Conversations:
    """Reached as `store.conversations`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def create(self, project: str | None, title: str) -> str:
        """A new conversation's id. Never raises for the database."""
        conversation, time = new_id(), now()
        values = (conversation, one_line(title, MAX_TITLE), project and clean(project), time, time)

        async def insert(connection: Connection) -> None:
            await connection.execute_fetchall("INSERT INTO conversations VALUES (?, ?, ?, ?, ?)", values)

        await self._engine.record(insert)
        return conversation

    async def append(
        self,
        conversation_id: str,
        role: str,
        text: str,
        *,
        engine: str | None = None,
        usage: Mapping[str, Any] | None = None,
        artifacts: Sequence[Any] = (),
        tool_calls: Sequence[Any] = (),
    ) -> str:
        """The id of the message added. Raises `not_found` for no such conversation; never for the database."""
        message, time = new_id(), now()
        text = clean(text)
        values = (message, conversation_id, role, text, time, engine)
        extras = (to_text(list(artifacts)), to_text(list(tool_calls)), to_text(usage))

        async def insert(connection: Connection) -> None:
            await _require(connection, conversation_id)
            await connection.execute_fetchall(
                "INSERT INTO messages (id, conversation_id, role, text, created, engine, artifacts, tool_calls, usage)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                values + extras,
            )
            if self._engine.searchable:
                await connection.execute_fetchall(
                    "INSERT INTO messages_fts (rowid, text) VALUES (last_insert_rowid(), ?)", (text,)
                )
            await connection.execute_fetchall(
                "UPDATE conversations SET updated = max(updated, ?) WHERE id = ?", (time, conversation_id)
            )

        await self._engine.record(insert)
        return message

    async def get(self, conversation_id: str) -> Conversation:
        """The whole conversation. Raises `not_found`, or KibitzError where the database cannot be read."""

        async def select(connection: Connection) -> Conversation:
            head = await _require(connection, conversation_id)
            rows = await connection.execute_fetchall(
                "SELECT id, role, text, created, engine, artifacts, tool_calls, usage FROM messages"
                " WHERE conversation_id = ? ORDER BY seq",
                (conversation_id,),
            )
            messages = tuple(_message(*row) for row in rows)
            return Conversation(*(*head, messages))

        return await self._engine.read(select)

    async def list(self, project: str | None = None, limit: int = 50, before: str | None = None) -> Summaries:
        """Conversations, the last touched first; those of one project where it is named.

        `before` is the id of the last one of the page before, or an ISO 8601 time. Raises `not_found` for an id
        that is gone, KibitzError where the database cannot be read.
        """

        async def select(connection: Connection) -> Summaries:
            where, values = ["1"], list[Any]()
            if project is not None:
                where.append("project = ?")
                values.append(clean(project))
            if before is not None and "-" in before:
                where.append("updated < ?")
                values.append(normal_time(before))
            elif before is not None:
                where.append("(updated, id) < (?, ?)")
                values += ((await _require(connection, before))[4], before)
            rows = await connection.execute_fetchall(
                "SELECT id, title, project, created, updated,"  # noqa: S608 - conditions of our own
                " (SELECT count(*) FROM messages WHERE conversation_id = conversations.id),"
                f" (SELECT substr(text, 1, {MAX_EXCERPT * 8}) FROM messages WHERE conversation_id = conversations.id"
                "  ORDER BY seq LIMIT 1)"
                f" FROM conversations WHERE {' AND '.join(where)} ORDER BY updated DESC, id DESC LIMIT ?",
                (*values, max(0, limit)),
            )
            return [Summary(*(*row[:6], one_line(row[6] or "", MAX_EXCERPT))) for row in rows]

        return await self._engine.read(select)

    async def search(self, query: str, limit: int = 20) -> Hits:
        """Conversations with all the words of the query, the best first, each once with its best place.

        Nothing in a query is an operator and none is an error. Raises KibitzError where the database cannot be read.
        """
        found = search.words(query)
        if not found or limit < 1:
            return []

        async def select(connection: Connection) -> dict[str, SearchHit]:
            hits: dict[str, SearchHit] = {}
            finders = [search.by_title, search.by_reading]
            if self._engine.searchable:
                finders.insert(0, search.by_index)
            for finder in finders:
                # reading every message is slow: only where nothing else found anything
                if finder is not search.by_reading or not hits:
                    for message, conversation, role, created, title, project, snippet in await finder(
                        connection, found, limit * 5
                    ):
                        hit = SearchHit(conversation, title, project, message, role, created, snippet)
                        hits.setdefault(conversation, hit)
            return hits

        return [*(await self._engine.read(select)).values()][:limit]

    async def rename(self, conversation_id: str, title: str) -> None:
        """Gives a conversation another title. Raises `not_found`, or KibitzError where it cannot be written."""

        async def update(connection: Connection) -> None:
            await _require(connection, conversation_id)
            await connection.execute_fetchall(
                "UPDATE conversations SET title = ? WHERE id = ?",
                (one_line(title, MAX_TITLE), conversation_id),
            )

        await self._engine.change(update)

    async def delete(self, conversation_id: str) -> None:
        """Deletes a conversation from the tables, the index and the file. Raises `not_found`, or KibitzError."""

        async def delete(connection: Connection) -> None:
            await _require(connection, conversation_id)
            await self._remove(connection, "conversation_id = ?", conversation_id)
            await connection.execute_fetchall("DELETE FROM conversations WHERE id = ?", (conversation_id,))
            await self._merge_index(connection)

        await self._engine.change(delete, purge=True)

    async def export(self, conversation_id: str) -> str:
        """The conversation as Markdown. Raises `not_found`, or KibitzError where the database cannot be read."""
        return to_markdown(await self.get(conversation_id))

    async def prune(self, max_messages: int | None = None, retention_days: int | None = None) -> int:
        """Lets the past go, and answers how many conversations went. None is no limit.

        First what was not touched for `retention_days`; then the conversations longest untouched, whole, until at
        most `max_messages` messages are left. The last touched one stays, with its newest messages. Raises
        KibitzError where it cannot be written.
        """

        async def delete(connection: Connection) -> int:
            gone = await self._outdated(connection, max_messages, retention_days)
            for conversation in gone:
                await self._remove(connection, "conversation_id = ?", conversation)
                await connection.execute_fetchall("DELETE FROM conversations WHERE id = ?", (conversation,))
            if max_messages is not None:
                await self._remove(
                    connection,
                    "seq <= (SELECT seq FROM messages ORDER BY seq DESC LIMIT 1 OFFSET ?)",
                    max(0, max_messages),
                )
            await self._merge_index(connection)
            return len(gone)

        return await self._engine.change(delete, purge=True)

    @staticmethod
    async def _outdated(connection: Connection, most: int | None, days: int | None) -> Sequence[str]:
        rows = await connection.execute_fetchall(
            "SELECT id, updated, (SELECT count(*) FROM messages WHERE conversation_id = conversations.id)"
            " FROM conversations ORDER BY updated DESC, id DESC"
        )
        cutoff = "" if days is None else normal_time((datetime.now(UTC) - timedelta(days=days)).isoformat())
        kept, messages, gone = 0, 0, []
        for conversation, updated, count in rows:
            messages += count
            if updated < cutoff or (most is not None and kept and messages > most):
                gone.append(str(conversation))
            else:
                kept += 1
        return gone

    async def _remove(self, connection: Connection, where: str, value: object) -> None:
        if self._engine.searchable:
            await connection.execute_fetchall(
                "INSERT INTO messages_fts (messages_fts, rowid, text)"  # noqa: S608 - conditions of our own
                f" SELECT 'delete', seq, text FROM messages WHERE {where}",
                (value,),
            )
        await connection.execute_fetchall(f"DELETE FROM messages WHERE {where}", (value,))  # noqa: S608

    async def _merge_index(self, connection: Connection) -> None:
        """Rewrites the index without the words of what was deleted, which it would else keep for long."""
        if self._engine.searchable:
            await connection.execute_fetchall("INSERT INTO messages_fts (messages_fts) VALUES ('optimize')")


def _message(
    message: str,
    role: str,
    text: str,
    created: str,
    engine: str | None,
    artifacts: str,
    tool_calls: str,
    usage: str | None,
) -> Message:
    return Message(
        message,
        role,
        text,
        created,
        engine,
        tuple(from_text(artifacts, [])),
        tuple(from_text(tool_calls, [])),
        from_text(usage, None),
    )


async def _require(connection: Connection, conversation_id: str) -> tuple[Any, ...]:
    rows = await connection.execute_fetchall(
        "SELECT id, title, project, created, updated FROM conversations WHERE id = ?",
        (clean(conversation_id),),
    )
    for row in rows:
        return tuple(row)
    raise KibitzError(
        "not_found", "There is no such conversation.", "List the conversations to see what there is."
    )
