"""What compilers of C, C++ and Rust spell out: the other access, a format, a header, a borrow, an arm, a missing item."""

from __future__ import annotations

import re

from kibitz.models.offline.fix_additions import include, line_end
from kibitz.models.offline.fix_case import Case, Change, Splice
from kibitz.models.offline.fix_known import CPP_HEADERS, HEADERS
from kibitz.syntax.tree import parse_fresh
from kibitz.syntax.view import View


def other_access(case: Case) -> Change | None:
    """`.` on a pointer becomes `->`, `->` on what is none becomes `.`."""
    to_pointer = re.search(r"pointer type|is a pointer", case.problem.message) is not None
    mark, meant = (".", "->") if to_pointer else ("->", ".")
    line = case.problem.range.start.line
    found = {
        child.start
        for node in case.nearby()
        if node.kind == "field_expression" and node.range.start.line <= line <= node.range.end.line
        for child in node.children
        if child.text == mark and child.range.start.line == line
    }
    here = {at for at in found if case.start <= at < max(case.end, case.start + 1)}
    spots = here or {at for at in found if len(found) == 1}
    if len(spots) != 1:
        return None
    (at,) = spots
    return case.change(f"Use `{meant}`", Splice(at, at + len(mark), meant))


_SPEC = re.compile(r"%(?:%|[-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(hh|h|ll|l|z|j|t|L)?([a-zA-Z]))")
_LENGTHS = {
    "char": "", "signed char": "", "unsigned char": "", "short": "", "short int": "", "unsigned short": "",
    "int": "", "unsigned int": "", "unsigned": "", "bool": "", "_Bool": "",
    "long": "l", "long int": "l", "unsigned long": "l", "long unsigned int": "l",
    "long long": "ll", "long long int": "ll", "unsigned long long": "ll", "long long unsigned int": "ll",
    "size_t": "z",
}  # fmt: skip
"""C's whole numbers -> how a format calls their length."""


def format_length(case: Case) -> Change | None:
    """A format that says the type its argument has."""
    kind = re.sub(r"\s*\{aka .*|['’] \(aka .*", "", case.group("type")).strip()
    node = case.node()
    call = node.up("call_expression") if node is not None else None
    listed = call.child("arguments") if call is not None else None
    name = call.child("function") if call is not None else None
    if listed is None or name is None or not name.text.endswith("printf") or name.text.startswith("w"):
        return None
    number = next((i for i, a in enumerate(listed.items) if a.kind == "string_literal"), None)
    if number is None:
        return None
    if case.group("number"):
        index = int(case.group("number")) - 1
    else:
        index = next((i for i, a in enumerate(listed.items) if a.start <= case.start < a.end), -1)
    form = listed.items[number]
    specs = [m for m in _SPEC.finditer(form.text) if m[0] != "%%"]
    at = index - number - 1
    if not 0 <= at < len(specs) or any("*" in m[0] for m in specs) or '\\"' in form.text[: specs[at].start()]:
        return None
    spec = specs[at]
    conversion = _conversion(kind, spec[2])
    if not conversion:
        return None
    start = form.start + (spec.start(1) if spec[1] else spec.start(2))
    return case.change(f"Format with `%{conversion}`", Splice(start, form.start + spec.end(2), conversion))


def _conversion(kind: str, letter: str) -> str:
    """How a type is formatted; empty where that is not known."""
    if kind in ("double", "float"):
        return "f" if letter not in "eEgGaA" else letter
    if re.fullmatch(r"(?:const )?char ?\*", kind):
        return "s"
    if re.fullmatch(r"(?:const )?void ?\*", kind):
        return "p"
    length = _LENGTHS.get(kind)
    if length is None:
        return ""
    signed = not ("unsigned" in kind or kind == "size_t")
    if signed:
        return length + (letter if letter in "di" else "d")
    return length + (letter if letter in "uxXo" else "u")


def direct_include(case: Case) -> Change | None:
    """The header of the standard library that has what is used."""
    name = case.group("name").removeprefix("::")
    header = CPP_HEADERS.get(name.removeprefix("std::")) if name.startswith("std::") else HEADERS.get(name)
    return include(case, f"<{header}>") if header else None


def adjusted(case: Case) -> Change | None:
    """What rustc puts before or behind a value so that its type fits."""
    said, meant = case.said, case.group("meant")
    if not said or "\n" in said:
        return None
    if (
        wrapper := re.search(r"wrapping the expression in [`'](Some|Ok|Err)[`']", case.group("line"))
    ) is not None:
        text = f"{wrapper[1]}({said})"
    elif meant.startswith(".") and re.fullmatch(r"\.\w+\(\)", meant):
        text = said + meant
    elif meant in ("&", "&mut", "*"):
        text = f"{meant} {said}" if meant == "&mut" else meant + said
    elif re.fullmatch(r"(?:&mut |&|\*)?" + re.escape(said) + r"(?:\.\w+\(\))?", meant) and meant != said:
        text = meant
    else:
        return None
    shown = text if len(text) < 40 else text[:39] + "…"
    return case.change(f"Change to `{shown}`", Splice(case.start, case.end, text), certain=False)


