"""Small texts with something to find in them."""

from __future__ import annotations

BUGGY = '''"""A shop."""

import os
import json


def add(items, seen=[]):
    """Add up."""
    total = 0
    for item in items:
        total += item["price"] * item["count"]
    seen.append(total)
    return json.dumps(total)


def average(values):
    """The average, or 0.

    >>> average([1, 3])
    2.0
    """
    if not values:
        return 0
    total = sum(values)
    count = len(values)
    return total / count
'''

BROKEN = "def f(:\n    return (1,\n\nclass\n"

MIXED = "a = 1\r\nb = 2\nc = 3\rd = 4\r\n"

EMOJI = 'name = "😀👩‍👩‍👧e\u0301"  # 漢字 🎉\nother = name + "𝒳"\nprint(other, undefined_name)\n'
