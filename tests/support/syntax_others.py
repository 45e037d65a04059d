"""Small sources in the other languages, and what is defined in them."""

from __future__ import annotations

OTHERS = {
    "c": (
        """\
#include <stdio.h>
#define MAX 10
#define SQ(x) ((x)*(x))
/* A point. */
struct point { int x; };
typedef struct { int a; } pair_t;
enum color { RED };
static int counter = 0;
int proto(int a);
/* Adds. */
static inline int add(int a, const char *b, int c[3], int (*f)(int), ...) { return a; }
char *dup(void) { return 0; }
""",
        {
            ("macro", "MAX"): "#define MAX 10",
            ("macro", "SQ"): "#define SQ(x) ((x)*(x))",
            ("struct", "point"): "struct point",
            ("type", "pair_t"): "typedef struct { int a; } pair_t",
            ("enum", "color"): "enum color",
            ("variable", "counter"): "static int counter = 0",
            ("function", "proto"): "int proto(int a)",
            ("function", "add"): "static inline int add(int a, const char *b, int c[3], int (*f)(int), ...)",
            ("function", "dup"): "char *dup(void)",
        },
        ("add", "Adds.", ["a:int", "b:const char *", "c:int [3]", "f:int (*)(int)", "...:"], "int"),
    ),
    "cpp": (
        """\
namespace ns {
/// A cart.
template <typename T> class Cart : public Base<T> {
public:
  Cart(int x) : x_(x) {}
  ~Cart();
  virtual int add(const T& item, int count = 1) const override { return 1; }
  int operator+(int o) { return o; }
private:
  int x_ = 0;
};
}
// Finds.
int ns::Cart::find(int a) { return a; }
template <typename T> T max(T a, T b) { return a; }
using Vec = std::vector<int>;
""",
        {
            ("module", "ns"): "namespace ns",
            ("class", "ns.Cart"): "template <typename T> class Cart : public Base<T>",
            ("method", "ns.Cart.Cart"): "Cart(int x) : x_(x)",
            ("method", "ns.Cart.~Cart"): "~Cart()",
            ("method", "ns.Cart.add"): "virtual int add(const T& item, int count = 1) const override",
            ("method", "ns.Cart.operator+"): "int operator+(int o)",
            ("variable", "ns.Cart.x_"): "int x_ = 0",
            ("method", "ns.Cart.find"): "int ns::Cart::find(int a)",
            ("function", "max"): "template <typename T> T max(T a, T b)",
            ("type", "Vec"): "using Vec = std::vector<int>",
        },
        ("find", "Finds.", ["a:int"], "int"),
    ),
    "csharp": (
        """\
using System;
namespace A.B {
/// <summary>A cart.</summary>
[Serializable]
public class Cart<T> : Base where T : class {
  public const int Limit = 10;
  public int Size { get; set; } = 1;
  public Cart(int x) : base(x) { }
  /// <summary>Adds.</summary>
  public async Task<int> Add(T item, int count = 1, params int[] rest) { int Local(int a) => a; return 1; }
}
interface IShape { int Area(); }
enum Color { Red }
struct S { }
}
""",
        {
            ("module", "A.B"): "namespace A.B",
            ("class", "A.B.Cart"): "public class Cart<T> : Base where T : class",
            ("constant", "A.B.Cart.Limit"): "public const int Limit = 10",
            ("variable", "A.B.Cart.Size"): "public int Size",
            ("method", "A.B.Cart.Cart"): "public Cart(int x) : base(x)",
            (
                "method",
                "A.B.Cart.Add",
            ): "public async Task<int> Add(T item, int count = 1, params int[] rest)",
            ("function", "A.B.Cart.Add.Local"): "int Local(int a)",
            ("interface", "A.B.IShape"): "interface IShape",
            ("method", "A.B.IShape.Area"): "int Area()",
            ("enum", "A.B.Color"): "enum Color",
            ("struct", "A.B.S"): "struct S",
        },
        ("Add", "Adds.", ["item:T", "count:int=1", "...rest:int[]"], "Task<int>"),
    ),
    "ruby": (
        """\
require 'set'
# A shop.
module Shop
  LIMIT = 10
  class Cart < Base
    # Adds.
    # More.
    def add(item, count = 1, *rest, key:, opt: 2, **kw, &block)
      raise ArgumentError, "x" if item.nil?
    end
    def self.create(a) = new(a)
    def empty?; true; end
  end
end
""",
        {
            ("module", "Shop"): "module Shop",
            ("constant", "Shop.LIMIT"): "LIMIT = 10",
            ("class", "Shop.Cart"): "class Cart < Base",
            ("method", "Shop.Cart.add"): "def add(item, count = 1, *rest, key:, opt: 2, **kw, &block)",
            ("method", "Shop.Cart.create"): "def self.create(a)",
            ("method", "Shop.Cart.empty?"): "def empty?",
        },
        ("add", "Adds.\nMore.", ["item:", "count:=1", "*rest:", "key:", "opt:=2", "**kw:", "&block:"], ""),
    ),
    "php": (
        """\
<?php
namespace App;
/** A cart. */
#[Attr]
final class Cart extends Base implements Shape {
  const LIMIT = 1;
  private ?int $total = 0;
  /** Adds. */
  public static function add(Item $item, int $count = 1, &$ref, ...$rest): ?int { return null; }
}
interface Shape { public function area(): float; }
function helper($a) { return $a; }
""",
        {
            ("module", "App"): "namespace App",
            ("class", "Cart"): "final class Cart extends Base implements Shape",
            ("constant", "Cart.LIMIT"): "const LIMIT = 1",
            ("variable", "Cart.total"): "private ?int $total = 0",
            (
                "method",
                "Cart.add",
            ): "public static function add(Item $item, int $count = 1, &$ref, ...$rest): ?int",
            ("interface", "Shape"): "interface Shape",
            ("method", "Shape.area"): "public function area(): float",
            ("function", "helper"): "function helper($a)",
        },
        ("add", "Adds.", ["$item:Item", "$count:int=1", "&$ref:", "...$rest:"], "?int"),
    ),
    "kotlin": (
        """\
package a.b

const val LIMIT = 10

/** A cart. */
@Entity
data class Cart<T>(val items: List<T>) : Base(1), Shape {
    val size: Int get() = items.size

    /** Adds. */
    override suspend fun add(item: T, count: Int = 1): Int {
        return 1
    }
}

interface Shape {
    fun area(): Double
}

object Single {
    fun make() {}
}
""",
        {
            ("constant", "LIMIT"): "const val LIMIT = 10",
            ("class", "Cart"): "data class Cart<T>(val items: List<T>) : Base(1), Shape",
            ("variable", "Cart.size"): "val size: Int get() = items.size",
            ("method", "Cart.add"): "override suspend fun add(item: T, count: Int = 1): Int",
            ("interface", "Shape"): "interface Shape",
            ("method", "Shape.area"): "fun area(): Double",
            ("class", "Single"): "object Single",
            ("method", "Single.make"): "fun make()",
        },
        ("add", "Adds.", ["item:T", "count:Int=1"], "Int"),
    ),
    "lua": (
        """\
local M = {}
--- Adds.
-- More.
function M.add(a, b, ...)
  return a
end
function M:method(x) self.x = x end
local function helper(a) return a end
local t = { go = function(x) end }
return M
""",
        {
            ("variable", "M"): "local M = {}",
            ("function", "M.add"): "function M.add(a, b, ...)",
            ("method", "M.method"): "function M:method(x)",
            ("function", "helper"): "local function helper(a)",
            ("variable", "t"): "local t = { go = function(x) end }",
            ("function", "go"): "go = function(x)",
        },
        ("add", "Adds.\nMore.", ["a:", "b:", "...:"], ""),
    ),
    "shellscript": (
        """\
#!/usr/bin/env bash
# Says hello.
greet() {
  local name="$1"
  echo "hi $name"
}
function other { echo x; }
readonly MAX=10
""",
        {
            ("function", "greet"): "greet()",
            ("function", "other"): "function other",
            ("constant", "MAX"): "readonly MAX=10",
        },
        ("greet", "Says hello.", [], ""),
    ),
}
