"""The same value written another way is the same: texts under a name, defaults of patterns, generators, what has no value yet."""

from __future__ import annotations

import pytest

from kibitz.verify.behaviour.module import differences

REGISTRY = """
def names(key):
    with opened(key) as handle:
        with opened(handle) as inner:
            found = [read(inner, at) for at in range(size(inner))]
    return found
"""
SEND = """
def feed(self, key):
    try:
        self.routine.send(key)
    except Exception:
        self.reset()
        raise
"""
HALVES = """
def halves(items, rest):
    def first():
        for item in items:
            yield item
        rest.append(1)

    last = chained(rest, items)
    return first(), last
"""
ONCE = """
def twice(items):
    def each():
        yield from items

    made = each()
    show(made)
    show(made)
"""
LATE = """
def walk(self, items):
    def each():
        for item in items:
            self.count(item)
            yield item

    total = self.total
    for item in each():
        show(item, total)
"""
GLOBALS = """
count = 0


def more():
    if ready(): global count; count = 1
    return count
"""

GROUPED = """
def f(d, k, v):
    if k not in d:
        d[k] = []
    d[k].append(v)
"""
GROUPED_SHORT = """
def f(d, k, v):
    d.setdefault(k, []).append(v)
"""
CHAIN = """
def f(k, x):
    if k == 'a':
        return first(x)
    if k == 'b':
        return second(x)
    raise ValueError(k)
"""
TABLE = """
_HANDLERS = {'a': first, 'b': second}


def f(k, x):
    if k not in _HANDLERS:
        raise ValueError(k)
    return _HANDLERS[k](x)
"""

SAME = {
    "a list that is filled inside of with": (
        REGISTRY,
        REGISTRY.replace(
            "found = [read(inner, at) for at in range(size(inner))]",
            "found = []\n            for at in range(size(inner)):\n                found.append(read(inner, at))",
        ),
    ),
    "a method under a name inside of try": (
        SEND,
        SEND.replace("self.routine.send(key)", "send = self.routine.send\n        send(key)"),
    ),
    "a format that has a name": (
        'def f(name):\n    text = "no {!r} here"\n    raise ValueError(text.format(name))\n',
        'def f(name):\n    raise ValueError("no {!r} here".format(name))\n',
    ),
    "an encoding that has a name": (
        "def f(data):\n    return data.decode('utf-8')\n",
        "_DEFAULT = 'utf-8'\n\n\ndef f(data):\n    return data.decode(_DEFAULT)\n",
    ),
    "a generator that is made later": (
        HALVES,
        HALVES.replace("    last = chained(rest, items)\n", "").replace(
            "first(), last", "first(), chained(rest, items)"
        ),
    ),
    "two texts that are named at once": (
        'def f(a, b):\n    text = "{}: {}"\n    end = ""\n    if b:\n        end = b\n    return text.format(a, end)\n',
        'def f(a, b):\n    text, end = "{}: {}", ""\n    if b:\n        end = b\n    return text.format(a, end)\n',
    ),
    "a size that has a name": (
        "def f(xs):\n    if len(xs) == 0:\n        raise ValueError(1)\n    return xs\n",
        "def f(xs):\n    empty = len(xs) == 0\n    if empty:\n        raise ValueError(1)\n    return xs\n",
    ),
    "the size of a tuple that has a name": (
        "def f(x):\n    xs = (x,)\n    if len(xs) == 0:\n        raise ValueError(1)\n    return xs\n",
        "def f(x):\n    xs = (x,)\n    empty = len(xs) == 0\n    if empty:\n        raise ValueError(1)\n    return xs\n",
    ),
    "setdefault and what it gives": (GROUPED, GROUPED_SHORT),
    "extend of what is given": (
        "def f(xs, out):\n    for x in xs:\n        out.append(x)\n",
        "def f(xs, out):\n    out.extend(xs)\n",
    ),
    "sort of a copy": (
        "def f(xs):\n    ys = list(xs)\n    ys.sort(key=size)\n    return ys\n",
        "def f(xs):\n    return sorted(xs, key=size)\n",
    ),
    "a table for a chain": (CHAIN, TABLE),
    "a number in a text": (
        "def f(a, b):\n    return 'x %s: %d' % (a, b)\n",
        "def f(a, b):\n    return f'x {a}: {b:d}'\n",
    ),
}
OTHER = {
    "setdefault of something else": (GROUPED, GROUPED_SHORT.replace("[]", "{}")),
    "get for setdefault": (GROUPED, GROUPED_SHORT.replace("setdefault", "get")),
    "another key for setdefault": (GROUPED, GROUPED_SHORT.replace("setdefault(k", "setdefault(v")),
    "append for extend": (
        "def f(xs, out):\n    out.extend(xs)\n",
        "def f(xs, out):\n    out.append(xs)\n",
    ),
    "extend of another": (
        "def f(xs, ys, out):\n    for x in xs:\n        out.append(x)\n",
        "def f(xs, ys, out):\n    out.extend(ys)\n",
    ),
    "sort of a copy the other way around": (
        "def f(xs):\n    ys = list(xs)\n    ys.sort(key=size)\n    return ys\n",
        "def f(xs):\n    return sorted(xs, key=size, reverse=True)\n",
    ),
    "sort of what was copied before it changed": (
        "def f(xs):\n    ys = list(xs)\n    xs.append(1)\n    ys.sort()\n    return ys\n",
        "def f(xs):\n    xs.append(1)\n    return sorted(xs)\n",
    ),
    "a table with another value": (CHAIN, TABLE.replace("'b': second", "'b': first")),
    "a table without a key": (CHAIN, TABLE.replace(", 'b': second", "")),
    "a size that is asked before it changes": (
        "def f(xs):\n    xs.append(1)\n    if len(xs) == 0:\n        raise ValueError(1)\n    return xs\n",
        "def f(xs):\n    empty = len(xs) == 0\n    xs.append(1)\n    if empty:\n        raise ValueError(1)\n    return xs\n",
    ),
    "another size that has a name": (
        "def f(xs):\n    if len(xs) == 0:\n        raise ValueError(1)\n    return xs\n",
        "def f(xs):\n    empty = len(xs) == 1\n    if empty:\n        raise ValueError(1)\n    return xs\n",
    ),
    "a list that was there before with": (
        REGISTRY.replace("    with opened(key)", "    found = []\n    with opened(key)", 1),
        REGISTRY.replace(
            "found = [read(inner, at) for at in range(size(inner))]",
            "found = []\n            for at in range(size(inner)):\n                found.append(read(inner, at))",
        ),
    ),
    "a list of something else inside of with": (
        REGISTRY,
        REGISTRY.replace(
            "found = [read(inner, at) for at in range(size(inner))]",
            "found = []\n            for at in range(size(inner)):\n                found.append(read(handle, at))",
        ),
    ),
    "a method under a name before try": (
        SEND,
        SEND.replace(
            "    try:\n        self.routine.send(key)",
            "    send = self.routine.send\n    try:\n        send(key)",
        ),
    ),
    "another method under a name inside of try": (
        SEND,
        SEND.replace("self.routine.send(key)", "send = self.routine.throw\n        send(key)"),
    ),
    "a format that is given another value": (
        'def f(name, other):\n    text = "no {!r} here"\n    raise ValueError(text.format(name))\n',
        'def f(name, other):\n    raise ValueError("no {!r} here".format(other))\n',
    ),
    "a format that changed before it was used": (
        'def f(name):\n    text = "no {!r} here"\n    if name:\n        text = "{!r}"\n    raise ValueError(text.format(name))\n',
        'def f(name):\n    raise ValueError("no {!r} here".format(name))\n',
    ),
    "another encoding that has a name": (
        "def f(data):\n    return data.decode('utf-8')\n",
        "_DEFAULT = 'latin-1'\n\n\ndef f(data):\n    return data.decode(_DEFAULT)\n",
    ),
    "a generator that is made again": (
        ONCE,
        ONCE.replace("    made = each()\n", "").replace("show(made)", "show(each())"),
    ),
    "a value that is read after a generator ran": (
        LATE,
        LATE.replace("    total = self.total\n", "").replace("show(item, total)", "show(item, self.total)"),
    ),
    "a name of the module's that is set behind a semicolon": (
        GLOBALS,
        GLOBALS.replace("global count; count = 1", "count = 1"),
    ),
    "a helper that is given what has no value yet": (
        "def f(self):\n    a = State(1)\n    z = State(2)\n    a.add(z)\n    return a, z\n",
        (
            "def f(self):\n    a, z = _made(z)\n    return a, z\n\n\n"
            "def _made(z):\n    a = State(1)\n    z = State(2)\n    a.add(z)\n    return a, z\n"
        ),
    ),
}


