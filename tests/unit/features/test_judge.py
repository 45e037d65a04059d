"""Judging a picture: what is sent, and which answers count."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kibitz.errors import KibitzError
from kibitz.features import judge as judging
from kibitz.features.services import Services
from kibitz.features.workbench import Workbench
from kibitz.models.protocol import Done, Event, Request, Text
from kibitz.settings import Settings

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 16


class Seeing:
    """A model that answers from a list and keeps what it was asked."""

    name = "test/seeing"

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.requests: list[Request] = []

    async def stream(self, request: Request) -> AsyncIterator[Event]:
        self.requests.append(request)
        yield Text(self.answers.pop(0))
        yield Done()


@pytest.fixture
async def bench() -> AsyncIterator[Workbench]:
    services = Services(Settings(), lambda _: None)
    yield Workbench(services, Settings(), None)
    await services.close()


def picture(folder: Path, data: bytes = PNG) -> str:
    path = folder / "shot.png"
    path.write_bytes(data)
    return path.as_uri()


GOOD = 'Here: [{"criterion": 1, "pass": true, "reason": "It is there."}, {"criterion": 2, "pass": false, "reason": "No."}]'


async def test_each_criterion_gets_a_verdict(
    bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Seeing("I cannot say.", GOOD)
    monkeypatch.setattr(bench, "model", lambda feature, override=None: model)
    result = await judging.judge(bench, picture(tmp_path), ("a button", "a picture"))
    assert [(v.criterion, v.passed) for v in result.verdicts] == [("a button", True), ("a picture", False)]
    assert model.requests[0].messages[1].images[0].startswith("data:image/png;base64,")
    assert len(model.requests) == 2, "a broken answer is repaired once"


@pytest.mark.parametrize(
    "answer",
    [
        "[]",
        '[{"criterion": 1, "pass": "yes", "reason": "x"}]',
        '[{"criterion": 3, "pass": true, "reason": "x"}]',
        "{}",
    ],
)
async def test_anything_else_is_refused(
    bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setattr(bench, "model", lambda feature, override=None: Seeing(answer, answer))
    with pytest.raises(KibitzError) as caught:
        await judging.judge(bench, picture(tmp_path), ("a button",))
    assert caught.value.kind == "bad_response"


async def test_what_is_no_picture_is_not_sent(
    bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Seeing()
    monkeypatch.setattr(bench, "model", lambda feature, override=None: model)
    for uri, kind in (
        (picture(tmp_path, b"text"), "invalid"),
        ((tmp_path / "no.png").as_uri(), "not_found"),
        ("http://x/y.png", "invalid"),
    ):
        with pytest.raises(KibitzError) as caught:
            await judging.judge(bench, uri, ("a button",))
        assert caught.value.kind == kind
    assert model.requests == []


async def test_the_built_in_engine_says_that_it_cannot_see(bench: Workbench, tmp_path: Path) -> None:
    with pytest.raises(KibitzError) as caught:
        await judging.judge(bench, picture(tmp_path), ("a button",))
    assert caught.value.kind == "unsupported"
