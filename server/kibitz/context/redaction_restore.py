"""Placeholders for secrets: how they are written, how models rewrite them, and how they are found again in an answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

STEM = "KIBITZ_SECRET_"
"""How placeholders begin. No end of it is also its beginning, so that two can never overlap."""

_FLAGS = re.IGNORECASE | re.ASCII


def _loose(char: str) -> str:
    return r"(?:\\{0,2}[_-])?" if char == "_" else char


_FIRST = STEM.split("_", 1)[0].lower()
_ANY_STEM = re.compile("".join(map(_loose, STEM)) + f"(?:x{_loose('_')})*", _FLAGS)


class Placeholders:
    """Hands out a placeholder for each secret, and puts the secrets back.

    Models change what they copy: `kibitz_secret_1`, `KIBITZ-SECRET-1`, `KibitzSecret1` and Markdown's
    `KIBITZ\\_SECRET\\_1` all mean the placeholder.
    """

    def __init__(self) -> None:
        self._by_secret: dict[str, str] = {}
        self._secrets: dict[str, str] = {}
        self._stem = STEM
        self._use(STEM)

    def _use(self, stem: str) -> None:
        self._stem = stem
        self._any = re.compile("".join(map(_loose, stem)) + "([0-9]+)", _FLAGS)
        self._beginning = re.compile(_beginning(stem), _FLAGS)

    def __bool__(self) -> bool:
        return bool(self._secrets)

    def avoid(self, text: str) -> None:
        """Take another name for placeholders where the text has something like them, and none was handed out yet."""
        if self._secrets or _FIRST not in text.lower():
            return
        longest = max((match[0].lower().count("x") + 1 for match in _ANY_STEM.finditer(text)), default=0)
        if longest > self._stem.count("X"):
            self._use(STEM + "X_" * longest)

    def taken(self, text: str) -> list[tuple[int, int]]:
        """Where the text has something that would be restored."""
        return [match.span() for match in self._any.finditer(text)] if _FIRST in text.lower() else []

    def given_for(self, secret: str) -> str:
        """The placeholder of a secret, the same each time."""
        if secret not in self._by_secret:
            number = str(len(self._secrets) + 1)
            self._by_secret[secret] = self._stem + number
            self._secrets[number] = secret
        return self._by_secret[secret]

    def restore(self, text: str, *, quoted: bool = False) -> str:
        """The text with the secrets in place of their placeholders; placeholders nobody was given stay.

        `quoted`: the text is JSON, and so are the secrets in it from then on.
        """
        if not self._secrets:
            return text

        def secret(match: re.Match[str]) -> str:
            found = self._secrets.get(match[1])
            if found is None:
                return match[0]
            return quote(found) if quoted else found

        return self._any.sub(secret, text)

    def undecided(self, text: str) -> int:
        """Where an end of the text begins that may become a placeholder, or a longer one, when more comes."""
        match = self._beginning.search(text, max(0, len(text) - _LONGEST))
        return match.start() if match is not None else len(text)


class StreamRestorer:
    """Puts secrets back into a text that comes in pieces; the pieces together are the whole text restored."""

    def __init__(self, placeholders: Placeholders, restore: Callable[[str], str]) -> None:
        self._placeholders = placeholders
        self._restore = restore
        self._held = ""

    def feed(self, delta: str) -> str:
        """What can be shown now: all but an end that may be the beginning of a placeholder."""
        if not self._placeholders:
            return delta
        text = self._held + delta
        ready = self._placeholders.undecided(text)
        self._held = text[ready:]
        return self._restore(text[:ready])

    def finish(self) -> str:
        """What was held back, when nothing more comes."""
        text, self._held = self._held, ""
        return self._restore(text)


_LONGEST = 200
"""An end longer than this is no placeholder, whatever it begins like."""


def quote(text: str) -> str:
    """The text as it stands between the quotes of a JSON string."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _beginning(stem: str) -> str:
    """A pattern for all beginnings of placeholders at the end of a text."""
    pattern = "[0-9]*"
    for char in reversed(stem):
        # what stands between the words may be there in part, or not at all
        pattern = (
            rf"(?:\\{{1,2}}|(?:\\{{0,2}}[_-])?(?:{pattern})?)" if char == "_" else f"{char}(?:{pattern})?"
        )
    return rf"{pattern}\Z"
