"""Secrets out of what a model is sent, and back into what it answers."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from kibitz.context.redaction_scan import Span, find_secrets, merged

STEM = "KIBITZ_SECRET_"
"""How placeholders begin. No end of it is also its beginning, so that two can never overlap."""

SHORTEST_KNOWN = 6
"""A secret this long is replaced wherever else it stands."""

SHORTEST_ANYWHERE = 16
"""One this long is replaced inside of other words too."""

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
            halves = both[start : max(start, min(end, border))], both[max(start, border) : end]
            for half in halves:
                if len(half) >= SHORTEST_KNOWN:
                    # an earlier answer in JSON, sent back to be repaired, has it quoted
                    self._known.update(dict.fromkeys((half, _quoted(half))))

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
            parts += [text[at:start], self._placeholder(text[start:end])]
            at = end
        return "".join(parts) + text[at:]

    def restore(self, text: str, *, quoted: bool = False) -> str:
        """The text with the secrets in place of their placeholders; placeholders nobody was given stay.

        `quoted`: the text is JSON, and so are the secrets in it from then on.
        """
        if not self._secrets:
            return text

        def secret(match: re.Match[str]) -> str:
            found = self._secrets.get(match[0], match[0])
            return _quoted(found) if quoted else found

        return re.sub(self._stem + "[0-9]+", secret, text)

    def learn_json(self, value: Any) -> None:
        """Find the secrets in a JSON value; a name in it says what its value is, as in a text."""
        before = set(self._known)
        self.learn(json.dumps(value, ensure_ascii=False))
        for secret in self._known.keys() - before:
            with contextlib.suppress(ValueError):
                self._known[json.loads(f'"{secret}"')] = None

    def redact_json(self, value: Any) -> Any:
        """A JSON value with all its strings redacted, names too."""
        return _mapped(value, self.redact)

    def restore_json(self, value: Any) -> Any:
        """A JSON value with all its strings restored."""
        return _mapped(value, self.restore)

    def stream_restorer(self, *, quoted: bool = False) -> StreamRestorer:
        """Restores what has been redacted so far, as `restore` does, in a text that comes in pieces."""
        return StreamRestorer(partial(self.restore, quoted=quoted), self._stem if self._secrets else "")

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

    def _placeholder(self, secret: str) -> str:
        if secret not in self._placeholders:
            placeholder = f"{self._stem}{len(self._secrets) + 1}"
            self._placeholders[secret] = placeholder
            self._secrets[placeholder] = secret
        return self._placeholders[secret]


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


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


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
