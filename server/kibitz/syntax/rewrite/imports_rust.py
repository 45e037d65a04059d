"""Rust's `use` declarations as rustfmt orders them, block by block; what is surely unused goes.

An import that nothing names may still bring a trait's methods, or a macro's names: only modules, functions, and types
that are known to be no traits are taken for unused.
"""

from __future__ import annotations

import re

from tree_sitter import Node

from kibitz.syntax.rewrite.base import COMMENTS, Edit, within
from kibitz.syntax.rewrite.imports import Item, extent, rearranged, runs, slots, whole
from kibitz.syntax.rewrite.names import word
from kibitz.syntax.source import Source

_NO_TRAITS = frozenset(
    [
        "HashMap",
        "HashSet",
        "BTreeMap",
        "BTreeSet",
        "VecDeque",
        "BinaryHeap",
        "LinkedList",
        "Arc",
        "Rc",
        "Weak",
        "Mutex",
        "RwLock",
        "Cell",
        "RefCell",
        "OnceCell",
        "OnceLock",
        "PathBuf",
        "Path",
        "OsString",
        "OsStr",
        "Duration",
        "Instant",
        "SystemTime",
        "Ordering",
        "PhantomData",
        "Cow",
        "Command",
        "Stdio",
        "ExitCode",
        "File",
        "OpenOptions",
        "BufReader",
        "BufWriter",
        "Cursor",
        "TcpListener",
        "TcpStream",
        "UdpSocket",
        "IpAddr",
        "Ipv4Addr",
        "Ipv6Addr",
        "SocketAddr",
        "AtomicBool",
        "AtomicUsize",
        "AtomicU64",
        "AtomicI64",
        "AtomicU32",
        "AtomicI32",
        "CStr",
        "CString",
        "NonNull",
        "ManuallyDrop",
        "MaybeUninit",
        "Pin",
        "Context",
        "Poll",
        "Waker",
        "Formatter",
        "Arguments",
        "Layout",
        "TypeId",
        "Range",
        "RangeInclusive",
        "Wrapping",
        "NonZeroU32",
        "NonZeroUsize",
        "Thread",
        "JoinHandle",
    ]
)
_MARKED = ("visibility_modifier",)


def organized(source: Source) -> list[Edit]:
    """The edits that sort the declarations of each block and drop what is unused."""
    edits: list[Edit] = []
    open_modules = any(
        n.type == "mod_item" and n.child_by_field_name("body") is None for n in within(source.root)
    )
    holders = [
        node for node in within(source.root) if node.type in ("source_file", "declaration_list", "block")
    ]
    for holder in holders:
        children = [child for child in holder.children if child.is_named]
        outer = (*COMMENTS, "inner_attribute_item")
        first = next((child.id for child in children if child.type not in outer), 0)
        for run in runs(source, children, lambda node: node.type != "use_declaration"):
            items = []
            for node in run:
                start, end = extent(source, node, first=node.id == first)
                plain = start == node.start_byte and not any(child.type in _MARKED for child in node.children)
                text = _declared(source, node, prune=plain and not open_modules)
                shown = whole(source, node, text, start, end) if text is not None else None
                items.append(Item(start, end, node, _key(source, node), shown))
            edits += rearranged(source, items)
    return edits


def _declared(source: Source, node: Node, *, prune: bool) -> str | None:
    """A declaration without unused names; None where nothing of it is used."""
    argument = node.child_by_field_name("argument")
    if argument is None or any(part.type in COMMENTS for part in within(node)):
        return source.text(node)
    text = _tree(source, argument, node, prune=prune)
    if text is None:
        return None
    return (
        source.offsets.text(node.start_byte, argument.start_byte)
        + text
        + source.offsets.text(argument.end_byte, node.end_byte)
    )


