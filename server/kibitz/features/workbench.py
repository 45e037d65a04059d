"""What a feature works with in one project: its settings and root, the engines, and the one way to ask them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

from attrs import evolve

from kibitz.context.redaction import Redactor
from kibitz.errors import KibitzError
from kibitz.features.gather import Gathering, OnText
from kibitz.features.latency import Call
from kibitz.features.redacting import redacted
from kibitz.features.result import Envelope, Stopwatch
from kibitz.features.services import Services
from kibitz.log import fields
from kibitz.models.protocol import (
    Account,
    Answer,
    Done,
    Feature,
    Message,
    Model,
    Request,
    Text,
    ToolCall,
)
from kibitz.models.select import OFFLINE
from kibitz.models.tasks import Project
from kibitz.paths import from_uri, inside, shown
from kibitz.settings import Settings
from kibitz.text import Document, read_text
from kibitz.verify.checks import Check

log = logging.getLogger("kibitz.features")

NEEDS_NO_PROCESS: frozenset[Feature] = frozenset({"complete", "explain", "find_bugs"})
"""What the built-in engine answers, if with less, without starting anything."""


class Workbench:
    """One project's. `open_documents` gives the texts an editor has open: they count, not the disk."""

    def __init__(
        self,
        services: Services,
        settings: Settings,
        root: Path | None,
        open_documents: Callable[[], tuple[Document, ...]] = tuple,
    ) -> None:
        self.services = services
        self.settings = settings
        self.root = root
        self.open_documents = open_documents

    @property
    def project(self) -> Project:
        """The project as the engines know it."""
        return Project(self.root, self.settings.context.exclude)

    @property
    def project_name(self) -> str | None:
        """The name the store files conversations and usage under."""
        return str(self.root) if self.root is not None else None

    def model(self, feature: Feature, override: str | None = None) -> Model:
        """Who answers. In a workspace that is not trusted the built-in engine does what needs no process, and for
        anything else that would be a language model's this raises `untrusted`."""
        name = override or self.services.choice.for_feature(feature)
        if override is None and feature in NEEDS_NO_PROCESS and not self.settings.trusted:
            name = OFFLINE
        return self.services.offline if name == OFFLINE else self.services.gateway.model(name)

    async def ask(
        self,
        request: Request,
        *,
        model: Model | None = None,
        on_text: OnText | None = None,
        enough: Callable[[str], bool] | None = None,
        conversation: str | None = None,
        on_sent: Callable[[], None] | None = None,
        on_said: Callable[[str], None] | None = None,
    ) -> Answer:
        """The whole answer of the feature's engine, its usage recorded. Raises the engine's KibitzError.

        `enough` is given each piece of the answer and says whether to hang up after it; what was said so far is the
        answer then; `on_sent` is called when there is nothing to do but wait for it, and `on_said` with the whole text when
        it is there and only the accounts are left. A language model gets placeholders for secrets, where the user has not switched that off; they are put back.
        """
        model = model or self.model(request.feature)
        watch = Stopwatch()
        failed: str | None = "internal"
        secrets = Redactor()
        if model.name != OFFLINE and self.settings.privacy.redact:
            if request.prefix is not None and not self.services.gateway.fills_in(model.name):
                request = evolve(request, prefix=None, suffix=None, context="")  # nobody would read them
            request, secrets = await asyncio.to_thread(redacted, request)
        got = Gathering(
            secrets, on_text, enough, quoted=request.feature == "find_bugs"
        )  # its answers are JSON
        account = Account(self.project_name, conversation, on_sent=on_sent)
        request = evolve(request, account=account)
        call = self.services.latencies.start(request.feature, model.name, waited_ms=watch.ms)
        try:
            async with aclosing(model.stream(request)) as events:
                async for event in events:
                    if isinstance(event, Text | ToolCall):
                        call.heard()
                    if got.take(event):
                        account.enough = True
                        break
                    if isinstance(event, Done) and on_said is not None:
                        got.finish()
                        on_said(got.text)
            got.finish()
            failed = None
        except KibitzError as error:
            failed = error.kind
            raise
        except asyncio.CancelledError:
            failed = "cancelled"
            raise
        finally:
            spent_ms = _end(call, request.feature, model.name, failed)
            if model.name != OFFLINE and failed is not None and not account.recorded:
                await self._record_failure(request.feature, model.name, spent_ms, failed, account)
        usage = account.usage if account.enough else got.usage
        return Answer(model.name, got.text, usage, tuple(got.calls), got.reason, tuple(got.notes))

    async def ask_again(self, request: Request, answer: Answer, why: str) -> Answer:
        """One repair turn: the answer goes back with what is wrong with it; the usage of both turns is summed."""
        again = request.followed_by(Message("assistant", answer.text), Message("user", why))
        second = await self.ask(again)
        return Answer(
            second.engine,
            second.text,
            answer.usage + second.usage,
            second.tool_calls,
            second.reason,
            tuple(dict.fromkeys((*answer.notes, *second.notes))),
        )

    def envelope(self, answer: Answer, watch: Stopwatch, checks: tuple[Check, ...] = ()) -> Envelope:
        """The envelope of a result made from this answer."""
        notes = tuple(Check("prompt", "skipped", note) for note in answer.notes)
        return Envelope(answer.engine, watch.ms, answer.usage, (*checks, *notes))

    def shown(self, document: Document) -> str:
        """The document's name for people and models."""
        return shown(document.path, self.root) if document.path is not None else document.uri

    def read(self, name: str) -> Document | None:
        """The document an answer names: relative to the root or absolute, never outside the project.

        What the editor has open wins over the disk. None where it may not be touched or does not exist.
        """
        path = Path(name)
        for document in self.open_documents():
            if document.path is not None and name in (
                self.shown(document),
                str(document.path),
                document.path.as_posix(),
            ):
                return document
        if self.root is None:
            return None
        path = path if path.is_absolute() else self.root / path
        if not inside(path, self.root) or not path.is_file():
            return None
        return open_document(path)

    async def _record_failure(
        self, feature: Feature, engine: str, duration_ms: float, failed: str, account: Account
    ) -> None:
        """What cost nothing and was not answered; calls that were made, the gateway has settled."""
        from kibitz.store.usage import UsageRow

        store = await self.services.store()
        await store.usage.record(
            UsageRow(
                engine=engine,
                feature=feature,
                project=account.project,
                conversation_id=account.conversation,
                duration_ms=round(duration_ms),
                error_kind=failed,
            )
        )


def _end(call: Call, feature: Feature, engine: str, failed: str | None) -> float:
    """Count a call that has ended, and log it; its milliseconds."""
    spent = call.end(engine, failed)
    quiet = failed in (None, "cancelled", "unsupported", "untrusted")
    asked = call.asked if call.asked != engine else None
    log.log(
        logging.DEBUG if quiet else logging.WARNING,
        "a model answered" if failed is None else "a model call failed",
        extra=fields(feature=feature, model=engine, asked=asked, kind=failed, durationMs=spent),
    )
    return spent


def open_document(path: Path) -> Document:
    """A file as a document, its language by its name. Raises `not_found` or `invalid`."""
    from kibitz.paths import to_uri
    from kibitz.syntax.languages import language_of

    text = read_text(path)
    first = text.split("\n", 1)[0][:200]
    return Document(to_uri(path), text, language_of(path, first), None, path.absolute())


def document_at(uri: str) -> Document:
    """The file a URI names. Raises `not_found` or `invalid`."""
    path = from_uri(uri)
    if path is None:
        raise KibitzError(
            "invalid", "This is not the URI of a file.", "Open the document in the editor first."
        )
    return open_document(path)
