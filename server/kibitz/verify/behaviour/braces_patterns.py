"""Whether a pattern fits, in languages with braces: the two sides of an Option or a Result are one question."""

from __future__ import annotations

import re

from kibitz.syntax.view import View
from kibitz.verify.behaviour.braces import Braces
from kibitz.verify.behaviour.braces_views import blanked, pattern_names

_SIDE = re.compile(
    r"(?:Option :: |Result :: )?(?:(Some|Ok|Err) \( (?:(?:ref |mut |& )*\\0|_|\.\.) \)|(None))"
)
_ASKED = {"Some": "Some", "None": "Some", "Ok": "Ok", "Err": "Ok"}
_TESTS = {"is_some": "Some", "is_none": "None", "is_ok": "Ok", "is_err": "Err"}
_NAME = r"[a-z_]\w*"
_VALUE = re.compile(rf"(Some|Ok)\(({_NAME})\)")
_FAILURE = re.compile(rf"(?:(None)|Err\(({_NAME})\))")
_ONWARD = re.compile(rf"return (?:(None)|Err\((?:From::from\(({_NAME})\)|({_NAME})(?:\.into\(\))?)\))")


def fits(r: Braces, shape: str, subject: str) -> str:
    """Whether a value has a shape."""
    side = _SIDE.fullmatch(shape) if r.language == "rust" else None
    if side is None:
        return r.b.make("pure", (subject,), ("matched", shape))
    return _side(r, side[1] or side[2], subject)


def _side(r: Braces, name: str, subject: str) -> str:
    register = r.b.make("pure", (subject,), ("matched", _ASKED[name]))
    return register if _ASKED[name] == name else r.b.make("pure", (register,), ("not",))


def tested(r: Braces, name: str, base: View | None, count: int) -> str | None:
    """`x.is_some()` and its kin as the pattern they ask for."""
    if r.language != "rust" or base is None or count or name not in _TESTS:
        return None
    return _side(r, _TESTS[name], r.expression(base))


def passed_on(r: Braces, view: View) -> str | None:
    """`match x { Ok(v) => v, Err(e) => return Err(e.into()) }` as the `x?` it is."""
    value, body = view.child("value"), view.child("body")
    arms = [i for i in body.items if i.kind == "match_arm"] if body is not None else []
    if r.language != "rust" or value is None or len(arms) != 2:
        return None
    texts = [(a.child("pattern"), a.child("value")) for a in arms]
    if any(pattern is None or found is None for pattern, found in texts):
        return None
    pairs = [(p.text, _unblocked(v.text)) for p, v in texts if p is not None and v is not None]
    pairs.sort(key=lambda pair: _VALUE.fullmatch(pair[0]) is None)
    kept, lost = _VALUE.fullmatch(pairs[0][0]), _FAILURE.fullmatch(pairs[1][0])
    onward = _ONWARD.fullmatch(pairs[1][1])
    if kept is None or lost is None or onward is None or pairs[0][1] != kept[2]:
        return None
    if (kept[1] == "Some") != (lost[1] is not None) or lost[2] != (onward[2] or onward[3]):
        return None
    return r.b.make("opaque", (r.expression(value),), "try_expression () ?")


def _unblocked(text: str) -> str:
    text = text.strip()
    if text.startswith("{") and text.endswith("}"):
        text = text[1:-1].strip()
    return text.rstrip(";").rstrip(",").strip()


def shape_of(pattern: View) -> str:
    """A pattern with its names left out."""
    return blanked(pattern, [n.text for n in pattern_names(pattern)])
