"""Server-sent events: however a stream is cut into parts, the same data comes out."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.models import event_stream
from kibitz.models.event_stream import EventStream

LINE = st.text(st.characters(blacklist_characters="\r\n", blacklist_categories=["Cs"]), max_size=12)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


def read(parts: list[bytes]) -> list[str]:
    stream = EventStream()
    return [data for part in parts for data in stream.feed(part)]


@given(st.lists(st.lists(LINE, min_size=1, max_size=3), max_size=5), ENDS, st.data())
def test_events_come_out_as_they_went_in(events: list[list[str]], end: str, data: st.DataObject) -> None:
    text = "".join("".join(f"data: {line}{end}" for line in event) + end for event in events)
    raw = text.encode() + b": so that a half line end is whole\n"
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=6)))
    parts = [raw[start:stop] for start, stop in pairwise([0, *cuts, len(raw)])]
    assert read(parts) == ["\n".join(event) for event in events]


def test_what_is_no_data_is_passed_over() -> None:
    raw = b"\xef\xbb\xbf: a comment\nevent: x\nid: 1\nretry: 5\ndata:a\ndata: b\ndata:  c\nnoise\n\n\n\ndata\n\n"
    assert read([raw]) == ["a\nb\n c"]


def test_bytes_that_are_no_text_cost_themselves_alone() -> None:
    assert read([b"data: a\xff", b"\xc3", b"\xa9\n\n"]) == ["a\ufffd\xe9"]


@pytest.mark.parametrize(("raw", "last"), [(b"data: [DONE]", "[DONE]"), (b"data: x\n\n", ""), (b"", "")])
def test_an_event_may_lack_its_end(raw: bytes, last: str) -> None:
    stream = EventStream()
    list(stream.feed(raw))
    assert stream.end() == last


def test_an_event_without_an_end_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "LONGEST", 100)
    stream = EventStream()
    with pytest.raises(ValueError, match="without an end"):
        for _ in range(20):
            list(stream.feed(b"data: " + b"x" * 10))
    stream = EventStream()
    with pytest.raises(ValueError, match="without an end"):
        for _ in range(20):
            list(stream.feed(b"data: 0123456789\n"))
