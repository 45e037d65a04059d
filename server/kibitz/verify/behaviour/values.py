"""What expressions are worth: the steps that nobody sees."""

from __future__ import annotations

from typing import Any

from attrs import define

from kibitz.verify.behaviour.containers import Containers
from kibitz.verify.behaviour.kinds import commutes, number_of, part_of, string_of, textual
from kibitz.verify.behaviour.scopes import FUNCTIONS, is_generator
from kibitz.verify.behaviour.terms import Term, is_const, truth_of

PURE = frozenset(
    [
        "len",
        "str",
        "int",
        "float",
        "bool",
        "repr",
        "bytes",
        "tuple",
        "frozenset",
        "min",
        "max",
        "abs",
        "sum",
        "round",
        "divmod",
        "isinstance",
        "issubclass",
        "type",
        "hasattr",
        "getattr",
        "callable",
        "ord",
        "chr",
        "hash",
        "id",
        "range",
        "enumerate",
        "zip",
        "reversed",
        "sorted",
        "any",
        "all",
        "format",
        "hex",
        "oct",
        "bin",
        "slice",
        "object",
        "complex",
        "pow",
        "ascii",
        "memoryview",
        "vars",
        "dir",
        "map",
        "filter",
    ]
)
"""Builtin functions that change nothing (what they call may not either)."""
_TEXT = frozenset(
    [
        "lower",
        "upper",
        "strip",
        "lstrip",
        "rstrip",
        "startswith",
        "endswith",
        "casefold",
        "title",
        "isdigit",
        "isspace",
        "isalpha",
        "splitlines",
    ]
)
"""Methods of texts, which never change."""
_QUIET = _TEXT | frozenset(["items", "keys", "values"])
_TEXT_OF_CONSTANT = _QUIET | frozenset(
    ["join", "split", "rsplit", "replace", "encode", "decode", "partition", "format", "find", "count"]
)
_READS = frozenset(["get", "items", "keys", "values", "index", "count", "copy"])
_MADE_ONCE = frozenset(
    {
        ("logging", "getLogger"),
        ("re", "compile"),
        ("typing", "TypeVar"),
        ("typing", "ParamSpec"),
        ("typing", "NewType"),
        ("typing", "cast"),
        ("collections", "namedtuple"),
        ("operator", "attrgetter"),
        ("operator", "itemgetter"),
    }
)
"""Functions of the standard library that make something of what they are given, and do nothing else."""
_NUMBERS = {"Add": lambda a, b: a + b, "Sub": lambda a, b: a - b, "Mult": lambda a, b: a * b}


