"""Texts nobody wrote: huge, binary, deeply nested, endless for a parser."""

from __future__ import annotations

import threading
import tracemalloc

import pytest

from kibitz.syntax import tree as tree_module
from kibitz.syntax.delta import new_errors
from kibitz.syntax.grammars import GRAMMARS
from kibitz.syntax.source import AT_ONCE
from kibitz.syntax.tree import Tree, parse
from kibitz.text import Document, Position, Range


def ask_everything(tree: Tree) -> None:
    whole = tree.document.whole
    middle = Position(whole.end.line // 2, 0)
    assert isinstance(tree.errors, tuple)
    assert isinstance(tree.definitions, tuple)
    assert isinstance(tree.identifiers, tuple)
    assert isinstance(tree.references, tuple)
    assert isinstance(tree.imports, tuple)
    tree.raises_in(whole)
    tree.branches_in(whole)
    tree.calls_in(whole)
    tree.node_at(middle)
    tree.in_comment(middle)
    tree.in_string(middle)
    tree.smallest_expression(Range(middle, whole.end))
    tree.statement_ranges(Range(middle, whole.end))
    tree.block_of(middle)
    tree.scope(whole.end)
    tree.outline(1000)


@pytest.mark.parametrize("language", sorted(GRAMMARS))
@pytest.mark.parametrize(
    "text", ["", "\n", "\0", "\r", "\ufeff", " \t ", "\ud800", "((((((", "\x00\x01\x02\x7f" * 20]
)
def test_odd_texts(language: str, text: str) -> None:
    tree = parse(Document("file:///odd", text, language))
    assert tree is not None
    ask_everything(tree)


@pytest.mark.parametrize("language", ["python", "javascript", "typescriptreact", "go", "rust", "java", "cpp"])
def test_deep_nesting_neither_recurses_nor_crashes(language: str) -> None:
    deep = parse(Document("file:///deep", "f(" * 5_000 + ")" * 5_000, language))
    assert deep is not None
    ask_everything(deep)
    assert parse(Document("file:///deeper", "a<b>(" * 100_000, language)) is None


def test_a_parser_that_does_not_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    from kibitz.syntax import source

    monkeypatch.setattr(source, "TIME_LIMIT_US", 50_000)
    monkeypatch.setattr(source, "_pool", source.defaultdict(list))
    hostile = Document("file:///endless", "'\"`" * 200_000, "javascript")
    assert parse(hostile) is None
    assert new_errors(hostile, Document("file:///endless", "x", "javascript")) == ()
    fine = parse(Document("file:///fine", "let x = 1;", "javascript"))
    assert fine is not None and fine.errors == ()


def test_large_files() -> None:
    unit = "def name(a, b=1):\n    '''Doc é.'''\n    return [a, b, name(a)]\n\n"
    text = unit * (300_000 // len(unit))
    tree = parse(Document("file:///large", text, "python"))
    assert tree is not None
    assert len(tree.definitions) == text.count("def ")
    assert tree.definitions[-1].documentation == "Doc é."
    assert len(tree.calls_in(tree.document.whole)) == len(tree.definitions)
    one_line = parse(Document("file:///min", "a.b(é);" * 30_000, "javascript"))
    assert one_line is not None
    assert one_line.identifiers[-1].range == Range(Position(0, 209_997), Position(0, 209_998))


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("javascript", "require('x')\n"),
        ("go", "func f(größe int) int { return g(größe) }\n"),
        ("ruby", "require 'x'\n"),
        ("lua", "local x = require('x')\n"),
        ("rust", 'fn f() { println!("{}", 1); }\n'),
    ],
)
def test_queries_read_words_of_a_text_that_was_parsed_in_pieces(language: str, line: str) -> None:
    few, many = 2, 2 * AT_ONCE // len(line)
    small, large = (parse(Document(f"file:///{n}", line * n, language)) for n in (few, many))
    assert small is not None
    assert large is not None
    for what in ("definitions", "imports", "references", "identifiers"):
        assert len(getattr(large, what)) == len(getattr(small, what)) / few * many
    assert large._source.root.text == (line * many).encode()


def test_the_cache_knows_texts_and_stays_small() -> None:
    first = Document("file:///cached", "x = 1\n", "python")
    tree = parse(first)
    assert parse(Document("file:///cached", "x = 1\n", "python", version=2)) is tree
    assert parse(Document("file:///cached", "x = 2\n", "python")) is not tree
    assert parse(Document("file:///cached", "x = 1\n", "ruby")) is not tree
    for number in range(tree_module.CACHED_TREES + 5):
        parse(Document(f"file:///{number}", "x = 1\n", "python"))
    assert len(tree_module._cache) <= tree_module.CACHED_TREES
    assert parse(Document("", "x", "cobol")) is None


def test_trees_may_be_asked_from_many_threads() -> None:
    unit = "def name(a):\n    return [a, f'{a}']\n\n"
    documents = [Document(f"file:///t{n % 3}", unit * (50 + n), "python") for n in range(12)]
    failures: list[BaseException] = []

    def work(part: list[Document]) -> None:
        try:
            for document in part:
                tree = parse(document)
                assert tree is not None
                assert len(tree.definitions) == document.text.count("def ")
                ask_everything(tree)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(documents[n::2] + documents[:3],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_many_changes_to_one_file_do_not_pile_up() -> None:
    text = "def name(a):\n    return [a]\n\n" * 2_000
    parse(Document("file:///grow", text, "python"))
    tracemalloc.start()
    for number in range(60):
        parse(Document("file:///grow", text + f"x = {number}\n", "python"))
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < 60_000_000
    assert sum(len(key[2]) for key in tree_module._cache) <= tree_module.CACHED_CHARACTERS
