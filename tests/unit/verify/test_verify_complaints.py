"""What users of other editors' assistants complained of, given to the pipeline as it was reported."""

from __future__ import annotations

import pytest

from kibitz.errors import KibitzError
from kibitz.text import TextEdit, span
from kibitz.verify.edit import propose
from kibitz.verify.refusal import may_help
from support.complaints import LIB, OBJECTS, OUTER, SHARDS, after, block, document, proposed, refusal


async def test_indentation_is_not_doubled_where_the_first_line_was_copied_without() -> None:
    """zed-industries/zed#60302"""
    answer = block(
        'self.target_a = "before"\n        self.target_b = "before"',
        'self.target_a = "after"\n        self.target_b = "after"',
    )
    assert await after(OUTER, answer) == OUTER.replace("before", "after")


async def test_indentation_is_not_doubled_where_one_line_becomes_two() -> None:
    """zed-industries/zed#60302, with a search text of one line"""
    answer = block('self.target_a = "before"', 'self.target_a = "after"\n        self.target_c = "new"')
    assert await after(OUTER, answer) == OUTER.replace(
        '_a = "before"\n', '_a = "after"\n        self.target_c = "new"\n'
    )
    nested = block('self.kept = "unchanged"', 'if self.ready:\n            self.kept = "unchanged"')
    assert await after(OUTER, nested) == OUTER.replace(
        '        self.kept = "unchanged"\n', '        if self.ready:\n            self.kept = "unchanged"\n'
    )


async def test_indentation_is_not_doubled_where_only_the_search_text_lost_it() -> None:
    """zed-industries/zed#60302, with new lines that are right as they are"""
    answer = block(
        'self.target_a = "before"\nself.target_b = "before"',
        '        self.target_a = "after"\n        self.target_b = "before"',
    )
    assert await after(OUTER, answer) == OUTER.replace('_a = "before"', '_a = "after"')


TRYING = """def example():
    try:
        # Some code here
        result = process_data()
        return result
    except Exception as e:
        log_error(e)
"""


@pytest.mark.parametrize("lost", ["", "    ", "        "])
async def test_indentation_is_not_lost(lost: str) -> None:
    """anomalyco/opencode#25953"""
    indent = "        ".removesuffix(lost)
    answer = block(
        f"{indent}result = process_data()\n{indent}return result",
        f"{indent}result = process_data()\n{indent}validate(result)\n{indent}return result",
    )
    wanted = TRYING.replace("data()\n", "data()\n        validate(result)\n")
    made = await proposed(TRYING, answer)
    assert made.files[0].after.text == wanted
    assert made.files[0].edits == (TextEdit(span(4, 0, 4, 0), "        validate(result)\n"),)


async def test_tabs_are_not_doubled() -> None:
    """anomalyco/opencode#14612"""
    ruby = "def a\n\tif x\n\t\tb\n\tend\nend\n"
    for indent in ("\t", "  ", "    "):
        answer = block(f"{indent}if x\n{indent * 2}b", f"{indent}if x\n{indent * 2}c")
        assert await after(ruby, answer, "a.rb", "ruby") == ruby.replace("b\n", "c\n")


async def test_flattened_lines_are_refused_rather_than_written() -> None:
    """anomalyco/opencode#25953: what cannot be told must not be guessed"""
    answer = block(
        "try:\n# Some code here\nresult = process_data()",
        "try:\n# Some code here\nresult = process_data()\nvalidate(result)",
    )
    error = await refusal(TRYING, answer)
    assert "how deep" in error.message
    assert "        result = process_data()" in error.for_model


TSX = """export function Notes() {
  return (
    <div>
      {/* Generated Notes */}
      <List />
    </div>
  );
}
"""


@pytest.mark.parametrize(
    "mark",
    [
        "</text>\n\n<old_text line=121>",
        "<old_text line=4>",
        "</new_text>",
        "<<<<<<< SEARCH",
        ">>>>>>> REPLACE",
        "=======",
        "*** End Patch",
        "@@ -1,4 +1,4 @@",
        "<|cursor|>",
        "<|im_end|>",
    ],
)
@pytest.mark.parametrize("whole", [False, True])
async def test_marks_of_the_answer_are_never_written_into_a_file(mark: str, whole: bool) -> None:
    """zed-industries/zed#42589"""
    new = f"      {{/* Generated Notes */}}\n{mark}\n      <List all />"
    if whole:
        answer = f"FILE a.tsx\n````tsx\n{TSX.replace('      <List />', mark)}````\n"
    else:
        answer = block("      {/* Generated Notes */}\n      <List />", new)
    with pytest.raises(KibitzError) as caught:
        await propose(
            answer, document(TSX, "a.tsx", "typescriptreact"), None, lambda path: document(TSX), trusted=False
        )
    assert caught.value.kind == "bad_response"