def _tree(source: Source, at: Node, declaration: Node, *, prune: bool) -> str | None:
    if at.type in ("scoped_use_list", "use_list"):
        listed = at.child_by_field_name("list") if at.type == "scoped_use_list" else at
        if listed is None or not listed.named_children:
            return source.text(at)
        inner = [(child, _tree(source, child, declaration, prune=prune)) for child in listed.named_children]
        stays = [text is not None for _, text in inner]
        if not any(stays):
            return None
        if all(text == source.text(child) for child, text in inner if text is not None) or all(
            child.type != "scoped_use_list" for child, _ in inner
        ):
            shown = slots(
                source,
                listed.named_children,
                stays,
                lambda c: _segments(source, c),
                listed.start_byte,
                listed.end_byte,
            )
        else:
            shown = source.text(listed)
        alone = sum(stays) == 1 < len(stays) and "\n" not in shown and "self" not in shown
        return source.offsets.text(at.start_byte, listed.start_byte) + (
            shown.strip("{} ,") if alone and "::{" not in shown else shown
        )
    return None if prune and _unused(source, at, declaration) else source.text(at)


def _unused(source: Source, at: Node, declaration: Node) -> bool:
    if at.type == "use_wildcard" or at.type == "self":
        return False
    if at.type == "use_as_clause":
        name = source.text(at.child_by_field_name("alias") or at)
        original = source.text(at.child_by_field_name("path") or at).rpartition("::")[2]
    else:
        name = original = source.text(at).rpartition("::")[2]
    if name in ("_", "self", "prelude") or not name.isidentifier():
        return False
    path = source.text(at)
    text = source.document.text
    low, high = source.offsets.point(declaration.start_byte), source.offsets.point(declaration.end_byte)
    matches = [m for m in word(name).finditer(text) if not low <= m.start() < high]
    own = re.search(rf"\b(?:struct|enum|union|type)\s+{re.escape(original)}\b", text)
    if own and path.startswith(("super::", "self::", "crate::")):
        module = _module(declaration)
        return module is not None and not any(
            module.start_byte <= source.offsets.byte(m.start()) < module.end_byte for m in matches
        )
    if matches:
        return False
    return original[:1].islower() or original in _NO_TRAITS


def _module(node: Node) -> Node | None:
    """The module that a declaration stands in; None for the file's own."""
    at = node.parent
    while at is not None and at.type != "mod_item":
        at = at.parent
    return at


def _key(source: Source, node: Node) -> tuple[object, ...]:
    argument = node.child_by_field_name("argument")
    return _segments(source, argument) if argument is not None else ()


_Segment = tuple[int, int, str, tuple[object, ...]]


def _segments(source: Source, at: Node) -> tuple[object, ...]:
    """How rustfmt compares paths: segment by segment; self, super, crate, then names, then `*`, then lists."""
    alias: tuple[object, ...] = ()
    if at.type == "use_as_clause":
        alias = (source.text(at.child_by_field_name("alias") or at),)
        at = at.child_by_field_name("path") or at
    path, listed = source.text(at), None
    if at.type == "scoped_use_list":
        path = source.text(at.child_by_field_name("path") or at) if at.child_by_field_name("path") else ""
        listed = at.child_by_field_name("list")
    elif at.type == "use_list":
        path, listed = "", at
    segments: list[_Segment] = [_segment(part) for part in "".join(path.split()).split("::") if part]
    if listed is not None:
        inner = sorted(_segments(source, child) for child in listed.named_children)
        segments.append((9, 0, "", tuple(inner)))
    if alias and segments:
        segments[-1] = (*segments[-1][:3], (*segments[-1][3], *alias))
    return tuple(segments)


def _segment(name: str) -> _Segment:
    special = {"self": 0, "super": 1, "crate": 2, "*": 5}
    if name in special:
        return special[name], 0, "", ()
    plain = name.removeprefix("r#")
    group = 0 if not plain[:1].isupper() else 2 if plain.isupper() and len(plain) > 1 else 1
    return 3, group, plain, ()
