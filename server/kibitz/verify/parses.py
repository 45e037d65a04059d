"""Whether a change brings text that does not parse."""

from __future__ import annotations

from kibitz.syntax.delta import new_errors
from kibitz.text import Document
from kibitz.verify.checks import Check, listed
from kibitz.verify.definitions import tree_of


def check_syntax(before: Document, after: Document) -> Check:
    """New parse errors, by the grammar of the language and, for Python, by its own parser too."""
    if tree_of(after) is None or tree_of(before) is None:
        return Check("syntax", "skipped", f"there is no grammar for this {after.language} text")
    issues = new_errors(before, after)
    if not issues:
        return Check("syntax", "passed")
    lines = sorted({issue.range.start.line + 1 for issue in issues})
    return Check("syntax", "failed", f"does not parse at line {listed([str(line) for line in lines])}")