def borrowed(case: Case) -> Change | None:
    """A value where rust-analyzer expects a reference to it, a `String` of a `&str`, or it in an `Option`."""
    said, meant, held = case.said, case.group("meant"), case.group("type")
    if not said or "\n" in said:
        return None
    if meant in (f"&{held}", f"&mut {held}"):
        text = meant[: len(meant) - len(held)] + said
    elif meant == f"Option<{held}>":
        text = f"Some({said})"
    elif (meant, held) in (("String", "&str"), ("String", "&'static str")):
        text = f"{said}.to_string()"
    else:
        return None
    shown = text if len(text) < 40 else text[:39] + "…"
    return case.change(f"Change to `{shown}`", Splice(case.start, case.end, text), certain=False)


def arms(case: Case) -> Change | None:
    """An arm for each pattern a `match` leaves out, with what is to be done there still to be written."""
    names = re.findall(r"`([^`]+)`", case.group("several"))
    node = case.node()
    matched = node.up("match_expression") if node is not None else None
    if node is not None and node.kind == "match_expression":
        matched = node
    body = matched.child("body") if matched is not None else None
    found = [a for a in body.items if a.kind == "match_arm"] if body is not None else []
    if body is None or not found or not names:
        return None
    last = found[-1]
    margin = case.document.line(last.range.start.line)[: last.range.start.character]
    if margin.strip() or last.range.start.line == body.range.start.line:
        return None
    comma = "" if last.text.endswith((",", "}")) else ","
    text = "".join(f"{line_end(case)}{margin}{name} => todo!()," for name in names)
    shown = f"`{names[0]}`" if len(names) == 1 else f"{len(names)} patterns"
    return case.change(f"Add an arm for {shown}", Splice(last.end, last.end, comma + text), certain=False)


_KNOWN_TYPES = frozenset(
    [
        "Self",
        "String",
        "Vec",
        "Option",
        "Result",
        "Box",
        "Some",
        "None",
        "Ok",
        "Err",
        "Sized",
        "Send",
        "Sync",
        "Copy",
        "Clone",
        "Drop",
        "Fn",
        "FnMut",
        "FnOnce",
        "Into",
        "From",
        "Iterator",
        "IntoIterator",
        "ToString",
        "Default",
        "PartialEq",
        "Eq",
        "PartialOrd",
        "Ord",
        "AsRef",
        "AsMut",
    ]
)


def items(case: Case) -> Change | None:
    """What an implementation leaves out of its trait, with the bodies still to be written."""
    said = "\n".join(_beside(case))
    found = list(
        dict.fromkeys(re.findall(r"implement the missing item: `((?:fn|type|const) [^\n]*?(?:\}|;))`", said))
    )
    node = case.node()
    block: View | None = node if node is not None and node.kind == "impl_item" else None
    if block is None and node is not None:
        block = node.up("impl_item")
    body = block.child("body") if block is not None else None
    if block is None or body is None or not found or any(not f.startswith("fn ") for f in found):
        return None
    types = {t for f in found for t in re.findall(r"(?<!::)\b[A-Z]\w*", f)}
    if any(not re.search(rf"\b{t}\b", case.text) for t in types - _KNOWN_TYPES):
        return None
    margin = case.document.line(block.range.start.line)[: block.range.start.character]
    if margin.strip():
        return None
    end = line_end(case)
    lines = "".join(f"{end}{margin}    {item}" for item in found)
    at = body.items[-1].end if body.items else body.start + 1
    rest = case.text[at : body.end - 1]
    tail = "" if "\n" in rest else f"{end}{margin}"
    shown = "the missing item" if len(found) == 1 else f"{len(found)} missing items"
    return case.change(f"Implement {shown}", Splice(at, at, lines + tail), certain=False)


_INSTEAD = re.compile(r"^[^\n]*: `([^`\n]+)`$", re.MULTILINE)


def simpler(case: Case) -> Change | None:
    """What clippy would write in place of the whole."""
    said = case.said
    meant = {text for text in _INSTEAD.findall("\n".join(_beside(case))) if not text.startswith("#")}
    if not said or len(meant) != 1 or case.tree is None:
        return None
    (text,) = meant
    words = set(re.findall(r"\w+", said))
    if text == said or "\n" in said or "…" in text or not set(re.findall(r"\w+", text)) & words:
        return None
    trial = parse_fresh(case.trial(Splice(case.start, case.end, text)))
    if trial is None or len(trial.errors) > len(case.tree.errors):
        return None
    shown = text if len(text) < 40 else text[:39] + "…"
    return case.change(f"Change to `{shown}`", Splice(case.start, case.end, text))


def _beside(case: Case) -> list[str]:
    """What is said beside the message: its further lines, and the notes."""
    return [*case.problem.message.split("\n")[1:], *case.problem.notes]
