"""The types a type's own header names as what it is built on."""

from __future__ import annotations

import re

_OPEN, _CLOSE = "([{<", ")]}>"
_MODIFIERS = re.compile(r"^(?:(?:public|private|protected|virtual)\s+)+")
_NAME = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|::|\\)[A-Za-z_$][\w$]*)*")
_EXTENDS = re.compile(r"\b(?:extends|implements)\b")
_WORDED = frozenset({"javascript", "javascriptreact", "typescript", "typescriptreact", "java", "php"})
_COLON = frozenset({"cpp", "csharp", "kotlin"})


def bases_of(language: str, kind: str, signature: str) -> tuple[str, ...]:
    """The names behind "(", "extends", ":" or "<" of a header, dotted as written, without type arguments.

    () for what is no type, and for languages whose headers name no bases (Go, Rust, C).
    """
    if kind not in ("class", "interface", "struct", "enum"):
        return ()
    return tuple(
        name.group()
        for part in _written(language, signature)
        if (name := _NAME.match(_MODIFIERS.sub("", part.strip())))
    )


def _written(language: str, signature: str) -> list[str]:
    if language == "python":
        header = signature[signature.find("class ") :]
        start = _top_level(header, "(")
        if start < 0:
            return []
        return [
            part
            for part in _split(header[start + 1 :])
            if "=" not in part and not part.lstrip().startswith("*")
        ]
    if language in _WORDED:
        flat = _without_arguments(signature)
        return [part for clause in _EXTENDS.split(flat)[1:] for part in clause.split(",")]
    if language in _COLON:
        flat = _without_arguments(signature)
        if language == "kotlin":
            flat = re.sub(r"\bwhere\b.*", "", flat)
        _, colon, rest = flat.replace("::", "\0").partition(":")
        rest = re.split(r"\bwhere\b|\{", rest.replace("\0", "::"))[0]
        return rest.split(",") if colon else []
    if language == "ruby":
        _, mark, rest = signature.split("\n")[0].partition("<")
        return [rest] if mark and not rest.startswith("<") else []
    return []


def _top_level(text: str, wanted: str) -> int:
    """Where a character stands outside of brackets, -1 where it does not."""
    depth = 0
    for at, char in enumerate(text):
        if char == wanted and depth == 0:
            return at
        depth += (char in _OPEN) - (char in _CLOSE)
    return -1


def _split(text: str) -> list[str]:
    """The parts between commas up to the bracket that closes what is around the text."""
    parts: list[str] = []
    depth = start = 0
    for at, char in enumerate(text):
        if char in _CLOSE and depth == 0:
            return [*parts, text[start:at]]
        if char == "," and depth == 0:
            parts.append(text[start:at])
            start = at + 1
        depth += (char in _OPEN) - (char in _CLOSE)
    return [*parts, text[start:]]


def _without_arguments(text: str) -> str:
    """A header without what stands in brackets."""
    kept, depth = [], 0
    for at, char in enumerate(text):
        if char == ">" and text[at - 1 : at] in ("-", "="):
            continue
        if char in _OPEN:
            depth += 1
        elif char in _CLOSE:
            depth = max(0, depth - 1)
        elif depth == 0:
            kept.append(char)
    return "".join(kept)
