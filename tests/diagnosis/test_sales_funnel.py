"""The sales funnel: leads followed to won, channels compared beyond chance."""

from collections.abc import Callable
from datetime import date, timedelta

from bothsides.diagnosis import DiagnosisPolicy
from bothsides.diagnosis.sales_funnel import sales_funnels
from bothsides.metrics import Store

DAY = date(2024, 1, 10)
ORDER = {"buyer_id": "b", "supplier_id": "s", "placed_at": DAY, "amount": 100}


def tables(**won_of_hundred: int) -> dict[str, list[dict[str, object]]]:
    leads, changes = [], []
    for channel, won in won_of_hundred.items():
        for i in range(100):
            lead = f"{channel}{i}"
            leads.append({"lead_id": lead, "side": "supplier", "channel": channel, "created_at": DAY})
            changes.append({"lead_id": lead, "stage": "mql", "changed_at": DAY + timedelta(days=2)})
            if i < won:
                changes.append({"lead_id": lead, "stage": "closed_won", "changed_at": DAY + timedelta(days=20)})
    leads.append({"lead_id": "late", "side": "supplier", "channel": "fair", "created_at": date(2024, 12, 1)})
    return {"leads": leads, "stage_changes": changes, "orders": [ORDER]}


def test_leads_are_followed_to_won_and_the_weak_channel_is_named(market: Callable[..., Store]) -> None:
    store = market(**tables(fair=3, partner=25, search=22), known_until=date(2024, 12, 31))
    (funnel,) = sales_funnels(store, None, DiagnosisPolicy())
    counts = {step.id: step.count for step in funnel.steps}
    assert (counts["start"], counts["mql"], counts["won"]) == (300, 300, 50)
    assert funnel.sentence == (
        "Of 300 leads for suppliers 50 (17 %) were won; fair wins 3 % of 100, partner 25 % of 100."
        " In all 301 leads are known, young ones included; 50 of them were won so far, after 20.0 days on average."
    )
    assert list(counts) == ["start", "mql", "won"], "stages that nobody records are no steps"


def test_even_channels_are_not_compared_by_luck(market: Callable[..., Store]) -> None:
    store = market(**tables(fair=17, partner=20, search=22), known_until=date(2024, 12, 31))
    (funnel,) = sales_funnels(store, None, DiagnosisPolicy())
    assert "no channel wins less than the others beyond chance" in funnel.sentence


def test_without_leads_there_is_no_sales_funnel(market: Callable[..., Store]) -> None:
    assert sales_funnels(market(orders=[ORDER]), None, DiagnosisPolicy()) == ()
