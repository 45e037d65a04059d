"""Both versions of a file's changed functions, run side by side in a world of recorded values."""

from __future__ import annotations

import ast
import builtins
import contextlib
import copy
import difflib
import inspect
import signal
import sys
import types
import warnings
from collections.abc import Callable, Generator
from functools import lru_cache
from typing import Any, NamedTuple

from refactorings_corpus import FunctionNode, definitions, parsed
from refactorings_probe import (
    MOST_EVENTS,
    MOST_ITEMS,
    MOST_SECONDS,
    Enough,
    Trace,
    Unpacking,
    Value,
    unpack,
    unpack_each,
)

SEEDS = 48
_OWN = {*dir(builtins), "__unpack__", "__unpack_each__"}
_OUTSIDE = ("open", "print", "input", "exec", "eval", "compile", "super", "globals", "locals", "vars", "dir")


class Verdict(NamedTuple):
    """Whether a run differs, and which part of the changed lines any run reached."""

    differs: bool
    covered: float
    runs: int
    why: str = ""


class _Version:
    """What is run of one version: its changed functions and new constants, compiled."""

    def __init__(self, tree: ast.Module, changed: set[str], other: set[str], mark: str) -> None:
        self.functions = {name: node for name, node in definitions(tree) if name in changed}
        self.lines: set[int] = set()
        constants = [s for s in tree.body if isinstance(s, ast.Assign | ast.AnnAssign)]
        body: list[ast.stmt] = [copy.deepcopy(s) for s in constants if ast.dump(s) not in other]
        for name, node in self.functions.items():
            kinds = [d for d in node.decorator_list if isinstance(d, ast.Name)]
            node = copy.deepcopy(node)
            node.decorator_list = [d for d in kinds if d.id in ("staticmethod", "classmethod")]
            node.name = name.replace(".", "__of__")
            body.append(node)
        module = Unpacking().visit(ast.Module(body, []))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.code = compile(ast.fix_missing_locations(module), mark, "exec")
        self.mark = mark
        self.names = {n.id for n in ast.walk(module) if isinstance(n, ast.Name)}
        self.errors = set(_errors(module))

    def executable(self) -> set[int]:
        """The lines that can run inside its functions."""
        found: set[int] = set()
        waiting = [c for c in self.code.co_consts if isinstance(c, types.CodeType)]
        while waiting:
            code = waiting.pop()
            found |= {line for _, _, line in code.co_lines() if line}
            waiting += [c for c in code.co_consts if isinstance(c, types.CodeType)]
        return found


def _errors(tree: ast.AST) -> list[str]:
    """The dotted names of the exceptions that a piece of code handles or raises."""
    local = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    local |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    found: list[ast.expr] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and node.type is not None:
            found += node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        elif isinstance(node, ast.Raise) and node.exc is not None:
            found.append(node.exc.func if isinstance(node.exc, ast.Call) else node.exc)
    names = []
    for expression in found:
        root = expression
        while isinstance(root, ast.Attribute):
            root = root.value
        if isinstance(root, ast.Name) and root.id not in local:
            names.append(ast.unparse(expression))
    return names


@lru_cache(256)
def _dumps(text: str) -> dict[str, str]:
    return {name: ast.dump(node) for name, node in definitions(parsed(text))}


@lru_cache(256)
def _constants(text: str) -> set[str]:
    return {ast.dump(s) for s in parsed(text).body if isinstance(s, ast.Assign | ast.AnnAssign)}


def compare(before: str, after: str, seeds: int = SEEDS) -> Verdict:
    """Whether the functions that two texts of a file define differently do something else."""
    trees = parsed(before), parsed(after)
    dumps = [_dumps(before), _dumps(after)]
    changed = {n for n in dumps[0].keys() | dumps[1].keys() if dumps[0].get(n) != dumps[1].get(n)}
    both = sorted(changed & dumps[0].keys() & dumps[1].keys())
    plain = [_constants(before), _constants(after)]
    touched = _touched(before, after)
    try:
        versions = (
            _Version(trees[0], changed, plain[1], "<before>"),
            _Version(trees[1], changed, plain[0], "<after>"),
        )
    except SyntaxError:  # what the parser lets pass and the compiler does not: it cannot be run
        return Verdict(False, 0.0, 0)
    errors = sorted(versions[0].errors | versions[1].errors)
    runs = 0
    for seed in range(seeds):
        for name in both:
            first = _run(versions[0], name, seed, errors)
            second = _run(versions[1], name, seed, errors)
            if first is None or second is None:
                continue
            runs += 1
            if first != second:
                return Verdict(True, 1.0, runs, f"seed {seed}, {name}: {_apart(first, second)}")
    wanted = [touched[n] & versions[n].executable() for n in (0, 1)]
    hit = sum(len(wanted[n] & versions[n].lines) for n in (0, 1))
    return Verdict(False, hit / max(1, sum(map(len, wanted))), runs)


