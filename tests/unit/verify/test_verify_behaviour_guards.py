"""What is known of a value where it is read: guards that are kept, moved or lost, and words that only look like others."""

from __future__ import annotations

import pytest

from kibitz.text import Document
from kibitz.verify.behaviour.braces_module import brace_differences
from kibitz.verify.behaviour.module import differences

Case = tuple[str, str, str]
"""A text, a part of it, and what stands there in the new version."""

TAKEN = """
def take(parts, key, table, limit):
    if parts is not None and len(parts) > limit:
        start(key)
    if key in table and table[key].ready:
        start(table[key])
"""
WALK = """
def walk(errors, roots):
    pending = list(errors)
    while pending:
        error = pending.pop()
        context = error.context
        if context is not None and (context is error or any(inside(root, context) for root in roots)):
            error.context = None
        elif context is not None:
            pending.append(context)
        if error.cause:
            pending.append(error.cause)
"""
ENDS = """
def modules(names):
    found = set(known())
    for name in names:
        if is_file(name):
            if name.endswith(".dll"):
                found.add(plain(name))
            if name.endswith(".so"):
                found.add(plain(name))
    return found
"""
TOLD = """
class Told:
    def told(self, words):
        if words.startswith("_"):
            self.hooks.update(words)
        return self._done(words)

    def _done(self, words):
        self.later(self._done)
        return words
"""
PYTHON_SAME: dict[str, Case] = {
    "a product's order": ("def f(size, tax):\n    return size * tax\n", "size * tax", "tax * size"),
    "a sum of numbers": (
        "def f(xs, at):\n    return at + len(xs) + 1\n",
        "at + len(xs) + 1",
        "1 + (len(xs) + at)",
    ),
    "what is known inside of a loop": (
        WALK,
        """context is not None and (context is error or any(inside(root, context) for root in roots)):
            error.context = None
        elif context is not None:
            pending.append(context)
""",
        """context is not None:
            if context is error or any(inside(root, context) for root in roots):
                error.context = None
            else:
                pending.append(context)
""",
    ),
    "two ends of one text": (
        ENDS,
        """if name.endswith(".dll"):
                found.add(plain(name))
            if name.endswith(".so"):""",
        'if name.endswith((".dll", ".so")):',
    ),
    "true or false, as the function says": (
        "def f(x) -> bool:\n    if x.fits():\n        return True\n    return False\n",
        "    if x.fits():\n        return True\n    return False\n",
        "    return x.fits()\n",
    ),
    "nothing at all": ("def f(x):\n    return tuple()\n", "tuple()", "()"),
    "a module's function under a name": (
        "from a import b\n\n\ndef f(x):\n    return b.check(x)\n",
        "    return b.check(x)\n",
        "    check = b.check\n    return check(x)\n",
    ),
    "a variable that is set before a function reads it": (
        "def f(n, xs):\n    c = count() if n is None else range(n)\n    return ((i, x) for i in c for x in xs)\n",
        "    c = count() if n is None else range(n)\n",
        "    if n is None:\n        c = count()\n    else:\n        c = range(n)\n",
    ),
    "functions in a list": (
        "def f(self, funcs):\n    found = [lambda tk: not func(tk) for func in funcs]\n    return use(found)\n",
        "[lambda tk: not func(tk) for func in funcs]",
        "[lambda token: not func(token) for func in funcs]",
    ),
    "functions that make functions": (
        """
def f(xs):
    def getter(i):
        def get(obj):
            return obj[i]

        return get

    return tuple(map(getter(i), x) for i, x in enumerate(xs))
""",
        "get(obj):\n            return obj[i]",
        "get(thing):\n            return thing[i]",
    ),
    "what is read early without a guard on it": (
        "def f(flag, xs):\n    if flag:\n        use(xs.size)\n    else:\n        drop(xs.size)\n",
        "    if flag:\n        use(xs.size)\n    else:\n        drop(xs.size)\n",
        "    size = xs.size\n    if flag:\n        use(size)\n    else:\n        drop(size)\n",
    ),
}
PYTHON_OTHER: dict[str, Case] = {
    "a length before its guard": (
        TAKEN,
        "    if parts is not None and len(parts) > limit:",
        "    many = len(parts) > limit\n    if parts is not None and many:",
    ),
    "an item before its guard": (
        TAKEN,
        "    if key in table and table[key].ready:",
        "    ready = table[key].ready\n    if key in table and ready:",
    ),
    "a sum of texts": ("def f(a, b):\n    return a + b\n", "a + b", "b + a"),
    "a quotient's order": ("def f(a, b):\n    return a / b\n", "a / b", "b / a"),
    "another method in every place": (TOLD, "startswith", "endswith"),
    "a method that is not there": (TOLD, "hooks.update", "hooks.setdefault"),
    "a method's new name in one place of two": (
        TOLD,
        "return self._done(words)\n\n    def _done(",
        "return self._finish(words)\n\n    def _finish(",
    ),
    "another end where one text may end with both": (
        'def f(name):\n    if name.endswith("gz"):\n        a()\n    if name.endswith(".gz"):\n        a()\n',
        'if name.endswith("gz"):\n        a()\n    if name.endswith(".gz"):',
        'if name.endswith(("gz", ".gz")):',
    ),
    "what is caught of reading items": (
        "def f(a, b):\n    try:\n        return set(a) == set(b)\n    except TypeError:\n        return False\n",
        "return False",
        "return True",
    ),
    "another variable in a function in a list": (
        "def f(xs, y):\n    return use([lambda: g(x) for x in xs])\n",
        "g(x)",
        "g(y)",
    ),
    "None for false": (
        "def f(x) -> bool:\n    if x.fits():\n        return True\n    return False\n",
        "return False",
        "return None",
    ),
}


