"""What is read from an answer, and what is refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.errors import KibitzError
from kibitz.verify.answer import Artifact, FileBlock, artifacts, parse_code, parse_edits
from kibitz.verify.fences import fences

BLOCK = "<<<<<<< SEARCH\na = 1\n=======\na = 2\n>>>>>>> REPLACE\n"


def refused(text: str) -> str:
    with pytest.raises(KibitzError) as caught:
        parse_edits(text)
    assert caught.value.kind == "bad_response"
    assert caught.value.hint
    return caught.value.message


def test_file_with_replacements() -> None:
    answer = f"I changed it.\n\nFILE src/a.py\n{BLOCK}{BLOCK.replace('1', '3')}\nThat is all."
    pairs = (("a = 1\n", "a = 2\n"), ("a = 3\n", "a = 2\n"))
    assert parse_edits(answer) == (FileBlock("src/a.py", pairs),)


@pytest.mark.parametrize(
    "name",
    ["FILE a b.py", "FILE: a b.py", "## FILE a b.py  ", "**FILE a b.py**", "FILE `a b.py`", 'FILE "a b.py"'],
)
def test_how_a_file_may_be_named(name: str) -> None:
    assert parse_edits(f"{name}\n\n{BLOCK}")[0].path == "a b.py"
    assert parse_edits(f"{name}\n```\nx\n```\n") == (FileBlock("a b.py", None, "x"),)


@pytest.mark.parametrize("wrapper", ["```python\n{}```\n", "````\n{}````\n", "~~~ py\n{}~~~"])
def test_fences_around_replacements_are_packing(wrapper: str) -> None:
    expected = (FileBlock(None, (("a = 1\n", "a = 2\n"),)),)
    assert parse_edits(wrapper.format(BLOCK)) == expected


def test_a_fence_around_the_whole_answer() -> None:
    answer = f"```\nFILE a.py\n{BLOCK}\nFILE b.py\n{BLOCK}```\n"
    assert [block.path for block in parse_edits(answer)] == ["a.py", "b.py"]


def test_files_with_whole_texts() -> None:
    answer = "FILE a.py\n```python\nx = 1\n\n```\n\nFILE `b c.md`\n````markdown\n```\ninner\n```\n````\n"
    assert parse_edits(answer) == (
        FileBlock("a.py", None, "x = 1\n"),
        FileBlock("b c.md", None, "```\ninner\n```"),
    )


def test_a_fence_holds_lines_that_look_like_ours() -> None:
    body = "FILE x.wav\n>>>>>>> REPLACE\n=======\n"
    assert parse_edits(f"FILE a.cue\n```\n{body}\n```") == (FileBlock("a.cue", None, body),)


PIECES = ["a", " ", "\t", "\n", "\r", "\r\n", "`", "```", "~~~", "FILE x\n", "=======\n", "😀", "\u2028"]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_a_whole_text_comes_through_byte_for_byte(text: str) -> None:
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    answer = f"FILE some/file.txt\n{fence}text\n{text}\n{fence}\n"
    assert parse_edits(answer) == (FileBlock("some/file.txt", None, text),)


def test_a_single_block_is_code_for_the_place_at_hand() -> None:
    answer = "Here:\n\n```python\ndef f():\n    pass\n```\n\nRun it:\n```sh\npytest\n```"
    assert parse_edits(answer) == (FileBlock(None, None, "def f():\n    pass"),)


def test_commands_beside_a_change_are_not_part_of_it() -> None:
    answer = f"FILE a.py\n{BLOCK}\n```bash\npytest\n```\n"
    assert len(parse_edits(answer)) == 1


def test_a_shell_script_is_a_change_where_it_is_the_file() -> None:
    assert parse_edits("FILE a.sh\n```bash\nls\n```\n") == (FileBlock("a.sh", None, "ls"),)


def test_a_diff_becomes_replacements() -> None:
    answer = (
        "```diff\n--- a/src/a.py\n+++ b/src/a.py\n@@ -10,4 +10,4 @@ def f():\n one\n-two\n+2\n\n three\n"
        "@@ -30,2 +30,1 @@\n--- four\n five\n```\n"
    )
    assert parse_edits(answer) == (
        FileBlock("src/a.py", (("one\ntwo\n\nthree\n", "one\n2\n\nthree\n"), ("-- four\nfive\n", "five\n"))),
    )


def test_a_diff_without_names_is_for_the_document_at_hand() -> None:
    assert parse_edits("```diff\n@@ @@\n-a\n+b\n\\ No newline at end of file\n```") == (
        FileBlock(None, (("a\n", "b\n"),)),
    )


def test_a_diff_of_two_files_and_a_new_one() -> None:
    answer = (
        "```diff\ndiff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"
        "diff --git a/y b/y\n--- /dev/null\n+++ b/y\n@@ -0,0 +1 @@\n+new\n```"
    )
    assert parse_edits(answer) == (FileBlock("x", (("a\n", "b\n"),)), FileBlock("y", (("", "new\n"),)))


@pytest.mark.parametrize("length", [5, 6, 7, 9])
def test_marks_of_another_length(length: int) -> None:
    answer = f"{'<' * length} SEARCH\na\n{'=' * length}\nb\n{'>' * length} REPLACE\n"
    assert parse_edits(answer) == (FileBlock(None, (("a\n", "b\n"),)),)


def test_an_underline_is_no_divider() -> None:
    answer = "<<<<<<< SEARCH\nTitle\n=====\n=======\nOther\n=====\n>>>>>>> REPLACE\n"
    assert parse_edits(answer) == (FileBlock(None, (("Title\n=====\n", "Other\n=====\n"),)),)


@pytest.mark.parametrize(
    "name",
    ["src/a.py", "`src/a.py`", "**src/a.py**", "### src/a.py", "File: src/a.py", "Filepath: `src/a.py`:"],
)
def test_a_path_alone_above_a_block_is_its_file(name: str) -> None:
    expected = (FileBlock("src/a.py", (("a = 1\n", "a = 2\n"),)),)
    assert parse_edits(f"{name}\n{BLOCK}") == expected
    assert parse_edits(f"I change it.\n\n{name}\n```python\n{BLOCK}```\n") == expected
    both = parse_edits(f"{name}\n{BLOCK}\nb.py\n{BLOCK}")
    assert [block.path for block in both] == ["src/a.py", "b.py"]
    assert parse_edits(f"This is what src/a.py needs:\n{BLOCK}")[0].path is None
    # a piece of code below a path is not the whole of that file
    assert parse_edits(f"{name}\n```python\nx = 1\n```\n") == (FileBlock(None, None, "x = 1"),)


def test_a_diff_without_headers_is_one_hunk() -> None:
    expected = (FileBlock(None, ((" a\nb\n".lstrip(" "), "a\nc\n"),)),)
    assert parse_edits("```diff\n a\n-b\n+c\n```") == expected
    assert parse_edits("```diff\n--- a/x.py\n+++ b/x.py\n a\n-b\n+c\n```") == (
        FileBlock("x.py", expected[0].replacements),
    )


def test_a_diff_in_a_block_of_another_language_or_in_none() -> None:
    diff = "--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@\n a\n\n-b\n+c\n"
    expected = (FileBlock("x.py", (("a\n\nb\n", "a\n\nc\n"),)),)
    assert parse_edits(f"```python\n{diff}```") == expected
    assert parse_edits(f"So:\n\n{diff}\nThat is all.\n") == expected
    assert parse_edits(f"diff --git a/x.py b/x.py\n{diff}") == expected


def test_patches_of_several_files() -> None:
    patch = (
        "*** Begin Patch\n*** Update File: src/x.py\n@@ def f():\n-a\n+b\n@@\n c\n-d\n*** Add File: new.py\n+e\n+f\n"
        "*** End of File\n*** End Patch\n"
    )
    expected = (
        FileBlock("src/x.py", (("a\n", "b\n"), ("c\nd\n", "c\n"))),
        FileBlock("new.py", (("", "e\nf\n"),)),
    )
    assert parse_edits(patch) == expected
    assert parse_edits(f"Here:\n```\n{patch}```\nDone.") == expected
    assert "deletes" in refused("*** Begin Patch\n*** Delete File: x\n*** End Patch\n")
    assert "renames" in refused(
        "*** Begin Patch\n*** Update File: x\n*** Move to: y\n-a\n+b\n*** End Patch\n"
    )
    assert "cut off" in refused("*** Begin Patch\n*** Update File: x\n-a\n+b\n")


def test_blocks_of_one_file_come_together() -> None:
    answer = f"FILE a\n{BLOCK}FILE b\n{BLOCK}FILE a\n{BLOCK.replace('1', '9')}"
    first, second = parse_edits(answer)
    assert (first.path, len(first.replacements or ())) == ("a", 2)
    assert (second.path, len(second.replacements or ())) == ("b", 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I cannot do that.",
        "FILE a.py\nnothing follows",
        "FILE a.py\nFILE b.py\n" + BLOCK,
        "<<<<<<< SEARCH\na\n=======\nb\n",
        "<<<<<<< SEARCH\na\n=======\n",
        "<<<<<<< SEARCH\na\n>>>>>>> REPLACE\n",
        "<<<<<<< SEARCH\na\n=======\nb\n=======\nc\n>>>>>>> REPLACE\n",
        "<<<<<<< SEARCH\na\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n",
        ">>>>>>> REPLACE\n",
        "```python\nx = 1\n",
        "FILE a.py\n```python\nx = 1\n",
        "```python\n" + BLOCK,
        "```python\na = 1\n```\n```python\nb = 1\n```\n",
        "FILE a.py\n```\na\n```\n```python\nb\n```\n",
        "FILE a.py\n```\na\n```\nFILE a.py\n```\nb\n```\n",
        "FILE a.py\n```\na\n```\n" + BLOCK,
        f"FILE a.py\n{BLOCK}FILE a.py\n```\nb\n```\n",
        f"FILE a.py\n{BLOCK}\n```python\nb = 1\n```\n",
        "1. do\n\n   ```\n   <<<<<<< SEARCH\n   a\n   =======\n   b\n   >>>>>>> REPLACE\n   ```\n",
        "```diff\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n same\n```",
        "```diff\n--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n```",
        "```diff\n--- a/x\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n```",
        "```diff\n@@ @@\n-a\nstray\n+b\n```",
        "FILE z\n```diff\n--- a/x\n+++ b/x\n@@ @@\n-a\n+b\n--- a/y\n+++ b/y\n@@ @@\n-a\n+b\n```",
    ],
)
def test_refused(text: str) -> None:
    assert refused(text).endswith(".")


@given(
    st.lists(
        st.sampled_from([*BLOCK.splitlines(), "FILE a.py", "```", "````python", "~~~", "x = 1", "", "- b"])
    )
)
def test_any_answer_is_read_or_refused(lines: list[str]) -> None:
    try:
        blocks = parse_edits("\n".join(lines))
    except KibitzError as error:
        assert error.kind == "bad_response"
    else:
        assert blocks
        for block in blocks:
            assert (block.replacements is None) != (block.whole is None)
        assert len({block.path for block in blocks}) == len(blocks)


def test_code_is_one_block_or_the_longest_of_the_language() -> None:
    assert parse_code("Sure:\n```\nx\n```", "python") == "x\n"
    assert parse_code("```py\nx = 1\n\n```", "python") == "x = 1\n"
    many = "```sh\npip install pytest and many others\n```\n```python\na\n```\n```py\nlonger\n```\n"
    assert parse_code(many, "python") == "longer\n"


@pytest.mark.parametrize(
    "text", ["none", "```python\nx", "```python\n\n```", "```go\na\n```\n```rust\nb\n```"]
)
def test_no_code(text: str) -> None:
    with pytest.raises(KibitzError) as caught:
        parse_code(text, "python")
    assert caught.value.kind == "bad_response"


def test_artifacts_of_markdown() -> None:
    text = (
        '# Plan\n```python title="src/a b.py"\nx = 1\n```\ntext ```not a block```\n\nFILE b.go\n~~~go\n```\ninner\n```\n~~~\n'
        "- item\n\n  ```js:web/c.js\n  let a;\n    let b;\n  ```\n````md\n```\nx\n"
    )
    assert artifacts(text) == (
        Artifact("python", "x = 1", "src/a b.py"),
        Artifact("go", "```\ninner\n```", "b.go"),
        Artifact("js", "let a;\n  let b;", "web/c.js"),
        Artifact("md", "```\nx\n", None, complete=False),
    )


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("    ```\n    code\n    ```\n", 0),
        ("``` a`b\n", 0),
        ("~~~ a`b\nx\n~~~~\n", 1),
        ("```\nx\n``\n```  \n", 1),
        ("```\r\nx\r\n```\r\n", 1),
        ("```\n```\n```\n```\n", 2),
    ],
)
def test_fences_as_commonmark_has_them(text: str, count: int) -> None:
    found = fences(text)
    assert len(found) == count
    assert all(fence.complete for fence in found)


def test_an_artifact_as_doors_show_it() -> None:
    assert Artifact("go", "x", "a.go").to_json() == {"language": "go", "code": "x", "path": "a.go"}
    assert Artifact("", "x", None, complete=False).to_json() == {
        "language": "",
        "code": "x",
        "complete": False,
    }


def test_a_crlf_answer_gives_code_without_its_last_line_end() -> None:
    assert fences("```\r\nx\r\ny\r\n```\r\n")[0].code == "x\r\ny"