async def test_marks_that_the_file_has_itself_are_its_own() -> None:
    """zed-industries/zed#52073: a file that documents the form of answers can be edited"""
    text = "# <|cursor|> stands for the cursor\nHEAD = '<old_text>'\nold = 1\n"
    answer = block(
        "# <|cursor|> stands for the cursor\nHEAD = '<old_text>'\nold = 1",
        text.rstrip().replace("old = 1", "new = 1"),
    )
    assert await after(text, answer) == text.replace("old = 1", "new = 1")


async def test_several_changes_of_a_file_do_not_shift_each_other() -> None:
    """avante-corp/avante.nvim#1179, #417"""
    answer = block("def f3(x):\n    y = x + 3", "def f3(x):\n    assert x\n    assert x > 3\n    y = x + 3")
    answer += block("    y = x + 30\n    return y", "    return x + 30")
    answer += block("    y = x + 17", "    y = x * 17")
    wanted = (
        LIB.replace("def f3(x):\n", "def f3(x):\n    assert x\n    assert x > 3\n")
        .replace("    y = x + 30\n    return y", "    return x + 30")
        .replace("x + 17", "x * 17")
    )
    assert await after(LIB, answer) == wanted


async def test_changes_given_one_after_the_other_find_their_place_in_the_changed_file() -> None:
    """avante-corp/avante.nvim#1179: the first change moves the lines that the second was made for"""
    first = block("def f3(x):", "def f3(x):\n    # one\n    # two\n    # three")
    second = block("def f9(x):\n    y = x + 9", "def f9(x):\n    y = x - 9")
    once = await after(LIB, first)
    assert await after(once, second) == once.replace("x + 9", "x - 9")


async def test_the_file_changed_meanwhile_and_keeps_its_newer_lines() -> None:
    """avante-corp/avante.nvim#967: a line in the answer's search text is older than the file's"""
    newer = LIB.replace("def f9(x):\n    y = x + 9", "def f9(x):\n    y = x + 9 + EXTRA")
    kept = block(
        "def f9(x):\n    y = x + 9\n    return y\n\n\ndef f10(x):",
        "def f9(x):\n    y = x + 9\n    return abs(y)\n\n\ndef f10(x):",
    )
    made = await proposed(newer, kept)
    assert made.files[0].after.text == newer.replace(
        "+ 9 + EXTRA\n    return y", "+ 9 + EXTRA\n    return abs(y)"
    )
    lost = block(
        "def f9(x):\n    y = x + 9\n    return y\n\n\ndef f10(x):",
        "def f9(x):\n    y = g(x)\n    return y\n\n\ndef f10(x):",
    )
    error = await refusal(newer, lost)
    assert "y = x + 9 + EXTRA" in error.for_model
    assert "EXTRA" not in error.message + error.hint


@pytest.mark.parametrize("header", ["@@ -1,3 +1,4 @@", "@@ -999,30 +7,2 @@ def f9(x):", "@@ ... @@", "@@"])
async def test_a_diff_with_wrong_numbers_is_put_where_its_text_is(header: str) -> None:
    """olimorris/codecompanion.nvim#1743"""
    diff = f"--- a/a.py\n+++ b/a.py\n{header}\n def f9(x):\n-    y = x + 9\n+    y = x - 9\n     return y\n"
    wanted = LIB.replace("x + 9\n", "x - 9\n")
    for answer in (
        f"```diff\n{diff}```\n",
        f"```\n{diff}```\n",
        f"I changed the sign:\n\n{diff}\nThat is all.\n",
    ):
        assert await after(LIB, answer) == wanted


async def test_a_patch_between_its_marks_is_read() -> None:
    """olimorris/codecompanion.nvim#1925: patches come with and without their marks"""
    patch = "*** Update File: a.py\n@@ def f9(x):\n-    y = x + 9\n+    y = x - 9\n     return y\n"
    for answer in (
        f"*** Begin Patch\n{patch}*** End Patch\n",
        f"```\n*** Begin Patch\n{patch}*** End Patch\n```\n",
        f"```patch\n{patch}```\n",
    ):
        assert await after(LIB, answer) == LIB.replace("x + 9\n", "x - 9\n")


