"""A refactoring in the forms that models answer in: search/replace blocks, a whole definition or file, a diff."""

from __future__ import annotations

import difflib
import random

from refactorings_corpus import Case, Unit, definitions, parsed


def answered(case: Case, rng: random.Random) -> str:
    """A case as a complete answer of a model."""
    name, kind = case.path.name, rng.random()
    if kind < 0.25:
        whole = _definition(case)
        if whole is not None:
            return f"I rewrote it.\n\n```{case.language}\n{whole}```\n"
    if kind > 0.9:
        rows = difflib.unified_diff(
            case.before.splitlines(keepends=True),
            case.after.splitlines(keepends=True),
            f"a/{name}",
            f"b/{name}",
        )
        return "```diff\n" + "".join(row if row.endswith("\n") else row + "\n" for row in rows) + "```\n"
    if kind > 0.85 and case.before.count("\n") < 200 and case.after.endswith("\n"):
        return f"FILE {name}\n```{case.language}\n{case.after}```\n"
    return f"FILE {name}\n" + "".join(
        f"<<<<<<< SEARCH\n{search}=======\n{replace}>>>>>>> REPLACE\n"
        for search, replace in _hunks(case, rng)
    )


def _definition(case: Case) -> str | None:
    """The one function that a case changes, whole; None where it changes more."""
    if case.language != "python":
        return None
    name = case.name.partition(":")[0]
    if name not in (found for found, _ in definitions(parsed(case.after))):
        return None
    before, after = Unit(case.before, name), Unit(case.after, name)
    (a, b), (c, d) = before.rows([before.node]), after.rows([after.node])
    if before.text[:a] == after.text[:c] and before.text[b:] == after.text[d:]:
        return after.text[c:d]
    return None


def _hunks(case: Case, rng: random.Random) -> list[tuple[str, str]]:
    """The changed lines with as many around them as it takes to find them in one place."""
    one, two = case.before.splitlines(keepends=True), case.after.splitlines(keepends=True)
    context = rng.choice((0, 1, 1, 2, 3))
    while True:
        pairs = []
        matcher = difflib.SequenceMatcher(None, one, two, autojunk=False)  # grouping cuts what it keeps
        for group in matcher.get_grouped_opcodes(context):
            (_, a, _, c, _), (_, _, b, _, d) = group[0], group[-1]
            pairs.append(("".join(one[a:b]), "".join(two[c:d])))
        if context > 40 or all(search.strip() and case.before.count(search) == 1 for search, _ in pairs):
            return pairs
        context += 1
