"""What the server asks of an editor: to apply an edit, to show a document, to show progress; and editors that do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from kibitz.workers.frames import encode
from support.editor import Editor
from support.profiles import PROFILES
from support.samples import BUGGY

LINES = BUGGY.split("\n")
TOTAL = LINES.index("    total = sum(values)")
BODY = {"start": {"line": TOTAL, "character": 0}, "end": {"line": TOTAL + 1, "character": 23}}
URI = "untitled:shop.py"
EXTRACT = {"uri": URI, "range": BODY, "kind": "extract_function", "apply": True}


class Stubborn(Editor):
    """An editor that answers requests of some methods with an error, or with whatever it is told to."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.refuses: set[str] = set()
        self.says: dict[str, Any] = {}
        self.mute: set[str] = set()

    def _receive(self, message: dict[str, Any]) -> None:
        method = message.get("method", "")
        if method in self.mute:
            self.messages.append(message)
        elif "id" in message and (method in self.refuses or method in self.says):
            self.messages.append(message)
            error = {"code": -32603, "message": "No."}
            body = {"error": error} if method in self.refuses else {"result": self.says[method]}
            self.raw(encode({"jsonrpc": "2.0", "id": message["id"], **body}))
        else:
            super()._receive(message)

    def asked(self, method: str) -> list[Any]:
        """The parameters of the server's requests of a method."""
        return [m["params"] for m in self.messages if m.get("method") == method]


async def opened(editor: Editor) -> None:
    await editor.initialize()
    editor.open(URI, BUGGY)


async def test_an_edit_is_applied_where_that_was_asked_for() -> None:
    async with Stubborn(PROFILES["vscode"]) as editor:
        await opened(editor)
        result = await editor.command("kibitz.refactor", EXTRACT)
        assert result["applied"] is True
        (params,) = editor.asked("workspace/applyEdit")
        assert params["edit"] == result["edit"]
        assert params["label"]
        assert params["edit"]["documentChanges"][0]["textDocument"] == {"uri": URI, "version": 1}
        await editor.command("kibitz.refactor", {**EXTRACT, "apply": False})
        assert len(editor.asked("workspace/applyEdit")) == 1


async def test_an_editor_that_does_not_apply_is_told_of_and_not_fatal() -> None:
    method = "workspace/applyEdit"
    async with Stubborn(PROFILES["vscode"]) as editor:
        await opened(editor)
        for says, word in (
            ({"applied": False}, "did not apply"),
            ({"applied": False, "failureReason": "the file is locked"}, "the file is locked"),
            (None, ""),
            (7, ""),
            ("an error", "refused"),
        ):
            editor.messages.clear()
            if says == "an error":
                editor.refuses.add(method)
            editor.says[method] = says
            result = await editor.command("kibitz.refactor", EXTRACT)
            assert result["applied"] is False
            assert result["edit"], "the edit is there for whoever wants it"
            told = [p["message"] for p in editor.asked("window/showMessage")]
            assert len(told) <= 1
            assert word in "".join(told)
        assert await editor.leave() == 0


async def test_a_client_that_cannot_apply_is_shown_the_diff() -> None:
    capabilities = {"window": {"showDocument": {"support": True}}}
    async with Stubborn(capabilities) as editor:
        await opened(editor)
        result = await editor.command("kibitz.refactor", EXTRACT)
        assert result["applied"] is False
        assert editor.asked("workspace/applyEdit") == []
        (shown,) = editor.asked("window/showDocument")
        diff = Path(urlsplit(shown["uri"]).path).read_text("utf-8")
        assert diff.startswith("--- ")
        assert "+def " in diff
        assert shown["uri"].endswith(".diff")
        assert await editor.leave() == 0
        assert not Path(urlsplit(shown["uri"]).path).exists(), "what was only to be read is gone"


