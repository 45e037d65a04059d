"""Names that code outside of a file finds by other ways than writing them: by strings it puts together, or by convention."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path

from kibitz.errors import KibitzError
from kibitz.models.offline import python_strings
from kibitz.models.offline.python_files import PROSE, Place, matching
from kibitz.models.offline.python_scopes import Scope
from kibitz.models.offline.python_source import Source
from kibitz.text import read_text

_NAMESPACES = {"locals", "globals", "vars", "dir", "eval", "exec"}
_PROTOCOLS = {
    *("find_spec", "find_module", "create_module", "exec_module", "load_module", "invalidate_caches"),
    *("get_code", "get_data", "get_filename", "get_source", "is_package"),
    *(
        "acquire",
        "close",
        "fileno",
        "flush",
        "isatty",
        "keys",
        "read",
        "readable",
        "readinto",
        "readline",
        "readlines",
    ),
    *("release", "seek", "seekable", "send", "tell", "throw", "writable", "write", "writelines"),
    *("setup_module", "teardown_module", "setup_method", "teardown_method", "setup_class", "teardown_class"),
}
_LIBRARY = (
    *("argparse", "array", "ast", "asyncio", "builtins", "collections", "concurrent.futures", "configparser"),
    *("contextlib", "csv", "ctypes", "datetime", "decimal", "difflib", "email.message", "enum", "fractions"),
    *("functools", "hashlib", "html.parser", "http.client", "http.cookies", "http.server", "inspect", "io"),
    *("ipaddress", "itertools", "json", "logging", "mailbox", "multiprocessing.pool", "numbers", "optparse"),
    *(
        "pathlib",
        "pickle",
        "queue",
        "random",
        "re",
        "sched",
        "selectors",
        "socket",
        "sqlite3",
        "ssl",
        "string",
    ),
    *(
        "struct",
        "subprocess",
        "tarfile",
        "tempfile",
        "textwrap",
        "threading",
        "time",
        "tokenize",
        "traceback",
    ),
    *("types", "unittest", "unittest.mock", "urllib.parse", "urllib.request", "uuid", "weakref"),
    *("xml.dom.minidom", "xml.etree.ElementTree", "zipfile", "zipimport", "zoneinfo"),
)
_DISPATCHED = re.compile(r"(?:visit|depart|do|handle|on|process|pytest)_")
_DISPATCHERS = ("Visitor", "Transformer", "Handler", "Cmd", "Parser", "Server")
_ENUMERATION = re.compile(rb"\b(?:vars|dir|getmembers)\(|\.__dict__")
_CLASS_NAME = re.compile(rb"(?:type\([^()]*\)|__class__|\bcls|\bklass)\.__name__")
_CLASS = re.compile(rb"^[ \t]*class[ \t]+(\w+)[ \t]*(?:\(([^()]*)|:|\[)", re.MULTILINE)
_BY_STRING = re.compile(rb"getattr|attrgetter|methodcaller|globals\(|vars\(|__dict__|import_module")


@cache
def library_names() -> frozenset[str]:
    """The attributes that objects of the standard library have: a use of one of them may be of such an object."""
    found: set[str] = set()
    for name in _LIBRARY:
        try:
            module = import_module(name)
        except ImportError:
            continue
        for kind in vars(module).values():
            if isinstance(kind, type):
                found.update(dir(kind))
    return frozenset(found)


@cache
def library_classes() -> frozenset[str]:
    """The names of the standard library's classes."""
    found: set[str] = set()
    for name in _LIBRARY:
        try:
            module = import_module(name)
        except ImportError:
            continue
        found.update(key for key, kind in vars(module).items() if isinstance(kind, type))
    return frozenset(found)


