"""The ways a model spoils an answer that was right, and answers that never were."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from attrs import frozen

from kibitz.syntax.facts import facts

FENCES = {"python": "python", "typescript": "ts", "go": "go", "rust": "rust", "java": "java"}
OTHER = {
    "python": "function add(a, b) {\n  const total = a + b;\n  return total;\n}\n",
    "": "def add(a, b):\n    total = a + b\n    if not total:\n        return None\n    return total\n",
}
MORE = {
    "python": "\n\ndef test_it():\n    assert True\n\n\nclass Other:\n    def __init__(self):\n        self.x = 1\n",
    "": "\n\nfunction other() {\n  return 1;\n}\n",
}


@frozen
class Case:
    """A text with a hole in it, and what was there."""

    name: str
    language: str
    before: str
    right: str
    after: str

    def in_editor(self) -> Case:
        """The same as an editor has it: the cursor indented already, on a line of its own."""
        bare = self.right.lstrip(" \t")
        white = self.right[: len(self.right) - len(bare)]
        if self.before[-1:] not in ("", "\n") or not bare or bare[0] == "\n":
            return self
        end = "\n" if bare.endswith("\n") else ""
        return Case(self.name, self.language, self.before + white, bare.removesuffix("\n"), end + self.after)


def _lines_before(case: Case, count: int) -> str:
    """The last lines before the hole, with the beginning of its own line."""
    lines = case.before.split("\n")
    return "\n".join(lines[max(0, len(lines) - 1 - count) :])


def _indented(case: Case, change: Callable[[str], str]) -> str:
    """The right answer with its lines' indentation changed, and no space within a line."""
    start = "" if case.before[-1:] in ("", "\n") else "x"
    text = re.sub(r"^[ \t]+", lambda match: change(match.group()), start + case.right, flags=re.MULTILINE)
    return text[len(start) :]


