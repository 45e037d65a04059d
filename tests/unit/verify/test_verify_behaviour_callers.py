"""Calls that are left as old parameters want them, methods taken off their object, reads before what keeps them."""

from __future__ import annotations

import pytest

from kibitz.verify.behaviour.module import differences

Case = tuple[str, str, str]
"""A text, a part of it, and what stands there in the new version."""

METHOD = """
class Store:
    def _kept(self, key, value):
        self.table[key] = value

class Other:
    def told(self, store):
        store._kept(self.name, self.value)
"""
MODULE = "def _read(path):\n    return load(path)\n\nDATA = _read('a')\n"
OWN = """
class _Names:
    def check(self, node):
        self.seen.add(node)

def walk(names, root):
    names.check(root)
"""
RECURSIVE = "def _down(n, by):\n    if n:\n        return _down(n - by, by)\n    return 0\n"
TOLD: dict[str, Case] = {
    "another object's": (METHOD, "def _kept(self, key, value)", "def _kept(self, key, value, strict)"),
    "places changed": (METHOD, "def _kept(self, key, value)", "def _kept(self, value, key)"),
    "of the module": (MODULE, "def _read(path)", "def _read(path, strict)"),
    "of itself": (RECURSIVE, "def _down(n, by)", "def _down(n, by, flag)"),
    "of a private class": (OWN, "def check(self, node)", "def check(self, node, flag)"),
}
FITS: dict[str, Case] = {
    "one that may be left out": (
        METHOD,
        "def _kept(self, key, value)",
        "def _kept(self, key, value, strict=False)",
    ),
    "a parameter by another name": (
        MODULE,
        "def _read(path):\n    return load(path)",
        "def _read(name):\n    return load(name)",
    ),
    "told": (
        MODULE,
        MODULE,
        "def _read(path, strict):\n    return load(path)\n\nDATA = _read('a', True)\n",
    ),
    "a name of others": (
        OWN.replace("names.check(root)", "names.check(root)\n    names.check(root, 1)"),
        "def check(self, node)",
        "def check(self, node, flag=None)",
    ),
}


def found(case: Case, *, api: bool = True) -> list[str]:
    text, old, new = case
    assert old in text
    return [d.what for d in differences(text, text.replace(old, new), api=api)]


@pytest.mark.parametrize("name", TOLD)
def test_a_call_that_was_not_told_of_new_parameters_is_a_difference(name: str) -> None:
    assert any("a call of it" in what for what in found(TOLD[name]))


@pytest.mark.parametrize("name", FITS)
def test_a_call_that_fits_is_none(name: str) -> None:
    assert not any("a call of it" in what for what in found(FITS[name]))


