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


async def run_tests(session: Session, given: Any, token: Token) -> Any:
    """`kibitz.runTests`: cases, the tests of a document, or those of the project."""
    from kibitz.features.run_tests import Wanted
    from kibitz.features.run_tests import run_tests as run_them

    a = Arguments(session, "kibitz.runTests", given)
    document = a.maybe_document()
    wanted = tuple(
        Wanted(case.text("name"), case.text("call"), case.value("expected"))
        for case in (Arguments(session, "kibitz.runTests", entry) for entry in a.entries("cases"))
    )
    async with report(session, "kibitz: running tests", token, None):
        return (await run_them(session.bench(document), document, wanted)).to_json()


async def judge(session: Session, given: Any, token: Token) -> Any:
    """`kibitz.judge`: a screenshot against criteria, by a model that can see."""
    from kibitz.features.judge import judge as judge_it

    a = Arguments(session, "kibitz.judge", given)
    async with report(session, "kibitz: judging", token, None):
        return (await judge_it(session.bench(), a.text("image"), a.texts("criteria"))).to_json()


COMMANDS = {
    "kibitz.run": run,
    "kibitz.runTests": run_tests,
    "kibitz.validate": validate,
    "kibitz.judge": judge,
}
