"""Defects in TypeScript, Go, Rust and Java: mutation operators and what models get wrong (see `refactorings_bad`)."""

from __future__ import annotations

import re

from refactorings_braces import BAD, OPPOSITE, Found, Piece, branches, kept, local_uses, opposite

_RELATIONAL = re.compile(r" (===|!==|==|!=|<=|>=|<|>) ")


_QUIET = re.compile(r"log|print|debug|trace|warn|assert|invariant|panic", re.IGNORECASE)


@kept(BAD, "relational operator replaced (ROR)")
def _relational(p: Piece) -> Found:
    for b in branches(p):
        test = p.shadow[slice(*b.test)]
        m = _RELATIONAL.search(test)
        if m:
            at = b.test[0] + m.start(1)
            yield p.with_edits((at, at + len(m[1]), OPPOSITE[m[1]]))


@kept(BAD, "boundary moved (ROR)")
def _boundary(p: Piece) -> Found:
    for m in re.finditer(r"\bfor .*\b[a-z] (<=|<|>=|>) [\w.()]+[; ]", p.shadow):
        yield p.with_edits((*m.span(1), {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}[m[1]]))


@kept(BAD, "arithmetic operator replaced (AOR)")
def _arithmetic(p: Piece) -> Found:
    for m in re.finditer(r"(?<=[\w)\]]) ([+*/-]) (?=[1-9]\d*\b)", p.shadow):
        yield p.with_edits((*m.span(1), {"+": "-", "-": "+", "*": "/", "/": "*"}[m[1]]))


@kept(BAD, "logical connector replaced (LCR)")
def _connector(p: Piece) -> Found:
    for m in re.finditer(r" (&&|\|\|) ", p.shadow):
        yield p.with_edits((*m.span(1), "||" if m[1] == "&&" else "&&"))


@kept(BAD, "condition negated (COI)")
def _negate(p: Piece) -> Found:
    for b in branches(p):
        yield p.with_edits((*b.test, opposite(p.code[slice(*b.test)])))


@kept(BAD, "part of a condition dropped")
def _part(p: Piece) -> Found:
    for b in branches(p):
        found = re.fullmatch(r"(.+?) (&&|\|\|) (.+)", p.code[slice(*b.test)])
        if found and found[1].count("(") == found[1].count(")"):
            yield p.with_edits((*b.test, found[1]))


@kept(BAD, "constant replaced (CRP)")
def _number(p: Piece) -> Found:
    for m in re.finditer(r"(?<=[ (\[])(\d{1,6}|true|false)(?=[;) ,\]])", p.shadow):
        new = {"true": "false", "false": "true"}.get(m[1]) or str(int(m[1]) + 1)
        if not _QUIET.search(p.shadow[p.shadow.rfind("\n", 0, m.start()) : m.start()]):
            yield p.with_edits((*m.span(), new))


_CALL = re.compile(r"(?m)^([ \t]+)(?:await )?[\w.]+(?:\[\w+\])?\([^\n{}]*\)(?:\?|\.await)?;?\n")


def _calls(p: Piece) -> list[re.Match[str]]:
    return [
        m
        for m in _CALL.finditer(p.shadow)
        if (p.language == "go") == (";" not in m[0]) and not _QUIET.search(m[0])
    ]


@kept(BAD, "statement deleted (SDL)")
def _delete(p: Piece) -> Found:
    for m in _calls(p):
        yield p.with_edits((*m.span(), ""))


@kept(BAD, "effects reordered")
def _reorder(p: Piece) -> Found:
    for one, two in zip(_calls(p), _calls(p)[1:], strict=False):
        if one.end() == two.start() and one[1] == two[1] and one[0] != two[0]:
            yield p.with_edits(
                (one.start(), two.end(), p.code[slice(*two.span())] + p.code[slice(*one.span())])
            )


@kept(BAD, "branch dropped")
def _branch(p: Piece) -> Found:
    for b in branches(p):
        if b.other is not None:
            yield p.with_edits((b.body[1], b.end, f"{b.pad}}}"))
        else:
            yield p.with_edits((b.start, b.end + 1, ""))


