"""What is left of planted secrets in what a model is sent, beside a public detector on the same prompts.

    python tests/benchmarks/redaction.py [--prompts 1000] [--seed 1] [--baseline 200] [--detector PACKAGE] [--wire 40] [--show]

Each prompt is real code with a secret of one of the documented formats (plain, as Base64, as hex, in pieces, backwards), a
password in a line of code or settings, and a line that only looks like a secret. All go through `features.redacting.redacted`,
some through the gateway to an endpoint of this process, whose received bytes are searched. A secret leaks where eight
characters in a row of what is random in it, or of that backwards, as hex or as Base64, are in what leaves and not in the code
around it. `restored` compares the text with what comes back when a model repeats its prompt, with the placeholders rewritten
as models do, in pieces. Runs of --prompts 10000 are the ones to quote.

The baseline, a fork of detect-secrets that is kept up (`--detector detect-secrets==1.5.0` is the original), is installed into a
folder that is deleted again; it is left out, and that is said, where it cannot be downloaded.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from redaction_prompts import FORMS, Prompt, carriers, prompts

from kibitz.context.redaction import STEM, Redactor
from kibitz.features.redacting import redacted
from kibitz.features.services import Services
from kibitz.features.workbench import Workbench
from kibitz.models.protocol import Message, Request
from kibitz.settings import Settings
from kibitz.settings.schema import Budget
from support.endpoint import Answer, Endpoint
from support.leaks import grams, leaked

DETECTOR = "bc-detect-secrets==1.5.52"
PROMPT_BYTES = 32_000
PROMPT_MS = 5.0
HOSTILE_BYTES = 200_000
HOSTILE_MS = 250.0
RECALL = {"structured": 0.995, "passwords": 0.92}
PRECISION = 0.90
PLACEHOLDER = re.compile(STEM + r"(?:X_)*[0-9]+")


def leaks(prompt: Prompt, left: set[str]) -> int:
    """How many characters of the canary, in any writing, are among the runs that are left."""
    around = (prompt.carrier, prompt.password.block, prompt.harmless.block)
    return leaked(prompt.canary.secrets, left, around)


class Score:
    """What one detector left and took."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.counts: Counter[str] = Counter()
        self.missed: list[str] = []
        self.times: list[float] = []
        self.leaked = 0

    def add(self, prompt: Prompt, left: str, taken: Iterable[str]) -> None:
        """One prompt: what of it would be sent, and which strings were taken out of it."""
        characters = leaks(prompt, grams(left))
        self.leaked += characters
        for kind, found in (
            (f"structured, {prompt.form}", not characters),
            ("structured", not characters),
            ("passwords", all(secret not in left for secret in prompt.password.secrets)),
        ):
            self.counts[f"{kind}: all"] += 1
            self.counts[f"{kind}: found"] += found
            if not found and "," not in kind:
                plant = prompt.canary if kind == "structured" else prompt.password
                self.missed.append(f"{kind}, {prompt.form}, {plant.kind}: {plant.block}")
        for text in taken:
            if text in prompt.canary.block or text in prompt.password.block or len(text) < 4:
                continue
            where = "look-alike" if text in prompt.harmless.block else "code"
            self.counts["wrong"] += 1
            self.counts[f"wrong, {where}"] += 1
            self.missed.append(f"wrong, {where}: {text[:80]!r} in {prompt.harmless.block[:100]!r}")

    def recall(self, kind: str) -> float:
        """The share that was found."""
        return self.counts[f"{kind}: found"] / max(1, self.counts[f"{kind}: all"])

    @property
    def precision(self) -> float:
        """Of passwords taken and of what was wrongly taken, the share of passwords."""
        right = self.counts["passwords: found"]
        return right / max(1, right + self.counts["wrong"])

    def tell(self) -> None:
        """Print the figures."""
        print(f"{self.name}: {self.counts['structured: all']} prompts")
        for kind in ("structured", *(f"structured, {form}" for form in FORMS), "passwords"):
            print(f"  recall, {kind:22} {self.recall(kind):8.2%}  ({self.counts[f'{kind}: all']})")
        print(f"  characters of structured secrets left  {self.leaked}")
        wrong = f"{self.counts['wrong, look-alike']} look-alikes, {self.counts['wrong, code']} in code"
        print(f"  precision, passwords           {self.precision:8.2%}  (wrong: {wrong})")
        print(f"  CPU per prompt, median         {median(self.times):8.2f} ms")


def sent_text(request: Request) -> str:
    """All text of a request that a model reads."""
    parts = [request.prefix or "", request.suffix or ""]
    for message in request.messages:
        parts.append(message.text)
        parts += [value for call in message.tool_calls for value in call.arguments.values()]
    return "\n\n".join(parts)