@pytest.mark.parametrize("name", PYTHON_SAME)
def test_the_same_with_less_or_more_said(name: str) -> None:
    before, old, new = PYTHON_SAME[name]
    assert differences(before, before.replace(old, new)) == []


@pytest.mark.parametrize("name", PYTHON_OTHER)
def test_what_is_read_or_called_otherwise_is_told(name: str) -> None:
    before, old, new = PYTHON_OTHER[name]
    assert before.count(old) == 1
    assert [d.kind for d in differences(before, before.replace(old, new))] == ["different"]


RUST = """
fn has(value: &Value, needle: &str) -> bool {
    if let Ok(s) = value.to_str() {
        for part in s.split(',') {
            if part.trim() == needle {
                return true;
            }
        }
    }
    false
}

fn read(path: &Path) -> Result<u32, Error> {
    let text = match load(path) {
        Ok(text) => text,
        Err(e) => return Err(e.into()),
    };
    note(path);
    parse(text)
}

fn first(items: &[u32]) -> u32 {
    match items.first() {
        Some(x) => {
            note(x);
            *x
        }
        None => 0,
    }
}
"""
EARLY = """    let s = match value.to_str() {
        Ok(s) => s,
        Err(_) => return false,
    };
    for part in s.split(',') {
        if part.trim() == needle {
            return true;
        }
    }
    false
"""
HAS = RUST[RUST.index("    if let Ok") : RUST.index("}\n\nfn read")]
READ = RUST[RUST.index("match load") : RUST.index(";\n    note(path)")]
FIRST = RUST[RUST.index("    match items") : RUST.rindex("}\n")]
TYPESCRIPT = """
export function matches(filters: Filters, query: Query): boolean {
  const { queryKey, exact, predicate } = filters
  if (queryKey) {
    if (exact) {
      if (query.hash !== hashed(queryKey)) {
        return false
      }
    } else if (!partial(query, queryKey)) {
      return false
    }
  }
  if (predicate && !predicate(query)) {
    return false
  }
  return true
}

export function build(id: unknown) {
  return { make, other: 1 }

  function make(key: unknown) {
    let found: unknown
    if (typeof key === 'object') {
      found = hashed(key)
    } else {
      found = id
    }
    return use(found)
  }
}
"""
NESTED = TYPESCRIPT[TYPESCRIPT.index("  if (queryKey)") : TYPESCRIPT.index("  if (predicate")]
FLAT = """  if (queryKey && exact && query.hash !== hashed(queryKey)) {
    return false
  }
  if (queryKey && !exact && !partial(query, queryKey)) {
    return false
  }
"""
JAVA = """
class Task {
    Provider provider(Stream mods, boolean loud, Log log) {
        mods.ifPresent(m -> {
            throw new Bad(m.name());
        });
        if (loud && log != null) {
            log.print(mods);
        }
        return new Provider() {
            @Override
            public synchronized int read() {
                return count(log);
            }
        };
    }
}
"""
SCRIPT = """
export function shown(item: Item, count: number): string {
  const name = item.name
  const size = item.size
  if (item && item.ready) {
    item.show(name)
  }
  if (item) {
    item.close(size)
  }
  return 'n: ' + count + ' of ' + name
}
"""
READ_APART = "  const name = item.name\n  const size = item.size\n"
CLOSED = "  if (item) {\n    item.close(size)\n  }\n"
SUM = "'n: ' + count + ' of ' + name"
CAST = """
class Shop {
    int sold(Object thing) {
        if (thing instanceof Item) {
            Item item = (Item) thing;
            return item.sold();
        }
        return 0;
    }
}
"""
CASTED = "instanceof Item) {\n            Item item = (Item) thing;\n"
BRACES_SAME: dict[str, tuple[str, str, str, str]] = {
    "a match instead of if let": ("rust", RUST, HAS, EARLY),
    "a question mark": ("rust", RUST, READ, "load(path)?"),
    "if let instead of a match": (
        "rust",
        RUST,
        FIRST,
        "    if let Some(x) = items.first() {\n        note(x);\n        *x\n    } else {\n        0\n    }\n",
    ),
    "flat conditions": ("typescript", TYPESCRIPT, NESTED, FLAT),
    "a condition returned": (
        "typescript",
        TYPESCRIPT,
        "  if (predicate && !predicate(query)) {\n    return false\n  }\n  return true\n",
        "  return !predicate || predicate(query)\n",
    ),
}
BRACES_SAME |= {
    "a template text": ("typescript", SCRIPT, SUM, "`n: ${count} of ${name}`"),
    "destructuring": ("typescript", SCRIPT, READ_APART, "  const { name, size } = item\n"),
    "optional chaining in a condition": ("typescript", SCRIPT, "item && item.ready", "item?.ready"),
    "an optional call": ("typescript", SCRIPT, CLOSED, "  item?.close(size)\n"),
    "a pattern of instanceof": ("java", CAST, CASTED, "instanceof Item item) {\n"),
}
BRACES_OTHER: dict[str, tuple[str, str, str, str]] = {
    "the other side of a match": ("rust", RUST, HAS, EARLY.replace("return false,", "return true,")),
    "another error passed on": (
        "rust",
        RUST.replace("return Err(e.into())", "return Err(other())"),
        READ.replace("return Err(e.into())", "return Err(other())"),
        "load(path)?",
    ),
    "a case that is lost": ("typescript", TYPESCRIPT, NESTED, FLAT.replace("!exact && ", "")),
    "a branch of a function behind a return": (
        "typescript",
        TYPESCRIPT,
        "    } else {\n      found = id\n    }\n",
        "    }\n",
    ),
    "a guard behind a function that throws": ("java", JAVA, "loud && log != null", "loud"),
    "a lock of a method of a class made here": ("java", JAVA, "public synchronized int", "public int"),
}

