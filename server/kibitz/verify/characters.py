"""Characters that a text gets on its way through a word processor or a web page, and code does not have."""

from __future__ import annotations

_TYPED = {
    "“": '"',
    "”": '"',
    "„": '"',
    "‘": "'",
    "’": "'",
    "–": "-",
    "—": "-",
    "\u00a0": " ",
    "\u202f": " ",
    "\u2007": " ",
    "\u200b": "",
    "\u2060": "",
    "\ufeff": "",
}


def typed(search: str, replace: str, text: str) -> tuple[str, str]:
    """Both sides of a block with plain characters for those that its search text has and the file's text has nowhere."""
    if search.isascii():
        return search, replace
    strange = {ord(char): plain for char, plain in _TYPED.items() if char in search and char not in text}
    return search.translate(strange), replace.translate(strange)
