"""A checked change on its way to an editor: in the shape it takes, for the text it has by then, all of it or nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInternalError

from kibitz.errors import KibitzError, StaleError
from kibitz.lsp.client import read_client
from kibitz.lsp.current import current
from kibitz.lsp.edits import apply, takes, workspace_edit
from kibitz.lsp.preview import KEPT, checked, say_checks, show, show_diff, shown_first
from kibitz.text import Document
from kibitz.verify.checks import Check
from kibitz.verify.edit import ProposedEdit, file_edit
from support.front import APPLY, ASK, CONVERTER, FRONTS, SHOW, Front, path_of
from support.profiles import PROFILES

CHECKS = (Check("syntax", "passed"), Check("names", "skipped", "ruff is not installed"))
TEXT = "def area(w, h):\n    size = w * h\n    return size\n\n\nprint(area(2, 3))\n"
RENAMED = TEXT.replace("size", "surface")


@pytest.fixture(autouse=True)
async def closed() -> AsyncIterator[None]:
    """Sessions end with their test."""
    yield
    while FRONTS:
        await FRONTS.pop().session.close()


def edit_of(*changes: tuple[Document, str], create: Document | None = None) -> ProposedEdit:
    files = [file_edit(before, after) for before, after in changes]
    if create is not None:
        files.append(file_edit(create, "x = 1\n", create=True))
    return ProposedEdit(tuple(files), CHECKS)


def new_file(path: Path) -> Document:
    return Document(path.as_uri(), "", "python", None, path)


def on_disk(path: Path, text: str) -> Document:
    path.write_text(text, "utf-8")
    return Document(path.as_uri(), text, "python", None, path)


# --- for the text as it is now


async def test_it_moves_with_the_text_and_is_checked_there(tmp_path: Path) -> None:
    front = Front("vscode", tmp_path)
    document = front.open(tmp_path / "a.py", TEXT)
    made = edit_of((document, RENAMED))
    made = ProposedEdit(made.files, (*CHECKS, Check("tests", "passed")))
    assert (await current(front.session, made)).checks == made.checks
    front.type(document, 0, "import os\n")
    now = await current(front.session, made)
    assert now.files[0].after.text == "import os\n" + RENAMED
    assert now.checks == (*CHECKS, Check("tests", "skipped", "the text changed after they ran"))
    front.type(document, 4, "    print(size)\n")  # by its old name, below the lines that were changed
    with pytest.raises(StaleError):
        await current(front.session, made)


async def test_of_several_files_one_that_moved_on_stops_all(tmp_path: Path) -> None:
    for what in ("typed into", "another on disk", "gone from disk", "made meanwhile"):
        front = Front("vscode", tmp_path)
        one = front.open(tmp_path / "a.py", TEXT)
        two = front.open(tmp_path / "b.py", TEXT)
        three = on_disk(tmp_path / "c.py", TEXT)
        four = new_file(tmp_path / f"{what}.py")
        made = edit_of((one, RENAMED), (two, RENAMED), (three, RENAMED), create=four)
        assert len((await current(front.session, made)).files) == 4
        match what:
            case "typed into":
                front.type(two, 1, "    w = abs(w)\n")
                front.type(two, 3, "    size = 0\n")
                front.session.documents[two.uri].change(
                    [
                        lsp.TextDocumentContentChangePartial(
                            lsp.Range(lsp.Position(2, 4), lsp.Position(2, 8)), "s"
                        )
                    ],
                    9,
                    "utf-16",
                )
            case "another on disk":
                on_disk(tmp_path / "c.py", "# one more line\n" + TEXT)
            case "gone from disk":
                (tmp_path / "c.py").unlink()
            case _:
                on_disk(tmp_path / f"{what}.py", "mine\n")
        with pytest.raises(StaleError):
            await apply(front.session, made, "Rename")
        assert front.requests(APPLY) == [], "nothing is offered"


async def test_a_file_that_is_open_by_now_is_the_editors(tmp_path: Path) -> None:
    front = Front("vscode", tmp_path)
    closed = on_disk(tmp_path / "a.py", TEXT)
    made = edit_of((closed, RENAMED))
    (change,) = workspace_edit(front.session, await current(front.session, made)).document_changes or ()
    assert isinstance(change, lsp.TextDocumentEdit)
    assert change.text_document.version is None
    front.open(tmp_path / "a.py", TEXT)
    (change,) = workspace_edit(front.session, await current(front.session, made)).document_changes or ()
    assert isinstance(change, lsp.TextDocumentEdit)
    assert change.text_document.version == 1
    front.open(tmp_path / "a.py", "# by another hand\n" + TEXT)
    with pytest.raises(StaleError):  # it is not known how the one became the other
        await current(front.session, made)


async def test_a_file_that_was_renamed_meanwhile_is_not_made_again(tmp_path: Path) -> None:
    front = Front("vscode", tmp_path)
    document = front.open(tmp_path / "old.py", TEXT)
    made = edit_of((document, RENAMED))
    del front.session.documents[document.uri]
    front.open(tmp_path / "new.py", TEXT)
    with pytest.raises(StaleError):
        await current(front.session, made)


async def test_an_empty_file_that_is_there_by_now_is_not_created(tmp_path: Path) -> None:
    front = Front("vscode", tmp_path)
    made = edit_of(create=new_file(tmp_path / "new.py"))
    assert len(workspace_edit(front.session, await current(front.session, made)).document_changes or ()) == 2
    on_disk(tmp_path / "new.py", "")
    (change,) = workspace_edit(front.session, await current(front.session, made)).document_changes or ()
    assert isinstance(change, lsp.TextDocumentEdit)


# --- while it is on its way


@pytest.mark.parametrize("profile", ["vscode", "eglot"])
async def test_what_is_typed_while_it_is_on_its_way_moves_it_once_more(tmp_path: Path, profile: str) -> None:
    front = Front(profile, tmp_path)
    document = front.open(tmp_path / "a.py", TEXT)
    real = front.apply

    def typing(params: lsp.ApplyWorkspaceEditParams) -> Any:
        if len(front.requests(APPLY)) > 1:
            return real(params)
        tell = front.type(document, 0, "import os\n", tell=False)
        assert real(params).applied is False
        tell()
        if profile == "eglot":  # it says so with an error
            raise JsonRpcInternalError("Edits require version 1, you have 2")
        return lsp.ApplyWorkspaceEditResult(applied=False)

    front.on[APPLY] = typing
    assert await apply(front.session, edit_of((document, RENAMED)), "Rename")
    assert front.texts[document.uri] == "import os\n" + RENAMED
    assert len(front.requests(APPLY)) == 2
    assert front.said == []


async def test_one_that_was_refused_for_another_reason_is_not_sent_again(tmp_path: Path) -> None:
    front = Front("vscode", tmp_path)
    one, two = front.open(tmp_path / "a.py", TEXT), front.open(tmp_path / "b.py", TEXT)
    front.on[APPLY] = lambda _: lsp.ApplyWorkspaceEditResult(False, "read-only", failed_change=1)
    assert not await apply(front.session, edit_of((one, RENAMED), (two, RENAMED)), "Rename")
    assert len(front.requests(APPLY)) == 1
    (said,) = front.said
    assert "read-only" in said
    assert "undo it in a.py" in said


async def test_what_a_user_turned_down_is_not_asked_again(tmp_path: Path) -> None:
    front = Front("vscode", tmp_path)
    document = front.open(tmp_path / "a.py", TEXT)

    def discarded(_: Any) -> Any:
        front.type(document, 0, "import os\n")
        return lsp.ApplyWorkspaceEditResult(applied=False)

    front.on[APPLY] = discarded
    assert not await apply(front.session, edit_of((document, RENAMED)), "Rename", confirm=True)
    assert len(front.requests(APPLY)) == 1


# --- new files, and clients that stop halfway


@pytest.mark.parametrize(
    ("handling", "requests"),
    [("transactional", 1), ("undo", 1), ("textOnlyTransactional", 2), ("abort", 2), (None, 2)],
)
async def test_new_files_and_changed_ones_are_one_whole(
    tmp_path: Path, handling: str | None, requests: int
) -> None:
    kind = lsp.FailureHandlingKind(handling) if handling else None
    front = Front("vscode", tmp_path, failure_handling=kind)
    one, two = front.open(tmp_path / "a.py", TEXT), new_file(tmp_path / "b.py")
    assert await apply(front.session, edit_of((one, RENAMED), create=two), "Split")
    assert front.texts == {one.uri: RENAMED, two.uri: "x = 1\n"}
    sent = front.requests(APPLY)
    assert len(sent) == requests
    first = sent[0].edit.document_changes[0]
    assert isinstance(first, lsp.CreateFile)
    assert first.options is None, "neither written over nor added to"


@pytest.mark.parametrize("deletes", [True, False])
async def test_a_new_file_is_taken_back_where_the_rest_fails(tmp_path: Path, deletes: bool) -> None:
    operations = [lsp.ResourceOperationKind.Create, *([lsp.ResourceOperationKind.Delete] if deletes else [])]
    front = Front("vscode", tmp_path, resource_operations=operations)
    one, two = front.open(tmp_path / "a.py", TEXT), new_file(tmp_path / "b.py")
    real = front.apply

    def failing(params: lsp.ApplyWorkspaceEditParams) -> Any:
        touches = any(
            isinstance(c, lsp.TextDocumentEdit) and c.text_document.uri == one.uri
            for c in params.edit.document_changes or ()
        )
        return lsp.ApplyWorkspaceEditResult(applied=False) if touches else real(params)

    front.on[APPLY] = failing
    assert not await apply(front.session, edit_of((one, RENAMED), create=two), "Split")
    assert front.texts == ({one.uri: TEXT} if deletes else {one.uri: TEXT, two.uri: "x = 1\n"})
    assert deletes or "b.py was made; delete it" in front.said[-1]


@pytest.mark.parametrize("profile", ["eglot", "neovim", "ale"])
async def test_a_client_that_cannot_create_files_gets_the_diff(tmp_path: Path, profile: str) -> None:
    front = Front(profile, tmp_path)
    made = edit_of(create=new_file(tmp_path / "b.py"))
    assert not takes(front.session, made)
    with pytest.raises(KibitzError, match="cannot create files"):
        workspace_edit(front.session, made)
    assert not await apply(front.session, made, "Split")
    assert front.requests(APPLY) == []
    assert len(front.said) == 1
    shown = front.requests(SHOW)
    if profile == "ale":
        assert shown == []
    else:
        assert "+x = 1" in path_of(shown[0].uri).read_text("utf-8")


# --- the shape each editor takes


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("confirm", [True, False])
async def test_each_editor_gets_its_shape(tmp_path: Path, profile: str, confirm: bool) -> None:
    front = Front(profile, tmp_path)
    document = front.open(tmp_path / "a.py", "x = '😀é'; y = 1\n")
    made = edit_of((document, "x = '😀é'; z = 1\n"))
    edit = workspace_edit(front.session, made, confirm=confirm)
    start = {"utf-8": 14, "utf-16": 11, "utf-32": 10}[front.session.client.encoding]
    if profile in ("vscode", "eglot"):
        assert edit.changes is None
        (change,) = edit.document_changes or ()
        assert isinstance(change, lsp.TextDocumentEdit)
        assert change.text_document == lsp.OptionalVersionedTextDocumentIdentifier(document.uri, 1)
        (one,) = change.edits
    else:
        assert edit.document_changes is None
        ((one,),) = (edit.changes or {}).values()
    assert isinstance(one, lsp.TextEdit | lsp.AnnotatedTextEdit)
    assert (one.range.start.character, one.new_text) == (start, "z")
    if profile == "vscode":
        assert isinstance(one, lsp.AnnotatedTextEdit)
        (annotation,) = (edit.change_annotations or {}).values()
        assert annotation.needs_confirmation is confirm
        assert annotation.description == "✓ syntax  – names"
    else:
        assert edit.change_annotations is None


def test_neovim_gets_versions_though_it_does_not_ask_for_them() -> None:
    declared = CONVERTER.structure(PROFILES["neovim"], lsp.ClientCapabilities)
    for name, versioned in (("Neovim", True), ("another", False)):
        params = lsp.InitializeParams(capabilities=declared, client_info=lsp.ClientInfo(name))
        assert read_client(params).document_changes is versioned


@pytest.mark.parametrize("profile", PROFILES)
async def test_each_editor_gets_a_models_change(tmp_path: Path, profile: str) -> None:
    front = Front(profile, tmp_path)
    document = front.open(tmp_path / "a.py", TEXT)
    done = await apply(front.session, edit_of((document, RENAMED)), "Simplify", confirm=True)
    if profile in ("ale", "minimal"):
        assert not done
        assert len(front.said) == 1
        assert front.requests(APPLY) == []
        return
    assert done
    assert front.texts[document.uri] == RENAMED
    if profile == "vscode":  # it shows the checks with its preview
        assert front.said == []
    else:
        assert front.said == [
            "kibitz: Simplify: Checked: syntax. Not checked: names (ruff is not installed)."
        ]


@pytest.mark.parametrize("answer", ["Apply", "Discard", None])
async def test_a_change_can_be_looked_at_first(tmp_path: Path, answer: str | None) -> None:
    front = Front("neovim", tmp_path)
    document = front.open(tmp_path / "a.py", TEXT)
    front.on[ASK] = lambda _: lsp.MessageActionItem(answer) if answer else None
    made = edit_of((document, RENAMED))
    done = await apply(front.session, made, "Simplify", confirm=True, look=True)
    assert done == (answer == "Apply")
    assert front.texts[document.uri] == (RENAMED if done else TEXT)
    assert [method for method, _ in front.asked] == [SHOW, ASK, APPLY][: 3 if done else 2]
    (question,) = front.requests(ASK)
    assert "Not checked: names" in question.message
    assert front.said == []


def test_an_editor_without_a_preview_is_offered_one(tmp_path: Path) -> None:
    offered = {profile: shown_first(Front(profile, tmp_path).session.client) for profile in PROFILES}
    assert offered == {"vscode": False, "neovim": True, "eglot": True, "ale": False, "minimal": False}


async def test_one_that_cannot_be_asked_is_only_shown(tmp_path: Path) -> None:
    front = Front("eglot", tmp_path)
    document = front.open(tmp_path / "a.py", TEXT)
    made = edit_of((document, RENAMED))
    assert not await apply(front.session, made, "Simplify", confirm=True, look=True)
    assert [method for method, _ in front.asked] == [SHOW]
    assert "Nothing was changed" in front.said[0]


# --- showing


async def test_a_diff_is_virtual_or_a_file_that_is_gone_in_the_end(tmp_path: Path) -> None:
    for profile in ("vscode", "neovim", "eglot"):
        front = Front(profile, tmp_path)
        made = edit_of((front.open(tmp_path / "a.py", TEXT), RENAMED))
        assert await show_diff(front.session, made, "Simplify")
        (shown,) = front.requests(SHOW)
        assert shown.uri.endswith("/Simplify.diff")
        if profile == "vscode":
            diff = front.session.virtual[shown.uri]
            assert front.session.shown is None
        else:
            diff = path_of(shown.uri).read_text("utf-8")
        assert diff.startswith("--- a/a.py\n+++ b/a.py\n")
        await front.session.close()
        assert not path_of(shown.uri).exists()
        assert front.session.shown is None or not Path(front.session.shown.name).exists()


async def test_virtual_documents_do_not_pile_up(tmp_path: Path) -> None:
    front = Front("vscode", tmp_path)
    for number in range(KEPT + 5):
        await show(front.session, "a.md", str(number))
    assert list(front.session.virtual.values()) == [str(n) for n in range(5, KEPT + 5)]


async def test_what_cannot_be_shown_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    front = Front("neovim", tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    assert not await show(front.session, "a.md", "text")
    assert "could not be shown" in front.said[0]
    front = Front("vscode", tmp_path)
    front.on[SHOW] = lambda _: SimpleNamespace(success=False)
    assert not await show(front.session, "a.md", "text")


@pytest.mark.parametrize(
    ("checks", "said"),
    [
        ((), ""),
        ((Check("syntax", "passed"), Check("style", "passed")), "Checked: syntax, style."),
        ((Check("names", "skipped", "no"),), "Not checked: names (no)."),
    ],
)
def test_what_was_not_checked_is_said(tmp_path: Path, checks: tuple[Check, ...], said: str) -> None:
    assert checked(checks) == said
    front = Front("neovim", tmp_path)
    say_checks(front.session, ProposedEdit((), checks), "Fix")
    assert front.said == [f"kibitz: Fix: {said}"]