FILLED = """
def filled(items):
    body = []
    try:
        for item in items:
            body.append(made(item))
    except ValueError:
        return None
    return body
"""
BOUND = """
class Stream:
    def close(self, error=None):
        done(error)

    def read(self, body, items):
        try:
            for item in items:
                body.append(made(item))
        except (OSError, ValueError) as error:
            if error.lasting:
                self.close(error=error)
                return None
            raise
        return body
"""
LOOP = "            body.append(made(item))"
SAME: dict[str, Case] = {
    "a list's method": (
        FILLED,
        f"        for item in items:\n{LOOP}",
        f"        append = body.append\n        for item in items:\n{LOOP.replace('body.', '')}",
    ),
    "an object's method, where no missing attribute is caught": (
        BOUND,
        f"            for item in items:\n    {LOOP}",
        f"            append = body.append\n            for item in items:\n    {LOOP.replace('body.', '')}",
    ),
    "a method called with its parameters' names": (
        BOUND,
        "                self.close(error=error)",
        "                close = self.close\n                close(error=error)",
    ),
}
OTHER: dict[str, Case] = {
    "of another list": (
        FILLED,
        f"        for item in items:\n{LOOP}",
        f"        append = [].append\n        for item in items:\n{LOOP.replace('body.', '')}",
    ),
    "another method": (
        FILLED,
        f"        for item in items:\n{LOOP}",
        f"        append = body.extend\n        for item in items:\n{LOOP.replace('body.', '')}",
    ),
    "where a missing attribute is caught": (
        BOUND.replace("ValueError", "AttributeError"),
        f"            for item in items:\n    {LOOP}",
        f"            append = body.append\n            for item in items:\n    {LOOP.replace('body.', '')}",
    ),
    "where some other value says what is caught": (
        FILLED.replace("ValueError", "items.errors").replace("body = []", "body = items.body"),
        f"        for item in items:\n{LOOP}",
        f"        append = body.append\n        for item in items:\n{LOOP.replace('body.', '')}",
    ),
    "an attribute by name, before what leaves the loop": (
        (
            "def f(self, hooks):\n    for name, many in hooks:\n        if many:\n            continue\n"
            "        hook = getattr(self, name)\n        hook()\n"
        ),
        "        if many:\n            continue\n        hook = getattr(self, name)\n",
        "        hook = getattr(self, name)\n        if many:\n            continue\n",
    ),
    "a power, before the range of its base": (
        "def f(self, f):\n    if f < 1:\n        raise ValueError\n    k = pow(f, self.x, self.p)\n    return k\n",
        "    if f < 1:\n        raise ValueError\n    k = pow(f, self.x, self.p)\n",
        "    k = pow(f, self.x, self.p)\n    if f < 1:\n        raise ValueError\n",
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_what_only_looks_different_is_the_same(name: str) -> None:
    assert found(SAME[name]) == []


@pytest.mark.parametrize("name", OTHER)
def test_what_is_different_is_told(name: str) -> None:
    assert len(found(OTHER[name])) == 1


SUBTAGS = """
def subtags(tag):
    parts = [part for part in tag.split("_")]
    base = parts.pop(0)
    return base, parts
"""
TABLE = """
def rows(lines, limit):
    for i in range(limit):
        if i == limit or not lines[i + 1].strip():
            end(i)
"""
TAKEN_OFF = "def f(kwargs):\n    factory = kwargs.pop('factory', dict)\n    if kwargs:\n        raise TypeError\n    return factory\n"


def test_a_list_that_takes_all_of_another_is_filled_at_once() -> None:
    loop = '    parts = []\n    for part in tag.split("_"):\n        parts.append(part)\n'
    old = '    parts = [part for part in tag.split("_")]\n'
    assert found((SUBTAGS, old, loop)) == []
    assert len(found((SUBTAGS, old, loop.replace("append(part)", "append(tag)")))) == 1
    assert len(found((SUBTAGS, old, loop + "    parts.append(part)\n"))) == 1


def test_an_index_is_not_read_before_its_bound_is_known() -> None:
    early = "        blank = not lines[i + 1].strip()\n        if i == limit or blank:\n"
    assert len(found((TABLE, "        if i == limit or not lines[i + 1].strip():\n", early))) == 1


def test_an_item_of_a_text_is_not_read_where_it_was_not() -> None:
    text = "def f(self, kind, value):\n    if kind in self.kinds and value.strip()[0] != '-':\n        end(value)\n"
    early = "    plain = value.strip()[0] != '-'\n    if kind in self.kinds and plain:\n"
    assert len(found((text, "    if kind in self.kinds and value.strip()[0] != '-':\n", early))) == 1
    named = "    kinds = self.kinds\n    if kind in kinds and value.strip()[0] != '-':\n"
    assert found((text, "    if kind in self.kinds and value.strip()[0] != '-':\n", named)) == []


def test_a_helper_that_is_given_the_object_calls_its_methods_as_a_method_does() -> None:
    text = (
        "class A:\n    def child(self, name, attrib=None, more=1):\n        return made(name, attrib, more)\n\n"
        "    def visit(self, node):\n        self.level += 1\n        self.put(self.child('x', attrib=node))\n"
    )
    part = "def _part(this, node):\n    this.put(this.child('x', attrib=node))\n\n\n"
    new = part + text.replace("self.put(self.child('x', attrib=node))", "_part(self, node)")
    assert found((text, text, new)) == []
    assert len(found((text, text, new.replace("attrib=node", "more=node")))) == 1


ALL_ITEMS: dict[str, tuple[str, str]] = {
    "of several loops": (
        "    pairs = [b for a in text.split('&') for b in a.split(';')]\n",
        "    pairs = []\n    for a in text.split('&'):\n        for b in a.split(';'):\n            pairs.append(b)\n",
    ),
    "in a set": (
        "    pairs = {b for b in text.split('&')}\n",
        "    pairs = set()\n    for b in text.split('&'):\n        pairs.add(b)\n",
    ),
}


@pytest.mark.parametrize("name", ALL_ITEMS)
def test_a_comprehension_of_items_as_they_are_is_its_loop(name: str) -> None:
    short, long = ALL_ITEMS[name]
    text = f"def f(text):\n{short}    for b in pairs:\n        told(b)\n    return pairs\n"
    assert found((text, short, long)) == []
    assert len(found((text, short, long.replace("split('&')", "split(',')")))) == 1


def test_a_key_that_may_be_missing_is_returned_in_any_form() -> None:
    text = "def f(self, key, other):\n    if key in self:\n        return self[key]\n    else:\n        return other\n"
    forms = (
        "    return self[key] if key in self else other\n",
        "    if key in self:\n        return self[key]\n    return other\n",
        "    if key not in self:\n        return other\n    return self[key]\n",
    )
    body = text.partition("\n")[2]
    for form in forms:
        assert found((text, body, form)) == []
        assert len(found((text, body, form.replace("other", "None")))) == 1


def test_a_method_is_read_where_it_is_called() -> None:
    apart = TAKEN_OFF.replace("    factory = kwargs.pop(", "    take = kwargs.pop\n    factory = take(")
    assert found((TAKEN_OFF, TAKEN_OFF, apart)) == []
