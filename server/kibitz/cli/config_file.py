"""Changing the user's config.toml: the one value asked for, and not a byte beside it."""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kibitz.errors import KibitzError

_VALUE = r"(?:\"(?:[^\"\\\r\n]|\\.)*\"|'[^'\r\n]*'|[^#\r\n]*?)"


def with_value(text: str, key: str, value: str) -> str:
    """The file with a text set to another value; `key` may be dotted. Raises `invalid` where it is not TOML, or cannot be
    changed so."""
    try:
        wanted = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise KibitzError("invalid", f"The file is not right: {error}.", "Correct it first.") from None
    *tables, last = key.split(".")
    inner: Any = wanted
    for name in tables:
        inner = inner.setdefault(name, {}) if isinstance(inner, dict) else None
    if isinstance(inner, dict):
        inner[last] = value
        for changed in _attempts(text, key, json.dumps(value)):
            if _parsed(changed) == wanted:
                return changed
    raise KibitzError("invalid", f"`{key}` could not be changed in the file.", "Change it by hand.")


def _attempts(text: str, key: str, value: str) -> Iterator[str]:
    """Each line that may be the one, with the new value; then a new first line of its table, or of the file."""
    table, _, last = key.rpartition(".")
    for name in (key, last) if table else (key,):
        line = re.compile(rf"(?m)^([ \t]*{_named(name)}[ \t]*=[ \t]*){_VALUE}(?=[ \t]*(?:#[^\r\n]*)?\r?$)")
        for match in line.finditer(text):
            yield text[: match.end(1)] + value + text[match.end() :]
    end = "\r\n" if "\r\n" in text else "\n"
    if table:
        header = re.compile(rf"(?m)^[ \t]*\[[ \t]*{_named(table)}[ \t]*\][ \t]*(?:#[^\r\n]*)?(?:\r?\n|\Z)")
        for match in header.finditer(text):
            before = text[: match.end()]
            yield f"{before}{'' if before.endswith(chr(10)) else end}{last} = {value}{end}{text[match.end() :]}"
    yield f"{key} = {value}{end}{text}"


def _named(key: str) -> str:
    """A pattern for a dotted key as it may be written."""
    parts = [rf"(?:{re.escape(part)}|\"{re.escape(part)}\"|'{re.escape(part)}')" for part in key.split(".")]
    return r"[ \t]*\.[ \t]*".join(parts)


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def set_value(path: Path, key: str, value: str) -> None:
    """Set a text in the file (`key` may be dotted), which is made if need be. Raises `invalid` and leaves it as it was."""
    try:
        target = path.resolve()  # a link stays a link
        before = target.read_bytes().decode("utf-8") if target.exists() else ""
        after = with_value(before, key, value)
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".config-")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(after.encode())
            if target.exists():
                Path(name).chmod(target.stat().st_mode & 0o7777)
            Path(name).replace(target)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except KibitzError as error:
        raise KibitzError("invalid", f"{path} was not changed. {error.message}", error.hint) from None
    except UnicodeDecodeError:
        raise KibitzError("invalid", f"{path} is not UTF-8 text.", "Save it as UTF-8.") from None
    except OSError as error:
        raise KibitzError(
            "invalid", f"{path} cannot be changed: {error.strerror}.", "Check its permissions."
        ) from None
