"""Small sources in the languages that are read most, with one of everything that can be defined."""

from __future__ import annotations

PYTHON = '''\
"""A shop."""
import os

LIMIT = 10
names: list[str] = []

@register("cart")
class Cart(Base, metaclass=Meta):
    """A cart.

    It holds items.
    """

    total: int = 0

    @property
    def size(self) -> int:  # cheap
        """How many."""
        return len(self.items)

    async def add(
        self, item: Item, /, count: int = 1, *rest: str, flag=False, **kw: object
    ) -> None:
        def inner(p):
            return p
        return inner(item)

# Helps
# a little.
def helper(*, strict): ...

if LIMIT:
    def conditional(): pass
type Alias = list[int]
'''

JAVASCRIPT = """\
import fs from 'node:fs';
/**
 * Adds two numbers.
 * @param {number} a
 */
export function add(a, b = 2, ...rest) { return a + b; }
const mul = async (a, { b, c }) => a * b;
export default class Cart extends Base {
  #total = 0;
  // Makes one.
  constructor(items) { super(); }
  static get size() { return 1; }
  async *each() { yield 1; }
  handler = (event) => { this.x = event; };
}
Cart.prototype.late = function (x) { return x; };
exports.make = () => new Cart();
const routes = { list(req) { return 1; }, show: function (req) {} };
function* gen() {}
let counter = 1;
"""

TYPESCRIPT = """\
export interface Shape<T> extends Base {
  readonly name: string;
  /** Its area. */
  area(scale?: number): number;
}
export type Id = string | number;
export enum Color { Red, Green }
@injectable()
export abstract class Cart<T> implements Shape<T> {
  private items: T[] = [];
  constructor(private readonly store: Store, name?: string) {}
  abstract load(id: Id): Promise<T>;
  @log() add<K extends keyof T>(item: T, count: number = 1, ...rest: K[]): void {}
}
export function over(a: string): string;
export function over(a: any) { return a; }
export const arrow = async <T,>(x: T): Promise<T> => x;
declare module 'shop' { function buy(): void }
namespace Inner.Deep { export const k = 1 }
"""

TSX = """\
/** A button. */
export const Button: React.FC<Props> = ({ title }: Props) => <b onClick={() => go(1)}>{title}</b>;
export default function Page(props: { a: number }) { return <></>; }
"""

GO = """\
package shop

// Limit is the limit.
const Limit = 10

var (
	one, two int
)

// Cart holds items.
type Cart struct {
	Items []Item
}

type Shape interface {
	Area(scale float64) float64
}
type ID = string

// New makes a cart.
func New(items ...Item) (*Cart, error) { return nil, nil }

func (c *Cart) Add(a, b int, name string) error {
	return nil
}
func (p Pair[K, V]) Get() K { return p.k }
"""

RUST = """\
use std::fmt;

/// A cart.
///
/// Holds items.
#[derive(Debug, Clone)]
pub struct Cart<T> { items: Vec<T> }

enum Color { Red, Green(u8) }
pub trait Shape { fn area(&self) -> f64; }

impl<T: Clone> Cart<T> {
    /// Adds one.
    #[inline]
    pub fn add(&mut self, item: T, mut count: usize) -> Result<(), Error> where T: Sized { Ok(()) }
}
impl fmt::Display for Cart<u8> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { Ok(()) }
}
const MAX: usize = 10;
macro_rules! my { () => {} }
mod inner { pub fn f((a, b): (i32, i32)) {} }
type Alias = Vec<u8>;
"""

JAVA = """\
package a.b;
import java.util.List;

/** A cart. */
@Entity
public class Cart<T> extends Base implements Shape {
    private static final int LIMIT = 10;
    List<String> items;

    /** Makes one. */
    public Cart(int size) { }

    @Override
    public <K> Map<K, T> add(final T item, int... rest) throws IOException {
        return null;
    }
    interface Inner { int area(); }
    enum Color { RED; void paint() {} }
    record Point(int x, int y) {}
}
"""
