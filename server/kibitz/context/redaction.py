"""Secrets out of what a model is sent, and back into what it answers."""

from __future__ import annotations

import base64
import contextlib
import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from kibitz.context.redaction_restore import STEM, Placeholders, StreamRestorer, quote
from kibitz.context.redaction_scan import Span, find_secrets, find_secrets_again, merged

__all__ = ["STEM", "Redactor", "StreamRestorer"]

SHORTEST_KNOWN = 6
"""A secret this long is replaced wherever else it stands."""

SHORTEST_ANYWHERE = 16
"""One this long is replaced inside of other words too."""

REWRITTEN = range(8, 61)
"""Secrets this long are replaced too where they stand backwards, as hex, or in Base64, whatever is around them there."""

MOST_REWRITTEN = 200
"""That is a list of secrets, not a program that uses some."""

FEW = 24
"""As many known secrets are looked for one by one."""

_DIGITS = re.compile(r"[0-9]*")


class Redactor:
    """The secrets of one request and their placeholders: one secret has one placeholder, in all its texts.

    Texts are learned first and redacted then, so that a secret which only one of them gives away leaves in none. `often`
    is for texts that come again with every key, see `find_secrets_again`.
    """

    def __init__(self, *, often: bool = False) -> None:
        self._find = find_secrets_again if often else find_secrets
        self._spans: dict[str, list[Span]] = {}
        self._whole: set[str] = set()
        self._known: dict[str, bool] = {}  # and whether it counts inside of other words
        self._placeholders = Placeholders()

    @property
    def count(self) -> int:
        """How many different secrets have been found so far."""
        return len(self._whole)

    def learn(self, text: str, rest: str = "") -> None:
        """Find the secrets of a text that goes on in `rest`: one that reaches over the border is hidden in both."""
        border, both = len(text), text + rest
        for half in (text, rest):
            self._placeholders.avoid(half)
        here, there = self._spans.setdefault(text, []), self._spans.setdefault(rest, [])
        for start, end in self._find(both):
            self._whole.add(both[start:end])
            if end <= border:
                here.append((start, end))
                self._know(both[start:end])
            else:
                here.append((start, border))
                there.append((max(start, border) - border, end - border))
                self._know(both[start:border])
                self._know(both[max(start, border) : end])

    def redact(self, text: str) -> str:
        """The text with a placeholder for each secret; `restore` gives exactly the text again."""
        if text not in self._spans:
            self.learn(text)
        found = [*self._spans[text], *self._elsewhere(text)]
        # what was written before it was ours must not come back as a secret
        found.extend(self._placeholders.taken(text))
        parts, at = [], 0
        # a digit right after a placeholder would be read as part of it
        for start, end in merged((s, _end_of_digits(text, e)) for s, e in found if s < e):
            parts += [text[at:start], self._placeholders.given_for(text[start:end])]
            at = end
        return "".join(parts) + text[at:]

    def restore(self, text: str, *, quoted: bool = False) -> str:
        """The text with the secrets in place of their placeholders; placeholders nobody was given stay.

        `quoted`: the text is JSON, and so are the secrets in it from then on.
        """
        return self._placeholders.restore(text, quoted=quoted)

    def learn_json(self, value: Any) -> None:
        """Find the secrets in a JSON value; a name in it says what its value is, as in a text."""
        named = "\n".join(_named(value))
        before = set(self._known)
        self.learn(named)
        for secret in self._known.keys() - before:
            with contextlib.suppress(ValueError):
                self._known[json.loads(f'"{secret}"')] = self._known[secret]
        _mapped(value, self._learn_once)

    def _learn_once(self, text: str) -> str:
        if text not in self._spans:
            self.learn(text)
        return text

    def redact_json(self, value: Any) -> Any:
        """A JSON value with all its strings redacted, names too."""
        return _mapped(value, self.redact)

    def restore_json(self, value: Any) -> Any:
        """A JSON value with all its strings restored."""
        return _mapped(value, self.restore)

    def stream_restorer(self, *, quoted: bool = False) -> StreamRestorer:
        """Restores what has been redacted so far, as `restore` does, in a text that comes in pieces."""
        return StreamRestorer(self._placeholders, partial(self.restore, quoted=quoted))

    def _know(self, secret: str) -> None:
        if len(secret) < SHORTEST_KNOWN or secret in self._known:
            return
        self._known[secret] = len(secret) >= SHORTEST_ANYWHERE
        if not secret.isalnum():  # an earlier answer in JSON, sent back to be repaired, has it quoted
            self._known[quote(secret)] = self._known[secret]
        if len(secret) in REWRITTEN and len(self._whole) <= MOST_REWRITTEN:
            self._known.update(dict.fromkeys(_rewritten(secret), True))

    def _elsewhere(self, text: str) -> Iterator[Span]:
        """Where known secrets stand, whatever stands around them."""
        for secret, at in self._places(text):
            end = at + len(secret)
            if self._known[secret] or not (_word(text[at - 1 : at]) or _word(text[end : end + 1])):
                yield at, end

    def _places(self, text: str) -> Iterator[tuple[str, int]]:
        if len(self._known) <= FEW:
            for secret in self._known:
                at = text.find(secret)
                while at >= 0:
                    yield secret, at
                    at = text.find(secret, at + 1)
            return
        begins: dict[str, list[str]] = {}
        for secret in self._known:
            begins.setdefault(secret[:SHORTEST_KNOWN], []).append(secret)
        for at in range(len(text) - SHORTEST_KNOWN + 1):
            for secret in begins.get(text[at : at + SHORTEST_KNOWN], ()):
                if text.startswith(secret, at):
                    yield secret, at


def _rewritten(secret: str) -> Iterator[str]:
    """The secret backwards, as hex, and what of it is the same in Base64 wherever in a longer text it stands."""
    data = secret.encode("utf-8", "surrogatepass")
    yield from (secret[::-1], data.hex(), data.hex().upper())
    for before, skipped in ((0, 0), (1, 2), (2, 3)):
        whole = base64.b64encode(bytes(before) + data).decode()
        inner = whole[skipped : (before + len(data)) * 8 // 6]
        yield from (inner, inner.replace("+", "-").replace("/", "_"))


def _end_of_digits(text: str, at: int) -> int:
    match = _DIGITS.match(text, at)
    return match.end() if match is not None else at


def _word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _named(value: Any) -> Iterator[str]:
    """The names in a JSON value with their texts, a line each; what has lines of its own speaks for itself."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from _named(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if isinstance(item, str) and "\n" not in item:
                yield json.dumps({name: item}, ensure_ascii=False)
            else:
                yield from _named(item)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list | tuple):
        return [_mapped(item, change) for item in value]
    if isinstance(value, dict):
        return {change(key): _mapped(item, change) for key, item in value.items()}
    return value