BRACES_OTHER |= {
    "a template text in another order": ("typescript", SCRIPT, SUM, "`n: ${name} of ${count}`"),
    "other names taken apart": (
        "typescript",
        SCRIPT,
        READ_APART,
        "  const { size: name, name: size } = item\n",
    ),
    "another optional call": ("typescript", SCRIPT, CLOSED, "  item?.open(size)\n"),
    "a call without its guard": ("typescript", SCRIPT, CLOSED, "  item.close(size)\n"),
    "a pattern of another type": ("java", CAST, CASTED, "instanceof Thing item) {\n"),
}


def told(language: str, before: str, after: str) -> list[str]:
    """What kinds of differences are found."""
    versions = [Document(f"file:///{n}", text, language, 1) for n, text in enumerate((before, after))]
    return [d.kind for d in brace_differences(*versions)]


@pytest.mark.parametrize("name", BRACES_SAME)
def test_the_same_in_other_languages(name: str) -> None:
    language, before, old, new = BRACES_SAME[name]
    assert before.count(old) == 1
    assert told(language, before, before.replace(old, new)) == []


@pytest.mark.parametrize("name", BRACES_OTHER)
def test_what_is_otherwise_in_other_languages_is_told(name: str) -> None:
    language, before, old, new = BRACES_OTHER[name]
    assert before.count(old) == 1
    assert told(language, before, before.replace(old, new)) == ["different"]
