"""What was written after the fact is named with its tell; what was known at the decision never is."""

import numpy as np
import pytest

from bothsides.predict.scorecard.columns import Leads, Numbers, leads
from bothsides.predict.scorecard.leaks import Finding, honest, refused
from tests.predict.scorecard.funnel import funnel


def _leaking(n: int = 2000) -> tuple[Leads, np.ndarray]:
    """A funnel with a disposition, a block of scores filled by one later step, a constant and a running number."""
    history, _ = funnel(n, 1)
    rng = np.random.default_rng(2)
    won = history.won
    disposition = np.where(rng.random(n) < 0.5, np.where(won, "contract sent", "no budget"), "called").tolist()
    scored = rng.random(n) < 0.6
    fields = history.leads.with_field("running", Numbers(values=np.arange(n, dtype=float)))
    more = leads(
        {
            "disposition": disposition,
            "constant": ["EUR"] * n,
            "vendor_a": np.where(scored, np.where(won & (rng.random(n) < 0.2), 9.0, rng.integers(1, 8, n)), np.nan),
            "vendor_b": np.where(scored, rng.normal(size=n), np.nan),
            "vendor_c": np.where(scored, rng.normal(size=n), np.nan),
        }
    )
    return Leads(n=n, columns={**fields.columns, **more.columns}), won


def test_each_is_named_with_its_reason_and_honest_fields_stay() -> None:
    fields, won = _leaking()
    found = {one.field: one for one in refused(fields, won)}
    assert found["running"].finding is Finding.IDENTIFIER
    assert found["constant"].finding is Finding.CONSTANT
    assert found["disposition"].finding is Finding.LEAK
    assert any("all but decides" in tell and "contract sent" in tell for tell in found["disposition"].tells)
    assert found["vendor_a"].finding is Finding.LEAK
    assert found["vendor_b"].tells == ("it is missing for the very same leads as vendor_a, which is named",)
    kept = set(honest(fields, tuple(found.values())).columns)
    assert kept == {"verified", "noise", "source", "sku_count"}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("n", [60, 300, 2000])
def test_honest_fields_are_never_named_as_leaks(n: int, seed: int) -> None:
    history, _ = funnel(n, seed)
    assert not [one for one in refused(history.leads, history.won) if one.finding is Finding.LEAK]


def test_what_is_filled_for_one_outcome_alone_is_named() -> None:
    history, _ = funnel(1500, 3)
    reason = Numbers(values=np.where(history.won, np.nan, 1.0))
    (found,) = refused(history.leads.with_field("loss_code", reason), history.won)
    assert (found.field, found.finding) == ("loss_code", Finding.LEAK)


def test_what_is_filled_as_leads_close_is_named_where_open_leads_are_shown() -> None:
    history, _ = funnel(1500, 4)
    fields = history.leads.with_field("visits_total", Numbers(values=np.random.default_rng(1).normal(size=1500)))
    still_open, _ = funnel(400, 5)
    empty = still_open.leads.with_field("visits_total", Numbers(values=np.full(400, np.nan)))
    assert refused(fields, history.won) == ()
    (found,) = refused(fields, history.won, still_open=empty)
    assert found.tells == ("it is filled for 100% of closed leads and for 0% of open ones",)


def test_write_times_after_the_decision_are_named() -> None:
    history, _ = funnel(1000, 6)
    at = history.decided_at.astype(float)
    late = np.where(np.arange(1000) % 20 == 0, at + 60, at - 60)
    written = {"noise": late, "source": at - 60}
    (found,) = refused(history.leads, history.won, decided_at=history.decided_at, written_at=written)
    assert (found.field, found.tells) == ("noise", ("it was written after the decision for 5% of the leads",))


def test_protected_fields_are_named_whatever_they_tell() -> None:
    history, _ = funnel(500, 7)
    (found,) = refused(history.leads, history.won, protected=("noise",))
    assert found.finding is Finding.PROTECTED


def test_where_nearly_all_are_lost_being_lost_tells_nothing() -> None:
    rng = np.random.default_rng(8)
    channel = rng.choice(["a", "b", "c"], size=5000).tolist()
    assert refused(leads({"channel": channel}), rng.random(5000) < 0.03) == ()
