"""An endpoint's own count of tokens and its prefix cache, by the rules that OpenAI documents.

Counting: https://github.com/openai/openai-cookbook, "How to count tokens with tiktoken". Cache: prompts of 1,024 tokens
and more, in steps of 128, for prompts that begin like a recent one (https://platform.openai.com/docs/guides/prompt-caching).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import OrderedDict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

LEAST, STEP = 1024, 128
RECENT = 20_000
"""How many beginnings the cache holds."""


def encoder() -> Any:
    """The vocabulary of today's models, from the files of an installed library: nothing is downloaded."""
    spec = find_spec("litellm")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "litellm_core_utils" / "tokenizers"
    os.environ["TIKTOKEN_CACHE_DIR"] = str(folder)
    import tiktoken

    return tiktoken.get_encoding("o200k_base")


class PrefixCache:
    """Counts what a request reads, and how much of it a recent one began with."""

    def __init__(self) -> None:
        self._encode = encoder().encode_ordinary
        self._known: OrderedDict[str, None] = OrderedDict()
        self._texts: dict[str, list[int]] = {}

    def read(self, body: dict[str, Any]) -> tuple[int, int]:
        """Tokens of a request's body, and how many of them were cached; from now on its own beginnings are."""
        tokens = self._tokens(body)
        digest, cached = hashlib.blake2b(digest_size=16), 0
        for at in range(0, len(tokens) - STEP + 1, STEP):
            digest.update(repr(tokens[at : at + STEP]).encode())
            key = digest.hexdigest()
            if key in self._known and at + STEP >= LEAST:
                cached = at + STEP
            self._known[key] = None
            self._known.move_to_end(key)
        while len(self._known) > RECENT:
            self._known.popitem(last=False)
        return len(tokens), cached

    def written(self, text: str) -> int:
        """Tokens of an answer."""
        return len(self._text(text))

    def _tokens(self, body: dict[str, Any]) -> list[int]:
        found: list[int] = []
        for tool in body.get("tools", ()):
            found += self._tool(tool["function"])
        if body.get("tools"):
            found += [-1] * 12
        for message in body["messages"]:
            found += [-2, -3, -4, *self._text(message["role"])][:3]
            found += self._text(message.get("content") or "")
            for call in message.get("tool_calls", ()):
                found += self._text(call["function"]["name"] + call["function"]["arguments"])
        return [*found, -5, -6, -7]

    def _tool(self, function: dict[str, Any]) -> list[int]:
        """Seven for a function, three for its properties, three for each of them, and the words."""
        found = [-8] * 7 + self._text(f"{function['name']}:{function.get('description', '').rstrip('.')}")
        properties = function["parameters"].get("properties", {})
        found += [-9] * 3 if properties else []
        for name, value in properties.items():
            found += [-10] * 3 + self._text(
                f"{name}:{value['type']}:{value.get('description', '').rstrip('.')}"
            )
        return found

    def _text(self, text: str) -> list[int]:
        if text not in self._texts:
            self._texts[text] = self._encode(text)
        return self._texts[text]


def text_of(body: dict[str, Any]) -> str:
    """A body as JSON."""
    return json.dumps(body, ensure_ascii=False)
