"""Those who type in `keystrokes.py`, and the model that answers them."""

from __future__ import annotations

import asyncio
import hashlib
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))
from keystroke_traces import Story, keys, wrong_turn

from support.editor import Editor
from support.endpoint import Answer, Received

FIRST_TOKEN_S = 0.3
CHUNK_S = 0.01
CHUNK = 16
RIGHT = 0.66
TAKES = 0.4
"""The share of right suggestions that are taken; the others are typed through."""

READS_S = (0.35, 0.8)
READY_MS = 10.0
LOCAL_MS = 5.0
SEEN = 150
"""So many characters before the cursor tell which call an item came from."""

CLOSERS = ")]}\"'"
REMEMBERED = 300
"""Characters before the cursor by which it is told later what had been typed when."""


class Call:
    """What the model was asked: what stood before the cursor, what it says, and when."""

    def __init__(self, received: Received, before: str, answer: Answer) -> None:
        self.connection = received.connection
        self.at = received.time
        self.before = before
        self.text = answer.text
        self.pieces = [answer.text[i : i + CHUNK] for i in range(0, len(answer.text), CHUNK)] or [""]
        self.end = self.at + FIRST_TOKEN_S + CHUNK_S * (len(self.pieces) - 1)

    def when(self, text: str) -> float:
        """When it had said a part of its text, and what follows, by which the end of that is known: of lines, how the next begins."""
        end = max(0, self.text.find(text.rstrip())) + len(text.rstrip())
        after = self.text[end:]
        at = end + 1 + (len(after) - len(after.lstrip()) if "\n" in text.strip() else 0)
        return float(self.at) + FIRST_TOKEN_S + CHUNK_S * ((min(at, max(1, len(self.text))) - 1) // CHUNK)

    def said(self, at: float) -> str:
        """What it had said at a time."""
        count = int((at - self.at - FIRST_TOKEN_S) / CHUNK_S) + 1 if at >= self.at + FIRST_TOKEN_S else 0
        return "".join(self.pieces[:count])


class Model:
    """Knows what everybody is typing."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.people: dict[str, Person] = {}
        self.calls: list[Call] = []

    def answer(self, received: Received) -> Answer:
        """The rest of the block, where the cursor is found in it; a wrong turn after some lines for a third of the places."""
        prompt = received.prompt
        before, _, after = prompt.rpartition("<|cursor|>")
        answer = Answer(
            self._text(before, after), chunk_size=CHUNK, delay_first_s=FIRST_TOKEN_S, delay_chunk_s=CHUNK_S
        )
        self.calls.append(Call(received, before, answer))
        return answer

    def _text(self, before: str, after: str) -> str:
        tail = before[-80:]
        for person in self.people.values():
            at = person.story.whole.find(tail)
            if at < 0 or len(tail) < 80:
                continue
            rest = person.story.whole[at + len(tail) :]
            rng = random.Random(hashlib.sha256(f"{self.seed}{tail}".encode()).digest())
            lines = rest.split("\n")
            text = "\n".join(lines[: rng.randint(1, 6)])
            if rng.random() < RIGHT:
                return text
            return wrong_turn(text, rng, person.words)
        return "value = compute(previous, current)"


class Person:
    """One who types in a document of their own."""

    def __init__(self, editor: Editor, model: Model, name: str, rng: random.Random) -> None:
        self.editor, self.model, self.rng = editor, model, rng
        self.name = name
        self.keys = 0
        self.seen = Counter[str]()
        self.latencies: list[float] = []
        self.local: list[float] = []
        self.own: list[float] = []
        self.pauses: list[float] = []
        self.written = 0
        self.lost: list[str] = []
        self.late: list[str] = []
        self.story: Story
        self.words: list[str] = []
        self.uri = ""
        self.lines: list[str] = []
        self.line = self.column = 0
        self._pending: int | None = None
        self._hearing: set[asyncio.Future[None]] = set()
        self.typed_at: list[tuple[float, str]] = []
        self.stalls: list[tuple[float, float]] = []

    async def write(self, story: Story, most: int) -> None:
        """Type the blocks of a story, or so many keys."""
        self.story = story
        self.words = sorted({w for w in story.whole.split() if w.isidentifier()})[:200] or ["x"]
        self.uri = story.path.as_uri()
        self.lines = story.start.split("\n")
        self.model.people[self.name] = self
        self.editor.open(self.uri, story.start, story.language)
        for block in story.blocks:
            self.line = block.line
            self.column = len(self.lines[self.line])
            await self._block(block.text[self.column :])
            if self.keys >= most:
                break
        self.editor.notify("textDocument/didClose", {"textDocument": {"uri": self.uri}})

    async def _block(self, text: str) -> None:
        todo = text
        stream = keys(todo, self.rng)
        asked, expected = 0, ""
        while (key := next(stream, None)) is not None:
            await asyncio.sleep(key.pause)
            answer = self.editor.answers.get(asked)
            shown = self._text(answer[0]) if answer else expected
            if len(shown) >= 4 and todo.startswith(shown) and key.text and self.rng.random() < TAKES:
                await asyncio.sleep(self.rng.uniform(*READS_S))
                self._insert(shown)
                todo = todo[len(shown) :]
                self.seen["taken"] += 1
                asked, expected = self._ask(False, after_take=bool(todo.strip())), ""
                stream = keys(todo, self.rng)
                continue
            if key.text:
                expected = shown[len(key.text) :] if shown.startswith(key.text) else ""
                self._insert(key.text)
                todo = todo[len(key.text) :] if todo.startswith(key.text) else todo
            else:
                expected = ""
                self._delete()
            asked = self._ask(bool(expected))
            if self.rng.random() < 0.02:
                self._request(self.rng.randrange(len(self.lines)), 0)
                self.seen["jumps"] += 1

    def _insert(self, text: str) -> None:
        self._change(self.line, self.column, self.line, self.column, text)
        first, *more = text.split("\n")
        head, tail = self.lines[self.line][: self.column], self.lines[self.line][self.column :]
        parts = (head + text + tail).split("\n")
        self.lines[self.line : self.line + 1] = parts
        self.line += len(more)
        self.column = len(more[-1]) if more else self.column + len(first)

    def _delete(self) -> None:
        self._change(self.line, self.column - 1, self.line, self.column, "")
        line = self.lines[self.line]
        self.lines[self.line] = line[: self.column - 1] + line[self.column :]
        self.column -= 1

    def _change(self, a: int, b: int, c: int, d: int, text: str) -> None:
        where = {"start": {"line": a, "character": b}, "end": {"line": c, "character": d}}
        self.editor.change(self.uri, {"range": where, "text": text})
        self.keys += 1
        self.written += len(text)

    def _request(self, line: int, column: int) -> int:
        if self._pending is not None and not self.editor.answers.get(self._pending):
            self.editor.notify("$/cancelRequest", {"id": self._pending})
        position = {"line": line, "character": column}
        self._pending = self.editor.start(
            "textDocument/inlineCompletion",
            {"textDocument": {"uri": self.uri}, "position": position, "context": {"triggerKind": 2}},
        )
        return self._pending

    def _ask(self, followed: bool, after_take: bool = False) -> int:
        """Ask as an editor does after a key; the request's id. `followed`: the key was the next one of what was shown."""
        started = time.monotonic()
        number = self._request(self.line, self.column)
        before, at = self._before(), (self.line, self.column)
        self.typed_at.append((started, before[-REMEMBERED:]))
        hearing = asyncio.ensure_future(self._heard(number, started, before, at, followed, after_take))
        self._hearing.add(hearing)
        hearing.add_done_callback(self._hearing.discard)
        return number

    def _before(self) -> str:
        return "\n".join(
            [*self.lines[max(0, self.line - 60) : self.line], self.lines[self.line][: self.column]]
        )

    def _text(self, answer: dict[str, Any]) -> str:
        items = (answer.get("result") or {}).get("items") or []
        return str(items[0]["insertText"]) if items else ""

    async def _heard(
        self,
        number: int,
        started: float,
        before: str,
        at: tuple[int, int],
        followed: bool,
        after_take: bool,
    ) -> None:
        answer = await self.editor.answer(number)
        heard = self.editor.times[number]
        took = (heard - started) * 1000
        self.seen["answers"] += 1
        text = "" if "error" in answer else self._text(answer)
        if after_take:
            nothing = "error" not in answer and not text
            self.seen["nothing after taking" if nothing else "after taking"] += 1
            self.seen["ready"] += bool(text) and took <= READY_MS
        if "error" in answer:
            self.seen["cancelled" if answer["error"]["code"] == -32800 else "errors"] += 1
            return
        stalled = any(began < heard and ended > started for began, ended in self.stalls[-20:])
        self.seen["while this process stood still"] += stalled
        if followed and not stalled:
            self.local.append(took)
            if took > LOCAL_MS:
                self.late.append(f"{took:.0f} ms for a key that follows, {text[:30]!r}")
        if not text:
            self.seen["empty"] += 1
            return
        self.seen["items"] += 1
        where = answer["result"]["items"][0]["range"]
        if where["start"] != {"line": at[0], "character": at[1]}:
            self.lost.append(f"{self.name}: an item for another place")
        call = self._call(before, text)
        said_by = answer["result"]["items"][0].get("command", {}).get("title", "")
        if said_by.endswith(": offline"):
            self.seen["not the model's"] += 1
            if not stalled and not followed:
                self.own.append(took)
        elif call is None:
            self.lost.append(f"{self.name}: an item that nobody said: {text[:60]!r} behind {before[-60:]!r}")
        elif heard < call.when(text):
            self.seen["before the model"] += 1
        elif not stalled:
            waited = max(0.0, call.when(text) - started) * 1000
            self.latencies.append(max(0.0, took - waited))
            if waited and call.at > started:
                self.pauses.append((call.at - started) * 1000)
            if self.latencies[-1] > 15:
                self.late.append(f"{took:.0f} ms, of which {waited:.0f} for the model, {text[:30]!r}")

    def _call(self, before: str, text: str) -> Call | None:
        """The call whose answer this item is, or the rest of it: what it was asked for and said has the cursor's text, then the item.

        The indentation is the file's, and behind what was said something may have been added that closes it.
        """
        shown = _bare(before[-SEEN:])[-SEEN // 3 :] + _bare(text).rstrip(CLOSERS)[:8]
        for call in reversed(self.model.calls[-400:]):
            if shown in _bare(call.before[-2 * SEEN :] + call.text):
                return call
        return None


def _bare(text: str) -> str:
    return "".join(text.split())
