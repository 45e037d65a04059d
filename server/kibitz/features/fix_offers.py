"""What can be offered for a diagnostic before anybody chose it: by its words and the text alone."""

from __future__ import annotations

from kibitz.models.offline.fix_ruff import always, mostly, rule_of
from kibitz.models.offline.fix_rules import family, mend
from kibitz.models.tasks import Problem
from kibitz.text import Document


def offer(document: Document, problem: Problem) -> tuple[str, bool] | None:
    """The title of what the built-in engine would do, and whether nobody would want something else; None where it has no
    fix. Starts nothing; milliseconds."""
    found = mend(document, problem)
    if found is not None:
        return found[1].title, found[1].certain
    if document.language != "python" or problem.source == "kibitz":
        return None
    rule = rule_of(problem)
    safe = always(rule)
    if safe is None:
        return (f"Apply ruff's fix for {rule}, if it has one here", False) if mostly(rule) else None
    return f"Apply ruff's fix for {rule}" + ("" if safe else " (may change what the code does)"), safe


def kind(document: Document, problem: Problem) -> str:
    """What problems like this one are called: the words for their family, else the checker's code."""
    return family(document, problem) or problem.code
