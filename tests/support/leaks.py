"""Whether a secret can be seen in a text, in any writing that is easily read back."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator

GRAM = 8
"""So many characters in a row, of a secret or of another writing of it, are a leak."""


def grams(text: str) -> set[str]:
    """All runs of GRAM characters."""
    return {text[at : at + GRAM] for at in range(len(text) - GRAM + 1)}


def written(secret: str) -> Iterator[str]:
    """The secret, backwards, as hex, and what of it is the same in Base64 wherever in a longer text it stands."""
    for text in (secret, secret[::-1]):
        data = text.encode()
        yield from (text, data.hex(), data.hex().upper())
        for before, skipped in ((0, 0), (1, 2), (2, 3)):
            code = b64encode(bytes(before) + data).decode()[skipped : (before + len(data)) * 8 // 6]
            yield from (code, code.replace("+", "-").replace("/", "_"))


def leaked(secrets: Iterable[str], left: set[str], around: Iterable[str] = ()) -> int:
    """How many characters of the secrets, in the writing that shows most, are in a text of these grams.

    What stands in the texts around them too gives nothing away.
    """
    ours = left.difference(*map(grams, around))
    most = 0
    for secret in secrets:
        for text in written(secret):
            seen = [at for at in range(len(text) - GRAM + 1) if text[at : at + GRAM] in ours]
            most = max(most, len({place for at in seen for place in range(at, at + GRAM)}))
    return most
