"""More of what users of other editors' assistants reported, with the files and answers of their reports."""

from __future__ import annotations

import pytest

from kibitz.text import TextEdit, span
from kibitz.verify.edit import ProposedEdit
from kibitz.verify.refusal import may_help
from support.complaints import LARGE, RESET, STORE, block, document, proposed, refusal


async def edited(text: str, answer: str, name: str, language: str) -> ProposedEdit:
    made = await proposed(text, answer, name, language)
    assert made.failed == ()
    assert [file.document.uri for file in made.files] == [document(text, name, language).uri]
    return made


CACHE = """impl Cache {
    fn shard(&self, hash: u64) -> *mut Shard {
        let index = hash % self.shards.len() as u64;
        self.shards.shard(&self.allocator.lock().unwrap(), index as usize)
    }
}

pub struct Shards {
    len: u32,
    arr_offset: u64,
}

impl Shards {
    pub fn init(&mut self, all: &mut Allocator, shard_len: u32, max_len: u64) -> io::Result<()> {
        let size = shard_len as u64 * std::mem::size_of::<Shard>() as u64;
        Ok(())
    }
}
"""
PRIVATE = """struct Shards {
    len: u32,
    arr_offset: u64,
}

impl Shards {
    fn init(&mut self, all: &mut Allocator, shard_len: u32, max_len: u64) -> io::Result<()> {"""
PUBLIC = PRIVATE.replace("struct", "pub struct").replace("    fn init", "    pub fn init")


async def test_a_change_that_is_there_already_is_said_to_be_and_not_asked_for_again() -> None:
    """Aider-AI/aider#827, #770: the search text is that of before the change, the file that of after it"""
    error = await refusal(CACHE, block(PRIVATE, PUBLIC), "src/cache.rs", "rust")
    assert "already" in error.message
    assert not may_help(error)
    private = CACHE.replace("pub ", "")
    made = await edited(private, block(PRIVATE, PUBLIC), "src/cache.rs", "rust")
    assert made.files[0].after.text == CACHE, "the first time it is made"


ITEM = """#include <tc/item.hxx>

int create(const char *name)
{
    tag_t item = 0;
    // create the item
    int status = ITEM_create_item(name, &item);

    return status;
}
"""


@pytest.mark.parametrize(
    "head",
    [
        "change_demo\\CreateAnItems (1).cpp\n",
        "`change_demo\\CreateAnItems (1).cpp`\n",
        "change_demo/CreateAnItems (1).cpp\n",
        "FILE change_demo\\CreateAnItems (1).cpp\n",
        "",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
async def test_a_file_of_windows_is_found_by_its_name_and_its_code_without_the_blank_line(
    head: str, end: str
) -> None:
    """Aider-AI/aider#3651: a path with backslashes, a blank and brackets"""
    search = "    int status = ITEM_create_item(name, &item);\n    return status;"
    guarded = search.replace("    return", "    if (status != 0) return -1;\n    return")
    text = ITEM.replace("\n", end)
    made = await edited(text, head + block(search, guarded), "change_demo/CreateAnItems (1).cpp", "cpp")
    (edit,) = made.files[0].edits
    assert edit.new_text == f"    if (status != 0) return -1;{end}"
    assert edit.range.start.line in (7, 8), "above the blank line or below it"


LOGIN = """<script setup lang="ts">
import { ref } from 'vue';

const email = ref('');
const error = ref('');

const handleLogin = async () => {
  try {
    error.value = '';
    await signInWithEmailAndPassword(auth, email.value);
  } catch (e: any) {
    error.value = e.message;
  }
};
</script>

<template>
  <div class="login-container">
    <h2>Login</h2>
    <p v-if="error" class="error">{{ error }}</p>
  </div>
</template>
"""


async def test_a_function_behind_another_is_not_put_inside_of_it() -> None:
    """avante-corp/avante.nvim#967: `resetForm` landed before the bracket that ends `handleLogin`"""
    tail = "    error.value = e.message;\n  }\n};"
    made = await edited(LOGIN, block(tail, tail + "\n" + RESET.rstrip("\n")), "login.vue", "vue")
    assert made.files[0].edits == (TextEdit(span(14, 0, 14, 0), RESET),)


async def test_a_part_of_a_file_without_its_place_never_replaces_the_whole() -> None:
    """avante-corp/avante.nvim#967: the rest of the file, which the snippet left out, must not go"""
    script = LOGIN.split("<template>")[0].replace("};\n</script>", "};\n" + RESET + "</script>")
    error = await refusal(LOGIN, f"```vue\n{script}```\n", "login.vue", "vue")
    assert "where" in error.message


async def test_in_a_large_file_what_is_replaced_is_gone_and_the_indentation_is_that_of_the_file() -> None:
    """avante-corp/avante.nvim#417: about 700 lines, the old code left behind and the new one indented wrongly"""
    assert 700 <= LARGE.count("\n") <= 740
    answer, wanted = "", LARGE
    for n in (3, 41, 88):
        old = f"def handle_{n}(request):\n    if request.ok:\n        data = request.load()\n        if data:\n            return data[{n}]\n    return None"
        new = f"def handle_{n}(request):\n    if not request.ok:\n        return None\n    data = request.load()\n    return data[{n}] if data else None"
        answer += block(old, new)
        wanted = wanted.replace(old, new)
    made = await edited(LARGE, answer, "handlers.py", "python")
    assert made.files[0].after.text == wanted


LOOP = """class Runner:
    def run(self, condition):
        for _ in range(3):
            if condition:
                result = calculate()
                return result
        return None
"""


@pytest.mark.parametrize(
    ("text", "first", "last", "old", "new"),
    [
        (STORE, 2, 3, "None\n", "None\n        assert cs.content_hash is not None\n"),
        (LOOP, 3, 5, "result = calculate()\n                return result", "fresh = calculate_v2()\n                return fresh"),
    ],
    ids=["24549", "29573"],
)  # fmt: skip
@pytest.mark.parametrize("cut", [0, 4, 8])
async def test_neither_all_lines_nor_the_first_lose_their_indentation(
    text: str, first: int, last: int, old: str, new: str, cut: int
) -> None:
    """anomalyco/opencode#24549 and #29573, with the blanks in front of all lines there and cut off alike"""
    lines = text.split("\n")[first : last + 1]
    search = "\n".join(line[cut:] for line in lines)
    replace = "\n".join(line[cut:] for line in "\n".join(lines).replace(old, new).split("\n"))
    made = await edited(text, block(search, replace), "a.py", "python")
    assert made.files[0].after.text == text.replace(old, new)
