"""Answers that leave code out: `# ... rest unchanged` written into a file would delete what it stands for."""

from __future__ import annotations

import re

from kibitz.text import Document, split_lines

_LEADERS = r"(?:\#+|//+|--+|/\*+|<!--|;+|%+|\{\#|\(\*|\"\"\"|''')"
_COMMENT = re.compile(rf"{_LEADERS}\s*(?P<words>.*?)\s*(?:\*+/|-->|\#\}}|\*\)|\"\"\"|''')?")
_DOTS = r"(?:\.\.\.+|…+)"
_THING = r"(?:code|file|function|class|method|methods|functions|module|implementation|body|imports|logic|content|contents)"
_PHRASE = re.compile(
    rf"""(?ix)
      (?:\.\.\.+|…+)                                                          # dots alone
    | (?:\.\.\.+|…+) .* \b(?:rest|existing|unchanged|same|remaining|remainder|previous|other|omitted|keep|as\ before)\b .*
    | (?:(?:keep|the|all|your|leave|with)\s+)* (?:rest|existing|unchanged|same|remaining|remainder|previous|other|omitted|as\ before)\b .* (?:\.\.\.+|…+)
    | [\[(<{{]? \s* (?:the\s+)? (?:rest|remainder)\s+of\s+(?:the\s+|your\s+|this\s+)?(?:\w+\s+)?{_THING}\b .*
    | [\[(<{{]? \s* (?:the\s+|your\s+|all\s+)?(?:other\s+)?(?:existing|remaining|previous|unchanged|original)\s+{_THING}
        (?:\s+(?:here|goes\ here|unchanged|remains?|stays?(?:\s+the\s+same)?|remains?\s+(?:unchanged|the\s+same)|as\ before))? \s* [\])>}}.]?
    | [\[(<{{]? \s* (?:the\s+)?rest\s+(?:is\s+|remains\s+|stays\s+)?(?:unchanged|the\s+same|as\s+before|omitted) .*
    | [\[(<{{]? \s* (?:unchanged|omitted(?:\s+for\s+brevity)?|same\s+as\s+before|no\s+changes?(?:\s+here)?|code\s+unchanged) \s* [\])>}}.]?
    """
)
_ALONE = re.compile(rf"[\[({{]?{_DOTS}[\])}}]?[,;]?")
_NAME = re.compile(r"(?:async\s+def|def|class)\s+(\w+)")


def elided(document: Document, new_text: str) -> int | None:
    """The 0-based line of `new_text` that stands for code left out, or None.

    A line that the document has too is the file's own; `...` as the body of a Python definition whose name is new
    is code.
    """
    known = {line.strip() for line in document.lines}
    defined = (
        {name[1] for line in known if (name := _NAME.match(line))} if document.language == "python" else set()
    )
    header = above = ""
    for number, raw in enumerate(split_lines(new_text)):
        line = raw.strip()
        if not line:
            continue
        name = _NAME.match(line)
        header = name[1] if name else header
        if line not in known and stands_for_code(line):
            is_body = line == "..." and above.endswith(":") and header and header not in defined
            if document.language != "python" or not is_body:
                return number
        above = line
    return None


def stands_for_code(line: str) -> bool:
    """Whether a stripped line says nothing but that code was left out."""
    if _ALONE.fullmatch(line):
        return True
    comment = _COMMENT.fullmatch(line)
    return comment is not None and _PHRASE.fullmatch(comment["words"]) is not None