async def test_a_change_is_shown_before_it_is_made_where_that_is_asked_for() -> None:
    async with Stubborn(PROFILES["vscode"]) as editor:
        await opened(editor)
        result = await editor.command("kibitz.refactor", {**EXTRACT, "apply": False, "open": True})
        assert "applied" not in result
        (shown,) = editor.asked("window/showDocument")
        diff = await editor.request("workspace/textDocumentContent", {"uri": shown["uri"]})
        assert "+def " in diff["text"]
        for answer, applied in ((None, False), ({"title": "Discard"}, False), ({"title": "Apply"}, True)):
            editor.messages.clear()
            editor.says["window/showMessageRequest"] = answer
            result = await editor.command("kibitz.refactor", {**EXTRACT, "open": True})
            assert result["applied"] is applied
            (question,) = editor.asked("window/showMessageRequest")
            assert [a["title"] for a in question["actions"]] == ["Apply", "Discard"]
            assert "Checked: syntax" in question["message"]
            assert len(editor.asked("workspace/applyEdit")) == applied


async def test_an_edit_that_crossed_with_typing_is_sent_again() -> None:
    async with Stubborn(PROFILES["vscode"]) as editor:
        await opened(editor)
        top = {"line": 0, "character": 0}

        def typing(params: Any) -> Any:
            (change,) = params["edit"]["documentChanges"]
            if change["textDocument"]["version"] == 1:
                editor.change(URI, {"range": {"start": top, "end": top}, "text": "# above\n"})
                return {"applied": False}
            return {"applied": True}

        editor.on["workspace/applyEdit"] = typing
        result = await editor.command("kibitz.refactor", EXTRACT)
        assert result["applied"] is True
        first, second = editor.asked("workspace/applyEdit")
        assert second["edit"]["documentChanges"][0]["textDocument"]["version"] == 2
        starts = [
            [e["range"]["start"]["line"] for e in params["edit"]["documentChanges"][0]["edits"]]
            for params in (first, second)
        ]
        assert [line + 1 for line in starts[0]] == starts[1]
        assert editor.asked("window/showMessage") == []


async def test_an_answer_is_shown_as_a_document_of_its_own() -> None:
    async with Stubborn(PROFILES["vscode"]) as editor:
        await opened(editor)
        result = await editor.command("kibitz.explain", {"uri": URI, "open": True})
        (shown,) = editor.asked("window/showDocument")
        assert shown["uri"].startswith("kibitz:")
        assert shown["uri"].endswith(".md"), "editors choose the language by the name"
        content = await editor.request("workspace/textDocumentContent", {"uri": shown["uri"]})
        assert content == {"text": result["markdown"]}
        again = await editor.request("workspace/textDocumentContent", {"uri": shown["uri"]})
        assert again == content
        for uri in ("kibitz:/nothing", "file:///etc/passwd", ""):
            error = await editor.error("workspace/textDocumentContent", {"uri": uri})
            assert error["data"]["kind"] == "not_found"
        chat = await editor.command("kibitz.chat.send", {"message": "What is a list?", "open": True})
        uri = editor.asked("window/showDocument")[1]["uri"]
        assert (await editor.request("workspace/textDocumentContent", {"uri": uri}))["text"] == chat["text"]


@pytest.mark.parametrize("how", ["cannot", "declines", "raises"])
async def test_an_editor_that_shows_nothing_still_gets_the_answer(how: str) -> None:
    async with Stubborn({} if how == "cannot" else PROFILES["vscode"]) as editor:
        await opened(editor)
        if how == "raises":
            editor.refuses.add("window/showDocument")
        elif how == "declines":
            editor.says["window/showDocument"] = {"success": False}
        assert (await editor.command("kibitz.explain", {"uri": URI, "open": True}))["markdown"]
        assert len(editor.asked("window/showDocument")) == (how != "cannot")
        assert await editor.command("kibitz.status")


