"""What the plugin does with suggestions, against a server whose answers the test decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from editors.neovim.driver import Editor

Start = Callable[..., Editor]


def sent(nvim: Editor, method: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = nvim.lua("return Fake.of(...)", method)
    return found


def test_a_suggestion_is_shown_reported_once_and_accepted_with_its_command(nvim: Editor) -> None:
    nvim.lua(
        "Fake.suggest({ insertText = 'lo\\nworld', command = { title = '', command = 'fake.accepted' } })"
    )
    nvim.keys("ihel")
    assert nvim.until(nvim.ghost, "suggestion") == "lo\nworld"
    nvim.keys("<Tab>")
    nvim.until(lambda: nvim.lines == ["hello", "world"], "accepted text")
    assert nvim.nvim.current.window.cursor == (2, 5)
    assert [shown["item"]["insertText"] for shown in sent(nvim, "textDocument/didShowCompletion")] == [
        "lo\nworld"
    ]
    nvim.until(lambda: sent(nvim, "workspace/executeCommand"), "command")


def test_keys_keep_their_meaning_while_nothing_is_shown(nvim: Editor) -> None:
    nvim.lua("vim.bo.expandtab = true; vim.bo.shiftwidth = 4; vim.bo.softtabstop = 4")
    nvim.keys("ia<Tab>b")
    nvim.until(lambda: nvim.lines == ["a   b"], "tab")


def test_an_earlier_mapping_of_the_key_is_used_while_nothing_is_shown(nvim: Editor) -> None:
    nvim.lua("vim.keymap.set('i', '<Tab>', function() return 'mapped' end, { expr = true })")
    nvim.keys("ia<Tab>")
    nvim.until(lambda: nvim.lines == ["amapped"], "mapping")
    nvim.lua("vim.keymap.set('i', '<Tab>', '<Left>!')")
    nvim.keys("<Tab>")
    nvim.until(lambda: nvim.lines == ["amappe!d"], "second mapping")


def test_typing_what_is_suggested_asks_nothing_and_keeps_the_rest(nvim: Editor) -> None:
    nvim.lua("Fake.suggest('ello')")
    nvim.keys("ih")
    nvim.until(nvim.ghost, "suggestion")
    asked = len(sent(nvim, "textDocument/inlineCompletion"))
    nvim.keys("el")
    nvim.until(lambda: nvim.ghost() == "lo", "rest of the suggestion")
    assert len(sent(nvim, "textDocument/inlineCompletion")) == asked
    nvim.lua("Fake.suggest()")
    nvim.keys("x")
    nvim.until(
        lambda: nvim.ghost() == "" and len(sent(nvim, "textDocument/inlineCompletion")) > asked, "new request"
    )


def test_parts_are_accepted_and_their_length_is_told_in_utf16(nvim: Editor) -> None:
    nvim.lua("Fake.suggest('né 😀 = f(1)\\n  second line')")
    nvim.keys("i")
    nvim.until(nvim.ghost, "suggestion")
    nvim.keys("<M-Right>")
    nvim.until(lambda: nvim.lines == ["né"], "word")
    nvim.keys("<M-Right>")
    nvim.until(lambda: nvim.lines == ["né 😀"], "second word")
    nvim.keys("<M-C-Right>")
    nvim.until(lambda: nvim.lines == ["né 😀 = f(1)"], "line")
    lengths = [part["acceptedLength"] for part in sent(nvim, "textDocument/didPartiallyAcceptCompletion")]
    assert lengths == [2, 5, 12]
    nvim.keys("<M-C-Right>")
    nvim.until(lambda: nvim.lines == ["né 😀 = f(1)", "  second line"], "second line")


def test_a_superseded_request_is_cancelled_and_its_answer_dropped(nvim: Editor) -> None:
    nvim.lua("Fake.hold = true; Fake.suggest('stale')")
    nvim.keys("ia")
    nvim.until(lambda: nvim.lua("return #Fake.held") == 1, "first request")
    nvim.keys("b")
    nvim.until(lambda: nvim.lua("return #Fake.held") == 2, "second request")
    assert len(sent(nvim, "$/cancelRequest")) == 1
    nvim.lua("Fake.release()")
    assert nvim.ghost() == ""
    nvim.lua("Fake.suggest('fresh'); Fake.release()")
    assert nvim.ghost() == "fresh"


def test_an_answer_for_an_older_text_is_dropped(nvim: Editor) -> None:
    nvim.lua("Fake.hold = true; Fake.suggest('stale')")
    nvim.keys("ia")
    nvim.until(lambda: nvim.lua("return #Fake.held") == 1, "request")
    nvim.lua("vim.api.nvim_buf_set_lines(0, 1, 1, false, { 'by another plugin' }); Fake.release()")
    assert nvim.ghost() == ""


def test_leaving_insert_mode_takes_it_off_and_withdraws_the_request(nvim: Editor) -> None:
    nvim.lua("Fake.suggest('ello')")
    nvim.keys("ih")
    nvim.until(nvim.ghost, "suggestion")
    nvim.keys("<Esc>")
    nvim.until(lambda: nvim.ghost() == "", "empty screen")
    nvim.lua("Fake.hold = true")
    nvim.keys("ax")
    nvim.until(lambda: nvim.lua("return #Fake.held") == 1, "request")
    nvim.keys("<Esc>")
    nvim.until(lambda: sent(nvim, "$/cancelRequest"), "cancellation")
    nvim.lua("Fake.release()")
    assert nvim.ghost() == ""


def test_dismissing_and_choosing_another(nvim: Editor) -> None:
    nvim.lua("Fake.suggest('one', 'two')")
    nvim.keys("ix")
    nvim.until(lambda: nvim.ghost() == "one", "first suggestion")
    nvim.keys("<M-]>")
    nvim.until(lambda: nvim.ghost() == "two", "second suggestion")
    assert len(sent(nvim, "textDocument/didShowCompletion")) == 2
    nvim.keys("<C-]>")
    nvim.until(lambda: nvim.ghost() == "", "empty screen")
    assert nvim.lines == ["x"]
    nvim.keys("<M-Bslash>")
    nvim.until(lambda: nvim.ghost() == "one", "suggestion that was asked for")
    assert sent(nvim, "textDocument/inlineCompletion")[-1]["context"]["triggerKind"] == 1


@pytest.mark.parametrize(("encoding", "columns"), [("utf-8", (6, 7)), ("utf-16", (4, 5)), ("utf-32", (3, 4))])
def test_the_replaced_range_is_read_in_the_servers_encoding(
    start: Start, encoding: str, columns: tuple[int, int]
) -> None:
    nvim = start(f"Fake.encoding = '{encoding}'; vim.api.nvim_buf_set_lines(0, 0, -1, false, {{ '😀(f)' }})")
    nvim.lua(
        "local from, to = ...; Fake.suggest({ insertText = 'oo)', range = {"
        " start = { line = 0, character = from }, ['end'] = { line = 0, character = to } } })",
        *columns,
    )
    nvim.nvim.current.window.cursor = (1, len("😀(".encode()))
    nvim.keys("a")
    # What stands after the cursor and is repeated by the suggestion is on the screen already.
    assert nvim.until(nvim.ghost, "suggestion") == "oo"
    nvim.keys("<Tab>")
    nvim.until(lambda: nvim.lines == ["😀(foo)"], "accepted text")


def test_text_that_accepting_replaces_is_marked(nvim: Editor) -> None:
    nvim.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'a.old' })")
    nvim.lua(
        "Fake.suggest({ insertText = 'new()', range = {"
        " start = { line = 0, character = 2 }, ['end'] = { line = 0, character = 5 } } })"
    )
    nvim.nvim.current.window.cursor = (1, 2)
    nvim.keys("i")
    nvim.until(nvim.ghost, "suggestion")
    marked = nvim.lua(
        "local ns = vim.api.nvim_get_namespaces()['kibitz.ghost'] local found = {}"
        " for _, m in ipairs(vim.api.nvim_buf_get_extmarks(0, ns, 0, -1, { details = true })) do"
        " if m[4].hl_group then found = { m[3], m[4].end_col, m[4].hl_group } end end return found"
    )
    assert marked == [2, 5, "KibitzGhostReplaced"]
    nvim.keys("<Tab>")
    nvim.until(lambda: nvim.lines == ["a.new()"], "accepted text")


def test_keys_that_were_switched_off_are_not_mapped(start: Start) -> None:
    nvim = start(ghost="{ keys = { accept = false } }")
    mapped = nvim.lua(
        "return vim.tbl_map(function(m) return m.desc end, vim.api.nvim_buf_get_keymap(0, 'i'))"
    )
    assert "kibitz: accept word suggestion" in mapped
    assert "kibitz: accept suggestion" not in mapped


def test_neovims_own_inline_completion_is_used_where_it_exists(start: Start) -> None:
    """Neovim 0.12's functions are stood in for: enable, get and select, as its source has them."""
    nvim = start(
        """
        local ns = vim.api.nvim_create_namespace('nvim.lsp.inline_completion')
        _G.Core = { enabled = {} }
        local item
        vim.lsp.inline_completion = {
          enable = function(on, filter) Core.enabled[#Core.enabled + 1] = { on, filter.bufnr } end,
          get = function(opts)
            if not item then return false end
            if opts and opts.on_accept then opts.on_accept(item) else Core.accepted = item.insert_text end
            return true
          end,
          select = function() Core.selected = true end,
        }
        function Core.show(text)
          item = { client_id = 1, insert_text = text }
          vim.api.nvim_buf_set_extmark(0, ns, 0, 0, { virt_text = { { text } } })
        end
        """
    )
    assert nvim.lua("return Core.enabled[1]") == [True, nvim.nvim.current.buffer.number]
    nvim.keys("i<Tab>")
    nvim.until(lambda: nvim.lines == ["\t"], "tab")
    nvim.keys("<C-u>")
    nvim.lua("Core.show('one two')")
    nvim.keys("<M-Right>")
    nvim.until(lambda: nvim.lines == ["one"], "word")
    assert sent(nvim, "textDocument/didPartiallyAcceptCompletion")[0]["acceptedLength"] == 3
    nvim.keys("<Tab>")
    nvim.until(lambda: nvim.lua("return Core.accepted") == "one two", "accepted suggestion")
    assert nvim.ghost() == ""


def test_a_buffer_that_was_unloaded_has_its_keys_again(nvim: Editor) -> None:
    name = nvim.nvim.current.buffer.name
    nvim.nvim.command("bdelete!")
    nvim.nvim.command(f"edit {name}")
    nvim.lua("Fake.attach(); Fake.suggest('ello')")
    nvim.until(nvim.attached, "client")
    nvim.keys("ih")
    nvim.until(nvim.ghost, "suggestion")
    nvim.keys("<Tab>")
    nvim.until(lambda: nvim.lines == ["hello"], "accepted text")


def test_the_buffers_own_mapping_of_the_key_is_used_while_nothing_is_shown(start: Start) -> None:
    nvim = start("vim.keymap.set('i', '<Tab>', 'own', { buffer = true })")
    nvim.keys("i<Tab>")
    nvim.until(lambda: nvim.lines == ["own"], "mapping")
    nvim.lua("Fake.suggest('!')")
    nvim.keys("x")
    nvim.until(nvim.ghost, "suggestion")
    nvim.keys("<Tab>")
    nvim.until(lambda: nvim.lines == ["ownx!"], "accepted text")
