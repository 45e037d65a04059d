"""What kibitz remembers: conversations, usage, egress, dismissed findings. The only room that speaks SQL."""

from __future__ import annotations

from kibitz.store.conversations import Conversation, Conversations, Message, SearchHit, Summary
from kibitz.store.database import Store
from kibitz.store.egress import Egress, EgressRow
from kibitz.store.findings import Dismissal, Findings
from kibitz.store.ledger import Ledger, Standing
from kibitz.store.projects import ProjectRow
from kibitz.store.usage import AcceptanceRow, Usage, UsageRow, UsageSummary

__all__ = [
    "AcceptanceRow",
    "Conversation",
    "Conversations",
    "Dismissal",
    "Egress",
    "EgressRow",
    "Findings",
    "Ledger",
    "Message",
    "ProjectRow",
    "SearchHit",
    "Standing",
    "Store",
    "Summary",
    "Usage",
    "UsageRow",
    "UsageSummary",
]