@kept(BAD, "branches swapped")
def _swap_branches(p: Piece) -> Found:
    for b in branches(p):
        if b.other is not None and p.code[slice(*b.body)] != p.code[slice(*b.other)]:
            yield p.with_edits((*b.body, p.code[slice(*b.other)]), (*b.other, p.code[slice(*b.body)]))


@kept(BAD, "await lost")
def _await(p: Piece) -> Found:
    for m in re.finditer(r"\bawait (?=[\w.]+\()|\.await\b", p.shadow):
        yield p.with_edits((*m.span(), ""))


@kept(BAD, "arguments swapped")
def _swap(p: Piece) -> Found:
    for m in re.finditer(r"(?<=\w\()([a-z][\w.]*), ([a-z][\w.]*)(?=[,)])", p.shadow):
        before = p.shadow[p.shadow.rfind("\n", 0, m.start()) : m.start()]
        odd = re.search(r"\b(fn|func|function|max|min|Equal|equals|print\w*)\b", before)
        odd = odd or re.match(r"[^\n]*\)[^\n;]*\{$", p.shadow[m.end() :].split("\n")[0])
        if m[1] != m[2] and not odd:
            yield p.with_edits((*m.span(1), m[2]), (*m.span(2), m[1]))


@kept(BAD, "use of a renamed local missed", "Rename the local variable to something clearer.")
def _missed(p: Piece) -> Found:
    for name, words in local_uses(p):
        new = f"{name}_value" if p.language == "rust" else f"{name}Value"
        if new not in p.code:
            yield p.with_edits(*((start, end, new) for start, end in words[:-1]))


@kept(BAD, "break and continue swapped")
def _jump(p: Piece) -> Found:
    if "switch" not in p.shadow and "select" not in p.shadow and "match " not in p.shadow:
        for m in re.finditer(r"(?m)^\s+(break|continue);?$", p.shadow):
            yield p.with_edits((*m.span(1), "continue" if m[1] == "break" else "break"))


@kept(BAD, "exception swallowed")
def _swallow(p: Piece) -> Found:
    for m in re.finditer(r"(?m)^[ \t]+throw [^\n]*;\n|\breturn (?:nil, )?(err)$", p.shadow):
        yield p.with_edits((*m.span(1), "nil")) if m[1] else p.with_edits((*m.span(), ""))


@kept(BAD, "return value replaced")
def _return(p: Piece) -> Found:
    new = {"typescript": "undefined", "go": "nil", "java": "null", "rust": "Default::default()"}[p.language]
    for m in re.finditer(r"(?m)^\s+return ([\w.]+\([^\n]*\)|[a-z]\w*|true|false)(?=;?$)", p.shadow):
        flag = {"true": "false", "false": "true"}.get(m[1])
        if flag or (m[1] not in ("nil", "null", "undefined") and p.language != "rust"):
            yield p.with_edits((*m.span(1), flag or new))


@kept(BAD, "protection removed")
def _protect(p: Piece) -> Found:
    for m in re.finditer(r"\bdefer (?=[\w.]+\()|\bsynchronized (?=\w)|\bgo (?=func\()", p.shadow):
        yield p.with_edits((*m.span(), ""))


@kept(BAD, "invented helper called")
def _invented(p: Piece) -> Found:
    for m in re.finditer(r"(?<=[ (=])([a-z]\w+)(?=\([\w., ]*\);?$)", p.shadow, re.MULTILINE):
        row = p.shadow[p.shadow.rfind("\n", 0, m.start()) + 1 : m.start()]
        if (
            m[1] not in ("if", "for", "while", "switch", "return", "catch", "function", "super")
            and "func" not in row
            and row.strip()
        ):
            yield p.with_edits(
                (*m.span(), f"safe_{m[1]}" if p.language == "rust" else f"safe{m[1][0].upper()}{m[1][1:]}")
            )


@kept(BAD, "increment turned round")
def _increment(p: Piece) -> Found:
    for m in re.finditer(r"\w(\+\+|--|\+=|-=)", p.shadow.replace(" +=", "_+=").replace(" -=", "_-=")):
        at = m.start(1)
        yield p.with_edits((at, at + 2, {"++": "--", "--": "++", "+=": "-=", "-=": "+="}[m[1]]))
