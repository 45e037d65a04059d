"""From an answer to a checked edit."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.errors import KibitzError
from kibitz.text import Document, TextEdit, span
from kibitz.verify.anchor import apply_block
from kibitz.verify.answer import parse_edits
from kibitz.verify.checks import Check
from kibitz.verify.edit import ProposedEdit, file_edit, propose
from kibitz.verify.refusal import RefusalError

ROOT = Path("/project")
SOURCE = "import os\n\n\ndef home():\n    return os.environ['HOME']\n"


def document(name: str = "a.py", text: str = SOURCE, version: int | None = 3) -> Document:
    language = "python" if name.endswith(".py") else "plaintext"
    return Document(f"file:///project/{name}", text, language, version, ROOT / name)


def block(search: str, replace: str) -> str:
    return f"<<<<<<< SEARCH\n{search}\n=======\n{replace}\n>>>>>>> REPLACE\n"


def nothing(path: str) -> Document | None:
    return None


async def refused(text: str) -> str:
    with pytest.raises(KibitzError) as caught:
        await propose(text, document(), None, nothing)
    assert caught.value.kind == "bad_response"
    return caught.value.message


async def test_an_answer_becomes_a_minimal_checked_edit() -> None:
    before = document()
    proposed = await propose(
        block("    return os.environ['HOME']", "    return os.environ.get('HOME')"), before, None, nothing
    )
    (file,) = proposed.files
    assert file.document is before
    assert file.edits == (TextEdit(span(4, 21, 4, 29), ".get('HOME')"),)
    assert file.after.version == 3
    assert not file.create
    assert {"syntax", "names", "signature", "style"} <= {check.name for check in proposed.checks}
    assert proposed.failed == ()
    assert proposed.unified_diff(ROOT) == (
        "--- a/a.py\n+++ b/a.py\n@@ -2,4 +2,4 @@\n \n \n def home():\n"
        "-    return os.environ['HOME']\n+    return os.environ.get('HOME')\n"
    )


async def test_a_failed_check_is_told() -> None:
    proposed = await propose(block("import os", "import sys"), document(), None, nothing)
    assert proposed.failed == (Check("names", "failed", "not defined: os"),)


async def test_several_files_with_one_check_each() -> None:
    other = document("sub/b.txt", "one\ntwo\n")
    seen: list[str] = []

    def read(path: str) -> Document | None:
        seen.append(path)
        return {"sub/b.txt": other, "a.py": document()}.get(path)

    answer = f"FILE sub/b.txt\n{block('two', '2')}\nFILE a.py\n{block('import os', 'import os  # why')}"
    proposed = await propose(answer, document(), None, read)
    assert seen == ["sub/b.txt", "a.py"]
    assert [file.document.uri for file in proposed.files] == [other.uri, document().uri]
    by_name = {check.name: check for check in proposed.checks}
    assert by_name["syntax"].status == "skipped"
    assert by_name["syntax"].detail.startswith("b.txt: ")
    assert by_name["style"].status == "passed"
    assert proposed.unified_diff(ROOT).count("--- a/") == 2


async def test_the_document_at_hand_counts_even_where_its_path_is_read() -> None:
    at_hand = document(text=SOURCE + "x = 1\n")
    answer = f"FILE ./a.py\n{block('x = 1', 'x = 2')}{block('import os', 'import os, sys')}"
    proposed = await propose(answer, at_hand, None, lambda path: document())
    assert proposed.files[0].document is at_hand


async def test_two_names_of_one_file_are_one_file() -> None:
    answer = f"FILE a.py\n{block('import os', 'import os, sys')}FILE /project/a.py\n{block('def home():', 'def home() -> str:')}"
    proposed = await propose(answer, document(), None, lambda path: document())
    (file,) = proposed.files
    assert file.after.text.startswith("import os, sys\n\n\ndef home() -> str:\n")


async def test_near_is_for_the_document_at_hand_only() -> None:
    before = document(text="x = 1\ny = 1\nx = 1\n")
    proposed = await propose(block("x = 1", "x = 2"), before, span(2, 0, 2, 5), nothing)
    assert proposed.files[0].after.text == "x = 1\ny = 1\nx = 2\n"
    other = document("b.py", before.text)
    with pytest.raises(KibitzError, match="matches 2 places"):
        await propose("FILE b.py\n" + block("x = 1", "x = 2"), before, span(2, 0, 2, 5), lambda path: other)


async def test_a_file_out_of_bounds_is_refused() -> None:
    assert "outside the project" in await refused("FILE ../../etc/passwd\n```\nx\n```\n")


async def test_a_path_that_is_the_end_of_the_documents_is_the_document() -> None:
    at_hand = document("src/deep/a.py")
    for name in ("a.py", "deep/a.py", "src/deep/a.py"):
        proposed = await propose(
            f"FILE {name}\n{block('import os', 'import os  # why')}", at_hand, None, nothing
        )
        assert proposed.files[0].document is at_hand
    for name in ("b/a.py", "eep/a.py", "../a.py"):
        with pytest.raises(KibitzError, match="outside the project"):
            await propose(f"FILE {name}\n{block('import os', 'import sys')}", at_hand, None, nothing)


async def test_a_refusal_has_the_text_for_the_model_only() -> None:
    for answer in ("FILE a.py\nnothing", block("import so", "import sys"), block("import os", "...")):
        with pytest.raises(RefusalError) as caught:
            await propose(answer, document(), span(3, 0, 4, 10), nothing)
        assert "import os" in caught.value.for_model or "def home" in caught.value.for_model
        assert "import os" not in str(caught.value.to_json())


async def test_an_answer_that_changes_nothing_is_refused() -> None:
    assert "changes nothing" in await refused(block("import os", "import os"))
    assert "changes nothing" in await refused(f"```python\n{SOURCE}```".replace("import os\n\n\n", ""))


async def test_a_new_file(tmp_path: Path) -> None:
    new = Document("file:///n/new.py", "", "python", None, tmp_path / "new.py")
    proposed = await propose("FILE new.py\n```python\nx = 1\n```\n", document(), None, lambda path: new)
    (file,) = proposed.files
    assert file.create
    assert file.after.text == "x = 1\n"
    assert proposed.unified_diff(tmp_path).startswith("--- /dev/null\n+++ b/new.py\n@@ -0,0 +1 @@\n+x = 1\n")


async def test_names_are_not_checked_without_trust() -> None:
    proposed = await propose(block("import os", "import sys"), document(), None, nothing, trusted=False)
    assert [check.status for check in proposed.checks if check.name == "names"] == ["skipped"]


def test_a_diff_says_where_a_last_line_has_no_end() -> None:
    edit = file_edit(document("my file.txt", "a\nb"), "a\nc")
    assert ProposedEdit((edit,), ()).unified_diff(ROOT) == (
        "--- a/my file.txt\t\n+++ b/my file.txt\t\n@@ -1,2 +1,2 @@\n a\n"
        "-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"
    )


lines = st.lists(st.sampled_from(["a", "b", "  c", "-- d", "++ e", "@@", "", "\ttab", "é😀"]), max_size=8)


@given(lines, lines, lines, lines)
def test_our_diff_is_read_back(one: list[str], two: list[str], old: list[str], new: list[str]) -> None:
    before = document("a.txt", "".join(f"{line}\n" for line in [*one, "start", *old, "end", *two]))
    after = "".join(f"{line}\n" for line in [*one, "start", *new, "end", *two])
    diff = ProposedEdit((file_edit(before, after),), ()).unified_diff(ROOT)
    if old == new:
        assert diff == ""
        return
    (parsed,) = parse_edits(f"```diff\n{diff}```\n")
    assert parsed.path == "a.txt"
    try:
        again = apply_block(before, parsed, None)
    except KibitzError as error:
        # a hunk of a file of equal lines is ambiguous without its line numbers
        assert "places" in error.message or "overlap" in error.message or "which lines" in error.message
    else:
        assert again.text == after