REWRITES: tuple[Callable[[str], str], ...] = (
    str,
    str.lower,
    str.title,
    lambda placeholder: placeholder.replace("_", "\\_"),
    lambda placeholder: placeholder.replace("_", "-"),
)


def restored(redactor: Redactor, sent: str, dice: Random) -> str:
    """What the user sees of an answer that repeats a text, placeholders rewritten, in pieces of any size."""
    rewrite = dice.choice(REWRITES)
    answer = PLACEHOLDER.sub(lambda match: rewrite(match[0]), sent)
    restorer, shown, at = redactor.stream_restorer(), [], 0
    while at < len(answer):
        size = dice.choice((1, 3, 7, 40, 400))
        shown.append(restorer.feed(answer[at : at + size]))
        at += size
    return "".join([*shown, restorer.finish()])


def ours(count: int, seed: int) -> tuple[Score, int]:
    """Our redactor on the prompts; its score, and how many texts did not come back as they were."""
    score, different = Score("kibitz"), 0
    for prompt in prompts(count, seed):
        started = time.process_time()
        request, redactor = redacted(prompt.request)
        score.times.append((time.process_time() - started) * 1000)
        left = sent_text(request)
        score.add(prompt, left, {redactor.restore(m) for m in PLACEHOLDER.findall(left)})
        different += restored(redactor, left, Random(left)) != sent_text(prompt.request)
    return score, different


def theirs(count: int, seed: int, package: str) -> Score | None:
    """Another detector on the same prompts, with its own settings; None where it cannot be had."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        command = [sys.executable, "-m", "pip", "install", "-q", "--target", folder, package]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            print(f"{package}: left out, it could not be downloaded")
            return None
        sys.path.insert(0, folder)
        scanning: Any = importlib.import_module("detect_secrets")
        settings: Any = importlib.import_module("detect_secrets.settings")
        score = Score(package)
        path = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "prompt.txt"
        for prompt in prompts(count, seed):
            path.write_text(prompt.text, "utf-8")
            started = time.process_time()
            found: Any = scanning.SecretsCollection()
            with settings.default_settings():
                found.scan_file(str(path))
            score.times.append((time.process_time() - started) * 1000)
            values = {secret.secret_value for _, secret in found if secret.secret_value}
            left = prompt.text
            for value in sorted(values, key=len, reverse=True):
                left = left.replace(value, "")
            score.add(prompt, left, values)
            kept = sent_text(redacted(prompt.request)[0])
            secrets = (*prompt.canary.secrets, *prompt.password.secrets)
            score.counts["alone"] += any(
                v in kept for v in values if any(v in one or one in v for one in secrets)
            )
        sys.path.remove(folder)
        return score


async def wire(count: int, seed: int) -> tuple[int, int]:
    """Characters of canaries in what an endpoint received, and answers that did not come back whole."""
    characters = different = 0

    def parrot(received: Any) -> Answer:
        text = received.json["messages"][-1]["content"]
        return Answer(chunks=[text[at : at + 9] for at in range(0, len(text), 9)])

    with tempfile.TemporaryDirectory() as home:
        os.environ.update(KIBITZ_HOME=home, OPENAI_API_KEY="key")
        async with Endpoint() as endpoint:
            endpoint.reply_with(parrot)
            url = f"sqlite:///{(Path(home) / 'k.db').as_posix()}"
            budget = Budget(per_day_usd=1e6, per_session_usd=1e6)
            settings = Settings(model="openai/gpt-4o", api_base=endpoint.url, database_url=url, budget=budget)
            services = Services(settings, lambda _: None)
            try:
                for prompt in prompts(count, seed):
                    desk = Workbench(services, settings, None)
                    answer = await desk.ask(Request("chat", (Message("user", prompt.text),)))
                    received = endpoint.requests.pop()
                    strings = json.dumps(received.json, ensure_ascii=False).replace("\\\\", "\\")
                    characters += leaks(prompt, grams(received.body.decode()) | grams(strings))
                    characters += leaks(prompt, grams(received.prompt))
                    different += answer.text != prompt.text
                rows = await (await services.store()).egress.list(count, with_text=True)
                kept = grams("".join(row.text or "" for row in rows))
                characters += sum(leaks(prompt, kept) for prompt in prompts(count, seed))
            finally:
                await services.close()
    return characters, different


def cpu(action: Callable[[], object], times: int) -> float:
    """CPU milliseconds, the best of some: others make the machine's caches slower, nobody makes it faster."""
    taken = []
    for _ in range(times):
        started = time.process_time()
        action()
        taken.append((time.process_time() - started) * 1000)
    return min(taken)


