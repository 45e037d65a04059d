"""Invoices of a small shop."""

import json
import os
from dataclasses import dataclass, field


@dataclass
class Line:
    """One article on an invoice: `price` is in cents."""

    article: str
    quantity: int
    price: int

    def total(self) -> int:
        """The line's total in cents."""
        return self.quantity * self.price


@dataclass
class Invoice:
    """An invoice with its lines; the customer pays `due`."""

    number: str
    lines: list[Line] = field(default_factory=list)
    paid: int = 0

    def due(self) -> int:
        """What is still to be paid, in cents, never less than nothing."""
        total = sum(line.total() for line in self.lines)
        return max(0, total - self.paid)

    def average(self) -> int:
        """The average line in cents; 0 where there are no lines."""
        total = sum(line.total() for line in self.lines)
        return total // len(self.lines) if self.lines else 0


def discount(cents: int, percent: int = 10) -> int:
    """The price after a discount, rounded down to whole cents.

    >>> discount(1000)
    900
    >>> discount(999, 50)
    499
    """
    if not 0 <= percent <= 100:
        raise ValueError("percent must lie between 0 and 100")
    return cents - (cents * percent + 99) // 100


def parse_price(text: str) -> int:
    """Cents from a text such as "12.50" or "3".

    >>> parse_price("12.50")
    1250
    """
    euros, _, cents = text.strip().partition(".")
    if not euros.isdigit():
        raise ValueError(f"not a price: {text}")
    return int(euros) * 100 + int(cents.ljust(2, "0")[:2] or 0)


def summary(invoice: Invoice, seen=[]) -> str:
    """One sentence about an invoice."""
    seen.append(invoice.number)
    count = len(invoice.lines)
    text = f"Invoice {invoice.number}: {count} lines, {invoice.average()} cents each"
    if invoice.paid is 0:
        text += ", nothing paid yet"
    return text


def save(invoice: Invoice, path: str) -> None:
    """Write an invoice as JSON."""
    data = {"number": invoice.number, "paid": invoice.paid}
    with open(path, "w", encoding="utf-8") as out:
        json.dump(data, out)
