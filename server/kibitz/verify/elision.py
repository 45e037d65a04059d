"""Answers that leave code out: `# ... rest unchanged` written into a file would delete what it stands for."""

from __future__ import annotations

import re
from collections import Counter

from kibitz.text import Document, split_lines

_LEADERS = r"(?:\#+|//+|--+|/\*+|<!--|;+|%+|\{\#|\(\*|\"\"\"|''')"
_COMMENT = re.compile(
    rf"(?:pass\s+|\{{\s*)?{_LEADERS}\s*(?P<words>.*?)\s*(?:\*+/|-->|\#\}}|\*\)|\"\"\"|''')?(?:\s*\}})?"
)
_DOTS = r"(?:\.\.\.+|…+)"
_THING = r"(?:code|file|function|class|method|methods|functions|module|implementation|body|imports|logic|content|contents)"
_PHRASE = re.compile(
    rf"""(?ix)
      [\[({{<]? (?:\.\.\.+|…+) [\])}}>]?                                         # dots alone
    | (?:\.\.\.+|…+) .* \b(?:rest|existing|unchanged|same|remaining|remainder|previous|other|omitted|keep|as\ before)\b .*
    | (?:(?:keep|the|all|your|leave|with)\s+)* (?:rest|existing|unchanged|same|remaining|remainder|previous|other|omitted|as\ before)\b .* (?:\.\.\.+|…+)
    | [\[(<{{]? \s* (?:the\s+)? (?:rest|remainder)\s+of\s+(?:the\s+|your\s+|this\s+)?(?:\w+\s+)?{_THING}\b .*
    | [\[(<{{]? \s* (?:the\s+|your\s+|all\s+)?(?:other\s+)?(?:existing|remaining|previous|unchanged|original)\s+{_THING}
        (?:\s+(?:here|goes\ here|unchanged|remains?|stays?(?:\s+the\s+same)?|remains?\s+(?:unchanged|the\s+same)|as\ before))? \s* [\])>}}.]?
    | [\[(<{{]? \s* (?:the\s+)?rest\s+(?:is\s+|remains\s+|stays\s+)?(?:unchanged|the\s+same|as\s+before|omitted) .*
    | [\[(<{{]? \s* (?:unchanged|omitted(?:\s+for\s+brevity)?|same\s+as\s+before|no\s+changes?(?:\s+here)?|code\s+unchanged) \s* [\])>}}.]?
    | (?:todo:?\s*)? (?:keep|leave|preserve|retain) \s+ (?:the\s+|all\s+|your\s+|any\s+)* (?:existing|original|current|previous|remaining|other) \s+ (?:\w+\s+)? {_THING} \b .*
    | (?:the\s+|all\s+|your\s+)* (?:other\s+)? {_THING} \s+ (?:(?:is|are|remains?|stays?|left)\s+)* (?:unchanged|the\s+same|as\s+before|as\s+is|omitted|continues?) (?:\s+here)? [.]?
    | [-<\[(\s]* (?:snip|snipped) [->\])\s]*
    """
)
_ALONE = re.compile(rf"[\[({{]?{_DOTS}[\])}}]?[,;]?")
_NAME = re.compile(r"(?:async\s+def|def|class)\s+(\w+)")


def elided(document: Document, new_text: str, thought: str | None = None) -> int | None:
    """The 0-based line of `new_text` that stands for code left out, or None.

    A line that the document has too is the file's own; where it is known what the new text replaces, only a line that
    `thought` has. `...` is code as the body of a Python definition whose name is new, or of an overload.
    """
    suspects = [number for number, line in enumerate(split_lines(new_text)) if stands_for_code(line.strip())]
    if not suspects:
        return None
    old = document.lines if thought is None else split_lines(thought)
    known = Counter(line.strip() for line in old)
    stubs = _stubs(document, new_text) if document.language == "python" else set()
    for number in suspects:
        if number in stubs:
            continue
        line = split_lines(new_text)[number].strip()
        if not known[line]:
            return number
        if thought is not None:
            known[line] -= 1
    return None


def _stubs(document: Document, new_text: str) -> set[int]:
    """The lines that are `...` as the body of a definition that has no other."""
    defined = {name[1] for line in document.lines if (name := _NAME.match(line.strip()))}
    found: set[int] = set()
    header = above = ""
    overload = False
    for number, raw in enumerate(split_lines(new_text)):
        line = raw.strip()
        if not line:
            continue
        name = _NAME.match(line)
        if name:
            header, overload = name[1], above.endswith("overload")
        if line == "..." and above.endswith(":") and header and (overload or header not in defined):
            found.add(number)
        above = line
    return found


def stands_for_code(line: str) -> bool:
    """Whether a stripped line says nothing but that code was left out."""
    if _ALONE.fullmatch(line):
        return True
    comment = _COMMENT.fullmatch(line)
    return comment is not None and _PHRASE.fullmatch(comment["words"]) is not None
