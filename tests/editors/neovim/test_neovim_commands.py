""":Kibitz against a server whose answers the test decides."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from editors.neovim.driver import Editor

Start = Callable[..., Editor]

REFACTOR = """
Fake.commands['kibitz.refactor'] = function(argument, reply)
  Fake.argument = argument
  Fake.go = function(checks)
    reply(nil, Fake.result({ edit = Fake.edit(argument.uri, 'new ') }, checks))
  end
end
"""


def executed(nvim: Editor) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = nvim.lua("return Fake.of('workspace/executeCommand')")
    return found


def test_an_explanation_is_streamed_and_replaced_by_the_complete_one(nvim: Editor) -> None:
    nvim.lua(
        """
        Fake.commands['kibitz.explain'] = function(argument, reply, dispatchers)
          for _, delta in ipairs({ '# Hal', 'f\\n', 'done' }) do
            dispatchers.notification('$/progress', {
              token = argument.partialResultToken, value = { kind = 'text', delta = delta } })
          end
          Fake.finish = function()
            reply(nil, Fake.result({ markdown = '# Whole', references = {}, unresolved = { 'gone' } }))
          end
        end
        """
    )
    nvim.keys(":Kibitz explain<CR>")
    nvim.until(lambda: nvim.window_text("explain") == "# Half\ndone", "streamed text")
    nvim.lua("Fake.finish()")
    nvim.until(lambda: nvim.window_text("explain").startswith("# Whole\n"), "complete text")
    assert "Not found in the project: gone" in nvim.window_text("explain")
    assert "offline" in nvim.window_text("explain")
    options = "local b = vim.fn.bufnr('kibitz://explain') return { vim.bo[b].filetype, vim.bo[b].modifiable, vim.bo[b].buftype }"
    assert nvim.lua(options) == ["markdown", False, "nofile"]
    nvim.keys("<C-w>jq")
    nvim.until(lambda: len(nvim.nvim.windows) == 1, "closed window")


def test_closing_the_window_cancels_what_it_waits_for(nvim: Editor) -> None:
    nvim.lua("Fake.commands['kibitz.explain'] = function() Fake.asked = true end")
    nvim.keys(":Kibitz explain<CR>")
    nvim.until(lambda: nvim.lua("return Fake.asked"), "request")
    nvim.keys("<C-w>jq")
    nvim.until(lambda: nvim.lua("return #Fake.of('$/cancelRequest')") == 1, "cancellation")


def test_a_code_action_that_explains_opens_the_same_window(start: Start) -> None:
    nvim = start("Fake.provided = { 'kibitz.explain' }")
    nvim.lua(
        """
        Fake.actions = { { title = 'Explain', command = {
          title = 'Explain', command = 'kibitz.explain', arguments = { { uri = 'file:///x', open = true } } } } }
        Fake.commands['kibitz.explain'] = function(argument, reply)
          reply(nil, Fake.result({ markdown = 'about ' .. argument.uri }))
        end
        vim.lsp.buf.code_action({ apply = true })
        """
    )
    nvim.until(lambda: nvim.window_text("explain").startswith("about file:///x"), "explanation")
    assert "open" not in executed(nvim)[-1]["arguments"][0]


def test_a_refactoring_is_applied_after_its_checks(nvim: Editor) -> None:
    nvim.lua(REFACTOR + "vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'old', 'two' })")
    nvim.keys(":2Kibitz refactor tidy it up<CR>")
    nvim.until(lambda: nvim.lua("return Fake.go ~= nil"), "request")
    argument = nvim.lua("return Fake.argument")
    assert argument["instruction"] == "tidy it up"
    assert argument["range"] == {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 3}}
    nvim.lua(
        "Fake.go({ { name = 'syntax', status = 'passed' }, { name = 'tests', status = 'skipped', detail = 'none' } })"
    )
    nvim.until(lambda: nvim.lines == ["new old", "two"], "edit")
    assert "syntax passed · tests skipped (none)" in nvim.messages()


def test_a_refactoring_of_a_file_that_changed_is_not_applied(nvim: Editor) -> None:
    nvim.lua(REFACTOR)
    nvim.keys(":Kibitz refactor<CR>")
    nvim.until(lambda: nvim.lua("return Fake.go ~= nil"), "request")
    nvim.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'changed' }); Fake.go()")
    assert nvim.lines == ["changed"]
    assert "the file changed meanwhile" in nvim.messages()


@pytest.mark.parametrize(("choice", "text"), [("Discard", ""), ("Apply anyway", "new ")])
def test_a_failed_check_is_put_to_the_user(nvim: Editor, choice: str, text: str) -> None:
    nvim.lua(REFACTOR)
    nvim.lua(
        "local choice = ... vim.ui.select = function(_, opts, done) Fake.prompt = opts.prompt; done(choice) end",
        choice,
    )
    nvim.keys(":Kibitz refactor<CR>")
    nvim.until(lambda: nvim.lua("return Fake.go ~= nil"), "request")
    nvim.lua("Fake.go({ { name = 'names', status = 'failed', detail = 'x is undefined' } })")
    assert "names failed (x is undefined)" in nvim.lua("return Fake.prompt")
    assert nvim.lines == [text]


def test_an_error_is_told_with_its_hint(nvim: Editor) -> None:
    nvim.lua(
        """
        Fake.commands['kibitz.refactor'] = function(_, reply)
          reply({ code = -32000, message = 'raw', data = {
            kind = 'auth', message = 'The key was refused.', hint = 'Run kibitz doctor.' } })
        end
        """
    )
    nvim.keys(":Kibitz refactor<CR>")
    nvim.until(lambda: "The key was refused. Run kibitz doctor." in nvim.messages(), "message")


def test_findings_go_to_the_quickfix_list(nvim: Editor) -> None:
    nvim.lua(
        """
        vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'é = 1' })
        Fake.commands['kibitz.findBugs'] = function(argument, reply)
          reply(nil, Fake.result({ findings = argument.uri and { {
            id = '1', uri = argument.uri, severity = 'error', rule = 'ai', message = 'Wrong.',
            range = { start = { line = 0, character = 4 }, ['end'] = { line = 0, character = 5 } },
            evidence = { kind = 'executed', detail = '' } } } or {} }))
        end
        """
    )
    nvim.keys(":Kibitz find-bugs<CR>")
    found = nvim.until(lambda: nvim.nvim.call("getqflist"), "finding")
    assert (found[0]["lnum"], found[0]["col"], found[0]["type"]) == (1, 6, "E")
    assert found[0]["text"] == "Wrong. [ai, executed]"
    nvim.keys(":Kibitz! find-bugs<CR>")
    nvim.until(lambda: not nvim.nvim.call("getqflist"), "empty list")
    assert executed(nvim)[-1]["arguments"] == [{}]


def test_a_chat_goes_on_and_can_start_anew(nvim: Editor) -> None:
    nvim.lua(
        """
        Fake.commands['kibitz.chat.send'] = function(argument, reply)
          reply(nil, Fake.result({ conversationId = 'c1', messageId = 'm', text = 'Re: ' .. argument.message }))
        end
        """
    )
    nvim.keys(":Kibitz chat first<CR>")
    nvim.until(lambda: "Re: first" in nvim.window_text("chat"), "answer")
    nvim.keys(":Kibitz chat second<CR>")
    nvim.until(lambda: "Re: second" in nvim.window_text("chat"), "second answer")
    assert "> first" in nvim.window_text("chat")
    nvim.keys("<C-w>j:Kibitz! chat third<CR>")
    nvim.until(lambda: "Re: third" in nvim.window_text("chat"), "third answer")
    assert "> first" not in nvim.window_text("chat")
    conversations = [command["arguments"][0].get("conversationId") for command in executed(nvim)]
    assert conversations == [None, "c1", None]
    # Asked in the window of the answers, it is still about the file.
    assert {command["arguments"][0]["uri"].rsplit("/", 1)[-1] for command in executed(nvim)} == {"a.txt"}


def test_generated_tests_are_listed_and_added_as_a_new_file(nvim: Editor, tmp_path: Path) -> None:
    nvim.lua("Fake.test_file = ...", str(tmp_path / "test_new.py"))
    nvim.lua(
        """
        Fake.commands['kibitz.generateTests'] = function(argument, reply)
          Fake.argument = argument
          reply(nil, Fake.result({
            edit = { documentChanges = {
              { kind = 'create', uri = vim.uri_from_fname(Fake.test_file) },
              { textDocument = { uri = vim.uri_from_fname(Fake.test_file), version = vim.NIL },
                edits = Fake.edit('x', 'def test_a(): ...').changes.x },
            } },
            tests = { { name = 'test_a', passed = true, runs = 3, adds = 'line 2' } },
            dropped = { { name = 'test_b', reason = 'it never failed' } },
          }, { { name = 'tests', status = 'passed' } }))
        end
        """
    )
    nvim.keys(":Kibitz generate-tests Stack.push<CR>")
    nvim.until(lambda: "changed, not saved:" in nvim.messages(), "edit")
    written = nvim.lua("return vim.api.nvim_buf_get_lines(vim.fn.bufnr(Fake.test_file), 0, -1, false)")
    assert written == ["def test_a(): ..."]
    assert nvim.lua("return Fake.argument")["symbol"] == "Stack.push"
    shown = nvim.window_text("tests")
    assert "`test_a` passed: line 2" in shown
    assert "`test_b`: it never failed" in shown


def test_models_are_listed_and_chosen(nvim: Editor) -> None:
    nvim.lua(
        """
        Fake.commands['kibitz.models.list'] = function(_, reply)
          reply(nil, Fake.result({ models = { { model = 'openai/x', contextWindow = 8000 } } }))
        end
        Fake.commands['kibitz.models.select'] = function(_, reply) reply(nil, Fake.result({})) end
        """
    )
    nvim.keys(":Kibitz models<CR>")
    nvim.until(lambda: "`openai/x`: contextWindow 8000" in nvim.window_text("models"), "list")
    nvim.keys(":Kibitz models openai/x<CR>")
    nvim.until(lambda: "now uses openai/x" in nvim.messages(), "message")
    assert executed(nvim)[-1]["arguments"] == [{"model": "openai/x"}]


def test_completion_names_the_subcommands(nvim: Editor) -> None:
    assert nvim.nvim.call("getcompletion", "Kibitz ", "cmdline") == [
        "chat",
        "doctor",
        "explain",
        "find-bugs",
        "generate-tests",
        "log",
        "models",
        "refactor",
        "restart",
        "status",
    ]
    assert nvim.nvim.call("getcompletion", "Kibitz re", "cmdline") == ["refactor", "restart"]
    assert nvim.nvim.call("getcompletion", "Kibitz explain ", "cmdline") == []


def test_the_status_line_follows_the_server(nvim: Editor) -> None:
    assert nvim.lua("return require('kibitz').status()") == ""
    nvim.lua("Fake.notify('didChangeStatus', { kind = 'Error', message = 'no key', busy = false })")
    assert nvim.lua("return require('kibitz').status()") == "kibitz: no key"


def test_a_misspelt_option_is_told(nvim: Editor) -> None:
    nvim.lua(
        "require('kibitz').setup({ gohst = {}, ghost = { keys = { acept = '<Tab>' } }, filetypes = { 'x' } })"
    )
    assert "no such option: ghost.keys.acept, gohst" in nvim.messages()


def test_a_server_that_is_not_there_is_told_and_diagnosed(nvim: Editor) -> None:
    nvim.lua("require('kibitz').setup({ cmd = { 'no-such-kibitz', 'serve', '--stdio' } })")
    assert "the server `no-such-kibitz` was not found" in nvim.messages()
    nvim.nvim.command("checkhealth kibitz")
    report = "\n".join(nvim.lines)
    assert "ERROR `no-such-kibitz` was not found" in report
    assert "pipx install kibitz" in report
