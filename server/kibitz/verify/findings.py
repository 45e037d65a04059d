"""Reading the list of findings in an answer: tolerant of what stands around it, not of what is in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from kibitz.errors import KibitzError
from kibitz.verify.fences import fences

SEVERITIES = ("error", "warning", "information", "hint")
EVIDENCE = ("static", "model")
"""What an answer can offer; that something was executed is only known to who executed it."""

_LIST = re.compile(r"\[\s*(?=[{\]])")
_MOST_STARTS = 200
"""Each place where a list may begin costs a look at the rest of the text."""
_PLACE = ("line", "column", "endLine", "endColumn")


class _BrokenError(Exception):
    """Why an entry cannot be used."""


def parse_findings(text: str) -> tuple[list[dict[str, Any]], list[str]]:
    """The findings in an answer, and for each one dropped (or its fix) the reason.

    A finding has `line`, `column`, `endLine`, `endColumn` (from 1, in characters, the end exclusive), `quote`, `severity`,
    `rule`, `message`, `evidence` {kind, detail}, and `fix` {title, edits} where it is whole; other fields are left out.
    An answer may leave out the last three of the place (the start of the line) and the evidence (a model's word).
    Raises `bad_response` where there is not exactly one list, or nothing in it can be used.
    """
    entries = _entries(text)
    found: list[dict[str, Any]] = []
    dropped: list[str] = []
    for number, entry in enumerate(entries, 1):
        try:
            found.append(_finding(entry, number, dropped))
        except _BrokenError as broken:
            dropped.append(f"finding {number}: {broken}")
    if entries and not found:
        raise _bad(f"None of the {len(entries)} findings in the answer can be used ({dropped[0]}).")
    return found, dropped


def _bad(sentence: str) -> KibitzError:
    return KibitzError("bad_response", sentence, "Ask again, or choose another model.")


def _entries(text: str) -> list[Any]:
    fenced = [
        fence.code for fence in fences(text) if fence.complete and fence.language in ("json", "jsonc", "")
    ]
    for part in [*fenced, text.strip()]:
        whole = _decoded(part)
        if isinstance(whole, list) and len(fenced) <= 1:
            return whole
    lists = list(_lists(text))
    filled = [entries for entries in lists if entries]
    if len(filled) > 1:
        raise _bad("The answer has several lists of findings.")
    if not lists:
        raise _bad("The answer has no complete list of findings.")
    return filled[0] if filled else []


def _decoded(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _lists(text: str) -> Iterator[list[Any]]:
    """The lists of objects that stand in a text, none inside another."""
    decoder = json.JSONDecoder(parse_constant=_no_constant)
    at = 0
    for _ in range(_MOST_STARTS):
        match = _LIST.search(text, at)
        if match is None:
            return
        try:
            value, at = decoder.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            at = match.end()
            continue
        yield value


def _finding(entry: Any, number: int, dropped: list[str]) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise _BrokenError("is not an object")
    start = {"column": 1, "endLine": entry.get("line"), "endColumn": entry.get("column", 1)}
    finding: dict[str, Any] = _place(start | entry)
    finding["quote"] = _text(entry, "quote")
    finding["severity"] = _one_of(entry, "severity", SEVERITIES)
    finding["rule"] = _text(entry, "rule", needed=True)
    finding["message"] = _text(entry, "message", needed=True)
    evidence = entry.get("evidence", {"kind": "model", "detail": ""})
    if not isinstance(evidence, dict):
        raise _BrokenError("evidence is not an object")
    finding["evidence"] = {"kind": _one_of(evidence, "kind", EVIDENCE), "detail": _text(evidence, "detail")}
    if entry.get("fix") is not None:
        try:
            finding["fix"] = _fix(entry["fix"])
        except _BrokenError as broken:
            dropped.append(f"the fix of finding {number}: {broken}")
    return finding


def _place(entry: dict[str, Any]) -> dict[str, Any]:
    place: dict[str, Any] = {}
    for name in _PLACE:
        value = entry.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise _BrokenError(f"{name} is not a number from 1")
        place[name] = value
    if (place["endLine"], place["endColumn"]) < (place["line"], place["column"]):
        raise _BrokenError("its end is before its start")
    return place


def _text(entry: dict[str, Any], name: str, *, needed: bool = False) -> str:
    value = entry.get(name)
    if not isinstance(value, str):
        raise _BrokenError(f"{name} is not a text")
    if needed and not value.strip():
        raise _BrokenError(f"{name} is empty")
    return value


def _one_of(entry: dict[str, Any], name: str, values: tuple[str, ...]) -> str:
    value = entry.get(name)
    if not isinstance(value, str) or value not in values:
        raise _BrokenError(f"{name} is none of {', '.join(values)}")
    return value


def _fix(fix: Any) -> dict[str, Any]:
    if not isinstance(fix, dict):
        raise _BrokenError("is not an object")
    edits = fix.get("edits")
    if not isinstance(edits, list) or not edits or not all(isinstance(edit, dict) for edit in edits):
        raise _BrokenError("has no edits")
    read = [_place(edit) | {"newText": _text(edit, "newText")} for edit in edits]
    spans = sorted(tuple(edit[name] for name in _PLACE) for edit in read)
    for one, two in pairwise(spans):
        if two[:2] < one[2:]:
            raise _BrokenError("its edits overlap")
    return {"title": _text(fix, "title", needed=True), "edits": read}