async def test_progress_is_made_shown_and_ended() -> None:
    async with Stubborn(PROFILES["vscode"], root=Path(__file__).parent) as editor:
        await opened(editor)
        await editor.command("kibitz.explain", {"uri": URI})
        (created,) = editor.asked("window/workDoneProgress/create")
        values = [p["value"] for p in editor.asked("$/progress") if p["token"] == created["token"]]
        assert [v["kind"] for v in values] == ["begin", "end"]
        assert values[0]["title"]
        assert values[0]["cancellable"] is True
        await editor.request(
            "workspace/executeCommand", {"command": "kibitz.findBugs", "arguments": [{}], "workDoneToken": 77}
        )
        values = [p["value"] for p in editor.asked("$/progress") if p["token"] == 77]
        assert len(editor.asked("window/workDoneProgress/create")) == 1, "the client's own token is used"
        assert [values[0]["kind"], values[-1]["kind"]] == ["begin", "end"]
        reports = [v for v in values if v["kind"] == "report"]
        assert reports
        assert [r["percentage"] for r in reports] == sorted(r["percentage"] for r in reports)
        editor.notify("window/workDoneProgress/cancel", {"token": 77})
        editor.notify("window/workDoneProgress/cancel", {"token": "never heard of"})
        editor.messages.clear()
        assert await editor.error(
            "workspace/executeCommand",
            {
                "command": "kibitz.refactor",
                "arguments": [{"uri": URI, "range": BODY, "instruction": "be nice"}],
            },
        )
        assert [p["value"]["kind"] for p in editor.asked("$/progress")] == ["begin", "end"], (
            "what fails ends too"
        )


@pytest.mark.parametrize("how", ["cannot", "raises"])
async def test_without_progress_there_is_none(how: str) -> None:
    async with Stubborn({} if how == "cannot" else PROFILES["vscode"]) as editor:
        editor.refuses.add("window/workDoneProgress/create")
        await opened(editor)
        assert (await editor.command("kibitz.explain", {"uri": URI}))["markdown"]
        assert editor.asked("$/progress") == []


async def test_an_editor_that_refuses_everything_is_served() -> None:
    async with Stubborn(PROFILES["vscode"]) as editor:
        editor.refuses |= {
            "workspace/configuration",
            "client/registerCapability",
            "workspace/diagnostic/refresh",
            "window/workDoneProgress/create",
            "workspace/applyEdit",
            "window/showDocument",
        }
        await opened(editor)
        await editor.notification("didChangeStatus", lambda p: p["kind"] == "Normal")
        assert (await editor.command("kibitz.findBugs", {"uri": URI}))["findings"]
        assert (await editor.command("kibitz.refactor", EXTRACT))["applied"] is False
        assert await editor.leave() == 0


async def test_an_answer_to_a_question_nobody_waits_for_any_more_holds_nothing_up() -> None:
    async with Stubborn(PROFILES["vscode"]) as editor:
        await opened(editor)
        method = "window/workDoneProgress/create"
        editor.mute.add(method)
        number = editor.start(
            "workspace/executeCommand", {"command": "kibitz.explain", "arguments": [{"uri": URI}]}
        )
        question = await editor.until(
            lambda: next((m for m in editor.messages if m.get("method") == method), None)
        )
        editor.notify("$/cancelRequest", {"id": number})
        assert (await editor.answer(number))["error"]["code"] == -32800
        editor.mute.clear()
        late = encode({"jsonrpc": "2.0", "id": question["id"], "result": None})
        twice = encode({"jsonrpc": "2.0", "id": question["id"], "error": {"code": 1, "message": "m"}})
        foreign = encode({"jsonrpc": "2.0", "id": "never asked", "result": 7})
        odd = encode({"jsonrpc": "2.0", "id": [], "result": 7})
        status = encode(
            {
                "jsonrpc": "2.0",
                "id": "s",
                "method": "workspace/executeCommand",
                "params": {"command": "kibitz.status"},
            }
        )
        editor.raw(late + twice + foreign + odd + status)
        await editor.until(lambda: editor.answers.get("s"), "for what came in the same piece")
