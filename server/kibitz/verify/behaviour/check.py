"""The check that an edit keeps what the code does."""

from __future__ import annotations

from kibitz.text import Document
from kibitz.verify.behaviour.braces_module import KNOWN, brace_differences
from kibitz.verify.behaviour.difference import Difference
from kibitz.verify.behaviour.module import differences
from kibitz.verify.checks import Check, listed

NAME = "behaviour"


def check_behaviour(before: Document, after: Document, *, keeps: bool, api: bool = True) -> Check:
    """Whether the new text does what the old one did, for an edit that was asked to keep that (`keeps`)."""
    if not keeps:
        return Check(NAME, "skipped", "the change was asked to alter what the code does")
    if not before.text.strip():
        return Check(NAME, "skipped", "the file is new")
    if before.language != "python" and before.language not in KNOWN:
        return Check(NAME, "skipped", f"behaviour is not compared in {before.language}")
    try:
        if before.language == "python":
            found = differences(before.text, after.text, api=api)
        else:
            found = brace_differences(before, after, api=api)
    except (SyntaxError, ValueError, RecursionError):
        return Check(NAME, "skipped", "a version does not parse")
    wrong = [d for d in found if d.kind == "different"]
    if wrong:
        return Check(NAME, "failed", listed([_said(d) for d in wrong], 3))
    if found:
        return Check(NAME, "skipped", listed([_said(d) for d in found], 3))
    return Check(NAME, "passed")


def _said(difference: Difference) -> str:
    return f"{difference.where or 'the module'} (line {difference.line}): {difference.what}"
