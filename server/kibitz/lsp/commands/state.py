"""Models, usage, projects, what was sent, how the server is."""

from __future__ import annotations

from datetime import date
from typing import Any

from kibitz.errors import KibitzError
from kibitz.features import models as modelling
from kibitz.features import projects as project_views
from kibitz.features.result import Stopwatch, local
from kibitz.features.status import status as status_of
from kibitz.lsp.arguments import Arguments
from kibitz.lsp.session import Session

Token = int | str | None
BY = ("model", "day", "feature", "project", "conversation")


async def list_models(session: Session, _given: Any, _token: Token) -> Any:
    """`kibitz.models.list`: what can answer, and why others cannot."""
    watch = Stopwatch()
    return {**local(watch), "models": await modelling.list_models(session.bench())}


async def select_model(session: Session, given: Any, _token: Token) -> Any:
    """`kibitz.models.select`: from now on, for one feature or for all."""
    a, watch = Arguments(session, "kibitz.models.select", given), Stopwatch()
    chosen = await modelling.select(session.bench(), a.text("model"), a.maybe("feature"))
    session.status("Normal", chosen)
    return {**local(watch), "model": chosen}


async def usage(session: Session, given: Any, _token: Token) -> Any:
    """`kibitz.usage`: tokens and cost, reported and estimated kept apart."""
    a, watch = Arguments(session, "kibitz.usage", given), Stopwatch()
    by: Any = a.text("by", "model")
    if by not in BY:
        raise a.wrong(f"needs `by` to be one of {', '.join(BY)}")
    store = await session.services.store()
    rows = await store.usage.summary(by, day(a.maybe("since")))
    accepted = await store.usage.acceptance(day(a.maybe("since")))
    retained = await store.retained.summary(day(a.maybe("since")))
    return {
        **local(watch),
        "by": by,
        "rows": [r.to_json() for r in rows],
        "suggestions": [r.to_json() for r in accepted],
        "retained": [r.to_json() for r in retained],
    }


def day(text: str | None) -> date | None:
    """A date as ISO 8601. Raises `invalid`."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise KibitzError("invalid", f"{text!r} is not a date.", "Write it as 2026-01-31.") from None


async def list_projects(session: Session, _given: Any, _token: Token) -> Any:
    """`kibitz.projects.list`: the projects with conversations or usage, and the open ones."""
    watch = Stopwatch()
    return {**local(watch), "projects": await project_views.list_projects(session.services, session.folders)}


async def get_project(session: Session, given: Any, _token: Token) -> Any:
    """`kibitz.projects.get`: one of them with its files and languages."""
    a, watch = Arguments(session, "kibitz.projects.get", given), Stopwatch()
    view = await project_views.get_project(
        session.services, session.folders, a.text("project"), session.settings
    )
    return {**local(watch), **view}


async def status(session: Session, _given: Any, _token: Token) -> Any:
    """`kibitz.status`: version, engine, index, database, budget, requests in flight, counters."""
    watch = Stopwatch()
    said = await status_of(session.bench(), session.problems, dict(session.counters))
    index = [project.state() for project in session.open_projects()]
    return {**local(watch), **said, "index": index, "inFlight": session.protocol.in_flight()}


async def egress(session: Session, given: Any, _token: Token) -> Any:
    """`kibitz.egress`: what was sent where; the exact text on request."""
    a, watch = Arguments(session, "kibitz.egress", given), Stopwatch()
    store = await session.services.store()
    rows = await store.egress.list(a.number("limit", 50), with_text=a.flag("text"))
    return {**local(watch), "rows": [r.to_json() for r in rows]}


async def accepted(session: Session, given: Any, _token: Token) -> Any:
    """`kibitz.accepted`: the editor's word that a suggestion was taken whole; its argument is the suggestion's number."""
    await session.offers.taken(str(given))
    return None


COMMANDS = {
    "kibitz.models.list": list_models,
    "kibitz.models.select": select_model,
    "kibitz.usage": usage,
    "kibitz.projects.list": list_projects,
    "kibitz.projects.get": get_project,
    "kibitz.status": status,
    "kibitz.egress": egress,
    "kibitz.accepted": accepted,
}
