"""The built-in engine as a Model: it works from the request's task and answers in the forms the prompts ask for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kibitz.errors import KibitzError, unsupported
from kibitz.models.offline.members import Members, asks_for_member
from kibitz.models.protocol import Done, Event, Noted, Request, Text
from kibitz.models.tasks import (
    ChatTask,
    CompleteTask,
    ExplainTask,
    FindBugsTask,
    FixTask,
    Project,
    RefactorTask,
    TestsTask,
)
from kibitz.paths import shown
from kibitz.settings import Settings, user_places

if TYPE_CHECKING:
    from kibitz.models.offline.complete import Completer
    from kibitz.sandbox.run import Sandbox
    from kibitz.workers.worker import Worker

WorkerFor = Callable[[str, str], "Worker"]
MEMBERS = ("kibitz.models.offline.python_worker", "members")
PYTHON = ("kibitz.models.offline.python_worker", "Python")
RULES = ("kibitz.models.offline.rules_worker", "rules")


class OfflineEngine:
    """Answers by itself. `worker` gives the process of a module; `sandbox` gives None where nothing may be run."""

    name = "offline"

    def __init__(self, settings: Settings, worker: WorkerFor, sandbox: Callable[[], Sandbox | None]) -> None:
        self._settings = settings
        self._worker = worker
        self._sandbox = sandbox
        self._completer: Completer | None = None
        self._members: Members | None = None

    def use(self, settings: Settings) -> None:
        """New settings from now on."""
        self._settings = settings

    async def close(self) -> None:
        """Forget what was read for completion."""
        self._completer = None
        if self._members is not None:
            await self._members.close()

    async def stream(self, request: Request) -> AsyncGenerator[Event, None]:
        """The answer to the request's task. Raises `unsupported` for what it cannot do, and `untrusted`."""
        if isinstance(request.task, FixTask):
            text, notes = await self._fix(request.task)
            for note in notes:
                yield Noted(note)
        else:
            text = await self._answer(request)
        for piece in _pieces(text):
            yield Text(piece)
            await asyncio.sleep(0)
        yield Done()

    async def _answer(self, request: Request) -> str:
        match request.task:
            case CompleteTask() as task:
                return await self._complete(task)
            case ExplainTask() as task:
                from kibitz.models.offline.explain import explain

                return await explain(task)
            case FindBugsTask() as task:
                return await self._find_bugs(task)
            case RefactorTask() as task:
                from kibitz.models.offline.refactor import refactor

                return files(await refactor(task, self._worker(*PYTHON)), task.project)
            case TestsTask() as task:
                from kibitz.models.offline.tests import generate

                self._need_trust()
                return await generate(task, self._sandbox())
            case ChatTask() as task:
                from kibitz.models.offline.chat import reply

                return await reply(task)
            case _:
                raise unsupported(
                    f"The built-in engine cannot {request.feature.replace('_', ' ')}.", "Set `model`."
                )

    async def _complete(self, task: CompleteTask) -> str:
        if self._completer is None:
            from kibitz.models.offline.complete import Completer

            self._completer = Completer()
        suggestion = await self._completer.complete(task)
        if self._settings.trusted and asks_for_member(task):
            if self._members is None:  # jedi's own process: a slow rename must not hold up a key
                self._members = Members(self._worker(*MEMBERS), str(user_places().index / "jedi"))
            return await self._members.correct(task, suggestion)
        return suggestion

    async def _find_bugs(self, task: FindBugsTask) -> str:
        from kibitz.models.offline.findings import find_bugs, syntax_findings, to_json

        if self._settings.trusted:
            findings = await find_bugs(task.document, task.range, self._worker(*RULES))
        else:
            findings = syntax_findings(task.document, task.range)
        return json.dumps([to_json(task.document, finding) for finding in findings], ensure_ascii=False)

    async def _fix(self, task: FixTask) -> tuple[str, tuple[str, ...]]:
        """The text with what could be mended, and for each problem that is left the reason."""
        from kibitz.models.offline.fix import mended

        self._need_trust()
        plan = await mended(task, self._worker(*RULES))
        path = task.document.path or Path(task.document.uri)
        notes = tuple(f"line {p.range.start.line + 1}: {why}" for p, why in plan.left)
        return files({path: plan.after.text}, task.project), notes

    def _need_trust(self) -> None:
        if not self._settings.trusted:
            raise KibitzError(
                "untrusted",
                "This workspace is not trusted, so nothing is run in it.",
                "Trust it in your editor.",
            )


def files(changes: dict[Path, str], project: Project) -> str:
    """FILE blocks with the whole new text of each file."""
    blocks = []
    for path, text in changes.items():
        longest = run = 0
        for char in text:
            run = run + 1 if char == "`" else 0
            longest = max(longest, run)
        fence = "`" * max(3, longest + 1)
        blocks.append(f"FILE {shown(path, project.root)}\n{fence}\n{text}\n{fence}\n")
    return "\n".join(blocks)


def _pieces(text: str, size: int = 400) -> list[str]:
    """The text in pieces, so that long answers stream."""
    return [text[at : at + size] for at in range(0, len(text), size)]
