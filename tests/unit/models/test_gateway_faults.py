"""Every fault of the table, in each form a model is asked in: its own kind, in time, and nothing of ours in the words."""

from __future__ import annotations

import pytest

from kibitz.models.gateway import Gateway
from support.fault_trial import DIRECT, tried, wrong
from support.faults import FAULTS, Fault
from support.ledger import KEY

QUICK_S = 5.0
"""For what does not wait; silence lasts as long as the request may, and no second longer than that."""

CASES = [
    pytest.param(fault, form, directly, id=f"{form}{', directly' * directly}: {fault.name}")
    for fault in FAULTS
    for form in sorted(fault.forms)
    for directly in (False, True)
    if form in DIRECT or not directly
]


@pytest.mark.parametrize(("fault", "form", "directly"), CASES)
@pytest.mark.asyncio(loop_scope="session")
async def test_a_fault_has_its_kind(gateway: Gateway, fault: Fault, form: str, directly: bool) -> None:
    timeout_s = 0.4 if fault.silence else QUICK_S
    outcome = await tried(gateway, fault, form, timeout_s=timeout_s, directly=directly)
    limit_s = timeout_s + 1 if fault.silence else QUICK_S
    assert wrong(fault, outcome, limit_s=limit_s) == []
    assert KEY not in str(outcome.error)


def test_names_are_unique() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
