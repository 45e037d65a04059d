"""Judge: does a screenshot meet criteria? Asked of a model that can see."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from kibitz.errors import KibitzError, unsupported
from kibitz.features.prompt import render
from kibitz.features.result import Envelope, Stopwatch
from kibitz.features.workbench import Workbench
from kibitz.models.protocol import Request
from kibitz.models.select import OFFLINE
from kibitz.paths import from_uri

MAX_BYTES = 10_000_000
KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_ARRAY = re.compile(r"\[.*\]", re.DOTALL)


@frozen
class Verdict:
    """Whether one criterion is met, and what in the picture decided it."""

    criterion: str
    passed: bool
    reason: str


@frozen
class Judgement:
    """A verdict for each criterion, in their order."""

    envelope: Envelope
    verdicts: tuple[Verdict, ...]

    def to_json(self) -> dict[str, Any]:
        """The result of `kibitz.judge`."""
        verdicts = [{"criterion": v.criterion, "pass": v.passed, "reason": v.reason} for v in self.verdicts]
        return {**self.envelope.to_json(), "verdicts": verdicts}


async def judge(bench: Workbench, image: str, criteria: tuple[str, ...]) -> Judgement:
    """Judge the PNG or JPEG at a file URI. Raises `invalid`, `unsupported` without a model, and the engine's errors."""
    watch = Stopwatch()
    if not criteria or not all(c.strip() for c in criteria):
        raise KibitzError("invalid", "There is no criterion to judge by.", "Give at least one, in words.")
    model = bench.model("judge")
    if model.name == OFFLINE:
        raise unsupported("The built-in engine cannot see pictures.", "Set `model` to one that can.")
    path = from_uri(image)
    if path is None:
        raise KibitzError(
            "invalid", "The picture is named by the URI of a file.", "Save it as PNG or JPEG first."
        )
    data_url = await asyncio.to_thread(_data_url, path)
    numbered = "\n".join(f"{number}. {text}" for number, text in enumerate(criteria, 1))
    system, user = render("judge", criteria=numbered)
    request = Request("judge", (system, evolve(user, images=(data_url,))))
    answer = await bench.ask(request, model=model)
    try:
        verdicts = _parse(answer.text, criteria)
    except KibitzError as error:
        answer = await bench.ask_again(request, answer, error.message)
        verdicts = _parse(answer.text, criteria)
    return Judgement(bench.envelope(answer, watch), verdicts)


def _data_url(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise KibitzError(
                "invalid", f"{path.name} is larger than {MAX_BYTES / 1e6:.0f} MB.", "Make it smaller."
            )
        data = path.read_bytes()
    except OSError as error:
        raise KibitzError(
            "not_found", f"{path.name} cannot be read: {error.strerror}.", "Check the path."
        ) from None
    kind = next((kind for mark, kind in KINDS.items() if data.startswith(mark)), None)
    if kind is None:
        raise KibitzError(
            "invalid", f"{path.name} is no PNG and no JPEG.", "Save the picture as one of them."
        )
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def _parse(text: str, criteria: tuple[str, ...]) -> tuple[Verdict, ...]:
    """One verdict for each criterion. Raises `bad_response` for anything else."""
    match = _ARRAY.search(text)
    try:
        entries = json.loads(match.group()) if match else None
        verdicts = {int(e["criterion"]): (e["pass"], str(e["reason"])) for e in entries or ()}
    except (ValueError, TypeError, KeyError):
        verdicts = {}
    if set(verdicts) != set(range(1, len(criteria) + 1)) or not all(
        isinstance(p, bool) for p, _ in verdicts.values()
    ):
        raise KibitzError("bad_response", "The answer is not one verdict for each criterion.", "Ask again.")
    return tuple(Verdict(c, *verdicts[n]) for n, c in enumerate(criteria, 1))
