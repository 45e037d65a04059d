"""An editor and its server with the built-in engine, in a project folder, kept for a whole test module."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from support.editor import Editor


@asynccontextmanager
async def offline_editor(
    folder: Path, capabilities: dict[str, Any], editor: type[Editor] = Editor, **settings: Any
) -> AsyncIterator[Editor]:
    """A server with a home of its own, in the project `folder / "project"`, which is made if need be."""
    root = folder / "project"
    root.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KIBITZ_HOME", str(folder / "home"))
        opened = editor(capabilities, root=root)
        await opened.__aenter__()
    try:
        opened.settings = settings
        await opened.initialize(settings)
        yield opened
        opened.assert_each_answered_once()
        assert await opened.leave() == 0
    finally:
        await opened.__aexit__()
