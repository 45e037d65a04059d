"""What a few words of instruction ask for, where the built-in engine can do it."""

from __future__ import annotations

import re
from typing import get_args

from attrs import frozen

from kibitz.errors import KibitzError, unsupported
from kibitz.models.tasks import RefactorKind, RefactorTask
from kibitz.text import Document, Position, Range

_NAME = r"[`'\"]?(?P<{0}>[^\W\d]\w*)[`'\"]?"
_OLD = _NAME.format("old")
_NEW = _NAME.format("new")
_SORT = r"(?:the\s+|all\s+|my\s+)?(?:thing|selection|selected\s+\w+|code|symbol|variable|function|method|class|parameter|argument|attribute|constant)?\s*"
_NAMED = r"(?:\s+(?:and\s+)?(?:called?|named?|with\s+the\s+name|name\s+it|call\s+it|as)\s+"
_CALLED = rf"{_NAMED}{_NEW}|\s+{_NAME.format('last')}\s*\Z)?"
_DEFINES = "def|class|function|func|fn|let|const|var|static|type|struct|interface|enum|trait"
_NO_NAMES = {
    "please",
    "here",
    "now",
    "this",
    "it",
    "out",
    "code",
    "selection",
    "function",
    "method",
    "helper",
    "variable",
}

_PATTERNS: tuple[tuple[RefactorKind, str], ...] = (
    (
        "organize_imports",
        r"\b(?:organi[sz]e|sort|tidy(?:\s+up)?|clean(?:\s+up)?|optimi[sz]e|order|remove\s+unused)\s+(?:the\s+|all\s+|my\s+)?(?:unused\s+)?imports?\b",
    ),
    ("rename", rf"\brename\s+(?:this\s+|it\s+)?{_SORT}(?:to|as|into)\s+{_NEW}"),
    ("rename", rf"\brename\s+{_SORT}{_OLD}\s+(?:to|as|into)\s+{_NEW}"),
    (
        "extract_variable",
        rf"\b(?:extract|introduce|create|move|pull)\b.*?\b(?:variable|constant|local)\b{_CALLED}",
    ),
    (
        "extract_function",
        rf"\b(?:extract|introduce|move|pull|factor)\b.*?\b(?:function|method|helper)\b{_CALLED}",
    ),
    ("inline", rf"\binline\s+(?:this\s+|it\b\s*)?{_SORT}(?:{_OLD})?"),
    (
        "extract_function",
        rf"\bextract\b(?:\s+(?:this|it|the\s+selection|selection))?(?:\s+(?:in)?to\s+{_NEW})?",
    ),
    (
        "guard_clause",
        r"\b(?:guard\s+clauses?|early[\s-]+(?:returns?|exits?)|(?:return|exit|bail|bail\s+out|leave)\s+early)\b",
    ),
    (
        "invert_if",
        r"\b(?:invert|flip|negate|reverse|swap)\s+(?:the\s+|this\s+|both\s+)?(?:\w+\s+)?(?:ifs?|conditions?|branches)\b",
    ),
    (
        "merge_ifs",
        r"\b(?:merge|combine|join|collapse|flatten)\s+(?:the\s+|these\s+|both\s+)?(?:\w+\s+)?(?:ifs?|conditions?)\b",
    ),
    (
        "loop_to_comprehension",
        r"\b(?:to|into|use|using|with|as)\s+an?\s+(?:(?:list|dict|set|dictionary)\s+)?comprehension\b",
    ),
    (
        "comprehension_to_loop",
        r"\bcomprehension\b.*?\b(?:to|into|with|by)\s+(?:a\s+)?(?:\w+[\s-])?loop\b|\b(?:unroll|expand)\b.*?\bcomprehension\b",
    ),
    (
        "comprehension_to_loop",
        r"\bloop\b.*?\binstead\s+of\b.*?\bcomprehension\b",
    ),
    (
        "modernise",
        r"\bmoderni[sz]e\b|\bpyupgrade\b|\bupgrade\s+(?:the\s+|this\s+)?(?:syntax|code)\b|\bmodern\s+(?:syntax|python)\b",
    ),
    ("simplify", r"\bsimplify\b"),
)
_CAN = (
    "It can rename, inline, extract a function or a variable, organize imports, and turn conditions and loops; "
    "a model could do the rest: set `model`."
)


def performs(language: str) -> frozenset[RefactorKind]:
    """The kinds the built-in engine has for a language; at a given place it may still decline."""
    if language == "python":
        return frozenset(get_args(RefactorKind))
    from kibitz.syntax.rewrite.perform import rewritings

    return frozenset(rewritings(language))


def worded(instruction: str) -> RefactorKind | None:
    """The refactoring that a few words name; None for words that name none the built-in engine knows."""
    return _parsed(instruction)[0]


@frozen
class Wish:
    """A refactoring, where it is to happen, and the name it should use (None: choose one)."""

    kind: RefactorKind
    place: Range
    new_name: str | None


def understood(task: RefactorTask) -> Wish:
    """The refactoring a task asks for. Raises `unsupported` for words that name none of them, `invalid` without a name."""
    kind, old, new = _parsed(task.instruction)
    if task.kind is not None:
        new = new if kind == task.kind else None
        old = old if kind == task.kind else None
        kind = task.kind
    if kind is None:
        raise unsupported("The built-in engine did not find a refactoring it knows in the instruction.", _CAN)
    name = task.new_name or new
    if kind == "rename" and name is None:
        raise KibitzError("invalid", "Renaming needs the new name.", "Say `rename to NAME`.")
    place = task.range
    if old and (kind == "rename" or re.search(rf"(?<!\w){re.escape(old)}(?!\w)", task.document.text)):
        place = _found(task.document, task.range, old)
    return Wish(kind, place, name)


def _parsed(instruction: str) -> tuple[RefactorKind | None, str | None, str | None]:
    said = " ".join(instruction.split()).rstrip(" .!")
    for kind, pattern in _PATTERNS:
        match = re.search(pattern, said, re.IGNORECASE)
        if match:
            groups = match.groupdict()
            last = groups.get("last")
            named = groups.get("new") or (last if last and last.lower() not in _NO_NAMES else None)
            return kind, groups.get("old"), named
    return None, None, None


def _found(document: Document, where: Range, name: str) -> Range:
    """The first place of a name in a range, else its definition, else its first place. Raises `not_found`."""
    word = rf"(?<!\w){re.escape(name)}(?!\w)"
    start, end = (
        document.offset(Position(where.start.line, 0)),
        document.offset(Position(where.end.line + 1, 0)),
    )
    for pattern, low, high in (
        (word, start, end),
        (
            rf"\b(?:{_DEFINES})\s+(?:mut\s+)?{word}|^[ \t]*{word}(?=\s*(?::[^=\n]+)?:?=(?!=))",
            0,
            len(document.text),
        ),
        (word, 0, len(document.text)),
    ):
        match = re.compile(pattern, re.MULTILINE).search(document.text, low, high)
        if match:
            at = document.position(match.end() - len(name))
            return Range(at, at)
    raise KibitzError("not_found", f"There is no `{name}` in this file.", "Check the name.")
