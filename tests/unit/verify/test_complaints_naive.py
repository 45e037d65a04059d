"""Each complaint beside what went wrong: the reported answer does to the reported file what was reported where it is applied as
it was then, and what was wanted, or nothing, where it goes through the pipeline."""

from __future__ import annotations

import pytest

from kibitz.text import TextEdit, span
from kibitz.verify.refusal import may_help
from support import naive_edits as naive
from support.complaints import (
    LARGE,
    LIB,
    OBJECTS,
    OUTER,
    RESET,
    SHARDS,
    STORE,
    after,
    block,
    proposed,
    refusal,
)

# --- indentation and marks


async def test_indentation_was_doubled() -> None:
    """zed-industries/zed#60302: only the first line was copied without its margin"""
    search = 'self.target_a = "before"\n        self.target_b = "before"'
    replace = search.replace("before", "after")
    wrong = naive.indented_by_the_first_line(OUTER, search, replace)
    assert '\n        self.target_a = "after"\n                self.target_b = "after"\n' in wrong
    assert await after(OUTER, block(search, replace)) == OUTER.replace("before", "after")


@pytest.mark.parametrize("margin", ["        ", "    ", ""])
async def test_indentation_was_lost_without_a_word(margin: str) -> None:
    """anomalyco/opencode#25953, with the lines of #24549: written to the disk without any margin"""
    lines = ["assert cs.temp_storage_path is not None", "# Updates storage_path to point to the new file"]
    search = "\n".join(margin + line for line in lines)
    replace = "\n".join(margin + line for line in (lines[0], "assert cs.content_hash is not None", lines[1]))
    wrong = naive.without_margins(STORE, search, replace)
    assert "\n    try:\nassert cs.temp_storage_path is not None\nassert cs.content_hash" in wrong
    with pytest.raises(IndentationError):
        compile(wrong, "a.py", "exec")
    wanted = STORE.replace("None\n", "None\n        assert cs.content_hash is not None\n")
    assert await after(STORE, block(search, replace)) == wanted
    compile(wanted, "a.py", "exec")


NOTES = """import { List } from './list';

export function Notes({ notes, busy }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <div className="notes">
      {/* Upload */}
      <Upload busy={busy} />
      {/* Generated Notes */}
      <List items={notes} />
    </div>
  );
}
"""
STATE = "  const [open, setOpen] = useState(false);"
LIST = "      {/* Generated Notes */}\n      <List items={notes} />"
OPENED, SHOWN = STATE.replace("false", "true"), LIST.replace(" />", " open={open} />")
MARKS = "</text>\n\n<old_text line=121>"
"""What the report's file had in it: the new text was closed by another name, and the next edit was read as part of it."""


async def test_marks_between_two_edits_were_written_into_the_file() -> None:
    """zed-industries/zed#42589: two edits of a .tsx file, the first closed by `</text>`"""
    tagged = (
        f"<old_text line=4>\n{STATE}\n</old_text>\n<new_text>\n{OPENED}\n{MARKS}\n{LIST}\n</old_text>\n"
        f"<new_text>\n{SHOWN}\n</new_text>\n"
    )
    wrong = naive.between_tags(NOTES, tagged)
    assert f"{OPENED}\n{MARKS}\n      {{/* Generated Notes */}}" in wrong, "as in the report"
    whole = NOTES.replace(STATE, f"{OPENED}\n{MARKS}")
    for answer in (
        tagged,
        f"```tsx\n{tagged}```\n",
        f"FILE notes.tsx\n```tsx\n{whole}```\n",
        f"```tsx\n{whole}```\n",
        block(STATE, f"{OPENED}\n{MARKS}\n      {{/* Generated Notes */}}"),
    ):
        error = await refusal(NOTES, answer, "notes.tsx", "typescriptreact")
        assert may_help(error), "the model can say it in the form that is read"


@pytest.mark.parametrize(
    "closed", ["</text>\n\n", "</new_text>\n", "", ">>>>>>>\n", "=======\n", f"{MARKS}\n", "```\n"]
)
async def test_an_edit_that_is_closed_wrongly_never_takes_the_next_one_into_the_file(closed: str) -> None:
    """zed-industries/zed#42589, in the form that is asked for here: the first block is closed by something else"""
    open_block = block(STATE, OPENED).removesuffix(">>>>>>> REPLACE\n")
    error = await refusal(NOTES, open_block + closed + block(LIST, SHOWN), "notes.tsx", "typescriptreact")
    assert may_help(error)
    both = open_block + ">>>>>>> REPLACE\n" + block(LIST, SHOWN)
    assert await after(NOTES, both, "notes.tsx", "typescriptreact") == NOTES.replace(STATE, OPENED).replace(
        LIST, SHOWN
    )


# --- lines that moved

LIB_LINES = LIB.split("\n")


def number(line: str) -> int:
    return LIB_LINES.index(line) + 1