def _apart(first: list[str], second: list[str]) -> str:
    for one, other in zip(first, second, strict=False):
        if one != other:
            return f"{one[:200]} | {other[:200]}"
    return f"{len(first)} | {len(second)} events"


def _touched(before: str, after: str) -> tuple[set[int], set[int]]:
    one, other = before.splitlines(), after.splitlines()
    least = min(len(one), len(other))
    same = next((n for n in range(least) if one[n] != other[n]), least)
    tail = next((n for n in range(least - same) if one[-n - 1] != other[-n - 1]), least - same)
    one, other = one[same : len(one) - tail], other[same : len(other) - tail]
    sides: tuple[set[int], set[int]] = set(), set()
    for tag, a, b, c, d in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag != "equal":
            sides[0].update(range(same + a + 1, same + b + 1))
            sides[1].update(range(same + c + 1, same + d + 1))
    return sides


def _run(version: _Version, name: str, seed: int, errors: list[str]) -> list[str] | None:
    """What one run did, and what came of it; None where it had to be stopped by the clock."""
    classes: dict[str, type[Exception]] = {
        path: found if isinstance(found := getattr(builtins, path, None), type) else _error(path)
        for path in errors
    }
    trace = Trace(seed, [classes[path] for path in errors])
    trace.known["contextlib.suppress"] = contextlib.suppress
    trace.known.update({path: error for path, error in classes.items() if "." in path})
    space: dict[str, Any] = {n: Value(trace, n, n) for n in version.names if n not in _OWN}
    space |= {path: error for path, error in classes.items() if "." not in path}
    space["__builtins__"] = _builtins(trace)
    space["__name__"] = "probed"

    running = True

    def stop(*_: object) -> None:
        if running:
            raise Enough

    def follow(frame: types.FrameType, event: str, _: object) -> Any:
        if frame.f_code.co_filename != version.mark:
            return None
        if event == "line":
            version.lines.add(frame.f_lineno)
        return follow

    kept = signal.signal(signal.SIGALRM, stop), sys.gettrace()
    try:
        signal.setitimer(signal.ITIMER_REAL, MOST_SECONDS, 0.05)
        sys.settrace(follow)
        _call(version, name, space, trace)
        running = False
    except Enough:  # by the clock, or because it does too much: then its beginning can be compared
        running = False
        if len(trace.events) <= MOST_EVENTS:
            return None
    finally:
        running = False
        sys.settrace(kept[1])
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, kept[0])
    return trace.events


def _call(version: _Version, name: str, space: dict[str, Any], trace: Trace) -> None:
    try:
        exec(version.code, space)
    except Exception as error:  # a default or a constant that no recorded value can stand for
        trace.events.append(f"definition raises {type(error).__name__}")
        return
    trace.events.clear()
    trace.begun = True
    owner = name.rpartition(".")[0]
    for other in version.functions:
        made = space[other.replace(".", "__of__")]
        group, _, bare = other.rpartition(".")
        if group and group == owner:
            trace.methods[bare] = made
    trace.known["class"] = owner
    function = space[name.replace(".", "__of__")]
    if isinstance(function, staticmethod | classmethod):
        function = function.__func__
    args, kwargs = _arguments(function, trace, "." in name and _bound(version.functions[name]))
    _finish(trace, "result", lambda: function(*args, **kwargs))
    for number in range(6):
        if number < len(trace.escaped):
            given, named = _arguments(trace.escaped[number], trace, False, f"e{number}.")
            _finish(trace, f"function{number}", lambda: trace.escaped[number](*given, **named))  # noqa: B023


def _bound(node: FunctionNode) -> bool:
    return not any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list)


def _finish(trace: Trace, what: str, function: Callable[[], Any]) -> None:
    """Run something to its end, whatever kind of function it is, and record what came of it."""
    try:
        result = function()
        if isinstance(result, types.CoroutineType):
            result = _drive(result)
        elif isinstance(result, types.AsyncGeneratorType):
            for _ in range(MOST_ITEMS):
                trace.event(f"yield {trace.shown(_drive(result.__anext__()))}")
            result = None
        elif isinstance(result, types.GeneratorType):
            trace.event("generator")
            result = _exhaust(trace, result)
        trace.events.append(f"{what} {trace.shown(result)}")
    except Enough:
        raise
    except BaseException as error:  # whatever the code under the probe raises is its result
        own = isinstance(error, NameError | TypeError | AttributeError)
        words = "" if own else trace.shown(error)
        trace.events.append(f"{what} raises {type(error).__name__} {words}")


