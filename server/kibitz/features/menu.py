"""Which refactorings fit the code under the cursor: asked at every cursor move, so nothing is started or called.

What a tested engine performs is there with and without a model, what a model has to write only where one is set.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from kibitz.features import menu_idioms as idioms
from kibitz.features import menu_python as python
from kibitz.features.comment_wish import comment_wish
from kibitz.features.menu_definitions import lacks_documentation, lacks_types, other_colour, too_long
from kibitz.features.menu_fits import Spot, piece
from kibitz.features.menu_worth import at_imports, computed_always, computed_before, wanted
from kibitz.models.offline.refactor import available
from kibitz.models.offline.wishes import performs, worded
from kibitz.models.tasks import RefactorKind
from kibitz.syntax.model import Definition
from kibitz.syntax.tree import parse
from kibitz.text import Document, Range

MOST = 8
"""A longer menu is not read."""
LARGE = 20_000
"""Characters from which on only the part of a text around the place is looked at."""
REWRITE = "refactor.rewrite"
_LONGEST_TITLE = 60
_WORTH_REWRITING = 20
"""Characters; fewer are one name or one call."""


@frozen
class Offer:
    """One line of the menu: its LSP kind, the code it is about, and who does it.

    `engine` names what the built-in engine performs; without it, `instruction` is what is asked of a model. `comment`
    says that the instruction is the one a comment at `where` gives.
    """

    title: str
    kind: str
    where: Range
    engine: RefactorKind | None = None
    instruction: str = ""
    comment: bool = False


def offers(
    document: Document,
    where: Range,
    *,
    model: bool,
    trusted: bool = True,
    automatic: bool = False,
    organize: bool = False,
) -> list[Offer]:
    """What fits, the likeliest first: at most MOST, and what concerns the whole file.

    `model` says whether a language model may be asked. `automatic` is for an editor that asks by itself, only to show
    that there is something: what could be done anywhere is no news then. `organize` is for one that asks for what tidies up
    imports: it is there wherever the place is, else only at the imports.
    """
    model = model and trusted
    tree = parse(document)
    if tree is None:
        return [_improve(where, "this code")] if model and where.start != where.end else []
    if not trusted and document.language == "python":
        return []  # its engines are processes
    part = piece(tree, where, LARGE)
    spot = Spot(part, where)
    kinds = _performed(spot, set(available(document, where)), document.text)
    kinds = frozenset(kind for kind in kinds if wanted(kind, spot, automatic=automatic))
    found: list[Offer] = []
    if not spot.in_text:
        found += [
            _engine_offer(spot, kind) for kind in _ORDER if kind in kinds and _fits(kind, spot, automatic)
        ]
        found += list(_by_model(spot, found, automatic=automatic)) if model else []
    found = [evolve(offer, where=part.outside(offer.where)) for offer in found]
    found = [*_commented(document, where, model=model), *found][:MOST]
    if "organize_imports" in kinds and (organize or at_imports(tree, where)):
        found.append(Offer("Organize imports", "source.organizeImports", where, "organize_imports"))
    return found


# --- what the engine performs

_ORDER: tuple[RefactorKind, ...] = (
    "extract_function",
    "extract_variable",
    "guard_clause",
    "merge_ifs",
    "simplify",
    "modernise",
    "loop_to_comprehension",
    "comprehension_to_loop",
    "inline",
    "invert_if",
)
_ANYWHERE = frozenset({"inline", "invert_if", "comprehension_to_loop"})
"""Kinds that fit so many places that offering them is no news."""

_ENGINE: dict[RefactorKind, tuple[str, str]] = {
    "extract_function": ("Extract function", "refactor.extract"),
    "extract_variable": ("Extract variable", "refactor.extract"),
    "inline": ("Inline", "refactor.inline"),
    "invert_if": ("Invert if", f"{REWRITE}.invert"),
    "guard_clause": ("Return early", f"{REWRITE}.guard"),
    "merge_ifs": ("Merge nested ifs", f"{REWRITE}.merge"),
    "comprehension_to_loop": ("Convert to a loop", f"{REWRITE}.loop"),
    "loop_to_comprehension": ("Convert to a comprehension", f"{REWRITE}.comprehension"),
    "modernise": ("Modernise", f"{REWRITE}.modernise"),
    "simplify": ("Simplify", f"{REWRITE}.simplify"),
}


def _fits(kind: RefactorKind, spot: Spot, automatic: bool) -> bool:
    return not (automatic and kind in _ANYWHERE)


def _engine_offer(spot: Spot, kind: RefactorKind) -> Offer:
    title, action = _ENGINE[kind]
    if kind == "inline":
        title = f"Inline `{spot.node.text}`" if spot.node.text.isidentifier() else title
    where = spot.where
    if kind == "modernise":
        where = spot.code()
    elif kind == "simplify":
        where = python.simplified(spot) or where
    return Offer(title, action, where, kind)


def _performed(spot: Spot, found: set[RefactorKind], text: str) -> frozenset[RefactorKind]:
    """The engine's kinds that fit the place, of those that the text alone allows, and those that only the tree shows."""
    if spot.language == "python":
        if spot.selected and "extract_function" in found:
            fits = python.extractable(spot) and computed_before(spot)
            found -= set() if fits else {"extract_function", "extract_variable"}
            found -= set() if computed_always(spot) else {"extract_variable"}
        if spot.selected and spot.node.text != spot.document.slice(spot.where).strip():
            found.discard("extract_variable")
        if "inline" in found and not python.inlinable(spot, text):
            found.remove("inline")
        found |= set() if spot.in_text else set(python.fitting(spot, text))
    return performs(spot.language) & found


