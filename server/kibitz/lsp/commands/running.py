"""Running and checking code in the sandbox."""

from __future__ import annotations

from typing import Any

from kibitz.features import run as runs
from kibitz.lsp.arguments import Arguments
from kibitz.lsp.progress import report
from kibitz.lsp.session import Session

Token = int | str | None


async def run(session: Session, given: Any, token: Token) -> Any:
    """`kibitz.run`: a document or a part of it, in the sandbox."""
    a = Arguments(session, "kibitz.run", given)
    document = a.document()
    timeout_s = a.number("timeoutS", session.settings.sandbox.timeout_s)
    async with report(session, "kibitz: running", token, None):
        result = await runs.run(
            session.bench(document), document, a.range(document), a.text("stdin", ""), timeout_s
        )
    return result.to_json()


async def validate(session: Session, given: Any, _token: Token) -> Any:
    """`kibitz.validate`: whether a document parses, and where it does not."""
    a = Arguments(session, "kibitz.validate", given)
    document = a.document()
    return (await runs.validate(session.bench(document), document)).to_json(session.shapes)


async def judge(session: Session, given: Any, token: Token) -> Any:
    """`kibitz.judge`: a screenshot against criteria, by a model that can see."""
    from kibitz.features.judge import judge as judge_it

    a = Arguments(session, "kibitz.judge", given)
    async with report(session, "kibitz: judging", token, None):
        return (await judge_it(session.bench(), a.text("image"), a.texts("criteria"))).to_json()


COMMANDS = {"kibitz.run": run, "kibitz.validate": validate, "kibitz.judge": judge}
