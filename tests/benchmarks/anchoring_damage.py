"""What models make of the lines they copy, and the changes they want to them."""

from __future__ import annotations

import random
import re
import textwrap
from collections.abc import Callable

from anchoring_wishes import COMMENT, indent, is_code

_STRING = re.compile(r"""(\w*)("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`?)(?!["'])""")
_PREFIX = re.compile(r"[rbfuRBFU]{0,2}")

Damage = Callable[[list[str], str, random.Random], list[str] | None]
"""A copy of lines as a model may write them; None where the damage does not apply to these lines."""


def dedent(lines: list[str], language: str, rng: random.Random) -> list[str] | None:
    """All of the common indentation gone, or one level more or less."""
    kind = rng.randrange(3)
    if kind == 0:
        return textwrap.dedent("\n".join(lines)).split("\n")
    step = "\t" if language == "go" else "    "
    if kind == 1:
        return [step + line if line.strip() else line for line in lines]
    if all(line.startswith(step) for line in lines if line.strip()):
        return [line.removeprefix(step) for line in lines]
    return None


def tabs(lines: list[str], language: str, rng: random.Random) -> list[str] | None:
    """Tabs for blanks, and the other way."""
    made = []
    for line in lines:
        lead = indent(line)
        if "\t" in lead:
            lead = lead.replace("\t", "    ")
        elif len(lead) % 4 == 0 or language == "typescript":
            size = 2 if language == "typescript" and any(len(indent(x)) % 4 == 2 for x in lines) else 4
            lead = "\t" * (len(lead) // size) + " " * (len(lead) % size)
        made.append(lead + line.lstrip())
    return made


def first_bare(lines: list[str], language: str, rng: random.Random) -> list[str] | None:
    """The first line without its indentation, as one who copies from the middle of a line has it."""
    return [lines[0].lstrip(), *lines[1:]]


def trailing(lines: list[str], language: str, rng: random.Random) -> list[str] | None:
    """Blanks at the end of some lines."""
    return [line + rng.choice(("", " ", "   ", "\t")) for line in lines]


def drop_blank(lines: list[str], language: str, rng: random.Random) -> list[str] | None:
    """No blank lines."""
    return [line for line in lines if line.strip()]


def add_blank(lines: list[str], language: str, rng: random.Random) -> list[str] | None:
    """Blank lines between, above and below."""
    made: list[str] = []
    for line in lines:
        made += [*([""] * rng.choice((0, 0, 1))), line]
    return [*made, *([""] * rng.choice((0, 1)))]


def drop_comments(lines: list[str], language: str, rng: random.Random) -> list[str] | None:
    """No comment lines."""
    inside = "*/" in "\n".join(lines).partition("/*")[0]
    if inside and is_code(lines[0], language):
        return None  # the lines above the end of a comment are part of it
    for line in lines:
        bare = line.strip()
        if inside and bare and not bare.startswith("*"):
            return None  # a comment whose lines do not say that they are
        if not inside and bare.startswith("*") and language != "python":
            return None  # a product or what a pointer points at, and no comment
        inside = (inside or bare.startswith("/*")) and "*/" not in bare
    return [line for line in lines if not line.strip() or is_code(line, language)]


def quotes(lines: list[str], language: str, rng: random.Random) -> list[str] | None:
    """The other quotes around strings, where no quote is in them."""
    if language in ("go", "rust", "java"):
        return None

    def other(match: re.Match[str]) -> str:
        prefix, string = match.groups()
        inside = string[1:-1]
        if string[0] == "`" or re.search(r"""["'`\\]""", inside) or not _PREFIX.fullmatch(prefix):
            return match[0]
        quote = {"'": '"', '"': "'"}[string[0]]
        return prefix + quote + inside + quote

    return [line if re.search(r"""\"{3}|'{3}""", line) else _STRING.sub(other, line) for line in lines]


def typo(lines: list[str], language: str, rng: random.Random) -> list[str] | None:
    """One slip in one word: a letter less, twice, another, or two swapped."""
    spots = [
        (number, match)
        for number, line in enumerate(lines)
        for match in re.finditer(r"(?<![A-Za-z\\])[a-z]{4,}(?![A-Za-z])", line)
    ]
    if not spots:
        return None
    number, match = rng.choice(spots)
    word = match[0]
    at = rng.randrange(1, len(word) - 1)
    slips = [
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + rng.choice("qxzj") + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    ]
    slip = rng.choice(slips)
    made = list(lines)
    made[number] = lines[number][: match.start()] + slip + lines[number][match.end() :]
    return made


def respace(lines: list[str], language: str, rng: random.Random) -> list[str] | None:
    """Other blanks around operators and brackets, none of them in strings."""

    def other(line: str) -> str:
        lead, rest = indent(line), line.lstrip()
        if any(mark in rest for mark in ("'", '"', "`", COMMENT[language])):
            return line
        rest = re.sub(r" ([=+]) ", r"\1", rest) if rng.randrange(2) else re.sub(r"\((?=\w)", "( ", rest)
        return lead + re.sub(r", ", ",", rest)

    return [other(line) for line in lines]


def wrap(lines: list[str], language: str, rng: random.Random) -> list[str] | None:
    """Statements broken over several lines, and broken ones joined."""
    made: list[str] = []
    for line in lines:
        opening = re.search(r"\((?=\w[^()]*\)\S?$)", line)
        if opening is not None and is_code(line, language) and "'" not in line and '"' not in line:
            close = line.rindex(")")
            lead = indent(line)
            made += [
                line[: opening.end()],
                f"{lead}    {line[opening.end() : close]}"
                + ("," if rng.randrange(2) and language == "python" else ""),
                lead + line[close:],
            ]
        elif made and made[-1].rstrip().endswith("(") and is_code(line, language):
            made[-1] = made[-1].rstrip() + line.strip()
        else:
            made.append(line)
    return made


def elide(lines: list[str], language: str, rng: random.Random) -> list[str] | None:
    """The middle left out, with or without a word about it."""
    if len(lines) < 5:
        return None
    mark = COMMENT[language]
    says = rng.choice(
        (
            "...",
            f"{mark} ...",
            f"{mark} ... existing code ...",
            f"{mark} ... rest of the function",
            f"{mark} rest unchanged",
            f"{mark} (unchanged)",
            f"{mark} ... (rest of implementation)",
            f"{mark} [...]",
            f"{mark} existing code here",
            f"{mark} keep the rest as is ...",
        )
    )
    first = rng.randrange(1, len(lines) - 3)
    last = rng.randrange(first + 2, len(lines))
    middle = lines[first:last]
    if sum(is_code(line, language) for line in middle) < 2:
        return None
    return [*lines[:first], indent(lines[first]) + says, *lines[last:]]


def both(one: Damage, two: Damage) -> Damage:
    """Two damages at once."""

    def damaged(lines: list[str], language: str, rng: random.Random) -> list[str] | None:
        made = one(lines, language, rng)
        made = lines if made is None else made
        again = two(made, language, rng)
        return made if again is None else again

    return damaged


WRITTEN: dict[str, Damage] = {
    "dedent": dedent,
    "tabs": tabs,
    "first bare": first_bare,
    "trailing": trailing,
    "blank lost": drop_blank,
    "blank more": add_blank,
    "comments": drop_comments,
    "quotes": quotes,
    "spacing": respace,
    "wrapped": wrap,
    "typo": typo,
    "dedent+blank": both(dedent, drop_blank),
    "dedent+comments": both(dedent, drop_comments),
    "quotes+typo": both(quotes, typo),
}
"""Damages to the search text whose meaning stays what it was."""

TWO_SIDED = {
    "dedent",
    "tabs",
    "first bare",
    "blank lost",
    "comments",
    "quotes",
    "typo",
    "dedent+blank",
    "dedent+comments",
}
"""Those that a model that makes them makes in its new text too."""
LOOSE = {"blank lost", "blank more", "dedent+blank"}
