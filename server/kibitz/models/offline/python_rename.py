"""Proof that a renamed identifier is renamed everywhere and hides nothing.

Old and new tree are walked side by side. What meant one binding still means one binding, what meant two still means two:
with that, the lexical side is certain. Attributes and keyword arguments have no scope; for them every occurrence of the
old name that stays, and every one of the new name that was there, has to be accounted for.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from kibitz.errors import KibitzError
from kibitz.models.offline.python_place import places_of
from kibitz.models.offline.python_scopes import Identifier, Names, Scope
from kibitz.models.offline.python_source import Source
from kibitz.models.offline.python_tree import broken, parsed

_HINT = "Choose another name, or rename by hand."


def check(source: Source, text: str, old: str, new: str) -> None:
    """Raises `invalid` where a binding would change, `bad_response` where more than names changed."""
    word = re.compile(rf"\b(?:{re.escape(old)}|{re.escape(new)})\b")
    if word.split(source.text) != word.split(text):
        raise broken()
    tree = parsed(text)
    if _shown(source.tree) != _shown(tree):
        raise KibitzError("invalid", f"An f-string shows the name `{old}` with its value.", _HINT)
    before, after = source.names.identifiers, Names(tree).identifiers
    if len(before) != len(after):
        raise broken()
    forward: dict[tuple[int, str], tuple[int, str]] = {}
    backward: dict[tuple[int, str], tuple[int, str]] = {}
    for was, now in zip(before, after, strict=True):
        if now.name not in (was.name, new) or (now.name != was.name and was.name != old):
            raise broken()
        if was.home is None or now.home is None:
            continue
        one, other = (was.home.index, was.name), (now.home.index, now.name)
        if backward.setdefault(other, one) != one:
            raise KibitzError(
                "invalid", f"`{new}` already means something else where `{old}` is used.", _HINT
            )
        if forward.setdefault(one, other) != other:
            raise KibitzError("bad_response", f"Not every use of `{old}` could be renamed.", _HINT)


def _shown(tree: ast.Module) -> list[object]:
    """The texts of f-strings, which have a name in them where it is written with `=`."""
    strings = (node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr))
    return [part.value for node in strings for part in node.values if isinstance(part, ast.Constant)]


def own_keywords(source: Source, text: str, old: str, new: str, called: Collection[str] = ()) -> str:
    """The changed text with the keyword arguments back that are passed to anything not `called` by one of these names.

    rope takes the keyword of a call that it cannot trace for a variable of that name.
    """
    after = Source(text)
    before, now = source.names.identifiers, after.names.identifiers
    if len(before) != len(now):
        raise broken()
    places = []
    for was, other in zip(before, now, strict=True):
        if isinstance(other.node, ast.keyword) and was.name == old and other.name == new:
            call = after.above.get(id(other.node))
            callee = ast.unparse(call.func).rpartition(".")[2] if isinstance(call, ast.Call) else ""
            if callee not in called:
                places.append(after.region(other.node)[0])
    for place in sorted(places, reverse=True):
        text = text[:place] + old + text[place + len(new) :]
    return text


def lexical(source: Source, identifier: Identifier, new: str) -> str:
    """The text with every identifier of the same binding renamed; what stands at one place only is sure to be found."""
    same = [i for i in source.names.identifiers if i.name == identifier.name and i.home is identifier.home]
    places = {place for i in same for place in places_of(source, i)}
    text = source.text
    for place in sorted(places, reverse=True):
        text = text[:place] + new + text[place + len(identifier.name) :]
    return text


def class_binds(source: Source, name: str) -> set[tuple[tuple[str, int], ...]]:
    """The classes of a file that bind a name, in their body or on the first parameter of a method."""
    found = {i.home.path for i in source.names.identifiers if i.name == name and i.home and i.home.is_class}
    for identifier in source.names.identifiers:
        target = identifier.node
        if identifier.role != "member" or identifier.name != name or not isinstance(target, ast.Attribute):
            continue
        if isinstance(target.ctx, ast.Store) and isinstance(target.value, ast.Name):
            found.update(scope.path for scope in identifier.scope.chain() if scope.is_class)
    return found


def refers(source: Source, name: str, module: str) -> bool:
    """Whether a file takes `name` from a module called `module`, as far as its imports say."""
    aliases = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom):
            last = (node.module or "").rpartition(".")[2]
            for alias in node.names:
                if alias.name == name and (
                    last == module or (node.level and not last) or module == "__init__"
                ):
                    return True
                if alias.name == module:
                    aliases.add(alias.asname or alias.name)
        elif isinstance(node, ast.Import):
            aliases.update(a.asname or a.name for a in node.names if a.name.rpartition(".")[2] == module)
    return any(
        isinstance(node, ast.Attribute) and node.attr == name and ast.unparse(node.value) in aliases
        for node in ast.walk(source.tree)
    )


def untraced(source: Source, name: str) -> int | None:
    """The line of an attribute of this name whose owner is neither a module, a class nor a method's own object."""
    for identifier in source.names.identifiers:
        node = identifier.node
        if identifier.name != name or identifier.role != "member" or not isinstance(node, ast.Attribute):
            continue
        owner = (
            next((i for i in source.names.of([node.value])), None)
            if isinstance(node.value, ast.Name)
            else None
        )
        home = owner.home if owner is not None else None
        if owner is None or home is None:
            return node.lineno
        nodes = [
            i.node
            for i in source.names.identifiers
            if i.role == "store" and i.name == owner.name and i.home is home
        ]
        own = (
            home.parent is not None and home.parent.is_class and bool(nodes) and isinstance(nodes[0], ast.arg)
        )
        if not own and not (nodes and all(isinstance(n, (ast.alias, ast.ClassDef)) for n in nodes)):
            return node.lineno
    return None


