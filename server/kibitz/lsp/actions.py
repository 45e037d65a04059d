"""The menu of code actions, and what each does when it is chosen."""

from __future__ import annotations

import asyncio
import hashlib
import re
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import frozen
from lsprotocol import types as lsp

from kibitz.errors import KibitzError, StaleError
from kibitz.lsp.arguments import Arguments
from kibitz.lsp.convert import from_range, to_range
from kibitz.lsp.names import EXPLAIN, FIND_BUGS, GENERATE_TESTS, SOURCE
from kibitz.lsp.preview import shown_first
from kibitz.lsp.publish import checked
from kibitz.lsp.session import Session
from kibitz.text import Document, Range, fits

if TYPE_CHECKING:
    from kibitz.features.checked import Refactoring
    from kibitz.features.find_bugs import Finding

OURS = "kibitz"
"""The key of an action's `data` that says it is ours."""


@frozen
class Place:
    """Where actions are asked for, and what the editor reports there."""

    session: Session
    document: Document
    where: Range
    range: lsp.Range
    diagnostics: tuple[lsp.Diagnostic, ...]
    automatic: bool = False
    fix_all: bool = False
    organize: bool = False


async def list_actions(place: Place) -> list[lsp.CodeAction]:
    """Fixes first, then refactorings, then what opens or shows something."""
    from kibitz.models.select import OFFLINE

    session, document = place.session, place.document
    if not fits(document):
        return []
    bench = session.bench(document)
    reported = list(place.diagnostics)
    actions: list[lsp.CodeAction] = []
    if session.settings.trusted and document.text.strip():
        lines = _lines(place.where)
        # asked anew: some clients lose `data`, some send no diagnostics at all
        findings = await checked(session, document)
        for finding in findings:
            here = finding.range.start <= lines.end and lines.start <= finding.range.end
            if finding.fix is not None and here:
                diagnostic = next(
                    (d for d in reported if _finding_id(d) == finding.id or _same_place(place, d, finding)),
                    None,
                )
                action = _fix(place, finding.fix.title, finding.id, diagnostic)
                await _carry_edit(place, action, {"do": "finding", "id": finding.id})
                actions.append(action)
        quick = await _quick_fixes(
            place,
            findings,
            [a for a in actions if a.diagnostics],
            by_model=bench.model("fix").name != OFFLINE,
        )
        # what another server reports as well is offered once, for its diagnostic
        same = {_words(action.title) for action in quick}
        actions = [a for a in actions if a.diagnostics or _words(a.title) not in same] + quick
    actions += await _refactorings(place)
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
    from kibitz.features.fix import apply_finding, fix, fix_offline
    from kibitz.lsp.problems import read_problem

    arguments = Arguments(session, "codeAction/resolve", data)
    document = arguments.document()
    bench = session.bench(document)
    where = arguments.needed_range(document)
    match arguments.text("do"):
        case "finding":
            return await apply_finding(bench, document, arguments.text("id"))
        case "fix" | "mend" as wish:
            problems = [read_problem(session, document, p) for p in arguments.entries("problems")]
            if not problems:
                raise arguments.wrong("needs `problems`, a list of diagnostics")
            if wish == "fix":
                return await fix(bench, document, problems)
            return await fix_offline(bench, document, problems, certain=arguments.flag("certain"))
        case "comment":
            _check_same(document, where, arguments.maybe("was"))
            return await feature.refactor_as_commented(bench, document, where)
        case _:
            _check_same(document, where, arguments.maybe("was"))
            kind: Any = arguments.maybe("kind")
            instruction = arguments.text("instruction", "")
            return await feature.refactor(bench, document, where, instruction, kind=kind)


