"""Prompts are files: one Markdown file per feature, with a `# system` and a `# user` part and `$names` to fill in."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from string import Template

from kibitz.models.protocol import Message

FOLDER = Path(__file__).parent / "prompts"


@cache
def _parts(name: str) -> tuple[Template, Template]:
    text = (FOLDER / f"{name}.md").read_text("utf-8")
    system, _, user = text.partition("\n# user\n")
    return Template(system.removeprefix("# system\n").strip()), Template(user.strip("\n"))


def render(name: str, **values: str) -> tuple[Message, Message]:
    """The system and the user turn of a feature's prompt; of the latter, `context` may be left out where a model has
    no room for it. Raises KeyError where a name has no value."""
    system, user = _parts(name)
    asked = Message("user", user.substitute(values), optional=values.get("context", ""))
    return Message("system", system.substitute(values)), asked


def fenced(text: str, language: str = "") -> str:
    """A fenced block that the text cannot close: the fence is longer than any run of backticks in it."""
    longest = run = 0
    for char in text:
        run = run + 1 if char == "`" else 0
        longest = max(longest, run)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
