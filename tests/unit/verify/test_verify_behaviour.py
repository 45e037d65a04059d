"""Refactorings that keep what Python code does pass; those that lose or change something are told from them."""

from __future__ import annotations

import pytest

from kibitz.text import Document
from kibitz.verify.behaviour.check import check_behaviour
from kibitz.verify.behaviour.module import differences


def same(before: str, after: str) -> bool:
    assert before != after
    return not differences(before, after)


FIND = """
def find(items, wanted):
    found = []
    for item in items:
        if item.size > 3 and item.kind == wanted:
            found.append(clean(item))
    return found
"""

GOOD = {
    "a comprehension": (
        FIND,
        "def find(items, wanted):\n    return [clean(x) for x in items if x.size > 3 if x.kind == wanted]\n",
    ),
    "turned comparisons": (
        FIND,
        FIND.replace("item.size > 3 and item.kind == wanted", "not (3 >= item.size or wanted != item.kind)"),
    ),
    "a guard in the loop": (
        FIND,
        FIND.replace(
            "        if item.size > 3 and item.kind == wanted:\n            found.append(clean(item))\n",
            "        if item.size <= 3:\n            continue\n        if item.kind != wanted:\n            continue\n"
            "        kept = clean(item)\n        found += [kept]\n",
        ),
    ),
    "a helper": (
        FIND,
        "def _fits(item, wanted):\n    return item.size > 3 and item.kind == wanted\n"
        + FIND.replace("item.size > 3 and item.kind == wanted", "_fits(item, wanted)"),
    ),
    "early return": (
        "def f(x):\n    if x:\n        a(x)\n        r = b(x)\n    else:\n        r = None\n    return r\n",
        "def f(value):\n    if not value:\n        return None\n    a(value)\n    return b(value)\n",
    ),
    "any": (
        "def f(xs):\n    for x in xs:\n        if x.bad():\n            return True\n    return False\n",
        "def f(xs):\n    return any(x.bad() for x in xs)\n",
    ),
    "enumerate": (
        "def f(xs):\n    for i in range(len(xs)):\n        show(i, xs[i])\n",
        "def f(xs):\n    for number, x in enumerate(xs):\n        show(number, x)\n",
    ),
    "a counter": (
        "def f(xs):\n    i = 0\n    for x in xs:\n        show(i, x)\n        i += 1\n",
        "def f(xs):\n    for i, x in enumerate(xs):\n        show(i, x)\n",
    ),
    "items": (
        "def f(d):\n    for k in d:\n        show(k, d[k])\n",
        "def f(d):\n    for k, v in d.items():\n        show(k, v)\n",
    ),
    "texts": (
        'def f(a, b):\n    return "{}: {!r}".format(a, b) + "!"\n',
        'def f(a, b):\n    return f"{a}: {b!r}!"\n',
    ),
    "percent": ('def f(a):\n    return "%s items" % a\n', 'def f(a):\n    return f"{a} items"\n'),
    "ternary": (
        "def f(x):\n    if x is None:\n        y = 1\n    else:\n        y = g(x)\n    h(y)\n",
        "def f(x):\n    h(g(x) if x != None else 1)\n",
    ),
    "chained": ("def f(x):\n    return 0 < x and x < 9\n", "def f(x):\n    return 0 < x < 9\n"),
    "match": (
        "def f(x):\n    if x == 1 or x == 2:\n        return a()\n    elif x is None:\n        return b()\n    return c()\n",
        "def f(x):\n    match x:\n        case 1 | 2:\n            return a()\n        case None:\n            return b()\n        case _:\n            return c()\n",
    ),
    "isinstance": (
        "def f(x):\n    if isinstance(x, int) or isinstance(x, str):\n        g(x)\n",
        "def f(x):\n    if isinstance(x, (int, str)):\n        g(x)\n",
    ),
    "with": (
        "def f(p):\n    h = open(p)\n    try:\n        return h.read()\n    finally:\n        h.close()\n",
        "def f(p):\n    with open(p) as h:\n        return h.read()\n",
    ),
    "suppress": (
        "import contextlib\n\n\ndef f(p):\n    try:\n        g(p)\n    except OSError:\n        pass\n",
        "import contextlib\n\n\ndef f(p):\n    with contextlib.suppress(OSError):\n        g(p)\n",
    ),
    "setdefault": (
        "def f(d, k, v):\n    if k not in d:\n        d[k] = []\n    d[k].append(v)\n",
        "def f(d, k, v):\n    d.setdefault(k, [])\n    d[k].append(v)\n",
    ),
    "a renamed private method": (
        "class A:\n    def run(self):\n        return self._go(1)\n\n    def _go(self, n):\n        return n + self.x\n",
        "class A:\n    def run(self):\n        return self._start(1)\n\n    def _start(self, number):\n        return number + self.x\n",
    ),
    "a constant": (
        "def f(x):\n    return wait(x, 30)\n",
        "LIMIT = 30\n\n\ndef f(x):\n    return wait(x, LIMIT)\n",
    ),
    "keywords": (
        "def g(a, b):\n    return a - b\n\n\ndef f(x):\n    return g(x, 1)\n",
        "def g(a, b):\n    return a - b\n\n\ndef f(x):\n    return g(b=1, a=x)\n",
    ),
    "a table": (
        "def f(k):\n    if k == 'a':\n        return 1\n    elif k == 'b':\n        return 2\n    return 3\n",
        "_OF = {'a': 1, 'b': 2}\n\n\ndef f(k):\n    return _OF.get(k, 3)\n",
    ),
    "one loop for several calls": (
        "def f(x):\n    a(x, 1)\n    a(x, 2)\n",
        "def f(x):\n    for n in (1, 2):\n        a(x, n)\n",
    ),
    "a joined text": (
        "def f(xs):\n    s = ''\n    for x in xs:\n        s += g(x)\n    return s\n",
        "def f(xs):\n    return ''.join(g(x) for x in xs)\n",
    ),
    "a renamed parameter": (
        "def _g(a, b=1, **more):\n    return a - b, more\n\n\ndef f(x, b, **more):\n    return _g(x, b=b, **more)\n",
        "def _g(a, c=1, **more):\n    return a - c, more\n\n\ndef f(x, b, **more):\n    return _g(x, c=b, **more)\n",
    ),
    "swap": (
        "def f(a, b):\n    t = a\n    a = b\n    b = t\n    return a, b\n",
        "def f(a, b):\n    a, b = b, a\n    return a, b\n",
    ),
    "while": (
        "def f(s):\n    while True:\n        line = s.read()\n        if not line:\n            break\n        use(line)\n",
        "def f(s):\n    while line := s.read():\n        use(line)\n",
    ),
    "a lambda": (
        "def f(xs):\n    def key(x):\n        return x.name\n\n    xs.sort(key=key)\n",
        "def f(xs):\n    xs.sort(key=lambda item: item.name)\n",
    ),
    "annotations and documentation": (
        "import b\nimport a\n\n\ndef f(x):\n    return a.g(x)\n",
        'import a\nimport b\n\n\ndef f(x: int) -> int:\n    """Say so."""\n    return a.g(x)\n',
    ),
    "an awaited helper": (
        "async def f(x):\n    y = await get(x)\n    return y.text\n",
        "async def _text(x):\n    y = await get(x)\n    return y.text\n\n\nasync def f(x):\n    return await _text(x)\n",
    ),
    "loops in loops": (
        "def f(rows):\n    n = 0\n    for row in rows:\n        for cell in row:\n            if cell:\n                n += 1\n    return n\n",
        "def f(table):\n    count = 0\n    for line in table:\n        for c in line:\n            if not c:\n                continue\n            count = count + 1\n    return count\n",
    ),
}


