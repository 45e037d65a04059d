"""Secrets out of what a model is sent, and back into what it answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from kibitz.context.redaction_scan import Span, find_secrets, merged

STEM = "KIBITZ_SECRET_"
"""How placeholders begin. No end of it is also its beginning, so that two can never overlap."""

SHORTEST_KNOWN = 6
"""A secret this long is replaced wherever else it stands."""

SHORTEST_ANYWHERE = 16
"""One this long is replaced inside of other words too."""

_BREAKS = re.compile(r"\\.|[\\\"'`\x00-\x1f\x7f]", re.DOTALL)
"""Quotes, escapes and line ends inside a secret stay: what is put back then fits into any kind of literal, JSON too."""

_DIGITS = re.compile(r"[0-9]*")


class Redactor:
    """The secrets of one request and their placeholders: one secret has one placeholder, in all its texts.

    Texts are learned first and redacted then, so that a secret which only one of them gives away leaves in none.
    """

    def __init__(self) -> None:
        self._stem = STEM
        self._spans: dict[str, list[Span]] = {}
        self._whole: set[str] = set()
        self._known: dict[str, None] = {}
        self._placeholders: dict[str, str] = {}
        self._secrets: dict[str, str] = {}

    @property
    def count(self) -> int:
        """How many different secrets have been found so far."""
        return len(self._whole)

    def learn(self, text: str, rest: str = "") -> None:
        """Find the secrets of a text that goes on in `rest`: one that reaches over the border is hidden in both."""
        while not self._secrets and (self._stem in text or self._stem in rest):
            self._stem += "X_"
        border, both = len(text), text + rest
        here, there = self._spans.setdefault(text, []), self._spans.setdefault(rest, [])
        for start, end in find_secrets(both):
            self._whole.add(both[start:end])
            here.append((start, min(end, border)))
            there.append((max(start, border) - border, end - border))
            halves = (both[start : max(start, min(end, border))], both[max(start, border) : end])
            pieces = [piece for half in halves for piece in _BREAKS.split(half)]
            self._known.update(dict.fromkeys(p for p in pieces if len(p) >= SHORTEST_KNOWN))

    def redact(self, text: str) -> str:
        """The text with a placeholder for each secret; `restore` gives exactly the text again."""
        if text not in self._spans:
            self.learn(text)
        found = [*self._spans[text], *self._elsewhere(text)]
        if self._stem in text:  # written before it was ours: it must not come back as a secret
            found.extend(m.span() for m in re.finditer(self._stem + "[0-9]+", text))
        parts, at = [], 0
        # a digit right after a placeholder would be read as part of it
        for start, end in merged((s, _end_of_digits(text, e)) for s, e in found if s < e):
            parts += [text[at:start], self._hidden(text[start:end])]
            at = end
        return "".join(parts) + text[at:]

    def restore(self, text: str) -> str:
        """The text with the secrets in place of their placeholders; placeholders nobody was given stay."""
        if not self._secrets:
            return text
        return re.sub(self._stem + "[0-9]+", lambda m: self._secrets.get(m[0], m[0]), text)

    def learn_json(self, value: Any) -> None:
        """Find the secrets in a JSON value; a name in it says what its value is, as in a text."""
        self.learn(json.dumps(value, ensure_ascii=False))

    def redact_json(self, value: Any) -> Any:
        """A JSON value with all its strings redacted, names too."""
        return _mapped(value, self.redact)

    def restore_json(self, value: Any) -> Any:
        """A JSON value with all its strings restored."""
        return _mapped(value, self.restore)

    def stream_restorer(self) -> StreamRestorer:
        """Restores what has been redacted so far, in a text that comes in pieces."""
        return StreamRestorer(self.restore, self._stem if self._secrets else "")

    def _elsewhere(self, text: str) -> Iterator[Span]:
        """Where known secrets stand, whatever stands around them."""
        for secret in self._known:
            at = text.find(secret)
            while at >= 0:
                end = at + len(secret)
                if len(secret) >= SHORTEST_ANYWHERE or not (
                    _word(text[at - 1 : at]) or _word(text[end : end + 1])
                ):
                    yield at, end
                at = text.find(secret, end)

    def _hidden(self, secret: str) -> str:
        parts, at = [], 0
        for stays in _BREAKS.finditer(secret):
            parts += [self._placeholder(secret[at : stays.start()]), stays[0]]
            at = stays.end()
        return "".join(parts) + self._placeholder(secret[at:])

    def _placeholder(self, secret: str) -> str:
        if secret and secret not in self._placeholders:
            placeholder = f"{self._stem}{len(self._secrets) + 1}"
            self._placeholders[secret] = placeholder
            self._secrets[placeholder] = secret
        return self._placeholders[secret] if secret else ""


class StreamRestorer:
    """Puts secrets back into a text that comes in pieces; the pieces together are the whole text restored."""

    def __init__(self, restore: Callable[[str], str], stem: str) -> None:
        self._restore = restore
        self._stem = stem
        self._held = ""

    def feed(self, delta: str) -> str:
        """What can be shown now: all but an end that may be the beginning of a placeholder."""
        if not self._stem:
            return delta
        text = self._held + delta
        ready = self._undecided(text)
        self._held = text[ready:]
        return self._restore(text[:ready])

    def finish(self) -> str:
        """What was held back, when nothing more comes."""
        text, self._held = self._held, ""
        return self._restore(text)

    def _undecided(self, text: str) -> int:
        at = text.rfind(self._stem)
        if at >= 0 and _end_of_digits(text, at + len(self._stem)) == len(text):
            return at
        lengths = range(min(len(self._stem) - 1, len(text)), 0, -1)
        return len(text) - next((n for n in lengths if text.endswith(self._stem[:n])), 0)


def _end_of_digits(text: str, at: int) -> int:
    match = _DIGITS.match(text, at)
    return match.end() if match is not None else at


def _word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list | tuple):
        return [_mapped(item, change) for item in value]
    if isinstance(value, dict):
        return {change(key): _mapped(item, change) for key, item in value.items()}
    return value