def _tabs(case: Case, _rng: random.Random) -> str:
    if "\n\t" in case.before:
        return _indented(case, lambda white: white.replace("\t", "    "))
    step = 2 if case.language == "typescript" else 4
    return _indented(case, lambda white: "\t" * (len(white) // step))


def _two(case: Case, _rng: random.Random) -> str:
    return _indented(case, lambda white: " " * (len(white.expandtabs(4)) // 2))


def _dedented(case: Case, _rng: random.Random) -> str:
    lines = case.right.split("\n")
    widths = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    whole = case.before.rpartition("\n")[2].strip() == ""
    if whole and widths:
        lines[0] = " " * (len(case.before) - len(case.before.rstrip(" "))) + lines[0]
        widths[0] = len(lines[0]) - len(lines[0].lstrip())
    least = min(widths) if whole and widths else 0
    return "\n".join(line[least:] if line.strip() else "" for line in lines)


def _fence(case: Case, text: str) -> str:
    return f"```{FENCES[case.language]}\n{text.rstrip(chr(10))}\n```"


def _damaged(case: Case, rng: random.Random) -> str:
    """A closing bracket or quote too few, or one too many at the end."""
    at = [match.start() for match in re.finditer(r"[)\]}\"']", case.right)]
    if at and rng.random() < 0.6:
        cut = rng.choice(at)
        return case.right[:cut] + case.right[cut + 1 :]
    return case.right.rstrip("\n") + rng.choice([")", "]", '"', "))", "}", "'"])


def _half(case: Case, rng: random.Random) -> str:
    return case.right[: rng.randrange(1, max(2, len(case.right)))]


def _more(case: Case) -> str:
    """The rest of the function (where a bracket ends it), and what a model would write next."""
    if case.language == "python":
        return MORE["python"]
    end = case.after.find("\n}\n")
    return (case.after[: end + 2] if end >= 0 else "") + MORE[""]


def _binary(_case: Case, rng: random.Random) -> str:
    return bytes(rng.randrange(256) for _ in range(300)).decode("utf-8", "replace")


def _suffix(case: Case, count: int) -> str:
    return "\n".join(case.after.split("\n")[:count])


def _margin_suffix(case: Case, _rng: random.Random) -> str:
    first, _, rest = _suffix(case, 5).partition("\n")
    return case.right + first + ("\n" + "\n".join(line.strip() for line in rest.split("\n")) if rest else "")


def _line_again(case: Case, _rng: random.Random) -> str:
    return case.before.rpartition("\n")[2] + case.right


_SURE = "Sure! Here is the completed code:\n\n"
_WHY = "\n\nExplanation: this computes the value and returns it.\nLet me know if you need anything else!"
_Maker = Callable[[Case, random.Random], str]

KINDS: dict[str, tuple[bool, _Maker]] = {
    "the right answer": (True, lambda c, _: c.right),
    "CRLF line ends": (True, lambda c, _: c.right.replace("\n", "\r\n")),
    "a fence": (True, lambda c, _: _fence(c, c.right)),
    "a fence that never ends": (True, lambda c, _: _fence(c, c.right).removesuffix("\n```")),
    "only the closing fence": (True, lambda c, _: c.right.rstrip("\n") + "\n```"),
    "chatter and a fence": (True, lambda c, _: _SURE + _fence(c, c.right) + _WHY),
    "chatter before": (True, lambda c, _: _SURE + c.right),
    "chatter behind": (True, lambda c, _: c.right.rstrip("\n") + _WHY),
    "a thought": (True, lambda c, _: "<think>\nThe user wants\ncode here.\n</think>\n" + c.right),
    "end tokens": (True, lambda c, r: c.right + r.choice(["<|endoftext|>", "<EOT>", "<|im_end|>", "</s>"])),
    "tokens and more": (True, lambda c, _: f"<|fim_middle|>{c.right}<|file_sep|>other.py\nimport os\n"),
    "the whole prompt": (
        True,
        lambda c, _: f"<fim_prefix>{c.before}<fim_suffix>{c.after}<fim_middle>{c.right}<|endoftext|>",
    ),
    "the whole file": (True, lambda c, _: c.before + c.right + c.after),
    "the whole file, fenced": (True, lambda c, _: _SURE + _fence(c, c.before + c.right + c.after) + _WHY),
    "the lines before": (True, lambda c, _: _lines_before(c, 3) + c.right),
    "the line again": (True, _line_again),
    "the suffix again": (True, lambda c, _: c.right + _suffix(c, 4)),
    "the suffix, at the margin": (True, _margin_suffix),
    "tabs for spaces": (True, _tabs),
    "two spaces": (True, _two),
    "no indentation": (True, _dedented),
    "without a line end": (True, lambda c, _: c.right.rstrip("\n")),
    "repeated lines": (
        True,
        lambda c, _: c.right.rstrip("\n") + ("\n" + c.right.rstrip("\n").rpartition("\n")[2]) * 60,
    ),
    "an endless line": (True, lambda c, _: c.right.rstrip("\n") + "\n" + "    x = " + "a + " * 3000),
    "more functions": (True, lambda c, _: c.right.rstrip("\n") + _more(c)),
    "noise behind": (True, lambda c, r: c.right.rstrip("\n") + "\n" + "\x00\x01\ufffd" + _binary(c, r)),
    "a bracket or quote wrong": (False, _damaged),
    "half an answer": (False, _half),
    "another language": (False, lambda c, _: OTHER.get(c.language, OTHER[""])),
    "only chatter": (False, lambda _c, _r: "I'm sorry, but I can't see enough of the code to complete it."),
    "only a sentence": (False, lambda _c, _r: "This function returns the sum of its arguments"),
    "binary noise": (False, _binary),
    "brackets": (False, lambda _c, r: "".join(r.choice("([{}])\"'`:;,\n x=") for _ in range(60))),
    "nothing": (False, lambda _c, r: r.choice(["", "\n", "   ", "```\n```", "\t\n"])),
    "a piece of the file": (
        False,
        lambda c, r: (c.after + c.before)[(at := r.randrange(max(1, len(c.after + c.before)))) : at + 120],
    ),
}
"""What each kind is, and whether the right answer is in it."""
IN_EDITOR = frozenset({"two spaces", "no indentation"})
"""Kinds that say nothing of how far the first line is indented: there the cursor says it."""


def comment_of(language: str) -> str:
    """What a comment is written with."""
    return facts(language).line_comment