@define(eq=False)
class Values(Containers):
    """Makes values for one version in one world."""

    def pure(self, data: tuple[Any, ...], args: list[Term]) -> Term:
        """The value of a step that only makes one."""
        kind = data[0]
        make = self.run.table.make
        if kind == "tuple":
            return make("tuple", *zip(data[1], args, strict=True))
        if kind == "bin":
            return self._binary(data, args[0], args[1])
        if kind == "attr" and args[0].op == "loc":
            return make("attr", args[0], data[1], 0, 0)
        if kind == "sub" and args[0].op == "tuple":
            part = part_of(args[0], args[1])
            if part is not None:
                return part
        seen = [self.seen(a) for a in args]
        if kind == "attr":
            return self.attribute(seen[0], data[1])
        if kind == "sub":
            known = self.world.heap.get((seen[0], seen[1]))
            return known or make("sub", *seen, self.version(seen[0]))
        if kind == "cmp":
            return self._compare(data[1], seen[0], seen[1])
        if kind == "not":
            return self._negated(seen[0])
        if kind == "unary":
            value = number_of(seen[0])
            return (
                self.run.table.const(-value)
                if value is not None and data[1] == "USub"
                else make(*data, *seen)
            )
        if kind == "formatted":
            return self._formatted(seen[0], seen[1], data[1])
        if kind == "text":
            return self.text(seen)
        if kind == "excmatch":
            return make("excmatch", *seen)
        versions = [self.version(s) for s in seen] if kind in ("iter", "matched", "rest", "part") else []
        return make(*data, *seen, *versions)

    def version(self, term: Term) -> int:
        """How often a thing may have changed; what cannot change has one version."""
        return (
            0
            if term.op in ("const", "tuple", "obj", "text", "global", "builtin", "import", "fmt")
            else self.world.version(term)
        )

    def attribute(self, base: Term, name: str) -> Term:
        """What a name behind a dot stands for."""
        make = self.run.table.make
        known = self.world.heap.get((base, name))
        if known is not None:
            return known
        if base.op == "import":
            module, attribute = base.args
            return make("import", f"{module}.{attribute}" if attribute else module, name)
        if base.op == "builtin" and base.args == ("undefined",):
            return base
        if base.op in ("global", "builtin"):
            return make("attr", base, name, 0, self.world.versions.get(make("field", name), 0))
        return make(
            "attr", base, name, self.world.version(base), self.world.versions.get(make("field", name), 0)
        )

    def _binary(self, data: tuple[Any, ...], left: Term, right: Term) -> Term:
        make, table = self.run.table.make, self.run.table
        op, in_place = data[1], len(data) > 2
        if left.op == "loc" and left.args[1] in ("list", "set") and op in ("Add", "BitOr"):
            contents = self.side.store[left.args[0]]
            contents = self.filled(left.args[1], contents, right)
            if in_place:
                self.side.store[left.args[0]] = contents
                return left
            return self.allocate(left.args[1], contents)
        mutable = right.op == "loc" or right.op == "obj" or left.op == "obj"
        left, right = self.seen(left), self.seen(right)
        if in_place and mutable:
            return make("bin", "I" + op, left, right)
        a, b = number_of(left), number_of(right)
        if a is not None and b is not None and op in _NUMBERS and abs(a) < 10**9 and abs(b) < 10**9:
            return table.const(_NUMBERS[op](a, b))
        if op == "Add" and (textual(left) or textual(right)):
            return self.text([self._formatted(t, table.const(""), "") for t in (left, right)])
        if commutes(op, left, right) and id(left) > id(right):
            left, right = right, left
        return make("bin", op, left, right)

    def _compare(self, op: str, left: Term, right: Term) -> Term:
        make, table = self.run.table.make, self.run.table
        if op == "Same" and id(left) > id(right):
            left, right = right, left
        if op in ("Eq", "Is"):
            if is_const(left, None) or (id(left) > id(right) and not is_const(right, None)):
                left, right = right, left
            if is_const(right, None):
                op = "Is"
                if left.op in ("tuple", "obj", "text", "closure") or left.op == "const":
                    return table.const(is_const(left, None))
            if left.op == right.op == "const" and left.args[0] == right.args[0]:
                return table.const(left is right)
        if op == "In":
            return make("cmp", op, left, right, self.version(right))
        return make("cmp", op, left, right)

    def _negated(self, term: Term) -> Term:
        known = truth_of(term)
        if known is not None:
            return self.run.table.const(not known)
        if term.op == "not":
            return self.truth(term.args[0])
        return self.run.table.make("not", term)

    def truth(self, term: Term) -> Term:
        """Whether a value counts as true, as a value."""
        known = truth_of(term)
        if known is not None:
            return self.run.table.const(known)
        if term.op in ("cmp", "isinstance", "excmatch", "matched", "truth", "not"):
            return term
        if term.op == "obj":
            if term.args[1].op == "nil":
                return self.run.table.const(False)
            if term.args[1].op in ("append", "setitem", "add"):
                return self.run.table.const(True)
        return self.run.table.make("truth", term, self.truth_version(term))

    def truth_version(self, term: Term) -> int:
        """How often the truth of a thing may have changed."""
        lasting = not self.run.containers or (term.op == "method" and not term.args[3])
        return 0 if lasting else self.version(term)

    def _formatted(self, term: Term, spec: Term, kind: str) -> Term:
        if is_const(spec, "d", "s"):
            spec = self.run.table.const("")  # what a number and a text are without it
        plain = is_const(spec, "") and kind in ("", "s")
        if plain:
            if term.op == "call" and term.args[0].args == ("str",) and len(term.args[2]) == 1:
                return self._formatted(term.args[2][0], spec, "")
            if textual(term):
                return term
            if term.op == "bin" and term.args[0] == "Add":
                return self.text([self._formatted(t, spec, "") for t in term.args[1:]])
        return self.run.table.make("fmt", term, spec, "" if kind == "s" else kind)

    def text(self, parts: list[Term]) -> Term:
        """Pieces of a text as one text."""
        merged: list[Term] = []
        for part in parts:
            for piece in part.args if part.op == "text" else (part,):
                if is_const(piece, ""):
                    continue
                if merged and string_of(merged[-1]) is not None and string_of(piece) is not None:
                    merged[-1] = self.run.table.const(
                        (string_of(merged[-1]) or "") + (string_of(piece) or "")
                    )
                else:
                    merged.append(piece)
        if not merged:
            return self.run.table.const("")
        return (
            merged[0]
            if len(merged) == 1 and string_of(merged[0]) is not None
            else self.run.table.make("text", *merged)
        )

    def call(self, args: list[Term], shape: tuple[str, ...]) -> Term | None:
        """The value of a call that changes nothing; None where nothing is known of it."""
        function, make = args[0], self.run.table.make
        if function.op == "import" and function.args in _MADE_ONCE:
            return make("call", function, shape, tuple(self.seen(a) for a in args[1:]), ())
        if function.op == "closure":
            return self._generator(function, args[1:], shape)
        if function.op != "builtin":
            return None
        name = function.args[0]
        pure = (
            name in PURE
            or name.endswith(("Error", "Exception", "Warning"))
            or name in ("StopIteration", "KeyboardInterrupt")
        )
        if not pure or "**" in shape:
            return None
        given = [self.seen(a) for a in args[1:]]
        if name == "isinstance" and len(given) == 2:
            return make("isinstance", *given)
        if name == "bool" and len(given) == 1:
            return self.truth(given[0])
        if name == "str" and len(given) == 1 and textual(given[0]):
            return given[0]
        if name == "tuple" and (not given or (len(given) == 1 and given[0].op == "tuple")):
            return given[0] if given else make("tuple")
        if name == "sorted" and shape[:1] == ("",):
            return self.allocate("list", self._sorted(given[0], args[2:], shape[1:]))
        changing = tuple(self.version(g) for g in given)
        result = make("call", function, shape, tuple(given), changing)
        return self.allocate("list", make("from", result)) if name == "sorted" else result

    def _sorted(self, items: Term, args: list[Term], shape: tuple[str, ...]) -> Term:
        """The contents of a sorted list; it makes no difference whether the items came out of a list of their own."""
        make, version = self.run.table.make, self.version(items)
        copied = items.args[1] if items.op == "obj" else items
        if copied.op == "extend" and copied.args[0].op == "nil" and len(copied.args) == 3:
            _, items, version = copied.args
        given = [self.seen(a) for a in args]
        changing = (version, *map(self.version, given))
        return make("from", make("call", make("builtin", "sorted"), ("", *shape), (items, *given), changing))

    def _generator(self, function: Term, args: list[Term], shape: tuple[str, ...]) -> Term | None:
        """What calling a generator function made here gives: nothing of it runs before it is looped over."""
        target = self.run.closures[function.args[0]][1]
        if not isinstance(target, FUNCTIONS) or not is_generator(target):
            return None
        return self.allocate("generator", self.run.table.make("made", function, shape, tuple(args)))

    def method(self, name: str, args: list[Term], shape: tuple[str, ...]) -> Term | None:
        """The value of a method's call that nobody sees; None for one that may be seen."""
        base, make = args[0], self.run.table.make
        none = self.run.table.const(None)
        if base.op == "loc" and self._fill(name, base, args[1:], shape):
            return none
        shown = self.seen(base)
        constant = textual(shown)
        if name == "join" and constant and len(args) == 2:
            joined = self._joined(shown, self.seen(args[1]))
            if joined is not None:
                return joined
        pure = name in (_TEXT_OF_CONSTANT if constant else _QUIET) or (base.op == "loc" and name in _READS)
        if not pure or "**" in shape or "*" in shape:
            return None
        given = [self.seen(a) for a in args]
        lasting = name in _TEXT and base.op != "loc"
        changing = () if lasting else tuple(self.version(g) for g in given)
        return make("method", name, shape, tuple(given), changing)

    def _fill(self, name: str, base: Term, args: list[Term], shape: tuple[str, ...]) -> bool:
        number, kind = base.args
        contents, make = self.side.store[number], self.run.table.make
        if name in ("append", "add") and shape == ("",) and kind == ("list" if name == "append" else "set"):
            self.side.store[number] = make(name, contents, self.put(args[0]))
        elif name in ("extend", "update") and shape == ("",) and kind in ("list", "set", "dict"):
            self.side.store[number] = self.filled(kind, contents, args[0])
        elif name == "sort" and kind == "list":
            self.side.store[number] = self._sorted(make("obj", "list", self.seen(contents)), args, shape)
        else:
            return False
        return True

    def _joined(self, separator: Term, items: Term) -> Term | None:
        """`sep.join([a, b])` as a text."""
        parts: list[Term] = []
        if items.op == "tuple":
            if any(mark for mark, _ in items.args):
                return None
            parts = [item for _, item in items.args]
        elif items.op == "obj" and items.args[0] == "list":
            at = items.args[1]
            while at.op == "append":
                parts.insert(0, at.args[1])
                at = at.args[0]
            if at.op != "nil":
                return None
        else:
            return None
        pieces: list[Term] = []
        for number, part in enumerate(parts):
            pieces += [separator] * (number > 0)
            pieces.append(self._formatted(part, self.run.table.const(""), ""))
        return self.text(pieces)