def speed() -> float:
    """CPU milliseconds of a prompt of PROMPT_BYTES, median of several."""
    whole = "\n".join(carriers())
    texts = [whole[at : at + PROMPT_BYTES] for at in range(0, 30 * PROMPT_BYTES, PROMPT_BYTES)]
    requests = [Request("chat", (Message("user", text),)) for text in texts]
    return median(cpu(partial(redacted, request), 3) for request in requests)


HOSTILE = (
    "password='", "password=a1b2c3 ", "key", "key=", "secret_key_", "eyJ.", "eyJa.", "eyJ" + "a" * 90 + ".", "://a:", "://a:b@", "://",
    "-----BEGIN PRIVATE " + "KEY-----\n", "-----END PRIVATE " + "KEY-----\n", "A", "a1", "curl -u ", "curl ", "--", "--password ",
    "AKIA", "AKIAABCDEFGHIJKLMNOP", "AKIAABCDEFGHIJKLMNOP ", '"a" + ', '"a",\n', "'a'.b('c') ", "'", '"', "`", "\\", "\\'", "a\n", "a\\\n",
    "- a\n", "# a\n", "a b c = '", "SGVsbG8g", "SGVs\n", "6162", "\\x61", "0x61, ", "%61", "sk-", "sk-a", "ghp_", "xox", "xoxb-", "MTa", "MTa.",
    "bearer ", "basic ", "login a password ", "login a\n", "kibitz", "kibitz_secret", "KIBITZ_SECRET_1", "\u0130", "é", " ", "\n", "\t",
    "a=b&", "<password>", "pass:", "(a(b[c{", "sig=", "?sig=", "key-", "SK", "AC", ":AA", "1:AA", ".atlasv1.", "AZDO", "8Q~", "-us1", "EAA", "/1:",
    "drowssap", "//:", "x = 'aB3' +\n", "AccountKey=", "SharedAccessKey=", "hooks.slack.com/", "A" * 21, "IQoJb3JpZ2luX2", "dp.pt.", "pat",
)  # fmt: skip


def hostile() -> list[tuple[float, str]]:
    """CPU milliseconds of texts that take a careless pattern minutes, slowest first."""
    times = []
    for part in HOSTILE:
        text = part * (HOSTILE_BYTES // len(part.encode()))
        times.append((cpu(lambda text=text: Redactor().redact(text), 2), part))  # type: ignore[misc]
    return sorted(times, reverse=True)


def main() -> None:
    """Print the figures; exit 1 where one is broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--prompts", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--baseline", type=int, default=200, help="prompts for the other detector; 0: none")
    parser.add_argument("--detector", default=DETECTOR, help="the other detector: a fork of detect-secrets")
    parser.add_argument(
        "--wire", type=int, default=40, help="prompts through the gateway to an endpoint; 0: none"
    )
    parser.add_argument("--show", action="store_true", help="print what was missed or wrongly taken")
    arguments = parser.parse_args()
    score, different = ours(arguments.prompts, arguments.seed)
    score.tell()
    print(f"  answers that came back different  {different}")
    if arguments.show:
        print("\n".join(f"    {line[:300]!r}" for line in score.missed))
    if (
        arguments.baseline
        and (other := theirs(arguments.baseline, arguments.seed, arguments.detector)) is not None
    ):
        other.tell()
        print(f"  prompts in which it found what kibitz had not  {other.counts['alone']}")
    characters = unequal = 0
    if arguments.wire:
        characters, unequal = asyncio.run(wire(arguments.wire, arguments.seed))
        print(
            f"endpoint and egress log, {arguments.wire} prompts: {characters} characters of structured secrets"
        )
        print(f"  answers that came back different  {unequal}")
    whole, slowest = speed(), hostile()
    print(f"a prompt of {PROMPT_BYTES} bytes: {whole:.2f} ms CPU, median (limit {PROMPT_MS:.0f})")
    print(
        f"hostile texts of {HOSTILE_BYTES} bytes: {slowest[0][0]:.0f} ms CPU, slowest (limit {HOSTILE_MS:.0f})"
    )
    for took, part in slowest[:5]:
        print(f"  {took:7.0f} ms  {part[:30]!r}")
    broken = (
        score.leaked
        or characters
        or different
        or unequal
        or any(score.recall(kind) < least for kind, least in RECALL.items())
        or score.precision < PRECISION
        or whole > PROMPT_MS
        or slowest[0][0] > HOSTILE_MS
    )
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
