"""Nodes as plain data: where they stand in code points, and how they hang together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kibitz.syntax.tree import parse
from kibitz.syntax.view import View, view
from kibitz.text import Document, Position

TEXT = "import os  # é\n\n\ndef f(a, b='😀'):\n    return a\n"


def rooted(text: str, language: str = "python") -> View:
    tree = parse(Document("untitled:a", text, language))
    assert tree is not None
    return view(tree)


def test_neighbours_and_fields() -> None:
    root = rooted(TEXT)
    statement, function = root.items
    assert (statement.kind, statement.text, statement.named) == ("import_statement", "import os", True)
    assert [c.kind for c in root.children] == ["import_statement", "comment", "function_definition"]
    name = function.child("name")
    assert name is not None
    assert name.text == "f"
    assert name.parent == function
    assert root.parent is None
    assert function.previous is not None
    assert function.previous.kind == "comment"
    assert function.next is None
    assert function.child("nothing") is None
    assert [n.text for n in statement.all("name")] == ["os"]


def test_the_nearest_around() -> None:
    root = rooted(TEXT)
    node = root.at(Position(4, 11), Position(4, 12))
    assert node.text == "a"
    assert [n.kind for n in node.around()] == ["return_statement", "block", "function_definition", "module"]
    assert node.up("identifier") == node
    function = node.up("function_definition", "module")
    assert function is not None
    assert function.kind == "function_definition"
    assert node.up("class_definition") is None
    assert node in set(root.walk())


def test_what_does_not_parse_is_broken() -> None:
    assert not rooted("x = 1\n").broken
    assert rooted("x = (\n").broken


@given(st.text(alphabet="ab=()'\"é😀\n\r #:", max_size=40))
def test_every_node_stands_where_it_says(text: str) -> None:
    document = Document("untitled:a", text, "python")
    for node in rooted(text).walk():
        assert 0 <= node.start <= node.end <= len(text)
        assert text[node.start : node.end] == node.text
        # some grammars keep the first half of a line end, where no position of ours is
        assert document.slice(node.range) in (node.text, node.text.removesuffix("\r"))
