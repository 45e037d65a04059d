"""What shellcheck says of shell scripts, and what is meant by it."""

from __future__ import annotations

import re

from kibitz.models.offline.fix_additions import line_end
from kibitz.models.offline.fix_case import Case, Change, Splice
from kibitz.text import Position

_BEGINS = re.compile(r"(?:^|;|\b(?:if|elif|while|until|then|do))\s*$")


def quoted_whole(case: Case) -> Change | None:
    """A command's output, or all of an array, as it is; not certain, as some mean it to be split."""
    said = case.said
    whole = re.fullmatch(r"\$\(.*\)|\$@|\$\{\w+\[@\]\}|\$\w+|\$\{\w+\}", said)
    if whole is None or "`" in said:
        return None
    if case.text[case.start - 1 : case.start] == '"' and case.text[case.end : case.end + 1] == '"':
        return None
    shown = said if len(said) < 30 else "the command's output"
    return case.change(f"Quote `{shown}`", Splice(case.start, case.end, f'"{said}"'), certain=False)


def declared_apart(case: Case) -> Change | None:
    """A variable is declared first, so that what the command says of its success is kept."""
    node = case.node()
    command = node if node is not None and node.kind == "declaration_command" else None
    if command is None and node is not None:
        command = node.up("declaration_command")
    word = command.children[0].text if command is not None else ""
    if command is None or word not in ("local", "export", "declare", "typeset") or len(command.items) != 1:
        return None
    given = command.items[0]
    name = given.child("name")
    margin = case.document.line(command.range.start.line)[: command.range.start.character]
    if given.kind != "variable_assignment" or name is None or margin.strip() or "+=" in given.text[:80]:
        return None
    end = line_end(case)
    text = f"{given.text}{end}{margin}export {name.text}"
    if word != "export":
        text = f"{word} {name.text}{end}{margin}{given.text}"
    return case.change("Declare and assign separately", Splice(command.start, command.end, text))


def two_tests(case: Case) -> Change | None:
    """`[ a -a b ]` becomes `[ a ] && [ b ]`, where that means the same."""
    line = case.problem.range.start.line
    text, begin = case.document.line(line), case.document.offset(Position(line, 0))
    at = case.start - begin
    operator = re.compile(r"\s*(-[ao])(?=\s)").match(text, at)
    opened = text.rfind("[ ", 0, at)
    closed = text.find(" ]", at)
    if operator is None or opened < 0 or closed < 0 or text[opened - 1 : opened] == "[":
        return None
    inner = text[opened + 2 : closed]
    kinds = set(re.findall(r"(?<=\s)-[ao](?=\s)", inner))
    if len(kinds) != 1 or "(" in inner or re.match(r"\s*!", inner) or not _BEGINS.search(text[:opened]):
        return None
    joined = "&&" if operator[1] == "-a" else "||"
    spots = list(re.finditer(r"\s+-[ao]\s+", inner))
    splices = [
        Splice(begin + opened + 2 + m.start(), begin + opened + 2 + m.end(), f" ] {joined} [ ") for m in spots
    ]
    return case.change(f"Use two tests and `{joined}`", *splices)


_OLD = {"egrep": "grep -E", "fgrep": "grep -F", "which": "command -v"}


def modern_command(case: Case) -> Change | None:
    """A command that is not everywhere, as the shells have it."""
    found = re.compile(r"(?:egrep|fgrep|which)\b").match(case.text, case.start)
    if found is None:
        return None
    meant = _OLD[found[0]]
    return case.change(f"Use `{meant}`", Splice(found.start(), found.end(), meant))


def turned_test(case: Case) -> Change | None:
    """`! -z` becomes `-n`, `! -n` becomes `-z`."""
    line = case.problem.range.start.line
    begin = case.document.offset(Position(line, 0))
    found = list(re.finditer(r"!\s+-([zn])(?=\s)", case.document.line(line)))
    if len(found) != 1:
        return None
    meant = "-n" if found[0][1] == "z" else "-z"
    return case.change(f"Use `{meant}`", Splice(begin + found[0].start(), begin + found[0].end(), meant))


def never_empty(case: Case) -> Change | None:
    """`$dir/` that must not become `/`: the script ends where the variable is empty."""
    found = re.search(r"\$(?:(\w+)|\{(\w+)\})(?=/|\"/)", case.text[case.start : case.end])
    if found is None:
        return None
    name = found[1] or found[2]
    return case.change(
        f"Use `${{{name}:?}}`",
        Splice(case.start + found.start(), case.start + found.end(), f"${{{name}:?}}"),
    )


def bare_arithmetic(case: Case) -> Change | None:
    """A variable in arithmetic needs no dollar."""
    found = re.fullmatch(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})", case.said)
    if found is None:
        return None
    name = found[1] or found[2]
    return case.change(f"Use `{name}`", Splice(case.start, case.end, name))


def closed_assignment(case: Case) -> Change | None:
    """`a = b` becomes `a=b`; a word that could be a command's name is left."""
    line = case.problem.range.start.line
    begin = case.document.offset(Position(line, 0))
    found = re.match(
        r"\s*(?:(?:local|export|readonly)\s+)?[A-Za-z_]\w*([ \t]*=[ \t]*)(?=[\w\"'$/.-])",
        case.document.line(line),
    )
    if found is None or found[1] == "=":
        return None
    return case.change(
        "Remove the blanks around `=`",
        Splice(begin + found.start(1), begin + found.end(1), "="),
        certain=False,
    )


def here_glob(case: Case) -> Change | None:
    """`*` becomes `./*`: no file's name is an option then."""
    if case.text[case.start : case.start + 1] not in ("*", "?"):
        return None
    return case.change("Use `./`", Splice(case.start, case.start, "./"))


def shebang(case: Case) -> Change | None:
    """The line that says which shell runs the script; not certain which one does."""
    if case.text.startswith("#!"):
        return None
    return case.change(
        "Add `#!/usr/bin/env bash`", Splice(0, 0, f"#!/usr/bin/env bash{line_end(case)}"), certain=False
    )


def plain_format(case: Case) -> Change | None:
    """A text that is printed is no format."""
    found = re.fullmatch(r'"?(\$(?:\w+|\{\w+\}))"?', case.said)
    before = case.text[: case.start].rstrip()
    if found is None or not before.endswith("printf"):
        return None
    return case.change("Print with `%s`", Splice(case.start, case.end, f"'%s' \"{found[1]}\""), certain=False)
