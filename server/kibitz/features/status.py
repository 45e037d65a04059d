"""How the server is: version, engines, database, budget, counters, latencies."""

from __future__ import annotations

from typing import Any

from kibitz import __version__
from kibitz.features.workbench import Workbench
from kibitz.settings import Problem, log_file
from kibitz.store.usage import NANO


async def status(bench: Workbench, problems: list[Problem], counters: dict[str, int]) -> dict[str, Any]:
    """What `kibitz.status` says beside the envelope."""
    services, settings = bench.services, bench.settings
    store = await services.store()
    problem = services.database_problem
    standing = await store.ledger.standing()
    chosen = services.choice.for_feature("chat")
    return {
        "version": __version__,
        "model": chosen,
        "completionModel": services.choice.for_feature("complete"),
        "log": str(log_file(settings)),
        "trusted": settings.trusted,
        "root": str(bench.root) if bench.root is not None else None,
        "database": {
            "persistent": store.persistent,
            "problem": problem.to_json() if problem else None,
        },
        "budget": {
            "perDayUsd": settings.budget.per_day_usd,
            "spentTodayUsd": standing.spent / NANO,
            "heldUsd": standing.held / NANO,
            "perSessionUsd": settings.budget.per_session_usd,
            "spentSessionUsd": await store.usage.spent(),
        },
        "problems": [{"source": p.source, "field": p.field, "message": p.message} for p in problems],
        "counters": counters,
        "latencies": services.latencies.to_json(),
    }