@pytest.mark.parametrize(("before", "after"), GOOD.values(), ids=GOOD)
def test_what_stays_the_same(before: str, after: str) -> None:
    assert differences(before, after) == []
    assert differences(after, before) == []


WORK = """
import time


class Store:
    LIMIT = 3

    def __init__(self, path, size=10):
        self.path = path
        self.size = size
        self.seen = set()

    async def put(self, key, value, *, force=False):
        if key in self.seen and not force:
            raise KeyError(key)
        self.log("put", key)
        try:
            row = await self.send(key, value)
        except OSError as error:
            self.log("failed", key)
            raise RuntimeError("failed") from error
        finally:
            self.close()
        self.seen.add(key)
        if row.count > self.LIMIT:
            self.trim(key, row)
        else:
            self.keep(row, key)
        return row.count + 1

    def each(self, rows, cb):
        total = 0
        for i, row in enumerate(rows):
            if row is None:
                continue
            if i >= self.size:
                break
            total += cb(row)
        return total

    def handlers(self, names):
        return [lambda n=n: self.send(n, 0) for n in names]
"""

BAD = {
    "a dropped branch": ("        else:\n            self.keep(row, key)\n", ""),
    "a negated condition": ("if key in self.seen and not force", "if key in self.seen and force"),
    "and for or": ("key in self.seen and not", "key in self.seen or not"),
    "a dropped part": ("if key in self.seen and not force", "if key in self.seen"),
    "another comparison": ("row.count > self.LIMIT", "row.count >= self.LIMIT"),
    "another operator": ("row.count + 1", "row.count - 1"),
    "another number": ("row.count + 1", "row.count + 2"),
    "another text": ('"put", key', '"get", key'),
    "swapped arguments": ("self.trim(key, row)", "self.trim(row, key)"),
    "swapped branches": (
        "            self.trim(key, row)\n        else:\n            self.keep(row, key)\n",
        "            self.keep(row, key)\n        else:\n            self.trim(key, row)\n",
    ),
    "a lost await": ("await self.send", "self.send"),
    "a lost call": ("        self.seen.add(key)\n", ""),
    "a moved call": (
        '        self.log("put", key)\n        try:\n',
        '        try:\n            self.log("put", key)\n',
    ),
    "reordered effects": (
        "        self.path = path\n        self.size = size\n",
        "        self.size = size\n        self.path = path\n",
    ),
    "a default": ("size=10", "size=11"),
    "a keyword's default": ("force=False", "force=True"),
    "a wider handler": ("except OSError as", "except Exception as"),
    "a swallowed exception": (
        '            raise RuntimeError("failed") from error\n',
        "            row = None\n",
    ),
    "a lost cause": (" from error", ""),
    "another exception": ("raise KeyError(key)", "raise ValueError(key)"),
    "a lost finally": ("        finally:\n            self.close()\n", ""),
    "a lost return": ("        return row.count + 1\n", "        row.count + 1\n"),
    "break for continue": ("                break\n", "                continue\n"),
    "continue lost": ("                continue\n", "                pass\n"),
    "off by one": ("if i >= self.size", "if i > self.size"),
    "is for is not": ("row is None", "row is not None"),
    "a start": ("total = 0", "total = 1"),
    "= for +=": ("total += cb(row)", "total = cb(row)"),
    "another variable": ("total += cb(row)", "total += cb(i)"),
    "a late variable": ("lambda n=n: self", "lambda: self"),
    "a class's value": ("LIMIT = 3", "LIMIT = 4"),
    "an enumeration's start": ("enumerate(rows)", "enumerate(rows, 1)"),
    "a result dropped": ("return total", "return 0"),
    "async gone": ("    async def put", "    def put"),
    "an import": ("import time\n", "import time\n\nfrom json import loads as set\n"),
    "a method gone": (
        "    def handlers(self, names):\n",
        "    def handler(self, names):\n        pass\n\n    def h2(self, names):\n",
    ),
}


