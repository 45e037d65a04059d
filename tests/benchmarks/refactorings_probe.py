"""Whether two versions of a function do the same: both are run with values that only record what is done to them.

Every name a function does not define itself is a `Value`: an expression in words. Calls, awaits, attribute writes and the like
are events; a decision (a truth, a length, whether a call raises) follows from the seed and the expression. So code of any package
runs, without its modules and without effects, and two versions that do the same leave the same events and the same
result under every seed. What is read before an event and after it counts as two values.
"""

from __future__ import annotations

import ast
import re
import types
import zlib
from collections.abc import Generator, Iterator
from typing import Any

MOST_EVENTS, MOST_ITEMS, MOST_SECONDS = 400, 40, 0.5
_LONG = 160
_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")


class Enough(BaseException):
    """A run that goes on too long is cut."""


class Boom(Exception):  # noqa: N818 - it is what a call raises, not an error of the probe
    """What a call raises that nobody expects."""


class Trace:
    """One run: its seed, what happened, and what the function's handlers and new helpers are."""

    def __init__(self, seed: int, errors: list[type[Exception]]) -> None:
        self.seed, self.errors = seed, [*errors, Boom]
        self.events: list[str] = []
        self.heap: dict[str, Any] = {}
        self.known: dict[str, Any] = {}
        self.methods: dict[str, Any] = {}
        self.escaped: list[Any] = []
        self.begun = False

    def event(self, text: str) -> None:
        """Something was done to the world: what is read from now on may have changed."""
        self.events.append(_ADDRESS.sub("address", text))
        self.heap.clear()
        if len(self.events) > MOST_EVENTS:
            raise Enough

    def decide(self, key: str, of: int) -> int:
        """A number below `of` that follows from the seed and the key."""
        return (zlib.crc32(f"{self.seed}:{key}".encode()) >> 7) % of

    def now(self, key: str) -> str:
        """A key of what is read at this moment."""
        return f"{key}@{len(self.events)}"

    def shown(self, value: Any, depth: int = 0) -> str:
        """A value in words that are equal for equal values of two runs."""
        if depth > 6:
            return "..."
        match value:
            case Value():
                return value.key
            case None | bool() | int() | float() | complex() | str() | bytes():
                return repr(value)
            case list() | tuple() | set() | frozenset():
                items = [self.shown(item, depth + 1) for item in value]
                return (
                    f"{type(value).__name__}({', '.join(sorted(items) if isinstance(value, set) else items)})"
                )
            case dict():
                pairs = (f"{self.shown(k, depth + 1)}: {self.shown(v, depth + 1)}" for k, v in value.items())
                return f"{{{', '.join(pairs)}}}"
            case BaseException():
                return f"{type(value).__name__}{self.shown(value.args, depth + 1)}"
            case types.FunctionType() | types.MethodType():
                if value not in self.escaped:
                    self.escaped.append(value)
                return f"function{self.escaped.index(value)}"
            case types.GeneratorType() | map() | filter() | zip() | enumerate() | reversed():
                items = [
                    self.shown(item, depth + 1) for item, _ in zip(value, range(MOST_ITEMS), strict=False)
                ]
                return f"iterator({', '.join(items)})"
            case type():
                return value.__name__
            case slice():
                return f"{self.shown(value.start)}:{self.shown(value.stop)}:{self.shown(value.step)}"
        return type(value).__name__

    def called(self, key: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Value:
        """What a call of something unknown does: an event, and at times an exception."""
        words = [self.shown(a) for a in args] + [f"{k}={self.shown(v)}" for k, v in sorted(kwargs.items())]
        text = f"{key}({', '.join(words)})"
        moment = self.now(text)
        self.event("call " + text)
        if self.begun and self.decide("raise " + moment, 9) == 0:
            raise self.errors[self.decide("which " + moment, len(self.errors))]("raised")
        return Value(self, moment)


class Value:
    """An unknown value: the expression that gives it."""

    def __init__(self, trace: Trace, key: str, path: str = "", truth: bool = False) -> None:
        if len(key) > _LONG:
            key = f"{key[:20]}#{zlib.crc32(key.encode()):x}"
        for name, value in (("trace", trace), ("key", key), ("path", path), ("truth", truth)):
            object.__setattr__(self, name, value)

    trace: Trace
    key: str
    path: str
    truth: bool

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__") and name not in ("__name__", "__dict__"):
            raise AttributeError(name)
        trace, path = self.trace, f"{self.path}.{name}" if self.path else ""
        if path in trace.known:
            return trace.known[path]
        if self.path and self.path in ("p0", trace.known.get("class")) and name in trace.methods:
            method = trace.methods[name]
            return method.__get__(self) if self.path == "p0" or isinstance(method, classmethod) else method
        kept = f"{self.key}.{name}"
        return trace.heap[kept] if kept in trace.heap else Value(trace, trace.now(kept), path)

    def __setattr__(self, name: str, value: Any) -> None:
        self.trace.event(f"set {self.key}.{name} = {self.trace.shown(value)}")
        self.trace.heap[f"{self.key}.{name}"] = value

    def __delattr__(self, name: str) -> None:
        self.trace.event(f"del {self.key}.{name}")

    def __getitem__(self, item: Any) -> Any:
        kept = f"{self.key}[{self.trace.shown(item)}]"
        return (
            self.trace.heap.get(kept) if kept in self.trace.heap else Value(self.trace, self.trace.now(kept))
        )

    def __setitem__(self, item: Any, value: Any) -> None:
        kept = f"{self.key}[{self.trace.shown(item)}]"
        self.trace.event(f"set {kept} = {self.trace.shown(value)}")
        self.trace.heap[kept] = value

    def __delitem__(self, item: Any) -> None:
        self.trace.event(f"del {self.key}[{self.trace.shown(item)}]")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.trace.called(self.key, args, kwargs)

    def size(self) -> int:
        """How many items it has, which also says whether it is true."""
        sizes = (0, 0, 1, 2, 2, 3)
        return sizes[self.trace.decide("size " + (self.key if self.truth else self.trace.now(self.key)), 6)]

    def __bool__(self) -> bool:
        return self.size() > 0

    def __len__(self) -> int:
        return self.size()

    def __index__(self) -> int:
        return self.trace.decide("int " + self.trace.now(self.key), 4)

    __int__ = __index__

    def __float__(self) -> float:
        return float(self.__index__())

    def __iter__(self) -> Iterator[Any]:
        for number in range(self.size()):
            yield Value(self.trace, self.trace.now(f"{self.key}[{number}]"))

    def __next__(self) -> Any:
        self.trace.event(f"next {self.key}")
        if self.trace.decide("next " + self.trace.now(self.key), 3) == 0:
            raise StopIteration
        return Value(self.trace, self.trace.now(f"next {self.key}"))

    def __contains__(self, item: Any) -> bool:
        return self.trace.decide("in " + self.trace.now(f"{self.trace.shown(item)} in {self.key}"), 2) == 0

    def __hash__(self) -> int:
        return zlib.crc32(self.key.encode())

    def __str__(self) -> str:
        return f"str({self.key})"

    def __repr__(self) -> str:
        return f"repr({self.key})"

    def __format__(self, spec: str) -> str:
        return f"format({self.key}, {spec})" if spec else str(self)

    def _with(self, words: str, truth: bool = False) -> Value:
        return Value(self.trace, self.trace.now(words) if truth else words, truth=truth)

    def __eq__(self, other: object) -> Any:
        if other is self:
            return True
        return self._with(" == ".join(sorted((self.key, self.trace.shown(other)))), truth=True)

    def __ne__(self, other: object) -> Any:
        return other is not self and not self.__eq__(other)

    def __lt__(self, other: object) -> Value:
        return self._with(f"{self.key} < {self.trace.shown(other)}", truth=True)

    def __gt__(self, other: object) -> Value:
        return self._with(f"{self.trace.shown(other)} < {self.key}", truth=True)

    def __le__(self, other: object) -> Value:
        return self._with(f"{self.key} <= {self.trace.shown(other)}", truth=True)

    def __ge__(self, other: object) -> Value:
        return self._with(f"{self.trace.shown(other)} <= {self.key}", truth=True)

    def __enter__(self) -> Value:
        self.trace.event(f"enter {self.key}")
        return self._with(f"entered {self.key}")

    def __exit__(self, *error: object) -> None:
        self.trace.event(f"exit {self.key} {getattr(error[0], '__name__', '')}")

    async def __aenter__(self) -> Value:
        return self.__enter__()

    async def __aexit__(self, *error: object) -> None:
        self.__exit__(*error)

    def __await__(self) -> Generator[Any, None, Value]:
        yield
        return self.trace.called(f"await {self.key}", (), {})

    async def __aiter__(self) -> Any:
        for item in self:
            yield item


def _operator(name: str, sign: str) -> None:
    def left(self: Value, other: object = "") -> Value:
        return self._with(f"({self.key} {sign} {self.trace.shown(other)})")

    def right(self: Value, other: object) -> Value:
        return self._with(f"({self.trace.shown(other)} {sign} {self.key})")

    def in_place(self: Value, other: object) -> Value:
        self.trace.event(f"{self.key} {sign}= {self.trace.shown(other)}")
        return self._with(f"({self.key} {sign} {self.trace.shown(other)})")

    setattr(Value, f"__{name}__", left)
    if name not in ("neg", "pos", "invert", "abs"):
        setattr(Value, f"__r{name}__", right)
        setattr(Value, f"__i{name}__", in_place)


_SIGNS = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "truediv": "/",
    "floordiv": "//",
    "mod": "%",
    "pow": "**",
    "matmul": "@",
}
_SIGNS |= {"and": "&", "or": "|", "xor": "^", "lshift": "<<", "rshift": ">>"}
_SIGNS |= {"neg": "neg", "pos": "pos", "invert": "~", "abs": "abs"}
for _name, _sign in _SIGNS.items():
    _operator(_name, _sign)


