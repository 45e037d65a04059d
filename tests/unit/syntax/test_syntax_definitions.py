"""Definitions of every language: names, kinds, headers, documentation, parameters, containers, ranges."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json.decoder
import statistics
from types import ModuleType

import pytest

from kibitz.syntax.tree import Definition, Tree, parse
from kibitz.text import Document
from support.syntax_main import GO, JAVA, JAVASCRIPT, PYTHON, RUST, TSX, TYPESCRIPT
from support.syntax_others import OTHERS


def tree_of(text: str, language: str) -> Tree:
    tree = parse(Document(f"file:///{language}", text, language))
    assert tree is not None
    assert tree.errors == ()
    return tree


def named(tree: Tree, name: str) -> Definition:
    found = tree.definition_named(name)
    assert found is not None, name
    return found


def headers(tree: Tree) -> dict[tuple[str, str], str]:
    return {(d.kind, d.qualified_name): d.signature for d in tree.definitions}


def shown(definition: Definition) -> list[str]:
    return [
        f"{p.name}:{p.annotation}" + (f"={p.default}" if p.default else "") for p in definition.parameters
    ]


def test_python() -> None:
    tree = tree_of(PYTHON, "python")
    assert headers(tree) == {
        ("constant", "LIMIT"): "LIMIT = 10",
        ("variable", "names"): "names: list[str] = []",
        ("class", "Cart"): "class Cart(Base, metaclass=Meta)",
        ("variable", "Cart.total"): "total: int = 0",
        ("method", "Cart.size"): "def size(self) -> int",
        (
            "method",
            "Cart.add",
        ): "async def add(\n        self, item: Item, /, count: int = 1, *rest: str, flag=False, **kw: object\n    ) -> None",
        ("function", "Cart.add.inner"): "def inner(p)",
        ("function", "helper"): "def helper(*, strict)",
        ("function", "conditional"): "def conditional()",
        ("type", "Alias"): "type Alias = list[int]",
    }
    cart, add = named(tree, "Cart"), named(tree, "Cart.add")
    assert cart.documentation == "A cart.\n\nIt holds items."
    assert cart.decorators == ('@register("cart")',)
    assert tree.document.slice(cart.range).startswith('@register("cart")\nclass Cart')
    assert named(tree, "size").documentation == "How many."
    assert named(tree, "size").returns == "int"
    assert named(tree, "helper").documentation == "Helps\na little."
    assert shown(add) == ["self:", "item:Item", "count:int=1", "*rest:str", "flag:=False", "**kw:object"]
    assert add.returns == "None"
    assert add.body is not None
    assert tree.document.slice(add.body).startswith("def inner(p):")
    assert [tree.document.slice(d.name_range) for d in tree.definitions] == [d.name for d in tree.definitions]


def test_javascript() -> None:
    tree = tree_of(JAVASCRIPT, "javascript")
    assert headers(tree) == {
        ("function", "add"): "export function add(a, b = 2, ...rest)",
        ("function", "mul"): "const mul = async (a, { b, c }) =>",
        ("class", "Cart"): "export default class Cart extends Base",
        ("variable", "Cart.#total"): "#total = 0",
        ("method", "Cart.constructor"): "constructor(items)",
        ("method", "Cart.size"): "static get size()",
        ("method", "Cart.each"): "async *each()",
        ("method", "Cart.handler"): "handler = (event) =>",
        ("method", "Cart.late"): "Cart.prototype.late = function (x)",
        ("function", "make"): "exports.make = () =>",
        ("constant", "routes"): "const routes = { list(req) { return 1; }, show: function (req) {} }",
        ("function", "list"): "list(req)",
        ("function", "show"): "show: function (req)",
        ("function", "gen"): "function* gen()",
        ("variable", "counter"): "let counter = 1",
    }
    add = named(tree, "add")
    assert add.documentation == "Adds two numbers.\n@param {number} a"
    assert tree.document.slice(add.range) == "export function add(a, b = 2, ...rest) { return a + b; }"
    assert shown(add) == ["a:", "b:=2", "...rest:"]
    assert shown(named(tree, "mul")) == ["a:", "{ b, c }:"]
    assert named(tree, "constructor").documentation == "Makes one."


def test_typescript() -> None:
    tree = tree_of(TYPESCRIPT, "typescript")
    assert [(d.kind, d.qualified_name) for d in tree.definitions] == [
        ("interface", "Shape"),
        ("variable", "Shape.name"),
        ("method", "Shape.area"),
        ("type", "Id"),
        ("enum", "Color"),
        ("class", "Cart"),
        ("variable", "Cart.items"),
        ("method", "Cart.constructor"),
        ("method", "Cart.load"),
        ("method", "Cart.add"),
        ("function", "over"),
        ("function", "over"),
        ("function", "arrow"),
        ("module", "shop"),
        ("function", "shop.buy"),
        ("module", "Inner.Deep"),
    ]
    cart, add = named(tree, "Cart"), named(tree, "Cart.add")
    assert cart.signature == "export abstract class Cart<T> implements Shape<T>"
    assert cart.decorators == ("@injectable()",)
    assert add.signature == "add<K extends keyof T>(item: T, count: number = 1, ...rest: K[]): void"
    assert add.decorators == ("@log()",)
    assert shown(add) == ["item:T", "count:number=1", "...rest:K[]"]
    assert shown(named(tree, "constructor")) == ["store:Store", "name:string"]
    assert named(tree, "area").documentation == "Its area."
    assert named(tree, "load").returns == "Promise<T>"
    assert named(tree, "arrow").returns == "Promise<T>"


def test_tsx() -> None:
    tree = tree_of(TSX, "typescriptreact")
    assert headers(tree) == {
        ("function", "Button"): "export const Button: React.FC<Props> = ({ title }: Props) =>",
        ("function", "Page"): "export default function Page(props: { a: number })",
    }
    assert named(tree, "Button").documentation == "A button."


def test_go() -> None:
    tree = tree_of(GO, "go")
    assert headers(tree) == {
        ("constant", "Limit"): "const Limit = 10",
        ("variable", "one"): "one, two int",
        ("variable", "two"): "one, two int",
        ("struct", "Cart"): "type Cart struct",
        ("interface", "Shape"): "type Shape interface",
        ("method", "Shape.Area"): "Area(scale float64) float64",
        ("type", "ID"): "type ID = string",
        ("function", "New"): "func New(items ...Item) (*Cart, error)",
        ("method", "Cart.Add"): "func (c *Cart) Add(a, b int, name string) error",
        ("method", "Pair.Get"): "func (p Pair[K, V]) Get() K",
    }
    assert named(tree, "Limit").documentation == "Limit is the limit."
    assert named(tree, "Cart").documentation == "Cart holds items."
    assert shown(named(tree, "New")) == ["...items:Item"]
    assert shown(named(tree, "Add")) == ["a:int", "b:int", "name:string"]
    assert named(tree, "New").returns == "(*Cart, error)"


def test_rust() -> None:
    tree = tree_of(RUST, "rust")
    assert headers(tree) == {
        ("struct", "Cart"): "pub struct Cart<T>",
        ("enum", "Color"): "enum Color",
        ("interface", "Shape"): "pub trait Shape",
        ("method", "Shape.area"): "fn area(&self) -> f64",
        (
            "method",
            "Cart.add",
        ): "pub fn add(&mut self, item: T, mut count: usize) -> Result<(), Error> where T: Sized",
        ("method", "Cart.fmt"): "fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result",
        ("constant", "MAX"): "const MAX: usize = 10",
        ("macro", "my"): "macro_rules! my { () => {} }",
        ("module", "inner"): "mod inner",
        ("function", "inner.f"): "pub fn f((a, b): (i32, i32))",
        ("type", "Alias"): "type Alias = Vec<u8>",
    }
    cart, add = named(tree, "Cart"), named(tree, "add")
    assert cart.documentation == "A cart.\n\nHolds items."
    assert cart.decorators == ("#[derive(Debug, Clone)]",)
    assert tree.document.slice(cart.range).startswith("#[derive")
    assert add.documentation == "Adds one."
    assert shown(add) == ["&mut self:", "item:T", "count:usize"]
    assert add.returns == "Result<(), Error>"


def test_java() -> None:
    tree = tree_of(JAVA, "java")
    assert headers(tree) == {
        ("class", "Cart"): "public class Cart<T> extends Base implements Shape",
        ("constant", "Cart.LIMIT"): "private static final int LIMIT = 10",
        ("variable", "Cart.items"): "List<String> items",
        ("method", "Cart.Cart"): "public Cart(int size)",
        ("method", "Cart.add"): "public <K> Map<K, T> add(final T item, int... rest) throws IOException",
        ("interface", "Cart.Inner"): "interface Inner",
        ("method", "Cart.Inner.area"): "int area()",
        ("enum", "Cart.Color"): "enum Color",
        ("method", "Cart.Color.paint"): "void paint()",
        ("class", "Cart.Point"): "record Point(int x, int y)",
    }
    cart, add = tree.definitions[0], named(tree, "add")
    assert (cart.documentation, cart.decorators) == ("A cart.", ("@Entity",))
    assert add.decorators == ("@Override",)
    assert shown(add) == ["item:T", "...rest:int"]
    assert add.returns == "Map<K, T>"
    assert shown(named(tree, "Point")) == ["x:int", "y:int"]


@pytest.mark.parametrize("language", OTHERS)
def test_other_languages(language: str) -> None:
    text, expected, (name, documentation, parameters, returns) = OTHERS[language]
    tree = tree_of(text, language)
    assert headers(tree) == expected
    definition = named(tree, name)
    assert definition.documentation == documentation
    assert shown(definition) == parameters
    assert definition.returns == returns


@pytest.mark.parametrize("module", [dataclasses, statistics, json.decoder, ast])
def test_real_python_agrees_with_ast(module: ModuleType) -> None:
    text = inspect.getsource(module)
    tree = tree_of(text, "python")
    expected = []

    def visit(node: ast.AST, container: tuple[str, ...]) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                first = min([child.lineno, *(d.lineno for d in child.decorator_list)])
                doc = (ast.get_docstring(child) or "").strip()
                expected.append((first, child.name, ".".join(container), doc))
                visit(child, (*container, child.name))
            else:
                visit(child, container)

    visit(ast.parse(text), ())
    found = [
        (d.range.start.line + 1, d.name, d.container or "", d.documentation)
        for d in tree.definitions
        if d.kind in ("function", "method", "class")
    ]
    assert [item[:3] for item in found] == [item[:3] for item in expected]
    for mine, theirs in zip(found, expected, strict=True):
        if theirs[3] and "\\" not in mine[3]:
            assert mine[3] == theirs[3]


def test_enclosing_and_named() -> None:
    tree = tree_of(PYTHON, "python")
    inside = tree.document.position(PYTHON.index("return p"))
    assert [d.qualified_name for d in [tree.enclosing(inside)] if d] == ["Cart.add.inner"]
    method = tree.enclosing(inside, {"method"})
    assert method is not None and method.name == "add"
    assert tree.enclosing(tree.document.position(PYTHON.index("import os"))) is None
    assert tree.definition_named("Cart.add.inner") is tree.definition_named("inner")
    assert tree.definition_named("nothing") is None


def test_outline_keeps_what_matters_within_the_budget() -> None:
    tree = tree_of(PYTHON, "python")
    whole = tree.outline()
    assert "class Cart(Base, metaclass=Meta)\n  total: int = 0\n  def size(self) -> int\n" in whole
    assert "    def inner(p)" in whole
    for budget in range(0, len(whole) + 20, 7):
        assert len(tree.outline(budget)) <= budget
    small = tree.outline(120)
    assert "class Cart" in small and "def helper" in small and "inner" not in small and small.endswith("…")
    assert tree.outline(len(whole) + 1) == whole