@pytest.mark.parametrize(("old", "new"), BAD.values(), ids=BAD)
def test_what_is_not_the_same(old: str, new: str) -> None:
    assert WORK.count(old) == 1
    after = WORK.replace(old, new)
    found = differences(WORK, after)
    assert found
    assert all(d.kind == "different" and d.what for d in found)
    assert differences(after, WORK)


@pytest.mark.parametrize(("old", "new"), BAD.values(), ids=BAD)
def test_a_defect_is_found_inside_of_a_refactoring(old: str, new: str) -> None:
    tidy = (
        WORK.replace("total", "amount")
        .replace("if row is None:", "if None is row:")
        .replace("row.count >", "row.count > ")
    )
    if old.replace("total", "amount") in tidy and "None" not in old:
        assert differences(WORK, tidy.replace(old.replace("total", "amount"), new.replace("total", "amount")))
    assert same(WORK, tidy)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # a value read before what may change it
        ("def f(s):\n    s.bump()\n    g(s.n)\n", "def f(s):\n    n = s.n\n    s.bump()\n    g(n)\n"),
        ("def f(s):\n    del s[0]\n    g(s[0])\n", "def f(s):\n    n = s[0]\n    del s[0]\n    g(n)\n"),
        # a caller's list is changed
        ("def f(xs):\n    xs = xs + [1]\n    g(xs)\n", "def f(xs):\n    xs += [1]\n    g(xs)\n"),
        # one list for all
        ("def f(n):\n    return [[] for _ in n]\n", "def f(n):\n    r = []\n    return [r for _ in n]\n"),
        # a call twice, a call less
        ("def f(a):\n    x = a.get()\n    g(x, x)\n", "def f(a):\n    g(a.get(), a.get())\n"),
        # shadowed
        (
            "def f(xs, x):\n    ys = [g(y) for y in xs]\n    return x, ys\n",
            "def f(xs, x):\n    ys = []\n    for x in xs:\n        ys.append(g(x))\n    return x, ys\n",
        ),
        # a helper that returns nothing
        (
            "def f(x):\n    if x:\n        return a(x)\n    return b(x)\n",
            "def _a(x):\n    if x:\n        return a(x)\n\n\ndef f(x):\n    _a(x)\n    return b(x)\n",
        ),
        # evaluated in another order
        ("def f():\n    return a() + b()\n", "def f():\n    y = b()\n    return a() + y\n"),
        # an index before its guard
        ("def f(xs):\n    return bool(xs and xs[0])\n", "def f(xs):\n    return bool(xs[0] and xs)\n"),
    ],
)
def test_what_is_easily_overlooked(before: str, after: str) -> None:
    assert differences(before, after)


def test_what_is_said_names_things_and_no_text() -> None:
    after = WORK.replace('"put", key', '"secret words", key')
    check = check_behaviour(*(Document("file:///a", t, "python") for t in (WORK, after)), keeps=True)
    assert (check.status, check.detail) == (
        "failed",
        "Store.put (line 16): it calls log with other arguments",
    )


@pytest.mark.parametrize(
    ("before", "after", "language", "detail"),
    [
        ("", "x = 1\n", "python", "the file is new"),
        ("x = 1\n", "x = = 1\n", "python", "a version does not parse"),
        ("a\n", "b\n", "plaintext", "behaviour is not compared in plaintext"),
    ],
)
def test_what_is_not_compared_is_said(before: str, after: str, language: str, detail: str) -> None:
    check = check_behaviour(*(Document("file:///a", t, language) for t in (before, after)), keeps=True)
    assert (check.status, check.detail) == ("skipped", detail)


def test_a_function_too_long_to_compare_is_said_to_be() -> None:
    lines = "".join(f"    if a[{n}]:\n        b({n})\n" for n in range(3000))
    before = f"def f(a, b):\n{lines}    return a\n"
    found = differences(before, before.replace("return a", "return a, b"))
    assert [d.kind for d in found] == ["unknown"]