class Unpacking(ast.NodeTransformer):
    """Says how many values an unpacking wants, since an unknown value has as many as one likes."""

    def _shape(self, target: ast.expr) -> Any:
        if not isinstance(target, ast.Tuple | ast.List):
            return 0
        if any(isinstance(item, ast.Starred) for item in target.elts):
            return 0
        return tuple(self._shape(item) for item in target.elts)

    def _call(self, name: str, value: ast.expr, shape: Any) -> ast.expr:
        call = ast.Call(ast.Name(name, ast.Load()), [value, ast.Constant(shape)], [])
        return ast.copy_location(call, value)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        self.generic_visit(node)
        shape = self._shape(node.targets[0])
        if shape and len(node.targets) == 1 and not isinstance(node.value, ast.Tuple):
            node.value = self._call("__unpack__", node.value, shape)
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        self.generic_visit(node)
        shape = self._shape(node.target)
        if shape:
            node.iter = self._call("__unpack_each__", node.iter, shape)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        self.generic_visit(node)
        shape = self._shape(node.target)
        if shape and not node.is_async:
            node.iter = self._call("__unpack_each__", node.iter, shape)
        return node


def unpack(value: Any, shape: Any) -> Any:
    """A value as the tuple of the shape that an unpacking wants."""
    if shape == 0:
        return value
    if isinstance(value, Value):
        value = tuple(Value(value.trace, f"{value.key}.{n}") for n in range(len(shape)))
    if isinstance(value, list | tuple) and len(value) == len(shape):
        return tuple(unpack(item, part) for item, part in zip(value, shape, strict=True))
    return value


def unpack_each(values: Any, shape: Any) -> Iterator[Any]:
    """The same for each of many."""
    return (unpack(value, shape) for value in values)
