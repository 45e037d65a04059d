"""Chat without a model: it can show what the code is and say what it cannot do; it never pretends to understand."""

from __future__ import annotations

from kibitz.models.offline.explain import explain
from kibitz.models.tasks import ChatTask, ExplainTask

HELP = (
    "I am the built-in engine: I read code, I do not read questions. Without a model I can **complete**, **explain**, "
    "**refactor**, **find bugs** and **generate tests**; open a file, or name one, and I show you what is in it.\n\n"
    "For a real conversation set `model` to any provider's (`provider/model`), or to a server on this machine with "
    "`api_base`; `kibitz models` lists what can answer and `kibitz doctor` says what is missing."
)


async def reply(task: ChatTask) -> str:
    """What is known about the document at hand, else what to do to get an answer."""
    if task.document is None or not task.document.text.strip():
        return HELP
    explained = await explain(ExplainTask(task.document, task.range, task.project))
    return f"{explained}\n\n---\n\n*{HELP.splitlines()[0]}*"