def foreign(source: Source, roots: Sequence[Path]) -> bool:
    """Whether a file imports what is neither the standard library's nor the project's: its objects have other attributes."""
    for node in ast.walk(source.tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        for name in {name.partition(".")[0] for name in names} - {"pytest", "typing_extensions"}:
            own = any((root / name).is_dir() or (root / f"{name}.py").is_file() for root in roots)
            if not own and name not in sys.stdlib_module_names:
                return True
    return False


def reads_by_name(source: Source, home: Scope | None) -> bool:
    """Whether code looks a scope's variables up by strings: `locals()` in a function, `globals()` in a module, and so on."""
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or home is None:
            continue
        scope = source.names.at(node)
        shadowed = scope.resolve(node.func.id).parent is not None or node.func.id in source.names.module.bound
        if node.func.id not in _NAMESPACES or shadowed:
            continue
        own = next(s for s in scope.chain() if not s.is_comprehension)
        everything = node.func.id in ("eval", "exec")
        if len(node.args) > everything or node.keywords:
            continue
        if (node.func.id == "globals" or everything) and home.parent is None:
            return True
        if node.func.id != "globals" and (own is home or (everything and home in scope.chain())):
            return True
    return False


def by_convention(sources: Iterable[Source], name: str) -> bool:
    """Whether a library may call a method of this name, because of what one of the classes that have it is or looks like."""
    for node in (node for source in sources for node in ast.walk(source.tree)):
        if not isinstance(node, ast.ClassDef):
            continue
        if any(isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)) and n.name == name for n in node.body):
            dispatched = any(ast.unparse(base).endswith(_DISPATCHERS) for base in node.bases)
            if name in _PROTOCOLS or (dispatched and _DISPATCHED.match(name)):
                return True
    return False


