"""Undefined names in languages without a tool that looks for them: by the scopes of the tree."""

from __future__ import annotations

from kibitz.syntax.bindings import Bindings
from kibitz.syntax.facts import facts
from kibitz.syntax.tree import Tree
from kibitz.text import Document
from kibitz.verify.checks import Check, listed
from kibitz.verify.definitions import tree_of

_ALONE = frozenset({"javascript", "javascriptreact", "typescript", "typescriptreact"})
"""Languages in which a file says of every name where it comes from; elsewhere another file of the package may have it."""


_MOST = 60
"""Names that are looked up: a change that brings more is no refactoring."""


def check_scopes(before: Document, after: Document) -> Check:
    """Variables that are used and declared nowhere: those that were declared before, and new ones no other file can have."""
    old, new = tree_of(before), tree_of(after)
    if old is None or new is None or new.errors or old.errors:
        why = (
            f"names are not checked in {after.language}"
            if old is None or new is None
            else "a version does not parse"
        )
        return Check("names", "skipped", why)
    words = {name.name for name in new.identifiers}
    known = {name.name for name in old.identifiers}
    own = {d.name for d in new.definitions} | {b for i in new.imports for b in i.bound}
    suspects = words - own - facts(after.language).words
    if not suspects:
        return Check("names", "passed")
    free = _free(new, suspects)
    were_free = _free(old, free & known)
    lost = sorted((free & known) - were_free)
    fresh = sorted(free - known)
    wrong = lost + (fresh if after.language in _ALONE else [])
    if wrong:
        return Check("names", "failed", f"not defined: {listed(sorted(wrong))}")
    if fresh:
        return Check("names", "skipped", f"another file may have {listed(fresh)}")
    return Check("names", "passed")


def _free(tree: Tree, names: set[str]) -> set[str]:
    """Which of some names are used where nothing in the file declares them."""
    found: set[str] = set()
    for word in sorted(names)[:_MOST]:
        bindings = Bindings(tree, {word})
        if any(bindings.scope(name.range.start) is None for name in bindings.occurrences()):
            found.add(word)
    return found
