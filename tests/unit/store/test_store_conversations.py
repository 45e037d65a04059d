"""Conversations: kept in order, found by words, exported, and deleted for good."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kibitz.errors import KibitzError
from kibitz.store import schema, search
from kibitz.store.database import Store
from kibitz.store.export import fenced

Opener = Callable[..., Awaitable[Store]]


async def talk(store: Store, title: str, *texts: str, project: str | None = None) -> str:
    conversation = await store.conversations.create(project, title)
    for text in texts:
        await store.conversations.append(conversation, "user", text)
    return conversation


async def test_a_conversation_comes_back_as_it_was_told(store: Store) -> None:
    conversation = await store.conversations.create("/p", "  A\n title ")
    first = await store.conversations.append(conversation, "user", "héllo\r\n\U0001f600")
    second = await store.conversations.append(
        conversation,
        "assistant",
        "answer",
        engine="openai/gpt-5",
        usage={"inputTokens": 3, "costUsd": None},
        artifacts=[{"language": "python", "code": "x = 1", "path": "a.py"}],
        tool_calls=[{"name": "read", "arguments": {"path": "a.py"}}],
    )
    whole = await store.conversations.get(conversation)
    assert (whole.id, whole.title, whole.project) == (conversation, "A title", "/p")
    assert [(message.id, message.text) for message in whole.messages] == [
        (first, "héllo\r\n\U0001f600"),
        (second, "answer"),
    ]
    assert whole.to_json()["messages"][1] == {
        "id": second,
        "role": "assistant",
        "text": "answer",
        "created": whole.updated,
        "engine": "openai/gpt-5",
        "artifacts": [{"language": "python", "code": "x = 1", "path": "a.py"}],
        "toolCalls": [{"name": "read", "arguments": {"path": "a.py"}}],
        "usage": {"inputTokens": 3, "costUsd": None},
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", whole.created)
    assert whole.created <= whole.updated


@pytest.mark.parametrize("missing", ["", "nothing", "' OR 1=1 --", "\0", "\ud800"])
async def test_what_is_not_there_is_not_found(store: Store, missing: str) -> None:
    await talk(store, "another")
    for call in (
        store.conversations.get(missing),
        store.conversations.append(missing, "user", "x"),
        store.conversations.rename(missing, "x"),
        store.conversations.delete(missing),
        store.conversations.export(missing),
    ):
        with pytest.raises(KibitzError) as refused:
            await call
        assert refused.value.kind == "not_found"
    assert len(await store.conversations.list()) == 1


async def test_ids_are_short_and_sort_by_time(store: Store) -> None:
    ids = [await talk(store, "a")]
    while ids[-1][:9] == ids[0][:9]:
        ids.append(await talk(store, "b"))
    assert max(ids) == ids[-1]
    assert len(set(ids)) == len(ids)
    assert {len(made) for made in ids} == {15}


async def test_a_list_has_pages_and_projects(store: Store) -> None:
    ids = [await talk(store, f"title {n}", f"  question\n{n}", project=f"/p{n % 2}") for n in range(7)]
    everything = await store.conversations.list()
    assert sorted(summary.id for summary in everything) == sorted(ids)
    assert [s.updated for s in everything] == sorted((s.updated for s in everything), reverse=True)
    assert everything[0].messages == 1
    assert everything[0].excerpt.startswith("question ")
    pages, before = [], None
    while page := await store.conversations.list(limit=2, before=before):
        assert len(page) <= 2
        pages += page
        before = page[-1].id
    assert pages == everything
    assert {summary.project for summary in await store.conversations.list(project="/p1")} == {"/p1"}
    assert len(await store.conversations.list(before="2001-01-01T00:00:00Z")) == 0
    assert len(await store.conversations.list(before="2999-01-01")) == 7
    assert await store.conversations.list(limit=-1) == []


async def test_rename(store: Store) -> None:
    conversation = await talk(store, "old", "text")
    await store.conversations.rename(conversation, "n" * 500)
    title = (await store.conversations.get(conversation)).title
    assert title == "n" * 199 + "…"


@pytest.mark.parametrize("fts5", [True, False])
async def test_search_finds_words(opened: Opener, monkeypatch: pytest.MonkeyPatch, fts5: bool) -> None:
    async def has_fts5(_: object) -> bool:
        return fts5

    monkeypatch.setattr(schema, "has_fts5", has_fts5)
    store = await opened()
    assert store._engine.searchable == fts5
    borrow = await talk(store, "Rust", "the borrow checker complains", "about a borrow", project="/p")
    code = await talk(store, "Python", "call get_user_name() -> str", "c++ is not c# 100%")
    asian = await talk(store, "日本語", "関数の説明をお願いします \U0001f980")

    async def found(query: str) -> list[str]:
        return [hit.conversation_id for hit in await store.conversations.search(query)]

    for query, expected in {
        "borrow": [borrow],
        "BORROW complains": [borrow],
        "borrow name": [],
        "check": [borrow],
        "get_user": [code],
        "c++": [code],
        "100%": [code],
        "what? (borrow)": [],
        "complains? (borrow)": [borrow],
        "->": [code],
        "説明": [asian],
        "日本": [asian],
        "\U0001f980": [asian],
        "python": [code],
        "": [],
        " \n": [],
        "_%": [],
    }.items():
        assert await found(query) == expected, query
    (hit,) = await store.conversations.search("borrow")
    assert "borrow" in hit.snippet
    assert hit.to_json().keys() == {
        "conversationId",
        "title",
        "project",
        "messageId",
        "role",
        "created",
        "snippet",
    }
    assert len(await store.conversations.search("a", limit=1)) == 1
    assert await store.conversations.search("a", limit=0) == []


NASTY = st.one_of(
    st.text(max_size=40),
    st.text(alphabet=st.characters(), max_size=20),
    st.lists(
        st.sampled_from(
            [
                '"',
                "'",
                "*",
                "^",
                "(",
                ")",
                ":",
                "-",
                "+",
                "NEAR(",
                "AND",
                "OR",
                "NOT",
                "text:",
                "{a b}",
                "\\",
                "%",
                "_",
                "\0",
                "\ud83d",
                "\U0001f600",
                "a",
                "ü",
                ";--",
                "rowid",
                "]",
            ]
        ),
        max_size=12,
    ).map(" ".join),
)


@settings(max_examples=60, deadline=None)
@given(query=NASTY, text=NASTY)
@example(query='"' * 401, text="")
@example(query="a " * 300, text="a " * 300)
@example(query="\ud800", text="\ud800\udc00")
def test_no_query_and_no_text_is_an_error(query: str, text: str) -> None:
    async def run() -> None:
        store = await Store.open(":memory:", notify=print)
        try:
            conversation = await talk(store, query, text)
            for searchable in (True, False):
                store._engine.searchable = searchable
                await store.conversations.search(query)
                if text.isalnum():
                    assert [h.conversation_id for h in await store.conversations.search(text)] == [
                        conversation
                    ]
            store._engine.searchable = True
            await store.conversations.delete(conversation)
            assert await store.conversations.search(text) == []
            assert await store.conversations.search(query) == []
        finally:
            await store.close()

    asyncio.run(run())


@settings(max_examples=300)
@given(NASTY)
def test_every_expression_parses_and_every_pattern_is_literal(query: str) -> None:
    found = search.words(query)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE t USING fts5(text)")
        if expression := search.match_expression(found):
            connection.execute("SELECT * FROM t WHERE t MATCH ?", (expression,)).fetchall()
        for word in found:
            (contained,) = connection.execute(
                "SELECT ? LIKE ? ESCAPE '\\'", (f"x{word}x", search.like_pattern(word))
            ).fetchone()
            (other,) = connection.execute(
                "SELECT 'kibitz' LIKE ? ESCAPE '\\'", (search.like_pattern(word),)
            ).fetchone()
            assert contained
            assert bool(other) == (word.lower() in "kibitz")


async def test_deleted_means_gone_from_tables_index_and_file(tmp_path: Path, store: Store) -> None:
    stays = await talk(store, "stays", "an ordinary wombat")
    goes = await talk(
        store, "titlexyzzy", "the wombat says plughquux", *(f"filler {n} plughquux" for n in range(50))
    )
    await store.conversations.delete(goes)
    assert await store.conversations.search("plughquux") == []
    assert await store.conversations.search("titlexyzzy") == []
    assert [hit.conversation_id for hit in await store.conversations.search("wombat")] == [stays]
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        assert b"plughquux" not in content, path.name
        assert b"titlexyzzy" not in content, path.name
    await store._engine.connection.execute_fetchall(
        "INSERT INTO messages_fts (messages_fts, rank) VALUES ('integrity-check', 1)"
    )


async def test_an_index_that_lags_is_filled(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    async def has_no_fts5(_: object) -> bool:
        return False

    await talk(await opened(), "a", "indexed wombat")
    with monkeypatch.context() as without:
        without.setattr(schema, "has_fts5", has_no_fts5)
        await talk(await opened(), "b", "unindexed wombat")
    assert len(await (await opened()).conversations.search("wombat")) == 2


async def test_export_is_markdown_that_stands_alone(store: Store) -> None:
    conversation = await talk(store, "Loops", "how?", project="/p")
    await store.conversations.append(
        conversation,
        "assistant",
        "like this:\n\n```python\nx = 1\n```",
        engine="offline",
        artifacts=[
            {"language": "python", "code": "x = 1\n"},
            {"language": "rust", "code": "let x;", "path": "a.rs"},
        ],
        tool_calls=[{"name": "read_file"}],
    )
    text = await store.conversations.export(conversation)
    assert text.startswith("# Loops\n\n/p, ")
    assert re.findall(r"^## (\w+)", text, re.MULTILINE) == ["You", "Assistant"]
    assert text.count("x = 1") == 1
    assert "`a.rs`\n\n```rust\nlet x;\n```" in text
    assert text.endswith("Tools used: read_file\n")


def test_a_fence_is_longer_than_what_it_holds() -> None:
    assert fenced({"code": "a\n````\nb"}) == "`````\na\n````\nb\n`````"


async def test_pruning_by_age_and_by_number(store: Store) -> None:
    ids = [await talk(store, str(n), "one", "two", "three") for n in range(4)]
    await store._engine.connection.execute_fetchall(
        "UPDATE conversations SET updated = '2001-01-01T00:00:00.000Z' WHERE id = ?", (ids[1],)
    )
    assert await store.conversations.prune() == 0
    assert await store.conversations.prune(retention_days=30) == 1
    assert ids[1] not in {summary.id for summary in await store.conversations.list()}
    newest = (await store.conversations.list())[0].id
    assert await store.conversations.prune(max_messages=7) == 1
    assert sum(summary.messages for summary in await store.conversations.list()) == 6
    assert await store.conversations.prune(max_messages=2) == 1
    (left,) = await store.conversations.list()
    assert left.id == newest
    assert [message.text for message in (await store.conversations.get(newest)).messages] == ["two", "three"]
    assert len(await store.conversations.search("one")) == 0
    assert len(await store.conversations.search("three")) == 1