async def test_the_second_of_two_changes_went_to_other_lines() -> None:
    """avante-corp/avante.nvim#1179: apply a change with another number of lines, then apply the next"""
    first = ("def f3(x):", "def f3(x):\n    # one\n    # two\n    # three")
    second = ("    y = x + 9", "    y = x - 9")
    numbers = [(number(old), number(old), new) for old, new in (first, second)]
    wrong = naive.by_the_first_numbers(LIB, numbers)
    assert "y = x + 9\n" in wrong, "what was to change is still there"
    assert "    return y\n    y = x - 9\n\ndef f9(x):" in wrong, "three lines above its place"
    wanted = LIB.replace(*first).replace("x + 9\n", "x - 9\n")
    assert await after(await after(LIB, block(*first)), block(*second)) == wanted
    assert await after(LIB, block(*first) + block(*second)) == wanted


async def test_in_a_large_file_the_old_code_stayed_beside_the_new() -> None:
    """avante-corp/avante.nvim#417: about 700 lines, improved in several places at once"""
    lines, changes, answer, wanted = LARGE.split("\n"), [], "", LARGE
    for n in (3, 41, 88):
        at = lines.index(f"def handle_{n}(request):")
        old = "\n".join(lines[at : at + 6])
        new = f"def handle_{n}(request):\n    if not request.ok:\n        return None\n    data = request.load()\n    return data[{n}] if data else None"
        changes.append((at + 1, at + 6, new))
        answer += block(old, new)
        wanted = wanted.replace(old, new)
    wrong = naive.by_the_first_numbers(LARGE, changes)
    assert wrong != wanted
    assert "def handle_41(request):\ndef handle_41(request):\n" in wrong, "a head of the old code is left"
    with pytest.raises(SyntaxError):
        compile(wrong, "handlers.py", "exec")
    assert await after(LARGE, answer, "handlers.py") == wanted


LOGIN = """<script setup lang="ts">
const handleLogin = async () => {
  try {
    error.value = '';
  } catch (e: any) {
    error.value = e.message;
  }
};
</script>
"""


async def test_a_new_function_was_shown_inside_of_the_one_before_it() -> None:
    """avante-corp/avante.nvim#967: the difference began before the bracket that ends the function above"""
    before, wanted = LOGIN.split("\n"), LOGIN.replace("};\n", "};\n" + RESET)
    at, shown = naive.difference(before, wanted.split("\n"))
    assert (before[at], shown[0], shown[-1]) == ("};", "};", "  error.value = '';"), "as in the report"
    tail = "\n".join(before[5:8])
    made = await proposed(LOGIN, block(tail, f"{tail}\n{RESET.rstrip()}"), "login.vue", "vue")
    assert made.files[0].edits == (TextEdit(span(8, 0, 8, 0), RESET),)
    assert made.files[0].after.text == wanted


# --- patches

LUA = """---@diagnostic disable: missing-fields

--[[
NOTE: Set the config path to enable the copilot adapter to work.
--]]
vim.env["TOKEN_PATH"] = vim.fn.expand("~/.config")

-- Where plugins go
vim.env.LAZY_STDPATH = ".repro"

local plugins = {
  {
    "owner/plugin.nvim", -- the one
    opts = {
      log_level = "DEBUG",
    },
  },
}

-- Setup completion
require("lazy.minit").repro({ spec = plugins })
"""
COMMENTS = "-- This file is a minimal example configuration.\n-- It installs the plugin.\n\n"
COMMENTED = LUA.replace("fields\n", "fields\n" + COMMENTS).replace(
    "local plugins", "-- The plugins and their options\nlocal plugins"
)
PATCH = """@@
 ---@diagnostic disable: missing-fields
+-- This file is a minimal example configuration.
+-- It installs the plugin.
+

 --[[
@@ vim.env.LAZY_STDPATH = ".repro"

+-- The plugins and their options
 local plugins = {
   {
"""
HEAD = "*** Update File: minimal.lua\n"
SAID = {
    "between its marks": f"*** Begin Patch\n{HEAD}{PATCH}*** End Patch\n",
    "without marks": f"```diff\n{HEAD}{PATCH}```\n",
    "fenced": f"```\n*** Begin Patch\n{HEAD}{PATCH}*** End Patch\n```\n",
    "told first": f"I will add comments:\n\n```patch\n*** Begin Patch\n{HEAD}{PATCH}*** End Patch\n```\n\nDone.",
    "blanks at the ends": f"*** Begin Patch\n{HEAD}{PATCH.replace('{', '{  ')}*** End Patch\n",
    "with numbers": f"```diff\n--- a/minimal.lua\n+++ b/minimal.lua\n{PATCH.replace('@@', '@@ -7,30 +7,33 @@')}```\n",
}


@pytest.mark.parametrize("how", SAID)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
async def test_the_same_request_gave_a_diff_only_sometimes(how: str, end: str) -> None:
    """olimorris/codecompanion.nvim#1743, #1730: comments are asked for in a Lua file, on Windows too, and the same patch comes
    in a form that is read, or not"""
    text = LUA.replace("\n", end)
    strict = naive.by_strict_patch(LUA, SAID[how].replace("\n\n --[[", "\n \n --[["))
    assert (strict is None) == (how != "between its marks")
    assert await after(text, SAID[how], "minimal.lua", "lua") == COMMENTED.replace("\n", end)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