def passed_by_name(source: Source, name: str, functions: set[str]) -> bool:
    """Whether a call of a function with one of these last names passes a keyword argument of a name."""
    return any(
        isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] in functions
        and any(keyword.arg == name for keyword in node.keywords)
        for node in ast.walk(source.tree)
    )


def made_by(home: Scope | None) -> set[str]:
    """What may take an attribute of a class as a keyword argument, by its last name."""
    owner = str(getattr(home.node, "name", "")) if home is not None else ""
    return {owner, "replace", "_replace", "evolve"} - {""}


def aliased(source: Source, name: str, functions: set[str]) -> bool:
    """Whether a file uses one of the functions as a value, and passes a keyword argument of a name to something else."""
    calls = [node for node in ast.walk(source.tree) if isinstance(node, ast.Call)]
    callees = {id(node.func) for node in calls}
    if not any(keyword.arg == name for node in calls for keyword in node.keywords):
        return False
    return any(
        isinstance(node, (ast.Name, ast.Attribute))
        and isinstance(node.ctx, ast.Load)
        and (node.id if isinstance(node, ast.Name) else node.attr) in functions
        and id(node) not in callees
        for node in ast.walk(source.tree)
    )


def public_names(text: str, source: Source, old: str, new: str) -> str:
    """The text with the name changed in `__all__`, where the module lists it and has it under the new name only."""
    bound = Source(text).names.module.bound
    if old in bound or new not in bound:
        return text
    listed = []
    for statement in source.tree.body:
        targets = (
            statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        )
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            listed += [
                node for node in ast.walk(statement) if isinstance(node, ast.Constant) and node.value == old
            ]
    lines = text.split("\n")
    for node in listed:
        line = lines[node.lineno - 1]
        lines[node.lineno - 1] = re.sub(rf"(['\"]){re.escape(old)}\1", rf"\g<1>{new}\g<1>", line)
    return "\n".join(lines)


def in_annotations(text: str, old: str, new: str) -> str:
    """The text with the name changed in the strings that are annotations: `def copy(self) -> "Old"`."""
    source = Source(text)
    if old in source.names.module.bound or new not in source.names.module.bound:
        return text
    places: set[int] = set()
    for node in _annotations(source):
        low, high = source.region(node)
        written = re.fullmatch(r"(['\"]|\"{3}|'{3})(.*)\1", source.text[low:high], re.DOTALL)
        if written is None or "\\" in written.group(2):
            continue
        word = re.compile(rf"(?<![\w.]){re.escape(old)}(?!\w)")
        places.update(low + written.start(2) + found.start() for found in word.finditer(written.group(2)))
    for place in sorted(places, reverse=True):
        text = text[:place] + new + text[place + len(old) :]
    return text


def _annotations(source: Source) -> Iterator[ast.Constant]:
    """The strings that stand for types."""
    roots: list[ast.expr | None] = []
    for node in ast.walk(source.tree):
        match node:
            case ast.arg() | ast.AnnAssign():
                roots.append(node.annotation)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                roots.append(node.returns)
            case ast.Call(ast.Name("cast") | ast.Attribute(_, "cast"), [first, *_]):
                roots.append(first)
            case ast.Call(ast.Name("TypeVar") | ast.Attribute(_, "TypeVar")):
                roots += [*node.args[1:], *(k.value for k in node.keywords if k.arg == "bound")]
    literal = {
        id(part)
        for root in roots
        if root is not None
        for node in ast.walk(root)
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).rpartition(".")[2] == "Literal"
        for part in ast.walk(node.slice)
    }
    for root in roots:
        for node in ast.walk(root) if root is not None else ():
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in literal:
                yield node


def written_out(source: Source, name: str) -> int | None:
    """The line of a string that begins with a class's name, or is it: what the class is shown as, or looked up by."""
    word = re.escape(name)
    shown = re.compile(rf"<{word}\b|\A{word}(?:[(.:\[]|\Z)|[\s(.]{word}\(")
    documented = {id(node.value) for node in ast.walk(source.tree) if isinstance(node, ast.Expr)}
    meant = {id(node) for node in _annotations(source)}
    for node in ast.walk(source.tree):
        said = node.value if isinstance(node, ast.Constant) else None
        if isinstance(said, str) and id(node) not in documented | meant and shown.search(said):
            return getattr(node, "lineno", 1)
    return None


def matched(source: Source, name: str) -> int | None:
    """The line of a string that is a pattern for what a class shows of itself: its name, and a dot that is escaped."""
    pattern = re.compile(rf"(?<!\w){re.escape(name)}\\\.")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and pattern.search(node.value):
            return node.lineno
    return None
