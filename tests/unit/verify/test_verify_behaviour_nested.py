"""In languages with braces: functions where they are declared, what they capture, and where labelled jumps go."""

from __future__ import annotations

from pathlib import Path

import pytest

from kibitz.text import Document
from kibitz.verify.behaviour.braces_module import brace_differences

Case = tuple[str, str, str]
"""A text, a part of it, and what stands there in the new version."""

READ = """export async function text(stream: Stream) {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  async function read() {
    const { done, value } = await reader.read();
    if (!done) {
      chunks.push(value);
      await read();
    }
  }
  await read();
  return chunks;
}
"""
WATCH = """package p

func (v *Watch) Start() error {
	for _, source := range v.sources {
		changes, _ := watch(source)
		go func(next <-chan *Change) {
			for {
				v.apply(<-next)
			}
		}(changes)
	}
	return nil
}
"""


def brace_found(language: str, case: Case) -> list[str]:
    text, old, new = case
    assert old in text
    before, after = (
        Document(f"file:///a.{language}", t, language, 1, Path(f"/a.{language}"))
        for t in (text, text.replace(old, new))
    )
    return [d.what for d in brace_differences(before, after)]


def test_a_nested_function_may_use_what_is_declared_before_it() -> None:
    assert brace_found("typescript", (READ, "reader", "source")) == []
    first = READ.replace("  const chunks: Uint8Array[] = [];\n", "")
    moved = first.replace(
        "  await read();\n  return", "  const chunks: Uint8Array[] = [];\n  await read();\n  return"
    )
    assert brace_found("typescript", (READ, READ, moved)) == []
    assert len(brace_found("typescript", (READ, "const reader", "const other"))) == 1


def test_a_function_may_use_the_name_its_value_is_given() -> None:
    text = (
        "function reset(on: On) {\n  const subscriber = new Subscriber({\n    next: () => {\n"
        "      subscriber.unsubscribe();\n    },\n  });\n  return on.subscribe(subscriber);\n}\n"
    )
    assert brace_found("typescript", (text, "subscriber", "follower")) == []
    assert len(brace_found("typescript", (text, "subscriber.unsubscribe", "other.unsubscribe"))) == 1


def test_captured_variables_may_be_named_in_any_order() -> None:
    text = (
        "function f(api: Api) {\n  let applied = 0;\n  let version = 1;\n  return () => {\n"
        "    if (applied !== version) {\n      applied = version;\n    }\n    version = api.next();\n  };\n}\n"
    )
    assert brace_found("typescript", (text, "applied !== version", "version !== applied")) == []
    assert len(brace_found("typescript", (text, "applied = version", "applied = applied"))) == 1


def test_a_goroutine_that_never_ends_is_one_still() -> None:
    assert brace_found("go", (WATCH, "changes", "news")) == []
    assert len(brace_found("go", (WATCH, "go func", "func"))) == 1
    assert len(brace_found("go", (WATCH, "v.apply", "v.reset"))) == 1


SHADOWED = """
fn port(rest: Input) -> Result<u32, Error> {
    if rest.is_empty() {
        return Err(Error::Empty);
    }
    let (port, rest) = if let Some(rest) = rest.split(':') {
        parse(rest)
    } else {
        (None, rest)
    };
    finish(port, rest)
}
"""


def test_what_if_let_binds_is_not_there_in_its_else() -> None:
    early = "        return Err(Error::Empty);\n"
    named = "        let result = Err(Error::Empty);\n        return result;\n"
    assert brace_found("rust", (SHADOWED, early, named)) == []
    assert len(brace_found("rust", (SHADOWED, "(None, rest)", "(None, other)"))) == 1


LABELS: dict[str, tuple[str, str, str]] = {
    "go": (
        (
            "package p\n\nfunc f(xs []int) []int {\n\tfound := []int{}\nouter:\n\tfor {\n\t\tfor _, x := range xs {\n"
            "\t\t\tif x > 3 {\n\t\t\t\tbreak outer\n\t\t\t}\n\t\t\tfound = append(found, x)\n\t\t}\n\t}\n\treturn found\n}\n"
        ),
        "outer",
        "return found",
    ),
    "java": (
        (
            "class A {\n  int f(int[] xs) {\n    outer:\n    for (int y : xs) {\n      for (int x : xs) {\n        if (x > y) {\n"
            "          continue outer;\n        }\n        note(x);\n      }\n    }\n    return xs.length;\n  }\n}\n"
        ),
        "outer",
        "return xs.length",
    ),
    "typescript": (
        (
            "function f(xs: number[]) {\n  outer: for (const y of xs) {\n    for (const x of xs) {\n      if (x > y) {\n"
            "        continue outer;\n      }\n      note(x);\n    }\n  }\n  return xs;\n}\n"
        ),
        "outer",
        "return xs",
    ),
    "rust": (
        (
            "fn f(xs: &[u32]) -> usize {\n    'outer: loop {\n        for x in xs {\n            if *x > 3 {\n"
            "                break 'outer;\n            }\n            note(x);\n        }\n    }\n    xs.len()\n}\n"
        ),
        "outer",
        "xs.len()",
    ),
}


@pytest.mark.parametrize("language", LABELS)
def test_a_labelled_jump_goes_where_its_label_is(language: str) -> None:
    text, label, last = LABELS[language]
    assert brace_found(language, (text, label, "search")) == []
    word = "break" if "break" in text else "continue"
    other = "continue" if word == "break" else "break"
    assert len(brace_found(language, (text, f"{word} ", f"{other} "))) == 1
    unlabelled = text.replace(f"{word} 'outer", word).replace(f"{word} outer", word)
    assert len(brace_found(language, (text, text, unlabelled))) == 1
    assert (
        len(
            brace_found(
                language, (text, last, last.replace("return ", "return more").replace("len()", "cap()"))
            )
        )
        == 1
    )
