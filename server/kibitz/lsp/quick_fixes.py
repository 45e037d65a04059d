"""The quick fixes of the menu: for our own findings, and for what any other server reports at the place."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from attrs import frozen
from lsprotocol import types as lsp

from kibitz.lsp.names import FIX_ALL, SOURCE
from kibitz.lsp.problems import MOST, problem_of, to_data
from kibitz.lsp.session import Session
from kibitz.text import Document

if TYPE_CHECKING:
    from kibitz.features.find_bugs import Finding
    from kibitz.models.tasks import Problem

MOST_LISTED = 50
"""How many diagnostics a menu is made for; nobody selects more to choose from a menu."""


@frozen
class Quick:
    """One entry: what it says, its data, the command that does the same, and the diagnostics it removes."""

    title: str
    kind: str
    data: dict[str, Any]
    given: dict[str, Any]
    diagnostics: tuple[lsp.Diagnostic, ...]
    preferred: bool = False


async def quick_fixes(
    session: Session,
    document: Document,
    reported: list[lsp.Diagnostic],
    known: list[lsp.Diagnostic],
    *,
    mended: list[lsp.Diagnostic],
    by_model: bool,
    fix_all: bool,
) -> list[Quick]:
    """The fixes for the diagnostics an editor sent, the sure ones first.

    `known` are all findings of ours in the document that carry a fix: with them, those of a kind are counted. `mended` have
    an action of their own. No process is started and no
    model asked; the text alone decides what is offered. `fix_all` also gives the action that mends all that is certain.
    """
    from kibitz.features.fix_imports import with_imports

    every = [*reported[:MOST], *known]
    read = [problem_of(session, document, d) for d in every]
    read[:MOST_LISTED] = await with_imports(session.bench(document), document, read[:MOST_LISTED])
    problems = {id(d): problem for d, problem in zip(every, read, strict=True)}
    open_ = [d for d in reported[:MOST_LISTED] if all(d is not m for m in mended)]
    offers = await asyncio.to_thread(_offers, document, [problems[id(d)] for d in open_])
    entries: list[Quick] = []
    for diagnostic, offer in zip(open_, offers, strict=True):
        if offer is not None:
            one = to_data(diagnostic, problems[id(diagnostic)])
            title, certain = offer
            data = {"do": "mend", "problems": [one]}
            entries.append(
                Quick(
                    title, "quickfix", data, {"diagnostics": [one], "offline": True}, (diagnostic,), certain
                )
            )
    made = {problems[id(d)]: offer for d, offer in zip(open_, offers, strict=True)}
    kinds = await asyncio.to_thread(_kinds, document, reported[:MOST], known, problems, made)
    for family, alike in kinds.items():
        title = f"Fix all {len(alike)} ‘{family}’ problems"
        tied = tuple(d for d in alike if d in reported)
        entries.append(_all(title, "quickfix", [to_data(d, problems[id(d)]) for d in alike], tied))
    if by_model:
        entries += [_by_model(diagnostic, problems[id(diagnostic)]) for diagnostic in reported[:MOST_LISTED]]
        if 1 < len(reported) <= MOST_LISTED:
            entries.append(_all_by_model(reported, [problems[id(d)] for d in reported]))
    if fix_all:
        all_of_them = [to_data(d, problems[id(d)]) for d in _each(reported[:MOST], known)][:MOST]
        if all_of_them:
            entries.append(_all("Fix all that is certain", FIX_ALL, all_of_them, ()))
    return entries


def _all(title: str, kind: str, every: list[dict[str, Any]], tied: tuple[lsp.Diagnostic, ...]) -> Quick:
    """What mends several at once, as far as it is certain how."""
    data = {"do": "mend", "problems": every, "certain": True}
    return Quick(title, kind, data, {"diagnostics": every, "offline": True, "certain": True}, tied)


def as_diagnostics(
    session: Session, document: Document, findings: tuple[Finding, ...]
) -> list[lsp.Diagnostic]:
    """Findings of ours that carry a fix, as the diagnostics an editor has of them."""
    from kibitz.lsp.publish import to_diagnostic

    return [to_diagnostic(session, document, finding) for finding in findings if finding.fix is not None]


def _offers(document: Document, problems: list[Problem]) -> list[tuple[str, bool] | None]:
    from kibitz.features.fix_offers import offer

    return [offer(document, problem) for problem in problems]


def _kinds(
    document: Document,
    reported: list[lsp.Diagnostic],
    known: list[lsp.Diagnostic],
    problems: dict[int, Problem],
    made: dict[Problem, tuple[str, bool] | None],
) -> dict[str, list[lsp.Diagnostic]]:
    """The kinds of what is reported here of which there are several that can be mended; `made` are offers made before."""
    from kibitz.features.fix_offers import kind, offer

    groups: dict[tuple[str, str], list[lsp.Diagnostic]] = {}
    names: dict[tuple[str, str], str] = {}
    for diagnostic in _each(reported, known):
        problem = problems[id(diagnostic)]
        key = (problem.source, problem.code or kind(document, problem))
        if diagnostic in reported:
            names.setdefault(key, kind(document, problem))
        groups.setdefault(key, []).append(diagnostic)
    found: dict[str, list[lsp.Diagnostic]] = {}
    for key, name in names.items():
        if len(groups[key]) < 2 or not name:
            continue
        alike = []
        for d in groups[key][:MOST_LISTED]:
            problem = problems[id(d)]
            if any(d is k for k in known):
                alike.append(d)
                continue
            if problem not in made:
                made[problem] = offer(document, problem)
            offered = made[problem]
            if offered is not None and offered[1]:
                alike.append(d)
        if len(alike) > 1:
            found[name] = alike
    return found


def _each(reported: list[lsp.Diagnostic], known: list[lsp.Diagnostic]) -> list[lsp.Diagnostic]:
    """All of them, those of ours that the editor sent only once."""
    sent = {
        (d.range.start.line, d.range.start.character, str(d.code)) for d in reported if d.source == SOURCE
    }
    others = [d for d in known if (d.range.start.line, d.range.start.character, str(d.code)) not in sent]
    return [*reported, *others]


def _by_model(diagnostic: lsp.Diagnostic, problem: Problem) -> Quick:
    first = problem.message.strip().split("\n", 1)[0]
    title = f"Fix with kibitz: {first if len(first) < 60 else first[:59] + '…'}"
    one = to_data(diagnostic, problem)
    return Quick(title, "quickfix", {"do": "fix", "problems": [one]}, {"diagnostics": [one]}, (diagnostic,))


def _all_by_model(diagnostics: list[lsp.Diagnostic], problems: list[Problem]) -> Quick:
    every = [to_data(d, p) for d, p in zip(diagnostics, problems, strict=True)]
    title = f"Fix all {len(every)} with kibitz"
    return Quick(
        title, "quickfix", {"do": "fix", "problems": every}, {"diagnostics": every}, tuple(diagnostics)
    )
