"""Behaviour in the languages with braces: defaults in patterns, what stands outside of functions, macros, long ones."""

from __future__ import annotations

import pytest

from kibitz.text import Document
from kibitz.verify.behaviour.braces_module import brace_differences

CIRCLE = """
class Page {
  circle(options: Options = {}): void {
    const { size = 100, color: shade = black } = options;
    this.check(size, 'size');
    this.draw({ ...options, x: size, shade });
  }
}
"""


def told(before: str, after: str, language: str = "typescript") -> list[str]:
    documents = [Document("file:///a", text, language) for text in (before, after)]
    return [d.what for d in brace_differences(*documents)]


@pytest.mark.parametrize(
    "after",
    [
        CIRCLE.replace("    const { size = 100", "    const limit = 100;\n    const { size = limit"),
        CIRCLE.replace(
            "const { size = 100, color: shade = black } = options;",
            "const size = options.size === undefined ? 100 : options.size;\n    const { color: shade = black } = options;",
        ),
    ],
)
def test_a_default_in_a_pattern(after: str) -> None:
    assert after != CIRCLE
    assert told(CIRCLE, after) == []


@pytest.mark.parametrize(
    "after",
    [
        CIRCLE.replace("size = 100", "size = 10"),
        CIRCLE.replace("size = 100", "size"),
        CIRCLE.replace("color: shade", "colour: shade"),
        CIRCLE.replace("shade = black", "shade = size"),
    ],
)
def test_another_default_in_a_pattern(after: str) -> None:
    assert after != CIRCLE
    assert told(CIRCLE, after) != []


OUTSIDE = "import b from 'b';\nconst a = 1;\nclass Shop {\n  open = true;\n  f() {\n    return a;\n  }\n}\nexport const c = 3;\n"


@pytest.mark.parametrize(
    ("old", "new", "lost"),
    [
        ("const a = 1;\n", "", "const is no longer there outside of functions"),
        ("open = true", "open = false", "true is no longer there outside of functions"),
        ("  open = true;\n", "", "open is no longer there outside of functions"),
        ("export const c", "const c", "export is no longer there outside of functions"),
        ("const a = 1;", "const a = 1;\nconst d = a;", None),
        ("import b from 'b';\n", "", None),
        ("return a;", "return (a);", None),
    ],
)
def test_what_stands_outside_of_functions_is_missed(old: str, new: str, lost: str | None) -> None:
    assert told(OUTSIDE, OUTSIDE.replace(old, new)) == ([lost] if lost else [])


PROBE = """
fn insert(indices: &mut [Pos], mut probe: usize, mut old: Pos) -> usize {
    let mut count = 0;
    probe_loop!(probe < indices.len(), {
        let pos = &mut indices[probe];
        if pos.is_none() {
            *pos = old;
            break;
        }
        count += self.pos;
        old = mem::replace(pos, old);
    });
    count
}
"""


def test_a_variable_of_a_macros_own_may_have_any_name() -> None:
    renamed = PROBE.replace(" pos", " place").replace("*pos", "*place").replace("(pos", "(place")
    assert "self.pos" in renamed
    assert told(PROBE, renamed, "rust") == []
    assert told(PROBE, renamed.replace("(place, old)", "(pos, old)"), "rust") != []
    assert told(PROBE, renamed.replace("self.pos", "self.place"), "rust") != []


def stream(inner: str) -> str:
    """A function too long to compare, with one inside."""
    steps = "".join(f"  emit(state{n}, {n});\n" for n in range(1600))
    return f"function stream(state: State) {{\n  let phase = 0;\n{steps}  function next(value: number) {{\n{inner}  }}\n  return next;\n}}\n"


def test_a_function_inside_of_one_too_long_is_compared() -> None:
    before = stream(
        "    const state = read(value);\n    if (state === undefined) {\n      return emit(value);\n    }\n    phase = state;\n"
    )
    renamed = stream(
        "    const found = read(value);\n    if (found === undefined) {\n      return emit(value);\n    }\n    phase = found;\n"
    )
    assert told(before, renamed) == []
    assert told(before, before.replace("state === undefined", "state !== undefined")) != []
    assert told(before, renamed.replace("phase = found", "phase = state")) != []
    assert told(before, before.replace("next(value", "next(other, value")) == [
        "it has other names, numbers or texts"
    ]


RETRIED = """
package p

func retried(fs Fs) {
	for i := 0; i < 10; i++ {
		err = fs.Mkdir(i)
		if os.IsExist(err) {
			continue
		}
		show(err)
	}
}
"""


def test_a_loop_that_sets_a_variable_from_outside_comes_to_an_end() -> None:
    named = RETRIED.replace("\tfor", "\tconst limit = 10\n\tfor").replace("i < 10", "i < limit")
    assert told(RETRIED, named, "go") == []
    assert told(RETRIED, named.replace("limit = 10", "limit = 11"), "go") != []
    assert told(RETRIED, RETRIED.replace("show(err)", "show(i)"), "go") != []
