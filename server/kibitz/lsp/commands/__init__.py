"""`workspace/executeCommand`'s commands, by name. One module per family; each takes the session, one object, a token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

from kibitz.lsp.session import Session

Command = Callable[[Session, Any, int | str | None], Awaitable[Any]]


@cache
def table() -> dict[str, Command]:
    """Every command; imported at the first one that is run."""
    from kibitz.lsp.commands import answers, chat, running, state

    return {**answers.COMMANDS, **chat.COMMANDS, **running.COMMANDS, **state.COMMANDS}
