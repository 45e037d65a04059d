"""The menu of code actions, and what each does when it is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen
from lsprotocol import types as lsp

from kibitz.errors import KibitzError
from kibitz.lsp.arguments import Arguments
from kibitz.lsp.convert import to_range
from kibitz.lsp.names import EXPLAIN, FIND_BUGS, GENERATE_TESTS, SOURCE
from kibitz.lsp.publish import checked
from kibitz.lsp.session import Session
from kibitz.text import Document, Range, fits

if TYPE_CHECKING:
    from kibitz.features.checked import Refactoring

OURS = "kibitz"
"""The key of an action's `data` that says it is ours."""

MENU: dict[str, tuple[str, str]] = {
    "extract_function": ("Extract function", "refactor.extract"),
    "extract_variable": ("Extract variable", "refactor.extract"),
    "inline": ("Inline", "refactor.inline"),
    "organize_imports": ("Organize imports", "source.organizeImports"),
}
"""What the built-in engine performs: title and kind. Rename has a method and a prompt of its own in editors."""


@frozen
class Place:
    """Where actions are asked for, and what the editor reports there."""

    session: Session
    document: Document
    where: Range
    range: lsp.Range
    diagnostics: tuple[lsp.Diagnostic, ...]


async def list_actions(place: Place) -> list[lsp.CodeAction]:
    """Fixes first, then refactorings, then what opens or shows something."""
    from kibitz.features.menu import refactorings
    from kibitz.models.select import OFFLINE

    session, document = place.session, place.document
    if not fits(document):
        return []
    bench = session.bench(document)
    reported = list(place.diagnostics)
    actions: list[lsp.CodeAction] = []
    if session.settings.trusted and document.text.strip():
        # asked anew: some clients lose `data`, some send no diagnostics at all
        for finding in await checked(session, document, _lines(place.where)):
            if finding.fix is not None:
                diagnostic = next(
                    (d for d in reported if _finding_id(d) == finding.id or _same_place(place, d, finding)),
                    None,
                )
                action = _fix(place, finding.fix.title, finding.id, diagnostic)
                if not (session.client.action_resolve or session.client.apply_edit):
                    await _carry_edit(place, action, finding.id)
                actions.append(action)
    if session.settings.trusted and bench.model("fix").name != OFFLINE:
        actions += [_fix_by_model(place, d) for d in reported]
    for refactoring in refactorings(document, place.where):
        title, action_kind = MENU[refactoring]
        actions.append(
            _action(
                place,
                title,
                action_kind,
                {"do": "refactor", "kind": refactoring},
                "kibitz.refactor",
                {"kind": refactoring},
            )
        )
    if session.settings.trusted and bench.model("refactor").name != OFFLINE:
        title = (
            "Simplify with kibitz"
            if place.where.start != place.where.end
            else "Simplify this definition with kibitz"
        )
        actions.append(_action(place, title, "refactor.rewrite", {"do": "refactor"}, "kibitz.refactor", {}))
    arguments = {"uri": document.uri, "range": _plain(place.range), "open": True}
    for title, kind, command in (
        ("Explain", EXPLAIN, "kibitz.explain"),
        ("Find bugs", FIND_BUGS, "kibitz.findBugs"),
        ("Generate tests", GENERATE_TESTS, "kibitz.generateTests"),
    ):
        given = {**arguments, **({"apply": True} if command == "kibitz.generateTests" else {})}
        actions.append(
            lsp.CodeAction(title, kind=kind, command=lsp.Command(title, command, arguments=[given]))
        )
    return actions


async def perform(session: Session, data: Any) -> Refactoring:
    """The checked edit of a chosen action, from its `data`. Raises the feature's errors."""
    from kibitz.features import refactor as feature
    from kibitz.features.fix import apply_finding, fix

    arguments = Arguments(session, "codeAction/resolve", data)
    document = arguments.document()
    bench = session.bench(document)
    where = arguments.needed_range(document)
    match arguments.text("do"):
        case "finding":
            return await apply_finding(bench, document, arguments.text("id"))
        case "fix":
            message, source, code = (
                arguments.text("message"),
                arguments.text("source", ""),
                arguments.text("code", ""),
            )
            return await fix(bench, document, where, message, source, code)
        case _:
            kind: Any = arguments.maybe("kind")
            return await feature.refactor(bench, document, where, kind=kind)


async def _carry_edit(place: Place, action: lsp.CodeAction, number: str) -> None:
    """The edit at once, for a client that can neither resolve an action nor be sent an edit; no model is needed."""
    from kibitz.features.fix import apply_finding
    from kibitz.lsp.edits import workspace_edit

    try:
        made = await apply_finding(place.session.bench(place.document), place.document, number)
        action.edit = workspace_edit(place.session, made.edit)
    except KibitzError:
        return  # its command says why, as a message
    action.command = None


def _fix(place: Place, title: str, number: str, diagnostic: lsp.Diagnostic | None) -> lsp.CodeAction:
    action = _action(place, title, "quickfix", {"do": "finding", "id": number}, "kibitz.fix", {"id": number})
    action.diagnostics = [diagnostic] if diagnostic is not None else None
    action.is_preferred = diagnostic is not None
    return action


def _fix_by_model(place: Place, diagnostic: lsp.Diagnostic) -> lsp.CodeAction:
    first = diagnostic.message.strip().split("\n", 1)[0]
    title = f"Fix with kibitz: {first if len(first) < 60 else first[:59] + '…'}"
    code = str(diagnostic.code or "")
    where = Place(place.session, place.document, place.where, diagnostic.range, place.diagnostics)
    data = {"do": "fix", "message": diagnostic.message, "source": diagnostic.source or "", "code": code}
    given = {
        "diagnostic": {
            "range": _plain(diagnostic.range),
            "message": diagnostic.message,
            "source": diagnostic.source,
            "code": code,
        }
    }
    action = _action(where, title, "quickfix", data, "kibitz.fix", given)
    action.diagnostics = [diagnostic]
    return action


def _action(
    place: Place, title: str, kind: str, data: dict[str, Any], command: str, given: dict[str, Any]
) -> lsp.CodeAction:
    """Lazy where the client resolves edits; else a command that does the same and applies it."""
    common = {"uri": place.document.uri, "range": _plain(place.range)}
    action = lsp.CodeAction(title, kind=kind)
    if place.session.client.action_resolve:
        action.data = {OURS: {**common, **data}}
    else:
        action.command = lsp.Command(title, command, arguments=[{**common, **given, "apply": True}])
    return action


def _lines(where: Range) -> Range:
    """The whole lines a range touches."""
    from kibitz.text import Position

    return Range(Position(where.start.line, 0), Position(where.end.line, 1_000_000))


def _finding_id(diagnostic: lsp.Diagnostic) -> str | None:
    return diagnostic.data.get("id") if isinstance(diagnostic.data, dict) else None


def _same_place(place: Place, diagnostic: lsp.Diagnostic, finding: Any) -> bool:
    """Clients that lose `data`: the same rule at the same place is the same finding."""
    encoding = place.session.client.encoding
    return (
        diagnostic.source == SOURCE
        and str(diagnostic.code) == finding.rule
        and to_range(place.document.lines, diagnostic.range, encoding) == finding.range
    )


def _plain(where: lsp.Range) -> dict[str, Any]:
    return {
        "start": {"line": where.start.line, "character": where.start.character},
        "end": {"line": where.end.line, "character": where.end.character},
    }
