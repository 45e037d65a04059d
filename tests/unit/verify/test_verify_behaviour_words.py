"""Shorter and longer words for the same in languages with braces: constants, results with names, what is nothing, formats."""

from __future__ import annotations

import pytest

from kibitz.text import Document
from kibitz.verify.behaviour.braces_module import brace_differences


def told(language: str, before: str, after: str) -> list[str]:
    assert before != after
    documents = [Document("file:///a", text, language) for text in (before, after)]
    return [d.what for d in brace_differences(*documents)]


MAIN = "package p\n\n"
SPLIT = MAIN + "func split(a A) (n int, err error) {\n\tn, err = a.Do()\n\treturn n, err\n}\n"
TOTAL = (
    MAIN + "func total(xs []int) int {\n\tn := 0\n\tfor _, x := range xs {\n\t\tn += x\n\t}\n\treturn n\n}\n"
)
NAMED = MAIN + "func named(a A) string {\n\tvar s string\n\tif a.ok {\n\t\ts = a.s\n\t}\n\treturn s\n}\n"
MINUTES = MAIN + "func seconds(a A) int {\n\treturn a.n * 60\n}\n"
RUN = (
    MAIN + "func run(a A) error {\n\terr := a.Do()\n\tif err != nil {\n\t\treturn err\n\t}\n\treturn nil\n}\n"
)
CLOCK = "class Clock {\n  int seconds() { return this.n * 60; }\n}\n"
PICK = "function pick(a) {\n  if (a === undefined || a === null) {\n    return 3;\n  }\n  return a;\n}\n"
KIND = "function kind(k) {\n  if (k === 'a') {\n    return one();\n  } else if (k === 'b') {\n    return two();\n  }\n  return three();\n}\n"
CASES = (
    "function kind(k) {\n  switch (k) {\n    case 'a':\n      return one();\n    case 'b':\n      return two();\n"
    "    default:\n      return three();\n  }\n}\n"
)
AMONG = "function fits(k) {\n  return k === 'a' || k === 'b';\n}\n"
SAY = 'fn say(name: u8, rest: u8) {\n    println!("{} of {:?}", name, rest.len());\n}\n'
TRUE = "function ok(a): boolean {\n  return !!a.b;\n}\n"
MADE = "function made(a, b) {\n  return { a: a, b: b };\n}\n"