BASES = """
class Writer:
    def write(self, routine):
        return self._call(routine)

    def show(self, item):
        raise NotImplementedError


class _Plain(Writer):
    def _call(self, routine):
        return [routine]

    def show(self, item):
        return str(item)


class _Other(Writer):
    def _call(self, routine):
        return routine
"""


@pytest.mark.parametrize(
    ("old", "new", "fits"),
    [
        (
            "def _call(self, routine):\n        return [",
            "def _call(self, routine, flag):\n        return [",
            False,
        ),
        (
            "def _call(self, routine):\n        return [",
            "def _call(self, routine, flag=None):\n        return [",
            True,
        ),
        ("show(self, item):\n        return", "show(self, item, strict):\n        return", False),
        ("show(self, item):\n        return", "show(self, item, *, strict=False):\n        return", True),
    ],
)
def test_a_method_takes_what_its_base_gives_it(old: str, new: str, fits: bool) -> None:
    assert old in BASES
    said = [d.what for d in differences(BASES, BASES.replace(old, new), api=False)]
    assert ("it no longer takes what its class's base gives it" in said) is not fits


@pytest.mark.parametrize("name", SAME)
def test_the_same_value(name: str) -> None:
    assert differences(*SAME[name]) == []


@pytest.mark.parametrize("name", OTHER)
def test_another_value(name: str) -> None:
    assert [d.kind for d in differences(*OTHER[name])] == ["different"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "def f(a: int) -> int:\n    b: int = a\n    return b + 1\n",
            'def f(a):\n    """Say."""\n    b = a\n    return b + 1\n',
        ),
        ("class A:\n    x = 1\n\nclass B:\n    pass\n", "class A:\n    x = 1\n\n\nclass B:\n    pass\n"),
    ],
)
def test_annotations_docstrings_and_places_make_no_difference(before: str, after: str) -> None:
    assert differences(before, after) == []


@pytest.mark.parametrize(("one", "other"), [("1", "True"), ("1.0", "1"), ("0.0", "-0.0"), ("'1'", "b'1'")])
def test_constants_of_another_kind_are_others(one: str, other: str) -> None:
    assert differences(f"x = f({one})\n", f"x = f({other})\n") != []
