"""What all tables share: times, ids, text that SQLite can hold, and rows that become JSON."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, cast

import attrs

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_TIME_CHARACTERS = 9
_RANDOM_CHARACTERS = 6


class Row:
    """The base of every row handed out: frozen, and able to become JSON in camelCase."""

    __slots__ = ()

    def to_json(self) -> dict[str, Any]:
        """The row as plain JSON values, its names in camelCase, rows inside it too."""
        fields = attrs.fields(cast("type[attrs.AttrsInstance]", type(self)))
        return {camel(field.name): _plain(getattr(self, field.name)) for field in fields}


def _plain(value: Any) -> Any:
    if isinstance(value, Row):
        return value.to_json()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def camel(name: str) -> str:
    """`input_tokens` as `inputTokens`."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def now() -> str:
    """The present as UTC ISO 8601 with milliseconds, such as `2025-01-31T12:00:00.000Z`."""
    return _text(datetime.now(UTC))


def normal_time(time: str) -> str:
    """Any ISO 8601 time in the one shape that sorts as text; what is not a time becomes the present."""
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        return now()
    return _text(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def midnight(day: date) -> str:
    """The UTC time at which a day of the user's own calendar begins."""
    return _text(datetime(day.year, day.month, day.day).astimezone())


def today() -> date:
    """The day in the user's own calendar."""
    return datetime.now().astimezone().date()


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_id() -> str:
    """Fifteen characters that sort by the time they were made and cannot be guessed from one another."""
    left = int(datetime.now(UTC).timestamp() * 1000)
    time = ""
    for _ in range(_TIME_CHARACTERS):
        left, digit = divmod(left, 32)
        time = _ALPHABET[digit] + time
    return time + "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_CHARACTERS))


def clean(text: str) -> str:
    """Text that SQLite can hold whole: no NUL, and no half of a surrogate pair, which models do send."""
    if "\0" in text:
        text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def one_line(text: str, limit: int) -> str:
    """Text on one line, cut to at most `limit` characters with an ellipsis."""
    line = " ".join(clean(text[: limit * 8]).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def to_text(value: Any) -> str | None:
    """JSON text for a column; None stays NULL. What JSON has no word for is stored as its string."""
    if value is None:
        return None
    if isinstance(value, Mapping):
        value = dict(value)
    return json.dumps(value, default=str)


def from_text(text: str | None, default: Any) -> Any:
    """The value that `to_text` wrote; the default for NULL."""
    return default if text is None else json.loads(text)
