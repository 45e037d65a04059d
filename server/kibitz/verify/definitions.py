"""The definitions of a document, for those who compare and replace them."""

from __future__ import annotations

from kibitz.syntax.model import Definition
from kibitz.syntax.tree import Tree, parse
from kibitz.text import Document


def tree_of(document: Document) -> Tree | None:
    """The tree of a document; None where there is no grammar for it or no parser should be given it."""
    try:
        return parse(document)
    except ImportError:
        return None


def definitions(document: Document) -> tuple[Definition, ...] | None:
    """All definitions in the order of the text, outer ones first; None for a text that cannot be parsed."""
    tree = tree_of(document)
    return tree.definitions if tree is not None else None
