"""Whether a stream of server-sent events was ended by who sent it: OpenAI's client reads `[DONE]` and tells nobody."""

from __future__ import annotations

from typing import Any

_MARK = "kibitz_done"


def notice_done() -> None:
    """From now on every decoder of OpenAI's client remembers that it read the last event."""
    from openai._streaming import SSEDecoder

    decode = SSEDecoder.decode

    def noticing(self: Any, line: str) -> Any:
        if line.startswith("data:") and line[5:].strip().startswith("[DONE]"):
            setattr(self, _MARK, True)
        return decode(self, line)

    SSEDecoder.decode = noticing  # type: ignore[method-assign]


def was_done(stream: Any) -> bool:
    """Whether a stream of OpenAI's client came to its end; False for any other stream."""
    return bool(getattr(getattr(stream, "_decoder", None), _MARK, False))