# --- what a comment or a model asks for


def _commented(document: Document, where: Range, *, model: bool) -> Iterator[Offer]:
    wish = comment_wish(document, where)
    if wish is None or not (model or worded(wish.instruction) in performs(document.language)):
        return
    title = f"Do what the comment says: {wish.instruction}"
    title = title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1] + "…"
    yield Offer(title, REWRITE, where, comment=True)


def _improve(where: Range, what: str) -> Offer:
    return Offer(f"Simplify {what}", REWRITE, where)


def _by_model(spot: Spot, found: list[Offer], *, automatic: bool) -> Iterator[Offer]:
    """What a model would have to write."""
    done = {offer.engine for offer in found}
    code = spot.code()
    if (tangled := spot.tangled()) is not None and not done & {"merge_ifs", "simplify"}:
        yield Offer(
            "Simplify this condition",
            f"{REWRITE}.simplify",
            tangled.range,
            instruction="Simplify this condition without changing what it means: fewer operators, no double negation.",
        )
    if (
        "modernise" not in done
        and (old := idioms.OLD.get(spot.language))
        and idioms.seen(old, spot.tree, code)
    ):
        yield Offer(
            "Modernise",
            f"{REWRITE}.modernise",
            code,
            instruction="Modernise this code: write what is written in an old way in the current idiom of the language.",
        )
    if spot.definition is not None:
        yield from _of_definition(spot, spot.definition)
    if (name := spot.unclear_name()) and not automatic and "rename" in performs(spot.language):
        yield Offer(
            f"Find a clearer name for `{name}`",
            f"{REWRITE}.rename",
            spot.node.range,
            instruction=f"Rename `{name}` to a name that says what it is.",
        )
    function = spot.function
    if (
        function is not None
        and too_long(function, spot.tree)
        and (not automatic or function == spot.definition)
    ):
        yield Offer(
            f"Split `{function.name}` into smaller functions",
            f"{REWRITE}.split",
            function.range,
            instruction=f"Split `{function.name}` into smaller functions, each with a name that says what it does.",
        )
    if spot.selected and len(spot.document.slice(spot.where).strip()) >= _WORTH_REWRITING:
        if not spot.only_imports():
            yield _improve(spot.where, "the selection")
    elif not automatic:
        around = spot.definition or function
        yield (
            _improve(around.range, f"`{around.name}`") if around is not None else _improve(code, "this code")
        )


def _of_definition(spot: Spot, definition: Definition) -> Iterator[Offer]:
    """What the header of a definition lacks."""
    name, where = definition.name, definition.range
    if lacks_types(definition, spot.language):
        yield Offer(
            f"Add types to `{name}`",
            f"{REWRITE}.types",
            where,
            instruction=f"Add type annotations to `{name}`, as far as the code makes them certain.",
        )
    if lacks_documentation(definition, spot.language):
        yield Offer(
            f"Add documentation to `{name}`",
            f"{REWRITE}.documentation",
            where,
            instruction=f"Add documentation to `{name}`, in this file's style: what it does, and what it wants and gives.",
        )
    match other_colour(definition, spot.document):
        case "async":
            yield Offer(
                f"Make `{name}` asynchronous",
                f"{REWRITE}.async",
                where,
                instruction=f"Make `{name}` asynchronous: await what it waits for. Update its callers in this file.",
            )
        case "sync":
            yield Offer(
                f"Make `{name}` synchronous",
                f"{REWRITE}.sync",
                where,
                instruction=f"Make `{name}` synchronous: it awaits nothing. Update its callers in this file.",
            )
