"""Problems as checkers report them, written as a text with its place marked."""

from __future__ import annotations

import re

from kibitz.models.offline.fix_case import Change
from kibitz.models.offline.fix_rules import Rule, mend
from kibitz.models.tasks import Problem
from kibitz.syntax.tree import parse_fresh
from kibitz.text import Document, Range, apply_edits

Case = tuple[str, str, str, str]
"""Language, what the checker says, the text with the place in «», the text after."""

_CODE = re.compile(r"\[([\w:/@-]+)\] ")


def reported(language: str, message: str, marked: str) -> tuple[Document, Problem]:
    """The text without its marks, and the problem between them; the first line of the message is the message, a code stands
    before it in brackets."""
    start = marked.index("«")
    end = marked.index("»") - 1
    document = Document("untitled:a", marked.replace("«", "").replace("»", ""), language)
    first, *notes = message.split("\n")
    code = _CODE.match(first)
    if code is not None:
        first = first[code.end() :]
    where = Range(document.position(start), document.position(end))
    return document, Problem(where, first, "a checker", code[1] if code else "", tuple(notes))


def mended(case: Case) -> tuple[Document, Problem, Rule, Change]:
    """The document, its problem, and the rule and the change that give the text after; fails where they do not."""
    language, message, marked, after = case
    document, problem = reported(language, message, marked)
    made = mend(document, problem)
    assert made is not None
    assert apply_edits(document, made[1].edits(document)) == after
    return document, problem, *made


def mended_whole(case: Case) -> Change:
    """The change that gives the text after, which parses; fails where it does not."""
    *_, change = mended(case)
    parsed = parse_fresh(Document("untitled:b", case[3], case[0]))
    assert parsed is not None
    assert not parsed.errors
    return change


def left(case: Case) -> bool:
    """Whether a problem is left as it is."""
    return mend(*reported(*case[:3])) is None
