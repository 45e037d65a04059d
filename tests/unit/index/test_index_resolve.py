"""Imports lead to the project's files, in every language by its own rules."""

from __future__ import annotations

import json

import pytest

from kibitz.index.resolve import Resolver
from kibitz.syntax.languages import language_of


class Laid:
    def __init__(self, files: dict[str, str] | list[str]) -> None:
        self.texts = files if isinstance(files, dict) else dict.fromkeys(files, "")
        self.resolver = Resolver({path: language_of(path) for path in self.texts}, self.texts.get)

    def __call__(self, path: str, module: str, *names: str) -> list[str]:
        return list(self.resolver.targets(path, language_of(path), module, names))


PYTHON = Laid(
    [
        "src/shop/__init__.py", "src/shop/cart.py", "src/shop/models/__init__.py", "src/shop/models/item.py", "src/shop/types.pyi",
        "tests/test_cart.py", "tests/helpers.py", "scripts/run.py", "scripts/common.py", "plugins/space/deep/mod.py", "app.py",
        "data/json.py", "data/other.py",
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("path", "module", "names", "targets"),
    [
        ("src/shop/cart.py", ".models", (), ["src/shop/models/__init__.py"]),
        ("src/shop/cart.py", ".models", ("item",), ["src/shop/models/item.py"]),
        ("src/shop/cart.py", ".models.item", ("Item",), ["src/shop/models/item.py"]),
        ("src/shop/cart.py", ".", ("types", "VERSION"), ["src/shop/types.pyi", "src/shop/__init__.py"]),
        ("src/shop/models/item.py", "..", ("cart",), ["src/shop/cart.py"]),
        ("src/shop/models/item.py", "..cart", ("Cart",), ["src/shop/cart.py"]),
        ("tests/test_cart.py", "shop.cart", ("Cart",), ["src/shop/cart.py"]),
        ("tests/test_cart.py", "shop", ("cart", "models"), ["src/shop/cart.py", "src/shop/models/__init__.py"]),
        ("tests/test_cart.py", "shop", ("*",), ["src/shop/__init__.py"]),
        ("tests/test_cart.py", "helpers", (), ["tests/helpers.py"]),
        ("app.py", "tests.helpers", ("h",), ["tests/helpers.py"]),
        ("scripts/run.py", "common", (), ["scripts/common.py"]),
        ("app.py", "common", (), []),
        ("app.py", "plugins.space.deep.mod", (), ["plugins/space/deep/mod.py"]),
        ("app.py", "json", (), []),
        ("data/other.py", "json", (), ["data/json.py"]),
        ("app.py", "....far", (), []),
        ("app.py", "os.path", ("join",), []),
    ],
)  # fmt: skip
def test_python(path: str, module: str, names: tuple[str, ...], targets: list[str]) -> None:
    assert PYTHON(path, module, *names) == targets


SCRIPT = Laid(
    {
        "package.json": json.dumps({"name": "root", "workspaces": ["packages/*"]}),
        "tsconfig.json": '{ // comments\n "extends": "./tsconfig.base.json", "compilerOptions": {"strict": true,}, }',
        "tsconfig.base.json": json.dumps(
            {"compilerOptions": {"baseUrl": ".", "paths": {"@app/*": ["src/*"], "settings": ["src/config/main.ts"]}}}
        ),
        "src/index.ts": "", "src/a.ts": "", "src/b.tsx": "", "src/util/index.ts": "", "src/config/main.ts": "", "src/d.d.ts": "",
        "src/old.js": "", "src/web.vue": "",
        "packages/ui/package.json": json.dumps(
            {"name": "@acme/ui", "exports": {".": {"types": "./dist/index.d.ts", "import": "./dist/index.js"}, "./icons/*": "./dist/icons/*.js"}}
        ),
        "packages/ui/src/index.ts": "", "packages/ui/src/icons/star.ts": "",
        "packages/core/package.json": json.dumps({"name": "core", "main": "lib/main.js"}),
        "packages/core/lib/main.js": "", "packages/core/extra.js": "",
        "loop/tsconfig.json": '{"extends": "./tsconfig.json"}', "loop/x.ts": "",
        "broken/tsconfig.json": "{nonsense", "broken/x.ts": "",
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("path", "module", "targets"),
    [
        ("src/index.ts", "./a", ["src/a.ts"]),
        ("src/index.ts", "./a.js", ["src/a.ts"]),
        ("src/index.ts", "./b.jsx", ["src/b.tsx"]),
        ("src/index.ts", "./util", ["src/util/index.ts"]),
        ("src/util/index.ts", "..", ["src/index.ts"]),
        ("src/util/index.ts", "../a", ["src/a.ts"]),
        ("src/index.ts", "./d", ["src/d.d.ts"]),
        ("src/index.ts", "./web.vue?raw", ["src/web.vue"]),
        ("src/index.ts", "@app/util", ["src/util/index.ts"]),
        ("src/index.ts", "settings", ["src/config/main.ts"]),
        ("src/index.ts", "src/old", ["src/old.js"]),
        ("src/index.ts", "@acme/ui", ["packages/ui/src/index.ts"]),
        ("src/index.ts", "@acme/ui/icons/star", ["packages/ui/src/icons/star.ts"]),
        ("src/index.ts", "core", ["packages/core/lib/main.js"]),
        ("src/index.ts", "core/extra", ["packages/core/extra.js"]),
        ("src/index.ts", "react", []),
        ("src/index.ts", "../../outside", []),
        ("loop/x.ts", "react", []),
        ("broken/x.ts", "./x", []),
    ],
)
def test_scripts(path: str, module: str, targets: list[str]) -> None:
    assert SCRIPT(path, module) == targets


def test_go() -> None:
    go = Laid(
        {
            "go.mod": "module example.com/shop\n\ngo 1.22\n", "main.go": "", "cart/cart.go": "", "cart/more.go": "", "cart/cart_test.go": "",
            "tools/go.mod": 'module "example.com/shop/tools"\n', "tools/gen/gen.go": "",
        }
    )  # fmt: skip
    assert go("main.go", "example.com/shop/cart") == ["cart/cart.go", "cart/more.go"]
    assert go("cart/cart.go", "example.com/shop") == ["main.go"]
    assert go("main.go", "example.com/shop/tools/gen") == ["tools/gen/gen.go"]
    assert go("main.go", "fmt") == [] and go("main.go", "example.com/shopping/cart") == []


def test_rust() -> None:
    rust = Laid(
        {
            "app/Cargo.toml": '[package]\nname = "my-app"\n', "app/src/main.rs": "", "app/src/cart.rs": "", "app/src/cart/item.rs": "",
            "app/src/net/mod.rs": "", "app/src/net/http.rs": "",
            "core/Cargo.toml": '[package]\nversion = "1"\nname = "my-core"\n', "core/src/lib.rs": "", "core/src/types.rs": "",
        }
    )  # fmt: skip
    assert rust("app/src/main.rs", "cart") == ["app/src/cart.rs"]
    assert rust("app/src/main.rs", "crate::cart", "Cart") == ["app/src/cart.rs"]
    assert rust("app/src/main.rs", "crate::cart::item", "Item") == ["app/src/cart/item.rs"]
    assert rust("app/src/cart.rs", "item") == ["app/src/cart/item.rs"]
    assert rust("app/src/cart/item.rs", "super", "Cart") == ["app/src/cart.rs"]
    assert rust("app/src/cart/item.rs", "super::super::net", "http") == ["app/src/net/http.rs"]
    assert rust("app/src/net/mod.rs", "self::http", "Get") == ["app/src/net/http.rs"]
    assert rust("app/src/main.rs", "my_core::types", "Money") == ["core/src/types.rs"]
    assert rust("app/src/main.rs", "my_core", "Money") == ["core/src/lib.rs"]
    assert rust("app/src/main.rs", "std::collections", "HashMap") == []


def test_java_and_kotlin() -> None:
    java = Laid(
        [
            "a/src/main/java/com/acme/Cart.java", "a/src/main/java/com/acme/Item.java", "b/src/main/java/com/acme/Item.java",
            "a/src/main/kotlin/com/acme/util/Text.kt", "a/src/test/java/com/acme/CartTest.java",
        ]
    )  # fmt: skip
    test = "a/src/test/java/com/acme/CartTest.java"
    assert java(test, "com.acme", "Item") == ["a/src/main/java/com/acme/Item.java"]
    assert java(test, "com.acme.Cart", "total") == ["a/src/main/java/com/acme/Cart.java"]
    assert java(test, "com.acme", "*") == [
        "a/src/main/java/com/acme/Cart.java",
        "a/src/main/java/com/acme/Item.java",
        "b/src/main/java/com/acme/Item.java",
    ]
    assert java("a/src/main/kotlin/com/acme/util/Text.kt", "com.acme", "Cart") == [
        "a/src/main/java/com/acme/Cart.java"
    ]
    assert java(test, "java.util", "List") == []


def test_c_ruby_and_lua() -> None:
    c = Laid(["src/main.c", "src/list.h", "include/shop/cart.h", "lib/deep/thing.hpp"])
    assert c("src/main.c", "list.h") == ["src/list.h"]
    assert c("src/main.c", "shop/cart.h") == ["include/shop/cart.h"]
    assert c("src/main.c", "deep/thing.hpp") == ["lib/deep/thing.hpp"]
    assert c("src/main.c", "stdio.h") == []
    ruby = Laid(["lib/shop.rb", "lib/shop/cart.rb", "bin/run.rb"])
    assert ruby("lib/shop.rb", "shop/cart") == ["lib/shop/cart.rb"]
    assert ruby("bin/run.rb", "../lib/shop") == ["lib/shop.rb"]
    lua = Laid(["lua/kib/init.lua", "lua/kib/util.lua"])
    assert lua("lua/kib/init.lua", "kib.util") == ["lua/kib/util.lua"]
    assert lua("lua/kib/util.lua", "kib") == ["lua/kib/init.lua"]


def test_a_language_without_rules_leads_nowhere() -> None:
    assert Laid(["a.cs", "b.cs"])("a.cs", "b") == []
