"""What calls cost: list prices, the worst a call may come to, and the tokens a provider reported or we counted.

Nothing here knows the library that has the price list: it is handed in.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from attrs import asdict, frozen

from kibitz.models.protocol import Usage

PICO = 1_000_000_000_000
_PICO_PER_NANO = 1000

_ABOVE = re.compile(r"(?P<what>[a-z_]+?)_above_(?P<tokens>\d+)(?P<thousands>k?)_tokens")
_FIM_OVERHEAD = 3
"""The tokens that mark prefix, suffix and middle."""

OPENAI = frozenset({"openai", "azure", "text-completion-openai"})
"""Whose tokens are counted here exactly; other providers' are close to it."""

REPORT_COST = frozenset({"openrouter", "xai"})
"""Who reports the US dollars of a call beside its tokens."""


@frozen
class Rate:
    """Prices of one token, in whole pico-dollars, of calls that read more than `above` tokens."""

    above: int
    read: int
    cached: int
    written: int
    output: int
    thought: int


@frozen
class Prices:
    """What a model costs: a rate for each length of prompt, the shortest first, and what any call costs beside them."""

    rates: tuple[Rate, ...]
    call: int = 0

    def cost(self, read: int, cached: int = 0, written: int = 0, output: int = 0, thought: int = 0) -> int:
        """Nano-dollars, rounded up. `cached` and `written` (to the provider's cache) are among the tokens `read`, and
        `thought` among those of the `output`."""
        rate = [one for one in self.rates if one.above == 0 or one.above < read][-1]
        cached = min(cached, read)
        written = min(written, read - cached)
        thought = min(thought, output)
        total = (
            self.call + (read - cached - written) * rate.read + cached * rate.cached + written * rate.written
        )
        total += (output - thought) * rate.output + thought * rate.thought
        return -(-total // _PICO_PER_NANO)

    def worst(self, read: int, output: int) -> int:
        """The most nano-dollars that a call with at most these tokens may cost, whatever is cached or thought."""
        reached = [one for one in self.rates if one.above == 0 or one.above < read]
        dearest_read = max(max(one.read, one.cached, one.written) for one in reached)
        dearest_output = max(max(one.output, one.thought) for one in reached)
        return -(-(self.call + read * dearest_read + output * dearest_output) // _PICO_PER_NANO)

    def to_json(self) -> dict[str, Any]:
        """For another process."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Prices:
        """As it was in the other process."""
        return cls(tuple(Rate(**one) for one in data["rates"]), data["call"])


class Costs(Protocol):
    """A price list: what is known of each model, by the names LiteLLM gives them."""

    def get(self, name: str, /) -> dict[str, Any] | None:
        """The entry of this name."""


def listed(costs: Costs, name: str) -> dict[str, Any] | None:
    """The price list's entry of `provider/model`; the list names models of some providers without the provider."""
    provider, _, bare = name.partition("/")
    entry = costs.get(name)
    if entry is None:
        entry = costs.get(bare)
        if entry is None or provider not in (entry.get("litellm_provider"), "text-completion-openai"):
            return None
    return entry if entry.get("input_cost_per_token") is not None or entry.get("tiered_pricing") else None


def prices(entry: Mapping[str, Any] | None) -> Prices | None:
    """What an entry of the list says of calls of text at the usual pace; None where it does not price tokens."""
    if entry is None:
        return None
    tiers = entry.get("tiered_pricing")
    if isinstance(tiers, list) and tiers:
        steps = {int(tier["range"][0]): {**_flat(entry), **_flat(tier)} for tier in tiers if "range" in tier}
    else:
        steps = {0: _flat(entry)}
        higher: dict[int, dict[str, Any]] = {}
        for key, value in entry.items():
            if (match := _ABOVE.fullmatch(key)) and value is not None:
                above = int(match["tokens"]) * (1000 if match["thousands"] else 1)
                higher.setdefault(above, {})[match["what"]] = value
        for above in sorted(higher):
            steps[above] = steps[max(steps)] | higher[above]
    rates = [_rate(above, steps[above]) for above in sorted(steps)]
    if not rates or None in rates:
        return None
    return Prices(tuple(rate for rate in rates if rate), _pico(entry.get("input_cost_per_request") or 0))


_FLAT = (
    "input_cost_per_token",
    "output_cost_per_token",
    "output_cost_per_reasoning_token",
    "cache_read_input_token_cost",
    "cache_creation_input_token_cost",
)


def _flat(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: entry[key] for key in _FLAT if entry.get(key) is not None}


def _rate(above: int, flat: Mapping[str, Any]) -> Rate | None:
    if "input_cost_per_token" not in flat:
        return None
    read, output = (_pico(flat.get(f"{way}_cost_per_token", 0)) for way in ("input", "output"))
    cached, written = (flat.get(f"cache_{how}_input_token_cost") for how in ("read", "creation"))
    thought = flat.get("output_cost_per_reasoning_token")
    return Rate(
        above,
        read,
        read if cached is None else _pico(cached),
        # some entries say that writing the cache costs nothing: then the tokens are still read
        _pico(written) if written else read,
        output,
        output if thought is None else _pico(thought),
    )


def _pico(dollars: float) -> int:
    return round(float(dollars) * PICO)


def usage(
    library: Any, model: str, body: Mapping[str, Any], reported: Any, said: str, *, made_up: bool
) -> dict[str, Any]:
    """What a call took, as the fields of `protocol.Usage`.

    `reported` is the library's usage object, or None; `made_up` says that the provider sent none. What is missing, or
    zero where something was read or said, is counted here and the whole marked `estimated`.
    """
    told = Told() if made_up or reported is None else told_by(reported)
    read, output = told.read, told.output
    if not read:
        read = count(library, model, body)
    if not output and said:
        output = count_text(library, model, said)
    cost = _reported_cost(model, reported)
    if cost is None and (known := prices(listed(library.model_cost, model))) is not None:
        cost = known.cost(read, told.cached, told.written, output, told.thought) / 1e9
    return asdict(Usage(read, told.cached, output, cost, not told.enough(said)))


@frozen
class Told:
    """The tokens a provider says a call took; 0 where it says nothing."""

    read: int = 0
    cached: int = 0
    written: int = 0
    output: int = 0
    thought: int = 0

    def enough(self, said: str) -> bool:
        """Whether nothing has to be counted here of a call that answered so."""
        return bool(self.read and (self.output or not said))


def told_by(reported: Any) -> Told:
    """What a usage object in OpenAI's form says (https://platform.openai.com/docs/api-reference/chat/object)."""
    read, output = reported.prompt_tokens or 0, reported.completion_tokens or 0
    details = getattr(reported, "prompt_tokens_details", None) if read else None
    thoughts = getattr(reported, "completion_tokens_details", None) if output else None
    thought = getattr(thoughts, "reasoning_tokens", None) or 0
    if thought and reported.total_tokens == read + output + thought:
        output += thought  # some providers do not count thoughts among what they write
    return Told(
        read,
        getattr(details, "cached_tokens", None) or 0,
        getattr(details, "cache_write_tokens", None) or getattr(details, "cache_creation_tokens", None) or 0,
        output,
        thought,
    )


def _reported_cost(model: str, reported: Any) -> float | None:
    cost = getattr(reported, "cost", None) if model.partition("/")[0] in REPORT_COST else None
    return float(cost) if isinstance(cost, int | float) and math.isfinite(cost) and cost > 0 else None


def count(library: Any, model: str, body: Mapping[str, Any]) -> int:
    """Tokens of a request as the model counts them: the text, what frames each message, and the tools."""
    if "messages" not in body:
        texts = (body.get("prompt") or "", body.get("suffix") or "")
        return sum(count_text(library, model, text) for text in texts if text) + (
            _FIM_OVERHEAD if texts[1] else 0
        )
    return int(
        library.token_counter(
            model=_bare(model),
            messages=body["messages"],
            tools=body.get("tools") or None,
            use_default_image_token_count=True,
        )
    )


def count_text(library: Any, model: str, text: str) -> int:
    """Tokens of a text alone."""
    return int(library.token_counter(model=_bare(model), text=text))


def _bare(model: str) -> str:
    """The model without who serves it: by that alone the library knows which tokenizer it has."""
    return model.rpartition("/")[2]


def ceiling(text: str, images: Iterable[str], image_tokens: int) -> int:
    """An upper bound that needs no counting: no tokenizer makes more tokens than bytes of a request written as JSON.

    `images` are the URLs among it, which count for so many tokens each instead.
    """
    urls = list(images)
    size = len(text.encode("utf-8", "surrogatepass")) - sum(len(url) for url in urls)
    return size + image_tokens * len(urls)


def most(provider: str, counted: int) -> int:
    """An upper bound of what a request takes to read that was counted here: some providers cut text into more tokens."""
    return counted + counted // (20 if provider in OPENAI else 2) + 32
