"""Explain, refactor, find bugs, fix, generate tests, analyze."""

from __future__ import annotations

from typing import Any

from kibitz.errors import KibitzError
from kibitz.features import analyze as analyzing
from kibitz.features import find_bugs as finding
from kibitz.features.checked import Refactoring
from kibitz.features.explain import explain as explain_it
from kibitz.features.fix import apply_finding
from kibitz.features.fix import fix as fix_it
from kibitz.features.refactor import refactor as refactor_it
from kibitz.features.result import Envelope, Stopwatch
from kibitz.features.workbench import open_document
from kibitz.index.crawl import project_files
from kibitz.lsp import publish
from kibitz.lsp.arguments import Arguments
from kibitz.lsp.edits import apply, current, show, to_json
from kibitz.lsp.progress import report
from kibitz.lsp.session import Session
from kibitz.text import Document

Token = int | str | None


async def explain(session: Session, given: Any, token: Token) -> Any:
    """`kibitz.explain`: Markdown; with `open`, also shown as a document."""
    a = Arguments(session, "kibitz.explain", given)
    document = a.document()
    async with report(session, "kibitz: explaining", token, a.token("partialResultToken")) as says:
        result = await explain_it(session.bench(document), document, a.range(document), says.text)
    if a.flag("open"):
        name = document.path.name if document.path is not None else "document"
        await show(session, f"{name}.explained.md", result.markdown)
    return result.to_json(session.shapes)


async def refactor(session: Session, given: Any, token: Token) -> Any:
    """`kibitz.refactor`: a checked edit; with `apply`, applied by the editor."""
    a = Arguments(session, "kibitz.refactor", given)
    document = a.document()
    where, kind, new_name = a.needed_range(document), a.maybe("kind"), a.maybe("newName")
    async with report(session, "kibitz: refactoring", token, a.token("partialResultToken")):
        result = await refactor_it(
            session.bench(document),
            document,
            where,
            a.text("instruction", ""),
            kind=kind,  # type: ignore[arg-type]  # the engine refuses kinds it does not know
            new_name=new_name,
        )
    return await _edited(session, result, "Refactor", apply_it=a.flag("apply"))


async def fix(session: Session, given: Any, token: Token) -> Any:
    """`kibitz.fix`: the edit that removes a diagnostic, or a finding by its `id`."""
    a = Arguments(session, "kibitz.fix", given)
    document = a.document()
    bench = session.bench(document)
    async with report(session, "kibitz: fixing", token, a.token("partialResultToken")):
        if (number := a.maybe("id")) is not None:
            result = await apply_finding(bench, document, number)
        else:
            result = await _fix_diagnostic(session, document, a.table("diagnostic"))
    return await _edited(session, result, "Fix", apply_it=a.flag("apply"))


async def _fix_diagnostic(session: Session, document: Document, given: dict[str, Any]) -> Refactoring:
    """With the fix that one of our findings carries, else by whoever answers."""
    bench, diagnostic = session.bench(document), Arguments(session, "kibitz.fix", given)
    where, message = diagnostic.needed_range(document), diagnostic.text("message")
    source, code, data = diagnostic.maybe("source") or "", str(given.get("code") or ""), given.get("data")
    if isinstance(data, dict) and isinstance(number := data.get("id"), str):
        try:
            return await apply_finding(bench, document, number)
        except KibitzError as error:
            if error.kind != "not_found":
                raise
    return await fix_it(bench, document, where, message, source, code)


async def find_bugs(session: Session, given: Any, token: Token) -> Any:
    """`kibitz.findBugs`: of a document, a range of it, or the whole workspace; shown as diagnostics too."""
    a = Arguments(session, "kibitz.findBugs", given)
    document = a.maybe_document()
    async with report(session, "kibitz: looking for bugs", token, a.token("partialResultToken")) as says:
        if document is not None:
            result = await finding.find_bugs(session.bench(document), document, a.range(document))
            claims = tuple(f for f in result.findings if f.evidence != "static")
            session.claims[document.uri] = (document.text, claims)
            if document.uri in session.documents:
                await publish.refresh(session, document.uri)
            return result.to_json(session.shapes)
        bench = session.bench()
        if bench.root is None:
            raise KibitzError(
                "invalid", "No folder is open.", "Open a folder, or name a document with `uri`."
            )
        watch = Stopwatch()
        found: list[finding.Finding] = []
        names = await project_files(bench.root, session.settings.context.exclude)
        for number, path in enumerate(names):
            says.say(path.name, number * 100 // len(names))
            try:
                text = session.snapshot(path.as_uri()) or open_document(path)
                found += await finding.static_findings(bench, text)
            except KibitzError as error:
                if error.kind not in ("unsupported", "invalid", "not_found"):
                    raise
    envelope = Envelope("offline", watch.ms)
    return finding.Findings(envelope, tuple(found)).to_json(session.shapes)


async def generate_tests(session: Session, given: Any, token: Token) -> Any:
    """`kibitz.generateTests`: tests that ran and passed, as an edit of the test file."""
    from kibitz.features import generate_tests as testing

    a = Arguments(session, "kibitz.generateTests", given)
    document = a.document()
    async with report(session, "kibitz: writing tests", token, a.token("partialResultToken")) as says:
        result = await testing.generate_tests(
            session.bench(document), document, a.range(document), a.maybe("symbol"), on_step=says.say
        )
    answer = result.to_json()
    if result.edit is not None:
        if session.client.create_files or not any(f.create for f in result.edit.files):
            answer["edit"] = to_json(session, current(session, result.edit))
            if a.flag("apply"):
                answer["applied"] = await apply(session, result.edit, "Generate tests")
        else:
            answer["edit"] = None
            answer["diff"] = result.edit.unified_diff(session.bench(document).root)
            if a.flag("apply"):
                await show(
                    session,
                    result.edit.files[0].document.uri.rsplit("/", 1)[-1],
                    result.edit.files[0].after.text,
                )
    return answer


async def analyze(session: Session, given: Any, token: Token) -> Any:
    """`kibitz.analyze`: symbols, metrics, findings, a summary."""
    a = Arguments(session, "kibitz.analyze", given)
    document = a.document()
    async with report(session, "kibitz: analyzing", token, None):
        return (await analyzing.analyze(session.bench(document), document)).to_json(session.shapes)


async def _edited(session: Session, result: Refactoring, label: str, *, apply_it: bool) -> Any:
    """The result of a command that changes text: the edit as it fits now, applied where that was asked for."""
    edit = current(session, result.edit)
    confirm = result.envelope.engine != "offline"
    answer = {**result.envelope.to_json(), "edit": to_json(session, edit, confirm=confirm)}
    if apply_it:
        answer["applied"] = await apply(session, edit, label, confirm=confirm)
    return answer


COMMANDS = {
    "kibitz.explain": explain,
    "kibitz.refactor": refactor,
    "kibitz.fix": fix,
    "kibitz.findBugs": find_bugs,
    "kibitz.generateTests": generate_tests,
    "kibitz.analyze": analyze,
}
