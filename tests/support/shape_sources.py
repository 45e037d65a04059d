"""One small program in each of four languages, written to have holes cut into it."""

from __future__ import annotations

TYPESCRIPT = """\
import { readFile } from "fs";

export interface Item {
  name: string;
  price: number;
  tags?: string[];
}

export class Cart<T extends Item> {
  private items: T[] = [];

  constructor(private readonly owner: string, limit = 10) {
    this.limit = limit;
  }

  limit: number;

  add(item: T, count = 1): void {
    if (this.items.length + count > this.limit) {
      throw new Error(`too many: ${this.items.length} of ${this.limit}`);
    }
    for (let i = 0; i < count; i++) {
      this.items.push(item);
    }
  }

  total(discount: (price: number) => number = (price) => price): number {
    return this.items.map((item) => discount(item.price)).reduce((a, b) => a + b, 0);
  }

  byTag(tag: string): T[] {
    const found = this.items.filter((item) => item.tags?.includes(tag));
    found.sort((a, b) => (a.name < b.name ? -1 : 1));
    return found;
  }
}

export function parse(line: string): Item | null {
  const match = /^(\\w+)\\s+([0-9.]+)$/.exec(line.trim());
  if (!match) {
    return null;
  }
  const price = Number(match[2]);
  return { name: match[1], price, tags: [] };
}

export async function load(path: string): Promise<Item[]> {
  const text = await new Promise<string>((resolve, reject) => {
    readFile(path, "utf8", (error, data) => {
      if (error) {
        reject(error);
      } else {
        resolve(data);
      }
    });
  });
  const items: Item[] = [];
  for (const line of text.split("\\n")) {
    const item = parse(line);
    if (item !== null) {
      items.push(item);
    }
  }
  return items;
}
"""

GO = """\
package cart

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Item is one thing in a cart.
type Item struct {
	Name  string
	Price float64
	Tags  []string
}

// Cart holds items up to a limit.
type Cart struct {
	items []Item
	limit int
}

var errFull = errors.New("the cart is full")

// Add puts an item in so many times.
func (c *Cart) Add(item Item, count int) error {
	if len(c.items)+count > c.limit {
		return fmt.Errorf("adding %q: %w", item.Name, errFull)
	}
	for i := 0; i < count; i++ {
		c.items = append(c.items, item)
	}
	return nil
}

// Total sums the prices up.
func (c *Cart) Total(discount func(float64) float64) float64 {
	total := 0.0
	for _, item := range c.items {
		total += discount(item.Price)
	}
	return total
}

// ByTag finds the items with a tag, sorted by name.
func (c *Cart) ByTag(tag string) []Item {
	var found []Item
	for _, item := range c.items {
		for _, known := range item.Tags {
			if strings.EqualFold(known, tag) {
				found = append(found, item)
				break
			}
		}
	}
	sort.Slice(found, func(i, j int) bool {
		return found[i].Name < found[j].Name
	})
	return found
}

func describe(value interface{}) string {
	switch typed := value.(type) {
	case string:
		return typed
	case fmt.Stringer:
		return typed.String()
	default:
		return fmt.Sprintf("%v", typed)
	}
}
"""

RUST = """\
use std::collections::HashMap;
use std::fmt;

#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub name: String,
    pub price: f64,
    pub tags: Vec<String>,
}

#[derive(Debug)]
pub enum CartError {
    Full { limit: usize },
    Unknown(String),
}

impl fmt::Display for CartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CartError::Full { limit } => write!(f, "more than {limit} items"),
            CartError::Unknown(name) => write!(f, "no item {}", name),
        }
    }
}

pub struct Cart {
    items: Vec<Item>,
    limit: usize,
}

impl Cart {
    pub fn new(limit: usize) -> Self {
        Cart { items: Vec::new(), limit }
    }

    pub fn add(&mut self, item: Item, count: usize) -> Result<(), CartError> {
        if self.items.len() + count > self.limit {
            return Err(CartError::Full { limit: self.limit });
        }
        for _ in 0..count {
            self.items.push(item.clone());
        }
        Ok(())
    }

    pub fn total(&self, discount: impl Fn(f64) -> f64) -> f64 {
        self.items.iter().map(|item| discount(item.price)).sum()
    }

    pub fn remove(&mut self, name: &str) -> Result<Item, CartError> {
        let found = self.items.iter().position(|item| item.name == name);
        match found {
            Some(at) => Ok(self.items.remove(at)),
            None => Err(CartError::Unknown(name.to_string())),
        }
    }

    pub fn by_tag<'a>(&'a self) -> HashMap<&'a str, Vec<&'a Item>> {
        let mut found: HashMap<&str, Vec<&Item>> = HashMap::new();
        for item in &self.items {
            for tag in &item.tags {
                found.entry(tag.as_str()).or_default().push(item);
            }
        }
        found
    }
}
"""

JAVA = """\
package shop;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/** A cart of items. */
public class Cart<T extends Cart.Item> {
    private final List<T> items = new ArrayList<>();
    private final int limit;

    public Cart(int limit) {
        this.limit = limit;
    }

    public interface Item {
        String name();

        double price();

        List<String> tags();
    }

    /** Puts an item in so many times. */
    public void add(T item, int count) {
        if (items.size() + count > limit) {
            throw new IllegalStateException("more than " + limit + " items");
        }
        for (int i = 0; i < count; i++) {
            items.add(item);
        }
    }

    public double total(DoubleUnaryOperator discount) {
        double total = 0;
        for (T item : items) {
            total += discount.applyAsDouble(item.price());
        }
        return total;
    }

    public List<T> byTag(String tag) {
        List<T> found = new ArrayList<>();
        for (T item : items) {
            if (item.tags().contains(tag)) {
                found.add(item);
            }
        }
        found.sort(Comparator.comparing(Item::name));
        return found;
    }

    public static int parse(String text) {
        try {
            return Integer.parseInt(text.trim());
        } catch (NumberFormatException error) {
            return -1;
        } finally {
            System.out.println("parsed \\"" + text + "\\"");
        }
    }
}
"""

SOURCES = {"typescript": TYPESCRIPT, "go": GO, "rust": RUST, "java": JAVA}