def _exhaust(trace: Trace, generator: Generator[Any, Any, Any]) -> Any:
    for number in range(MOST_ITEMS):
        try:
            value = generator.send(None)
        except StopIteration as stop:
            return stop.value
        trace.event(f"yield {trace.shown(value)} {number}")
    generator.close()
    return "more"


def _drive(awaitable: Any) -> Any:
    waiting = awaitable.__await__()
    with contextlib.closing(waiting) if hasattr(waiting, "close") else contextlib.nullcontext():
        while True:
            try:
                waiting.send(None)
            except StopIteration as stop:
                return stop.value


def _arguments(
    function: Any, trace: Trace, bound: bool, prefix: str = ""
) -> tuple[list[Any], dict[str, Any]]:
    """Arguments by their places: mostly unknown values, at times plain ones, defaults at times left out."""
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    try:
        parameters = inspect.signature(function).parameters
    except ValueError:  # what a decorator of made-up values gave is no function
        return args, kwargs
    for number, parameter in enumerate(parameters.values()):
        key = f"{prefix}p{number}"
        value = Value(trace, key, key) if bound and number == 0 else _value(trace, key)
        left_out = parameter.default is not parameter.empty and trace.decide("omit " + key, 3) == 0
        if parameter.kind is parameter.VAR_POSITIONAL:
            args += [_value(trace, f"{key}.{n}") for n in range(trace.decide("many " + key, 3))]
        elif parameter.kind is parameter.VAR_KEYWORD:
            kwargs |= {f"key{n}": _value(trace, f"{key}.{n}") for n in range(trace.decide("many " + key, 3))}
        elif parameter.kind is parameter.KEYWORD_ONLY:
            if not left_out:
                kwargs[parameter.name] = value
        elif left_out:
            break
        else:
            args.append(value)
    return args, kwargs


def _value(trace: Trace, key: str) -> Any:
    unknown = Value(trace, key, key)
    number = trace.decide("kind " + key, 16)
    plain: dict[int, Callable[[], Any]] = {
        0: lambda: None,
        1: lambda: trace.decide("value " + key, 5),
        2: lambda: trace.decide("value " + key, 2) == 0,
        3: lambda: ("", "text", " a,b ", "x=1")[trace.decide("value " + key, 4)],
        4: lambda: [Value(trace, f"{key}[{n}]") for n in range(trace.decide("value " + key, 4))],
        5: lambda: -3 + trace.decide("value " + key, 60),
    }
    return plain[number]() if number in plain and trace.seed % 2 else unknown


def _error(path: str) -> type[Exception]:
    def keep(self: Exception, *args: object, **kwargs: object) -> None:
        self.args = (*args, *sorted(kwargs.items()))

    return type(path.replace(".", "_"), (Exception,), {"__init__": keep})


def _builtins(trace: Trace) -> dict[str, Any]:
    """Python's own functions; those that reach the world or look behind a value only record."""
    own = dict(vars(builtins))
    for name in _OUTSIDE:
        own[name] = Value(trace, name, name)

    def is_instance(value: Any, of: Any) -> bool:
        if isinstance(of, tuple):
            return any(is_instance(value, one) for one in of)
        if isinstance(of, types.UnionType):
            return is_instance(value, of.__args__)
        if isinstance(of, Value) and " | " in of.key:
            return any(_kind(trace, value, part) for part in of.key.strip("()").split(" | "))
        if isinstance(value, Value) or isinstance(of, Value):
            return _kind(trace, value, trace.shown(of))
        return isinstance(value, of)

    def has_attribute(value: Any, name: str) -> bool:
        if not isinstance(value, Value):
            return hasattr(value, name)
        return trace.decide(trace.now(f"has {value.key} {name}"), 2) == 0

    def get_attribute(value: Any, name: str, *other: Any) -> Any:
        if other and isinstance(value, Value) and not has_attribute(value, name):
            return other[0]
        return getattr(value, name, *other)

    def type_of(value: Any, *more: Any) -> Any:
        return Value(trace, f"type({value.key})") if isinstance(value, Value) else type(value, *more)

    own["isinstance"] = own["issubclass"] = is_instance
    own["hasattr"], own["getattr"] = has_attribute, get_attribute
    own["callable"] = lambda value: (
        _kind(trace, value, "callable") if isinstance(value, Value) else callable(value)
    )
    own["type"] = type_of
    own["id"] = lambda value: Value(trace, f"id({trace.shown(value)})")
    own["__import__"] = lambda name, *_: Value(trace, name, name)
    own["__unpack__"], own["__unpack_each__"] = unpack, unpack_each
    return own


def _kind(trace: Trace, value: Any, kind: str) -> bool:
    return trace.decide(f"{trace.shown(value)} is {kind}", 2) == 0
