"""Doctor's look at the models: one short call to each that the settings name, told as key, budget, endpoint and model.

One call tells all: what fails of it names the step that has to be mended, and what comes after that was not tried.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import get_args

from attrs import evolve, frozen

from kibitz.errors import KibitzError
from kibitz.features.result import Stopwatch
from kibitz.features.step import Step
from kibitz.features.workbench import Workbench
from kibitz.models.catalog import KEYS, full_name, split_address, target
from kibitz.models.failure_rules import AUTH, FORBIDDEN, REFUSED
from kibitz.models.failures import CallError
from kibitz.models.local import find
from kibitz.models.protocol import Feature, Message, Request
from kibitz.models.select import OFFLINE
from kibitz.models.served import near
from kibitz.settings import has_variable
from kibitz.store.usage import NANO

STEPS = ("key", "budget", "endpoint", "model")
"""In the order in which a call needs them."""

PATIENCE_S = 20.0
ROOM = 256
"""Tokens of output: a model that thinks first must come to its word."""


@frozen
class _Trial:
    """How a call ended; `failed` names the step that has to be mended."""

    ms: float
    error: KibitzError | None = None
    failed: str = ""

    def late(self, step: str) -> bool:
        """Whether the call failed before it came to this step."""
        if self.error is None or step == self.failed:
            return False
        if step == "endpoint" and self.error.hint in (AUTH.hint, FORBIDDEN.hint):
            return False  # it was the endpoint that did not like the key
        if self.failed == "model" and not isinstance(self.error, CallError):
            return True  # the name alone was looked at
        return STEPS.index(self.failed) < STEPS.index(step)


async def model_steps(bench: Workbench) -> AsyncIterator[Step]:
    """The steps of the model that answers by default; none raises."""
    name = bench.services.choice.for_feature("chat")
    if name == OFFLINE:
        yield Step("key", True, "none needed: the built-in engine answers")
        yield await _budget(bench, f"{await _spent(bench)}; the built-in engine costs nothing")
        yield Step("endpoint", True, "none needed")
        yield Step("model", True, "offline, the built-in engine; set `model` for a language model")
        return
    trial = await _try(bench, name)
    for step in STEPS:
        if trial.error is not None and trial.failed == step:
            yield Step(step, False, trial.error.message, await _mend(bench, name, trial.error, step))
        elif trial.late(step):
            why = f"not tried: the {trial.failed} has to be mended first"
            yield Step(step, False, why, f"Mend the {trial.failed} first.", tried=False)
        elif step == "budget":
            left = f"${bench.settings.budget.per_session_usd:.2f} for each server or command"
            yield await _budget(bench, f"{await _spent(bench)}; {left}")
        else:
            yield Step(step, True, _seen(bench, name, step, trial))


async def other_models(bench: Workbench) -> AsyncIterator[Step]:
    """A step for each other model that the settings name: for a feature, or to fall back on. None raises."""
    for name in _others(bench, bench.services.choice.for_feature("chat")):
        trial = await _try(bench, name)
        if trial.error is None:
            yield Step("model", True, f"{name} answered in {trial.ms:.0f} ms")
        else:
            mend = await _mend(bench, name, trial.error, trial.failed)
            yield Step("model", False, f"{name}: {trial.error.message}", mend)


async def _budget(bench: Workbench, detail: str) -> Step:
    """What is left to spend, where no call was refused for it."""
    if bench.services.choice.for_feature("chat") != OFFLINE and bench.settings.budget.per_day_usd <= 0:
        return Step("budget", True, f"{detail}: only models that cost nothing")
    return Step("budget", True, detail)


async def _spent(bench: Workbench) -> str:
    store = await bench.services.store()
    try:
        spent = (await store.ledger.standing()).spent / NANO
    except KibitzError:  # the database's own step tells it
        return "what was spent today is not known"
    return f"${spent:.2f} of ${bench.settings.budget.per_day_usd:.2f} spent today"


async def _try(bench: Workbench, name: str) -> _Trial:
    """One word from this model and no other."""
    words = (Message("user", "Answer with one word: ready"),)
    request = Request("chat", words, max_output_tokens=ROOM, timeout_s=PATIENCE_S)
    watch = Stopwatch()
    try:
        gateway = bench.services.gateway
        await gateway.warm_for([name])
    except KibitzError as error:
        return _Trial(watch.ms, error, "model")
    watch = Stopwatch()
    try:
        gateway.use(evolve(bench.settings, fallbacks=()))  # who falls back hides what has to be mended
        await bench.ask(request, model=gateway.model(name))
    except CallError as error:
        return _Trial(watch.ms, error, error.where)
    except KibitzError as error:
        return _Trial(watch.ms, error, {"auth": "key", "budget": "budget"}.get(error.kind, "model"))
    finally:
        gateway.use(bench.settings)
    return _Trial(watch.ms)


def _seen(bench: Workbench, name: str, step: str, trial: _Trial) -> str:
    """What a step that is well shows."""
    if step == "model":
        return f"{name} answered in {trial.ms:.0f} ms"
    goal = target(name, bench.settings, has_variable, bench.services.keys.names())
    provider = goal.provider
    if step == "endpoint":
        return f"{goal.host or provider} answers"
    variables = [variable for variable in KEYS.get(provider, ()) if has_variable(variable)]
    if goal.entry is not None:
        return f"{goal.entry}, from the system keyring"
    if goal.key is None and variables:
        return f"{variables[0]} is set"
    return "none is sent: the server is asked without one"


async def _mend(bench: Workbench, name: str, error: KibitzError, step: str) -> str:
    """What to do about it, as exactly as can be told here."""
    if step == "key" and error.hint == AUTH.hint:
        provider = full_name(name, bench.settings).partition("/")[0]
        for variable in KEYS.get(provider, ()):
            if has_variable(variable):
                return error.hint.replace("the provider's key variable", variable)
    if step == "model" and error.kind == "not_found":
        return await _near_names(bench, name) or error.hint
    if step == "endpoint" and error.hint == REFUSED.hint and (found := await find()):
        places = dict.fromkeys(f"{one.server} at http://{one.host}/v1" for one in found)
        return f"{error.hint} On this machine answer: {', '.join(places)}."
    return error.hint


async def _near_names(bench: Workbench, name: str) -> str:
    """Which models there are that are called like one that its server does not know."""
    try:
        names = await bench.services.gateway.names(name)
    except KibitzError:
        return ""
    if names is None:
        return ""
    bare, address = split_address(full_name(name, bench.settings))
    provider, _, model = bare.partition("/")
    found = near(model, (one.removeprefix(f"{provider}/") for one in names))
    if not found:
        return "The server has no model yet: load one there, for example with `ollama pull NAME`."
    at = f"@{address}" if address else ""
    there = f"There is {found[0]}" if len(found) == 1 else f"There are {', '.join(found)}"
    return f"{there}. Take one: `kibitz models use {provider}/{found[0]}{at}`."


def _others(bench: Workbench, main: str) -> list[str]:
    chosen = [bench.services.choice.for_feature(feature) for feature in get_args(Feature)]
    names = dict.fromkeys([*chosen, *bench.settings.fallbacks])
    return [name for name in names if name not in ("", OFFLINE, main)]