def lists_names(source: Source, modules: Collection[str]) -> bool:
    """Whether a file goes through all names of a module called one of these: `vars(kit)`, `dir(kit)`, `kit.__dict__`."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(ast.Name("vars" | "dir" | "getmembers"), [ast.Name(name), *_]):
                pass
            case ast.Call(ast.Attribute(_, "getmembers"), [ast.Name(name), *_]):
                pass
            case ast.Attribute(ast.Name(name), "__dict__"):
                pass
            case _:
                continue
        for found in source.names.identifiers:
            if found.role != "store" or found.name != name:
                continue
            if isinstance(found.node, ast.alias) and found.node.name.rpartition(".")[2] in modules:
                return True
            made = getattr(source.above.get(id(found.node)), "value", None)
            if isinstance(made, ast.Call) and ast.unparse(made.func).endswith("import_module"):
                said = made.args[0] if made.args else None
                if isinstance(said, ast.Constant) and str(said.value).rpartition(".")[2] in modules:
                    return True
    return False


def enumerated(place: Place, exclude: Sequence[str], deadline: float, *, packages: bool) -> str | None:
    """The file of the project that goes through all names of the module, or of `packages` it is in: a new one would be there.

    What cannot be read until the deadline (monotonic clock) is not looked at.
    """
    if place.alone:
        return None
    own = place.real.relative_to(place.real_root).with_suffix("")
    own = own.parent if own.name == "__init__" else own
    modules = set(own.parts if packages else own.parts[-1:])
    if not modules:
        return None
    words = b"|".join(re.escape(name.encode()) for name in modules)
    mentions = re.compile(rb"(?<!\w)(?:" + words + rb")(?!\w)")
    try:
        for path in matching(place.real_root, _ENUMERATION, exclude, deadline):
            named = path != place.real and mentions.search(path.read_bytes())
            if named and lists_names(Source(read_text(path), path.name), modules):
                return path.name
    except KibitzError:
        return None
    return None


def compared(
    place: Place, sources: Mapping[Path, Source], name: str, exclude: Sequence[str], deadline: float
) -> tuple[str, str] | None:
    """The file that goes through the names of an `__all__` which lists this one, and the file it may compare them with.

    That is a file of documentation that has the name in it, or the first file itself, where a string of it has.
    """
    if place.alone or not any(python_strings.listed(some, name) for some in sources.values()):
        return None
    word = re.compile(rb"(?<!\w)" + re.escape(name.encode()) + rb"(?!\w)")
    for path in matching(place.real_root, re.compile(rb"\b__all__\b"), exclude, deadline):
        reader = sources.get(path) or Source(read_text(path), path.name)
        if not python_strings.reads_public_names(reader):
            continue
        lists = {id(part) for node in python_strings.public_lists(reader) for part in ast.walk(node)}
        strings = (n for n in ast.walk(reader.tree) if isinstance(n, ast.Constant) and id(n) not in lists)
        if any(word.search(str(node.value).encode("utf-8", "surrogatepass")) for node in strings):
            return path.name, path.name
        for prose in matching(place.real_root, word, exclude, deadline, PROSE):
            return path.name, prose.name
    return None


def hierarchy(place: Place, source: Source, exclude: Sequence[str], deadline: float) -> dict[str, set[str]]:
    """What each class of the project inherits from, both by their last names, as the texts have it."""
    texts = [source.text.encode("utf-8", "surrogatepass")]
    if not place.alone:
        found = matching(place.real_root, _CLASS, exclude, deadline)
        texts += [path.read_bytes() for path in found if path != place.real]
    bases: dict[str, set[str]] = {}
    for match in (match for text in texts for match in _CLASS.finditer(text)):
        written = re.sub(rb"\[[^\[\]]*\]|#[^\n]*", b"", match.group(2) or b"").decode("utf-8", "replace")
        names = {part.strip().rpartition(".")[2] for part in written.split(",") if "=" not in part}
        bases.setdefault(match.group(1).decode(), set()).update(names - {"", "object"})
    return bases


def related(bases: Mapping[str, set[str]], one: str, other: str) -> bool:
    """Whether one of two classes inherits from the other."""
    return other in above(bases, one) or one in above(bases, other)


def above(bases: Mapping[str, set[str]], name: str) -> set[str]:
    """All that a class inherits from, by their last names."""
    found: set[str] = set()
    todo = [name]
    while todo:
        new = bases.get(todo.pop(), set()) - found
        found |= new
        todo += new
    return found


def dispatched_on(place: Place, source: Source, name: str, exclude: Sequence[str], deadline: float) -> bool:
    """Whether some file of the project finds attributes by the names of classes, and has one for a class of this name."""
    handler = re.compile(rb"(\w+_)" + re.escape(name.encode()) + rb"(?!\w)", re.IGNORECASE)

    def looks(text: bytes) -> bool:
        if not _CLASS_NAME.search(text) or not _BY_STRING.search(text):
            return False
        heads = {found.group(1) for found in handler.finditer(text)}
        return any(re.search(rb"['\"]" + re.escape(head) + rb"['\"%{]", text) for head in heads)

    if looks(source.text.encode("utf-8", "surrogatepass")):
        return True
    if place.alone:
        return False
    found = matching(place.real_root, _CLASS_NAME, exclude, deadline)
    return any(path != place.real and looks(path.read_bytes()) for path in found)


def put_together(place: Place, source: Source, name: str, exclude: Sequence[str], deadline: float) -> bool:
    """Whether some file of the project makes attribute names that begin or end like this one: `"visit_" + kind`."""
    inner = [
        at
        for at, letter in enumerate(name)
        if letter == "_" and name[:at].strip("_") and name[at:].strip("_")
    ]
    if not inner:
        return False
    heads = b"|".join(re.escape(name[: at + 1].encode()) for at in inner)
    tails = b"|".join(re.escape(name[at:].encode()) for at in inner)
    quote = rb"['\"]"
    pattern = re.compile(
        rb"%b(?:%b)(?:%b|%%|\{)|(?:%b|%%s|\})(?:%b)%b" % (quote, heads, quote, quote, tails, quote)
    )
    text = source.text.encode("utf-8", "surrogatepass")
    if pattern.search(text) and _BY_STRING.search(text):
        return True
    if place.alone:
        return False
    found = matching(place.real_root, pattern, exclude, deadline)
    return any(path != place.real and _BY_STRING.search(path.read_bytes()) for path in found)