SAME = {
    "results with names": ("go", SPLIT, SPLIT.replace("return n, err", "return")),
    "a number that is not set": ("go", TOTAL, TOTAL.replace("n := 0", "var n int")),
    "a text that is not set": ("go", NAMED, NAMED.replace("var s string", 's := ""')),
    "a constant of the package": (
        "go",
        MINUTES,
        MINUTES.replace("func", "const minute = 60\n\nfunc").replace("* 60", "* minute"),
    ),
    "an error that is none": ("go", RUN, MAIN + "func run(a A) error {\n\treturn a.Do()\n}\n"),
    "a constant of the class": (
        "java",
        CLOCK,
        CLOCK.replace("  int", "  private static final int MINUTE = 60;\n  int", 1).replace(
            "* 60", "* MINUTE"
        ),
    ),
    "a constant of the module": (
        "typescript",
        "function f(a) {\n  return a * 60;\n}\n",
        "const MINUTE = 60;\nfunction f(a) {\n  return a * MINUTE;\n}\n",
    ),
    "a constant of the crate": (
        "rust",
        "fn f(a: u8) -> u8 {\n    a * 60\n}\n",
        "pub(crate) const MINUTE: u8 = 60;\nfn f(a: u8) -> u8 {\n    a * MINUTE\n}\n",
    ),
    "nothing": ("typescript", PICK, "function pick(a) {\n  return a ?? 3;\n}\n"),
    "something": (
        "typescript",
        "function pick(a) {\n  return a !== null && a !== undefined ? a : 3;\n}\n",
        "function pick(a) {\n  return a ?? 3;\n}\n",
    ),
    "a switch": ("typescript", KIND, CASES),
    "includes": ("typescript", AMONG, "function fits(k) {\n  return ['a', 'b'].includes(k);\n}\n"),
    "Boolean": ("typescript", TRUE, TRUE.replace("!!a.b", "Boolean(a.b)")),
    "an object in short": ("typescript", MADE, MADE.replace("a: a, b: b", "a, b")),
    "a format": ("rust", SAY, SAY.replace('"{} of {:?}", name, ', '"{name} of {:?}", ')),
}
OTHER = {
    "results with names, set again": (
        "go",
        SPLIT,
        SPLIT.replace("\treturn n, err", "\tn = 0\n\treturn"),
    ),
    "a number that begins with another": (
        "go",
        TOTAL.replace("n := 0", "n := 1"),
        TOTAL.replace("n := 0", "var n int"),
    ),
    "another constant of the package": (
        "go",
        MINUTES,
        MINUTES.replace("func", "const minute = 61\n\nfunc").replace("* 60", "* minute"),
    ),
    "a variable of the package": (
        "go",
        MINUTES,
        MINUTES.replace("func", "var minute = 60\n\nfunc").replace("* 60", "* minute"),
    ),
    "an error that is lost": ("go", RUN, RUN.replace("return err", "return nil")),
    "another constant of the class": (
        "java",
        CLOCK,
        CLOCK.replace("  int", "  private static final int MINUTE = 6;\n  int", 1).replace(
            "* 60", "* MINUTE"
        ),
    ),
    "a field of the class that is no constant": (
        "java",
        CLOCK,
        CLOCK.replace("  int", "  int MINUTE = 60;\n  int", 1).replace("* 60", "* MINUTE"),
    ),
    "a static field of the class that may be set": (
        "java",
        CLOCK,
        CLOCK.replace("  int", "  static int MINUTE = 60;\n  int", 1).replace("* 60", "* MINUTE"),
    ),
    "a variable of the module": (
        "typescript",
        "const a = 1;\nfunction f(a) {\n  return a * 60;\n}\n",
        "const a = 1;\nlet minute = 60;\nfunction f(a) {\n  return a * minute;\n}\n",
    ),
    "a variable of the crate": (
        "rust",
        "fn f(a: u8) -> u8 {\n    a * 60\n}\n",
        "static mut MINUTE: u8 = 60;\nfn f(a: u8) -> u8 {\n    a * MINUTE\n}\n",
    ),
    "false for nothing": ("typescript", PICK, "function pick(a) {\n  return a || 3;\n}\n"),
    "one of two nothings": ("typescript", PICK, PICK.replace("a === undefined || ", "")),
    "two things that are nothing": ("typescript", PICK, PICK.replace("a === null", "b === null")),
    "null for undefined": (
        "typescript",
        "function f(a) {\n  if (a == null) {\n    return null;\n  }\n  return a.b;\n}\n",
        "function f(a) {\n  if (a == null) {\n    return a;\n  }\n  return a.b;\n}\n",
    ),
    "a switch with another case": ("typescript", KIND, CASES.replace("'b'", "'c'")),
    "includes another": ("typescript", AMONG, "function fits(k) {\n  return ['a', 'c'].includes(k);\n}\n"),
    "not Boolean": ("typescript", TRUE, TRUE.replace("!!a.b", "!Boolean(a.b)")),
    "an object with its values swapped": ("typescript", MADE, MADE.replace("a: a, b: b", "a: b, b: a")),
    "a format of another": ("rust", SAY, SAY.replace('"{} of {:?}", name, ', '"{rest} of {:?}", ')),
    "a format in another form": ("rust", SAY, SAY.replace('"{} of {:?}", name, ', '"{name:?} of {:?}", ')),
    "a format of two in the other order": ("rust", SAY, SAY.replace("name, rest.len()", "rest.len(), name")),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_in_other_words(name: str) -> None:
    assert told(*SAME[name]) == []


@pytest.mark.parametrize("name", OTHER)
def test_something_else_in_like_words(name: str) -> None:
    assert told(*OTHER[name]) != []
