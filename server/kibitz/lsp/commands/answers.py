"""Explain, refactor, find bugs, fix, generate tests, analyze."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kibitz.errors import KibitzError
from kibitz.features import analyze as analyzing
from kibitz.features import find_bugs as finding
from kibitz.features.checked import Refactoring
from kibitz.features.explain import explain as explain_it
from kibitz.features.fix import apply_finding, fix_offline
from kibitz.features.fix import fix as fix_it
from kibitz.features.refactor import refactor as refactor_it
from kibitz.features.refactor import refactor_as_commented
from kibitz.features.result import Envelope, Stopwatch
from kibitz.features.workbench import open_document
from kibitz.index.crawl import project_files
from kibitz.lsp import publish
from kibitz.lsp.arguments import Arguments
from kibitz.lsp.current import current
from kibitz.lsp.edits import apply, takes, to_json
from kibitz.lsp.preview import show, show_diff
from kibitz.lsp.problems import read_problem
from kibitz.lsp.progress import report
from kibitz.lsp.session import Session
from kibitz.text import Document

if TYPE_CHECKING:
    from kibitz.verify.edit import ProposedEdit

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
    """`kibitz.refactor`: a checked edit; with `open`, shown as a diff; with `apply`, applied by the editor."""
    a = Arguments(session, "kibitz.refactor", given)
    document = a.document()
    where, kind, new_name = a.needed_range(document), a.maybe("kind"), a.maybe("newName")
    bench = session.bench(document)
    async with report(session, "kibitz: refactoring", token, a.token("partialResultToken")):
        if a.flag("fromComment"):
            result = await refactor_as_commented(bench, document, where)
        else:
            result = await refactor_it(
                bench,
                document,
                where,
                a.text("instruction", ""),
                kind=kind,  # type: ignore[arg-type]  # the engine refuses kinds it does not know
                new_name=new_name,
            )
    return await _edited(session, result, "Refactor", apply_it=a.flag("apply"), look=a.flag("open"))


async def fix(session: Session, given: Any, token: Token) -> Any:
    """`kibitz.fix`: the edit that removes a `diagnostic`, several `diagnostics`, or a finding by its `id`.

    With `offline`, no model is asked; with `certain` as well, only what nobody would want mended in another way."""
    a = Arguments(session, "kibitz.fix", given)
    document = a.document()
    bench = session.bench(document)
    async with report(session, "kibitz: fixing", token, a.token("partialResultToken")):
        if (number := a.maybe("id")) is not None:
            result = await apply_finding(bench, document, number)
        elif a.entries("diagnostics"):
            problems = [read_problem(session, document, d) for d in a.entries("diagnostics")]
            if a.flag("offline"):
                result = await fix_offline(bench, document, problems, certain=a.flag("certain"))
            else:
                result = await fix_it(bench, document, problems)
        else:
            result = await _fix_diagnostic(
                session, document, a.table("diagnostic"), offline=a.flag("offline")
            )
    return await _edited(session, result, "Fix", apply_it=a.flag("apply"), look=a.flag("open"))


async def _fix_diagnostic(
    session: Session, document: Document, given: dict[str, Any], *, offline: bool
) -> Refactoring:
    """With the fix that one of our findings carries, else by whoever answers."""
    bench, problem, data = session.bench(document), read_problem(session, document, given), given.get("data")
    if isinstance(data, dict) and isinstance(number := data.get("id"), str):
        try:
            return await apply_finding(bench, document, number)
        except KibitzError as error:
            if error.kind != "not_found":
                raise
    return await (fix_offline if offline else fix_it)(bench, document, [problem])


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
        edit = await current(session, result.edit)
        answer |= _offered(session, edit, confirm=False)
        if a.flag("apply") and answer["edit"] is not None:
            answer["applied"] = await apply(session, edit, "Generate tests")
        elif a.flag("apply"):
            new = edit.files[0]
            await show(session, new.document.uri.rsplit("/", 1)[-1], new.after.text)
    return answer


async def analyze(session: Session, given: Any, token: Token) -> Any:
    """`kibitz.analyze`: symbols, metrics, findings, a summary."""
    a = Arguments(session, "kibitz.analyze", given)
    document = a.document()
    async with report(session, "kibitz: analyzing", token, None):
        return (await analyzing.analyze(session.bench(document), document)).to_json(session.shapes)


async def _edited(session: Session, result: Refactoring, label: str, *, apply_it: bool, look: bool) -> Any:
    """The result of a command that changes text: the edit as it fits now, shown and applied where that was asked for."""
    edit = await current(session, result.edit)
    confirm = result.envelope.engine != "offline"
    answer = {**result.envelope.to_json(), **_offered(session, edit, confirm=confirm)}
    if apply_it:
        answer["applied"] = await apply(session, edit, label, confirm=confirm, look=look)
    elif look:
        await show_diff(session, edit, label)
    return answer


def _offered(session: Session, edit: ProposedEdit, *, confirm: bool) -> dict[str, Any]:
    """The edit for a client that can take it, else none and its diff."""
    if takes(session, edit):
        return {"edit": to_json(session, edit, confirm=confirm)}
    root = session.root_of(edit.files[0].document.path)
    return {"edit": None, "diff": edit.unified_diff(root)}


COMMANDS = {
    "kibitz.explain": explain,
    "kibitz.refactor": refactor,
    "kibitz.fix": fix,
    "kibitz.findBugs": find_bugs,
    "kibitz.generateTests": generate_tests,
    "kibitz.analyze": analyze,
}
