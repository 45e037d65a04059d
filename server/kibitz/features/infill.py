"""What a model that fills in the middle is shown of other files: it reads no messages, so they come as comments."""

from __future__ import annotations

from kibitz.syntax.facts import facts


def as_comments(text: str, language: str, name: str) -> str:
    """Text (other files' code, each under its name) as comments of a language, then the name of the file they precede.

    Empty where there is nothing to show, or the language has no comments: what is no code of it would be continued.
    """
    how = facts(language)
    lines = [*text.rstrip("\n").splitlines(), name]
    if not text.strip():
        return ""
    if how.line_comment:
        return "".join(f"{how.line_comment} {line}".rstrip() + "\n" for line in lines)
    if how.block_comment:
        opens, closes = how.block_comment
        broken = f"{closes[:-1]} {closes[-1]}"
        return f"{opens}\n" + "".join(f"{line.replace(closes, broken)}\n" for line in lines) + f"{closes}\n"
    return ""
