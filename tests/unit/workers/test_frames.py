"""Framed JSON: whatever stands between good messages, the good ones arrive."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from kibitz.workers.frames import MAX_FRAME, FrameParser, Malformed, encode

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def parsed(data: bytes, size: int = 10**9) -> list[object]:
    parser = FrameParser()
    return [m for at in range(0, len(data), size) for m in parser.feed(data[at : at + size])]


@given(st.lists(VALUES, max_size=5), st.integers(1, 40))
def test_messages_arrive_whole_however_they_are_cut(values: list[object], size: int) -> None:
    assert parsed(b"".join(map(encode, values)), size) == values


@given(st.binary(max_size=80), st.integers(1, 40))
def test_junk_before_a_message_costs_at_most_itself(junk: bytes, size: int) -> None:
    """A header in the junk may swallow the first good message at most until the next header proves it wrong."""
    good = {"jsonrpc": "2.0", "id": 7, "method": "x"}
    messages = parsed(junk + b"\r\n\r\n" + encode(good) + encode(good), size)
    assert good in messages


def test_a_body_shorter_than_announced_is_given_up_at_the_next_header() -> None:
    good = {"a": "Content-Length: 5\r\n\r\n"}
    data = b'Content-Length: 500\r\n\r\n{"short":1}' + encode(good)
    assert parsed(data) == [Malformed("body"), good]


def test_a_length_nobody_can_mean_is_refused() -> None:
    data = b"Content-Length: %d\r\n\r\n{}" % (MAX_FRAME + 1) + encode([1])
    messages = parsed(data)
    assert messages[0] == Malformed("header")
    assert messages[-1] == [1]


def test_deep_nesting_is_a_broken_body_not_a_crash() -> None:
    body = b"[" * 200_000
    assert parsed(b"Content-Length: %d\r\n\r\n" % len(body) + body) == [Malformed("body")]


def test_text_outside_of_ascii_is_counted_in_bytes() -> None:
    frame = encode({"t": "é😀"})
    head, _, body = frame.partition(b"\r\n\r\n")
    assert int(head.split(b":")[1]) == len(body)
    assert json.loads(body) == {"t": "é😀"}