async def test_all_comments_of_a_file_are_taken_out(end: str) -> None:
    """olimorris/codecompanion.nvim#1730: all comments of a Lua file, on Windows"""
    patch = """*** Begin Patch
*** Update File: minimal.lua
@@
---[[
-NOTE: Set the config path to enable the copilot adapter to work.
---]]
 vim.env["TOKEN_PATH"] = vim.fn.expand("~/.config")

--- Where plugins go
 vim.env.LAZY_STDPATH = ".repro"
@@
   {
-    "owner/plugin.nvim", -- the one
+    "owner/plugin.nvim",
     opts = {
@@
--- Setup completion
 require("lazy.minit").repro({ spec = plugins })
*** End Patch
"""
    text = LUA.replace("\n", end)
    assert (naive.by_strict_patch(text, patch) is None) == (end == "\r\n")
    kept = [line for line in LUA.split("\n") if not line.startswith(("-- ", "--[[", "NOTE", "--]]"))]
    wanted = end.join(kept).replace(", -- the one", ",")
    assert await after(text, patch, "minimal.lua", "lua") == wanted


@pytest.mark.parametrize("form", ["{n}:  {line}", "{n} | {line}", "{n}\t{line}"])
async def test_lines_copied_with_their_numbers_are_told_and_not_guessed(form: str) -> None:
    """olimorris/codecompanion.nvim#1628, of the same error: the context had the numbers that the listing had shown"""
    lines = LUA.split("\n")
    first, *rest = (form.format(n=n + 1, line=lines[n]) for n in range(3))
    body = "\n".join([first, *(f"+{line}" for line in COMMENTS.rstrip("\n").split("\n")), *rest])
    patch = f"*** Begin Patch\n*** Update File: minimal.lua\n@@\n{body}\n*** End Patch\n"
    assert naive.by_strict_patch(LUA, patch) is None
    error = await refusal(LUA, patch, "minimal.lua", "lua")
    assert may_help(error)
    assert "neither context nor change" in error.for_model


async def test_what_is_no_change_is_asked_for_again() -> None:
    """olimorris/codecompanion.nvim#1743: the model told what it would do, and asked whether it should"""
    patch = f"{HEAD}{PATCH}*** End Patch\n"
    assert may_help(await refusal(LUA, patch, "minimal.lua", "lua")), "half of the marks, and no fence"
    told = "I would add these comments:\n\n1. what the file is for\n2. what the plugins are\n\nShall I apply them?"
    error = await refusal(LUA, told, "minimal.lua", "lua")
    assert may_help(error)
    assert "no code" in error.message


# --- answers that were tried again and again


async def test_the_same_search_text_was_sent_again_and_again() -> None:
    """Aider-AI/aider#770, #3651: the file is not what the model remembers, and all it hears is that it does not match"""
    search = "struct Shards {\n    length: u32,\n    arr_offset: u64,\n}\n\nimpl Shards {\n    fn init(&mut self) {"
    replace = search.replace("u32", "u64")
    assert naive.exactly(SHARDS, search, replace) is None
    error = await refusal(SHARDS, block(search, replace), "a.rs", "rust")
    assert may_help(error)
    assert "pub struct Shards {\n    len: u32,\n    arr_offset: u64,\n}" in error.for_model


async def test_a_change_that_was_there_was_retried() -> None:
    """Aider-AI/aider#4098: three retries of what the file had by then"""
    search = "def f9(x):\n    y = x + 9\n    return y"
    replace = "def f9(x):\n    y = compute(x, 9)\n    return y"
    once = await after(LIB, block(search, replace))
    assert naive.exactly(once, search, replace) is None, "the same words as for a text that is not there"
    error = await refusal(once, block(search, replace))
    assert "already" in error.message
    assert not may_help(error), "no model is asked again"


# --- more than was asked for


async def test_a_whole_file_was_shown_as_changed_for_two_places() -> None:
    """zed-industries/zed#42074"""
    enum = "enum NextAction {\n  Foo = 'foo',\n  Bar = 'bar',\n  Bez = 'bez',\n}\n\n"
    wanted = enum + OBJECTS.replace("nextAction: string", "nextAction: NextAction")
    made = await proposed(OBJECTS, f"FILE a.ts\n```ts\n{wanted}```\n", "a.ts", "typescript")
    (file,) = made.files
    assert file.after.text == wanted
    told = sum(len(edit.new_text) for edit in file.edits)
    assert told == len(enum) + len("NextAction")
    assert told < len(wanted) / 2, "a client that is sent the file is told all of it"
    assert file.edits == (TextEdit(span(0, 0, 0, 0), enum), TextEdit(span(1, 14, 1, 20), "NextAction"))