async def _refactorings(place: Place) -> list[lsp.CodeAction]:
    """What can be made of the code at the place, by the engine or a model."""
    from kibitz.features.menu import offers
    from kibitz.models.select import OFFLINE

    session, document = place.session, place.document
    trusted = session.settings.trusted
    model = trusted and session.bench(document).model("refactor").name != OFFLINE
    found = await asyncio.to_thread(
        partial(
            offers,
            document,
            place.where,
            model=model,
            trusted=trusted,
            automatic=place.automatic,
            organize=place.organize,
        )
    )
    actions: list[lsp.CodeAction] = []
    for offer in found:
        given: dict[str, Any] = {}
        if offer.comment:
            given = {"fromComment": True}
        elif offer.engine is not None:
            given = {"kind": offer.engine}
        elif offer.instruction:
            given = {"instruction": offer.instruction}
        data = {
            "do": "comment" if offer.comment else "refactor",
            "was": _mark(document, offer.where),
            **given,
        }
        where = from_range(document, offer.where, session.client.encoding)
        at = Place(session, document, offer.where, where, place.diagnostics)
        actions.append(_action(at, offer.title, offer.kind, data, "kibitz.refactor", given))
        if not given and shown_first(session.client):
            actions.append(_looked_at(at, offer.title, offer.kind))
    return actions


def _mark(document: Document, where: Range) -> str:
    """What the lines of a range say, in a few letters."""
    text = "".join(document.lines[where.start.line : where.end.line + 1])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _check_same(document: Document, where: Range, was: str | None) -> None:
    """Raises StaleError where other code stands at a place now than when the menu was made."""
    if was is not None and was != _mark(document, where):
        raise StaleError


def _looked_at(place: Place, title: str, kind: str) -> lsp.CodeAction:
    """What a model may change most freely, as a diff first, for an editor without a preview of its own."""
    given = {"uri": place.document.uri, "range": _plain(place.range), "open": True, "apply": True}
    title = f"{title}, after a look at the diff"
    return lsp.CodeAction(title, kind=kind, command=lsp.Command(title, "kibitz.refactor", arguments=[given]))


async def _quick_fixes(
    place: Place, findings: tuple[Finding, ...], tied: list[lsp.CodeAction], *, by_model: bool
) -> list[lsp.CodeAction]:
    """What mends the diagnostics that were sent, beside the fixes `tied` to one of them already."""
    from kibitz.lsp.quick_fixes import as_diagnostics, quick_fixes

    session, document = place.session, place.document
    mended = [d for action in tied for d in action.diagnostics or ()]
    entries = await quick_fixes(
        session,
        document,
        list(place.diagnostics),
        as_diagnostics(session, document, findings),
        mended=mended,
        by_model=by_model,
        fix_all=place.fix_all,
    )
    actions = []
    for entry in entries:
        action = _action(place, entry.title, entry.kind, entry.data, "kibitz.fix", entry.given)
        action.diagnostics = list(entry.diagnostics) or None
        action.is_preferred = entry.preferred or None
        if entry.data["do"] == "mend":
            await _carry_edit(place, action, entry.data)
        actions.append(action)
    return actions


async def _carry_edit(place: Place, action: lsp.CodeAction, data: dict[str, Any]) -> None:
    """The edit at once, for a client that can neither resolve an action nor be sent an edit; no model is needed."""
    from kibitz.lsp.edits import workspace_edit

    client = place.session.client
    if client.action_resolve or client.apply_edit or not client.action_literals:
        return
    try:
        made = await perform(place.session, {"uri": place.document.uri, "range": _plain(place.range), **data})
        action.edit = workspace_edit(place.session, made.edit)
    except KibitzError:
        return  # its command says why, as a message
    action.command = None


def _fix(place: Place, title: str, number: str, diagnostic: lsp.Diagnostic | None) -> lsp.CodeAction:
    action = _action(place, title, "quickfix", {"do": "finding", "id": number}, "kibitz.fix", {"id": number})
    action.diagnostics = [diagnostic] if diagnostic is not None else None
    action.is_preferred = diagnostic is not None
    return action


def _action(
    place: Place, title: str, kind: str, data: dict[str, Any], command: str, given: dict[str, Any]
) -> lsp.CodeAction:
    """Lazy where the client resolves edits; else a command that does the same and applies it. A client that resolves and does
    not say that it gives an action's data back has both: the command is left where the data did not come."""
    client = place.session.client
    common = {"uri": place.document.uri, "range": _plain(place.range)}
    action = lsp.CodeAction(title, kind=kind)
    if client.action_resolve:
        action.data = {OURS: {**common, **data}}
    if not (client.action_resolve and client.keeps_data):
        action.command = lsp.Command(title, command, arguments=[{**common, **given, "apply": True}])
    return action


def _words(title: str) -> str:
    """A title without its punctuation."""
    return " ".join(re.findall(r"\w+", title.casefold()))


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