async def test_a_failed_search_tells_the_model_what_stands_there() -> None:
    """Aider-AI/aider#770, #3651: the same search text is sent again and again"""
    answer = block(
        "struct Shards {\n    length: u32,\n    arr_offset: u64,\n}\n\nimpl Shards {\n    fn init(&mut self) {",
        "struct Shards {\n    length: u64,\n    arr_offset: u64,\n}\n\nimpl Shards {\n    fn init(&mut self) {",
    )
    error = await refusal(SHARDS, answer, "a.rs", "rust")
    assert may_help(error)
    assert "pub struct Shards {\n    len: u32,\n    arr_offset: u64,\n}" in error.for_model
    assert "pub fn init(&mut self, all: &mut Allocator) -> io::Result<()> {" in error.for_model
    assert "Shards" not in error.message + error.hint


async def test_a_search_text_that_misses_comments_and_blank_lines_is_found() -> None:
    """Aider-AI/aider#424, #3651: skipped comments, blank lines and docstrings"""
    text = "def f(a):\n    # first\n    b = a\n\n    # then\n    c = b  # why\n    return c\n"
    answer = block(
        "def f(a):\n    b = a\n    c = b  # why\n    return c",
        "def f(a):\n    b = a + 1\n    c = b  # why\n    return c",
    )
    assert await after(text, answer) == text.replace("b = a\n", "b = a + 1\n")


@pytest.mark.parametrize(
    ("search", "replace"),
    [
        ("    y = x + 9\n    return y", "    y = compute(x, 9)\n    return check(y)"),
        ("def f9(x):", "def f9(x):\n    assert x is not None"),
        ("    y = x + 9\n    return y", "    y = x + 9\n    print(y, 'is the result')\n    return y"),
    ],
)
async def test_what_is_applied_already_is_said_and_neither_repeated_nor_retried(
    search: str, replace: str
) -> None:
    """Aider-AI/aider#4098: three retries although the change was there"""
    around = "def f9(x):\n" if search.startswith("    y") else ""
    answer = block(around + search, around + replace)
    once = await after(LIB, answer)
    assert once.count(replace) == 1
    error = await refusal(once, answer)
    assert "already" in error.message
    assert not may_help(error)


async def test_of_several_blocks_those_that_are_applied_already_are_left_out() -> None:
    """Aider-AI/aider#4098"""
    first = block("def f9(x):\n    y = x + 9", "def f9(x):\n    y = compute(x, 9)")
    second = block("    y = x + 12", "    y = compute(x, 12)")
    once = await after(LIB, first)
    assert await after(once, first + second) == await after(once, second)


async def test_a_closing_line_more_is_a_change() -> None:
    text = "f({\n  a: 1,\n});\n"
    answer = block("  a: 1,\n});", "  a: 1,\n});\n});")
    assert await after(text, answer, "a.txt", "plaintext") == text + "});\n"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
async def test_a_whole_file_for_one_line_is_an_edit_of_one_line(end: str) -> None:
    """zed-industries/zed#42074"""
    enum = "enum NextAction {\n  Foo = 'foo',\n}\n\n"
    whole = enum + OBJECTS.replace("nextAction: string", "nextAction: NextAction")
    text = OBJECTS.replace("\n", end)
    answer = f"FILE a.ts\n```ts\n{whole}```\n"
    (file,) = (
        await propose(
            answer,
            document(text, "a.ts", "typescript"),
            None,
            lambda path: document(text, "a.ts"),
            trusted=False,
        )
    ).files
    assert file.edits == (
        TextEdit(span(0, 0, 0, 0), enum.replace("\n", end)),
        TextEdit(span(1, 14, 1, 20), "NextAction"),
    )


async def test_a_whole_file_of_many_equal_lines_for_two_lines_is_two_edits() -> None:
    """zed-industries/zed#42074, on a file where most lines are like others"""
    text = "".join(
        f"call({n % 7})\n\nreturn\n" + (f"def f{n}():\n" if n % 9 == 0 else "") for n in range(1500)
    )
    lines = text.split("\n")
    lines[3], lines[-3] = "changed(1)", "changed(2)"
    answer = f"FILE a.txt\n```\n{chr(10).join(lines)}```\n"
    before = document(text, "a.txt", "plaintext")
    (file,) = (await propose(answer, before, None, lambda path: before, trusted=False)).files
    assert sorted({edit.range.start.line for edit in file.edits}) == [3, len(lines) - 3]
    assert max(edit.range.end.line - edit.range.start.line for edit in file.edits) == 0
