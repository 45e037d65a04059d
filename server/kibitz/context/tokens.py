"""Token counts without a tokenizer: an estimate that errs on the high side for code."""

from __future__ import annotations

BYTES_PER_TOKEN = 3.0
"""Code runs at 3 to 4 bytes a token in today's vocabularies; the low end keeps a budget safe."""


def estimate(text: str) -> int:
    """How many tokens a text takes, at the most likely worst."""
    return int(len(text.encode("utf-8", "surrogatepass")) / BYTES_PER_TOKEN + 0.999)
