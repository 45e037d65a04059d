"""Problems as checkers report them, written as a text with its place marked."""

from __future__ import annotations

from kibitz.models.offline.fix_case import Change
from kibitz.models.offline.fix_rules import Rule, mend
from kibitz.models.tasks import Problem
from kibitz.text import Document, Range, apply_edits

Case = tuple[str, str, str, str]
"""Language, what the checker says, the text with the place in «», the text after."""


def reported(language: str, message: str, marked: str) -> tuple[Document, Problem]:
    """The text without its marks, and the problem between them; the first line of the message is the message."""
    start = marked.index("«")
    end = marked.index("»") - 1
    document = Document("untitled:a", marked.replace("«", "").replace("»", ""), language)
    first, *notes = message.split("\n")
    where = Range(document.position(start), document.position(end))
    return document, Problem(where, first, "a checker", "", tuple(notes))


def mended(case: Case) -> tuple[Document, Problem, Rule, Change]:
    """The document, its problem, and the rule and the change that give the text after; fails where they do not."""
    language, message, marked, after = case
    document, problem = reported(language, message, marked)
    made = mend(document, problem)
    assert made is not None
    assert apply_edits(document, made[1].edits(document)) == after
    return document, problem, *made
