"""What was checked of a change, and with what result."""

from __future__ import annotations

import asyncio
from typing import Literal

from attrs import frozen

from kibitz.text import Document, Range


@frozen
class Check:
    """One check: `skipped` always says why, so that what was not checked is never implied."""

    name: str
    status: Literal["passed", "failed", "skipped"]
    detail: str = ""

    def to_json(self) -> dict[str, str]:
        """The envelope's shape."""
        return {"name": self.name, "status": self.status, "detail": self.detail}


async def run_checks(
    before: Document,
    after: Document,
    *,
    trusted: bool = True,
    public_api: bool = True,
    behaviour: bool = False,
    asked: Range | None = None,
) -> tuple[Check, ...]:
    """Syntax, names, signature, style, imports, lost code and behaviour of a change, in this order.

    Only what the change brought counts: what was wrong before is not held against it. With `trusted` False no process
    is started; `public_api` False says that the change was asked to alter signatures, `behaviour` True that it was asked
    to keep what the code does; `asked` is the part of the old text it was to be about. Never raises for bad code.
    """
    # the checks' modules need Check
    from kibitz.verify.behaviour.check import check_behaviour
    from kibitz.verify.imports import check_imports
    from kibitz.verify.lost import check_lost
    from kibitz.verify.names import check_names
    from kibitz.verify.parses import check_syntax
    from kibitz.verify.signature import check_signature
    from kibitz.verify.style import check_style

    return tuple(
        await asyncio.gather(
            asyncio.to_thread(check_syntax, before, after),
            check_names(before, after, trusted=trusted),
            asyncio.to_thread(check_signature, before, after, public_api=public_api),
            asyncio.to_thread(check_style, before, after),
            asyncio.to_thread(check_imports, before, after),
            asyncio.to_thread(check_lost, before, after, asked=asked),
            asyncio.to_thread(check_behaviour, before, after, keeps=behaviour, api=public_api),
        )
    )


def listed(things: list[str], most: int = 5) -> str:
    """A few of them, and how many more there are."""
    more = len(things) - most
    return ", ".join(things[:most]) + (f" and {more} more" if more > 0 else "")
