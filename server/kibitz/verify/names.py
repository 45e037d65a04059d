"""Whether a change uses names that are defined nowhere."""

from __future__ import annotations

import asyncio
import json
import re

from kibitz.errors import KibitzError
from kibitz.text import Document
from kibitz.verify.checks import Check, listed
from kibitz.verify.names_in_scope import check_scopes
from kibitz.workers.process import find_tool, run_tool

_NAME = re.compile(r"`([^`]+)`")
_RULES = "F821,F822,F823"
_TIMEOUT_S = 15


async def check_names(before: Document, after: Document, *, trusted: bool) -> Check:
    """Undefined names that the change brought; for Python, by ruff, also in `__all__` and before assignment."""
    if after.language != "python":
        return await asyncio.to_thread(check_scopes, before, after)
    if not trusted:
        return _skipped("no process is started in an untrusted workspace")
    ruff = find_tool("ruff")
    if ruff is None:
        return _skipped("ruff is not installed")
    try:
        old, new = await asyncio.gather(_undefined(ruff, before), _undefined(ruff, after))
    except KibitzError as error:
        return _skipped(error.message)
    if new is None:
        return _skipped("the new text does not parse")
    brought = sorted(new - (old or set()))
    if brought:
        return Check("names", "failed", f"not defined: {listed(brought)}")
    return Check("names", "passed")


def _skipped(why: str) -> Check:
    return Check("names", "skipped", why)


async def _undefined(ruff: str, document: Document) -> set[str] | None:
    """The names, None where the text does not parse. Raises KibitzError where ruff gives no answer."""
    if not document.text.strip():
        return set()
    stub = document.path is not None and document.path.suffix == ".pyi"
    # the newest version: this is about names, not about which Python the project is for
    options = ["--isolated", "--no-cache", "--output-format", "json", "--target-version", "py314"]
    name = "module.pyi" if stub else "module.py"
    result = await run_tool(
        [ruff, "check", *options, "--select", _RULES, "--ignore-noqa", "--stdin-filename", name, "-"],
        stdin=document.text,
        timeout_s=_TIMEOUT_S,
    )
    try:
        entries = [(str(entry["code"]), str(entry["message"])) for entry in json.loads(result.stdout)]
    except (ValueError, TypeError, KeyError):
        raise KibitzError("internal", "ruff gave no answer", "Install ruff again.") from None
    if any(code not in _RULES.split(",") for code, _ in entries):
        return None
    return {found[1] for _, message in entries if (found := _NAME.search(message))}
