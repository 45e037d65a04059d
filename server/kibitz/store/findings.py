"""Findings that someone has dismissed, so that they are not shown again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from kibitz.store.rows import Row, clean, now

if TYPE_CHECKING:
    from aiosqlite import Connection

    from kibitz.store.engine import Engine


@frozen
class Dismissal(Row):
    """One finding that is not to be shown, and why where a reason was given."""

    finding_id: str
    note: str
    time: str


class Findings:
    """Reached as `store.findings`. A finding outside any project has the project None."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def dismiss(self, project: str | None, finding_id: str, note: str = "") -> None:
        """Remembers that a finding is not wanted. Raises KibitzError where it cannot be written."""
        values = (clean(project or ""), clean(finding_id), clean(note), now())

        async def insert(connection: Connection) -> None:
            await connection.execute_fetchall(
                "INSERT OR REPLACE INTO dismissed_findings VALUES (?, ?, ?, ?)", values
            )

        await self._engine.change(insert)

    async def restore(self, project: str | None, finding_id: str) -> None:
        """Lets a finding be shown again. Raises KibitzError where it cannot be written."""

        async def delete(connection: Connection) -> None:
            await connection.execute_fetchall(
                "DELETE FROM dismissed_findings WHERE project = ? AND finding_id = ?",
                (clean(project or ""), clean(finding_id)),
            )

        await self._engine.change(delete)

    async def dismissed(self, project: str | None) -> dict[str, Dismissal]:
        """The dismissed findings of a project by id. Raises KibitzError where the database cannot be read."""

        async def select(connection: Connection) -> dict[str, Dismissal]:
            rows = await connection.execute_fetchall(
                "SELECT finding_id, note, time FROM dismissed_findings WHERE project = ?",
                (clean(project or ""),),
            )
            return {row[0]: Dismissal(*row) for row in rows}

        return await self._engine.read(select)
