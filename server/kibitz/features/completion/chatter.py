"""What models say around code: fences, sentences, special tokens, marks. Taken off before anything else is looked at."""

from __future__ import annotations

import re

from kibitz.syntax.facts import facts

FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*([\w+#.-]*)[ \t]*(?:\{[^}]*\}|title=\S+)?[ \t]*\Z")
CURSOR = "<|cursor|>"
_ONE_LINE_FENCE = re.compile(r"\A\s*(`{3,})(?:[\w+#.-]*[ \t])?[ \t]*([^\n`]+?)[ \t]*`{3,}\s*\Z")
_TICKS = re.compile(r"\A\s*`([^`\n]+)`\.?\s*\Z")
_NOISE = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffd\ufffe\uffff]")
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_THOUGHT = re.compile(r"\A\s*<(think|thinking|reasoning)>.*?</\1>(?:[ \t]*\n)*", re.DOTALL)
_OPEN_THOUGHT = re.compile(r"\A\s*<(?:think|thinking|reasoning)>")
_WRAPPED = re.compile(
    r"\A\s*<(code|completion|answer|insert|output|middle|fill)>[ \t]*\n?(.*?)(?:\n?[ \t]*</\1>.*|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_MIDDLE = re.compile(r"<\|?fim[_▁]middle\|?>|<｜fim▁end｜>|<\|code_middle\|>|<MID>|\[MIDDLE\]")
_START = re.compile(
    r"<\|?fim[_▁](?:prefix|suffix)\|?>|<｜fim▁(?:begin|hole)｜>|<\|code_(?:prefix|suffix)\|>|<(?:PRE|SUF)>|\[(?:PREFIX|SUFFIX)\]"
)
_END = re.compile(
    r"<\|(?:endoftext|end_of_text|im_end|im_start|eot_id|eom_id|end|eot|EOT|end▁of▁sentence|file_separator|file_sep|repo_name"
    r"|fim_pad|user|system|end_header_id)\|>|<｜end▁of▁sentence｜>|<EOT>|<\|?fim[_▁]pad\|?>|<(?:file_sep|end_of_turn|endoftext)>"
    r"|▁<EOT>|\[/INST\]"
)
_LEADING = re.compile(
    r"\A(?:<s>|<\|(?:begin_of_text|assistant|begin▁of▁sentence|start_header_id|im_start)\|>(?:assistant\n?)?"
    r"|<｜begin▁of▁sentence｜>|<bos>|<start_of_turn>(?:model\n?)?)"
)
_TRAILING = re.compile(r"(?:</s>|<eos>|\n`{1,2})\s*\Z")
_PHRASE = re.compile(
    r"\s*(?:\*\*|#+ )?(?:(?:sure|certainly|of course|okay|ok|absolutely|great|alright|no problem)\b[,!.: ]"
    r"|here(?:'s|’s| is| are)\b|below (?:is|are)\b|the (?:completed?|missing|following|code|above|inserted|rest|solution|answer|function)\b"
    r"|this (?:code|function|completes|snippet|will|implementation|line|inserts|method|is)\b|explanation\b|notes?:|note that\b"
    r"|i(?:'ll|’ll|'ve|’ve| have| will| would|'m| am)\b|to (?:complete|fill|finish|insert)\b|you (?:can|could|should|may)\b|let (?:me|'s)\b"
    r"|let's\b|in this (?:code|case|example)\b|hope (?:this|that)\b|as an ai\b|(?:code|output|answer|completion|result|python|insert):\s*\Z)",
    re.IGNORECASE,
)
_CODE = re.compile(r"[=;{}\[\]<>|&@$\\]|\w\(|\(\)|\)\s*[.:{]|\w\.\w+\(|::|->|^\s*(?:#|//|--|/\*|\*|\"|')")
_SENTENCE = re.compile(r"\s*[A-Z][\w'’-]*(?:,? [\w'’`(\"-][^\s]*){3,}.*[.:!?]\s*\Z")
_BULLET = re.compile(r"\s*(?:[-*•]|\d+\.) +(?:\*\*|`)?[A-Za-z].* \w+")


def is_prose(line: str, language: str) -> bool:
    """Whether a line is a sentence to a reader, and no code or comment of the language."""
    text = line.strip()
    if not text or not (text[0].isalnum() or text.startswith(("**", "-", "#"))):
        return False
    mark = facts(language).line_comment
    if mark and line.lstrip().startswith(mark):
        return False
    words = re.findall(r"[A-Za-z'’]+", line)
    if _PHRASE.match(line) and (len(words) >= 3 or line.rstrip().endswith((":", "!"))):
        code = _CODE.search(re.sub(r"`[^`]*`", "", line))
        return code is None or line.rstrip().endswith((":", "."))
    return _SENTENCE.match(line) is not None and _CODE.search(re.sub(r"`[^`]*`", "", line)) is None


def clean(answer: str, language: str, known: str, *, prose: bool = False) -> str:
    """The code in an answer, with LF line ends; "" where there is none.

    `known` is the file's own text: a token that stands in it is a word of this file. `prose` says that the place is in a
    comment or a string, where sentences are what is wanted.
    """
    text = answer.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    text = _without_tokens(_without_noise(text), known)
    text = text.replace(CURSOR, "") if CURSOR not in known else text
    if wrapped := _WRAPPED.match(text):
        text = wrapped.group(2)
    if one := _ONE_LINE_FENCE.match(text):
        return one.group(2)
    if (ticks := _TICKS.match(text)) and "`" not in facts(language).quotes and language != "shellscript":
        return ticks.group(1)
    if language == "markdown":
        return text
    text = _fenced(text, language, prose=prose)
    if prose:
        first, _, more = text.lstrip("\n").partition("\n")
        return more if more.strip() and _PHRASE.match(first) and first.rstrip().endswith(":") else text
    return _without_prose(text, language)


def _without_noise(text: str) -> str:
    """Up to the line with the first character no code has."""
    text = _COLOURS.sub("", text)
    noise = _NOISE.search(text)
    return text[: text.rfind("\n", 0, noise.start()) + 1] if noise else text


def _without_tokens(text: str, known: str) -> str:
    text = _THOUGHT.sub("", text, count=1)
    if _OPEN_THOUGHT.match(text) and _OPEN_THOUGHT.sub("", text).strip() not in known:
        return ""
    if (middle := _first(_MIDDLE, text, known)) is not None:
        text = text[middle.end() :]
    text = _LEADING.sub("", text)
    while (start := _START.match(text)) is not None and start.group() not in known:
        text = text[start.end() :]
    for pattern in (_END, _START, _MIDDLE):
        if (end := _first(pattern, text, known)) is not None:
            text = text[: end.start()]
    if (trailing := _TRAILING.search(text)) and trailing.group().strip() not in known:
        text = text[: trailing.start()]
    return text


def _first(pattern: re.Pattern[str], text: str, known: str) -> re.Match[str] | None:
    return next((match for match in pattern.finditer(text) if match.group() not in known), None)


def _fenced(text: str, language: str, *, prose: bool) -> str:
    """What stands in the first fence, or before one that only ends."""
    if "```" not in text and "~~~" not in text:
        return text
    lines = text.split("\n")
    fences = [at for at, line in enumerate(lines) if FENCE.match(line)]
    if not fences:
        return text
    first = fences[0]
    opening = FENCE.match(lines[first])
    before = [line for line in lines[:first] if line.strip()]
    named = opening is not None and bool(opening.group(2))
    talk = not before or named or all(is_prose(line, language) for line in before)
    if not talk or (prose and before and not _PHRASE.match(before[0])):
        return "\n".join(lines[:first])
    mark = opening.group(1) if opening is not None else "```"
    for at in fences[1:]:
        closing = FENCE.match(lines[at])
        if closing is not None and closing.group(1).startswith(mark) and not closing.group(2):
            return "\n".join(lines[first + 1 : at])
    return "\n".join(lines[first + 1 :])


def _without_prose(text: str, language: str) -> str:
    """Without the sentences before the code and everything from the first one behind it."""
    lines = text.split("\n")
    first = 0
    while first < len(lines) and (not lines[first].strip() or is_prose(lines[first], language)):
        first += 1
    if not any(line.strip() for line in lines[:first]):
        first = 0
    for at in range(first + 1, len(lines)):
        if _said(lines, at, language):
            return "\n".join(lines[first:at])
    return "\n".join(lines[first:])


def _said(lines: list[str], at: int, language: str) -> bool:
    """Whether a line behind code is a sentence: at the margin, and not the text of a string or comment."""
    line = lines[at]
    if not line[:1].strip() or not (
        is_prose(line, language) or (not lines[at - 1].strip() and _BULLET.match(line))
    ):
        return False
    before = "\n".join(lines[:at])
    quotes = [mark for mark in facts(language).quotes if len(mark) > 1 or mark == "`"]
    open_string = any(before.count(mark) % 2 for mark in quotes)
    block = facts(language).block_comment
    return not open_string and not (block and before.count(block[0]) > before.count(block[1]))
