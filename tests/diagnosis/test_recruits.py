"""Whom to recruit: the greedy list against every other list, the bound it states, and the demo's planted cell."""

from dataclasses import fields, replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bothsides.diagnosis.cell_audit import audit_cells, read_gaps
from bothsides.diagnosis.cell_findings import cell_findings
from bothsides.diagnosis.concentration import read_ledger
from bothsides.diagnosis.coverage import Unmet
from bothsides.diagnosis.figures import rate
from bothsides.diagnosis.liquidity_audit import CoverageGap
from bothsides.diagnosis.recruits import Kind, at_most, fewest, read_kinds, recruit_list, suppliers_to_threshold
from bothsides.diagnosis.threshold.distance import Distance
from bothsides.diagnosis.threshold.reading import Ground, ThresholdReading, ThresholdStatus
from bothsides.schema import Side
from tests.diagnosis.cell_markets import DEMO, HEALTHY, POLICY, look
from tests.diagnosis.test_liquidity import even, market


def covered(unmet: dict[tuple[str, str], float], kinds: tuple[Kind, ...]) -> float:
    total = 0.0
    for where, amount in unmet.items():
        left = amount
        for kind in kinds:
            left *= 1 - kind.reach.get(where, 0.0)
        total += amount - left
    return total


CELLS = [("c", name) for name in "ABCDE"]
REACHES = st.dictionaries(st.sampled_from(CELLS), st.floats(0.1, 1.0), max_size=4)


@settings(max_examples=150, deadline=None)
@given(
    amounts=st.lists(st.floats(1.0, 100.0), min_size=5, max_size=5),
    reaches=st.lists(REACHES, min_size=5, max_size=5),
    size=st.integers(1, 4),
)
def test_the_list_is_near_the_best_of_its_length_and_its_bound_holds(
    amounts: list[float], reaches: list[dict[tuple[str, str], float]], size: int
) -> None:
    unmet = dict(zip(CELLS, amounts, strict=True))
    kinds = [Kind(home=home, reach={**reach, home: 1.0}) for home, reach in zip(CELLS, reaches, strict=True)]
    chosen = fewest(unmet, kinds, cover=1.0, most=size)
    best = max(covered(unmet, group) for group in combinations(kinds, len(chosen)))
    got = sum(choice.money for choice in chosen)
    assert got == pytest.approx(covered(unmet, tuple(choice.kind for choice in chosen)))
    assert got >= (1 - 1 / 2.718281828) * best - 1e-9
    assert at_most(unmet, kinds, chosen) * sum(amounts) >= best - 1e-6
    assert got <= sum(amounts) + 1e-9


def test_one_national_supplier_type_beats_three_local_ones() -> None:
    places = [("c", region) for region in "NSW"]
    unmet = dict.fromkeys(places, 10.0)
    local = [Kind(home=place, reach={place: 1.0}) for place in places]
    national = Kind(home=("c", "capital"), reach=dict.fromkeys(places, 0.9))
    (first,) = fewest(unmet, [*local, national], cover=0.8, most=5)
    assert first.kind is national


def gap(category: str, region: str, money: float | None, *, lacking: bool = True) -> CoverageGap:
    return CoverageGap(
        category=category,
        region=region,
        searches=100,
        searches_without_result=50,
        requests=0,
        requests_without_reply=0,
        requests_replied_not_filled=0,
        buyers=3,
        orders_a_month=None if money is None else money / 100,
        money=money,
        low=None,
        high=None,
        unanswered=money,
        covered=rate("coverage", 50, 100),
        for_lack_of_suppliers=lacking,
    )


def test_the_list_is_short_and_says_how_many_of_each() -> None:
    cells = even()
    cells["Pumps", "North"] = replace(cells["Pumps", "North"], suppliers=6)
    gaps = [gap("Pumps", "North", 900.0), gap("Wire", "East", 50.0), gap("Bolts", "East", 500.0, lacking=False)]
    plan = recruit_list(gaps, market(cells), {}, POLICY, "EUR")
    (only,) = plan.types
    assert (only.label, only.running_share) == ("Pumps / North", pytest.approx(900 / 950))
    assert only.low <= only.suppliers <= only.high
    assert only.suppliers == pytest.approx(20, abs=2)
    assert plan.unmet == 950.0
    assert "EUR 950 a month" in plan.sentence


def test_types_that_lift_a_cell_over_its_threshold_come_first() -> None:
    gaps = [gap("Pumps", "North", 900.0), gap("Wire", "East", 700.0)]
    found = market(even())
    plain = recruit_list(gaps, found, {}, POLICY, "EUR")
    assert [kind.label for kind in plain.types] == ["Pumps / North", "Wire / East"]
    lifted = recruit_list(gaps, found, {}, POLICY, "EUR", to_threshold={("Wire", "East"): 1, ("Pumps", "North"): 500})
    assert [(kind.label, kind.lifts) for kind in lifted.types] == [
        ("Wire / East", "Wire / East"),
        ("Pumps / North", ""),
    ]
    assert [kind.running_share for kind in lifted.types] == pytest.approx([7 / 16, 1.0])


def test_the_sentence_names_what_the_list_leaves_waiting_and_whether_another_does_better() -> None:
    gaps = [gap("Pumps", "North", 900.0), gap("Wire", "East", 50.0), gap("Bolts", "West", 50.0)]
    plan = recruit_list(gaps, market(even()), {}, POLICY, "EUR")
    assert [kind.label for kind in plan.types] == ["Pumps / North"]
    assert plan.sentence.endswith(
        "for Pumps / North would cover 90 % of the EUR 1 k a month in orders that wait for suppliers. The rest waits "
        "in Bolts / West and Wire / East. No other single type would cover more."
    )


def test_the_finding_of_a_short_cell_and_the_list_name_the_same_suppliers_and_money() -> None:
    store, _, found, judged = look(DEMO)
    gaps = read_gaps(store, found, judged, POLICY)
    told = cell_findings(
        judged, found, read_ledger(store, found.span), POLICY, dict.fromkeys(Side), named=frozenset(), gaps=gaps
    )
    plan = recruit_list(gaps, found, read_kinds(store, found), POLICY, "EUR")
    for finding in (f for f in told if f.kind == "supply_short_cell"):
        where = (finding.place.category, finding.place.region)
        gap = next(g for g in gaps if (g.category, g.region) == where)
        assert finding.worth is not None
        assert finding.worth.per_month == gap.money
        kind = next((kind for kind in plan.types if (kind.category, kind.region) == where), None)
        if kind is not None:
            assert f"Recruit about {kind.suppliers} suppliers" in finding.first_step
        else:
            assert finding.place.label.partition(" · ")[2].replace(" · ", " / ") in plan.sentence


def distance(category: str, region: str, missing: int) -> Distance:
    """A cell so many suppliers below; what else is told of it does not matter here."""
    told = dict.fromkeys((part.name for part in fields(Distance)), None)
    return Distance(**(told | {"category": category, "region": region, "missing": missing}))  # type: ignore[arg-type]


def test_only_a_claimed_threshold_of_buyers_staying_asks_for_suppliers() -> None:
    ground = Ground(cells=24, weeks=90, cell_weeks=2000, leavers=300)
    claimed = ThresholdReading(
        side=Side.BUYER,
        status=ThresholdStatus.CLAIMED,
        reason="",
        ground=ground,
        distances=(distance("Wire", "East", 3), distance("Pumps", "North", 0)),
    )
    other = replace(claimed, side=Side.SUPPLIER)
    refused = replace(claimed, status=ThresholdStatus.REFUSED)
    assert suppliers_to_threshold([claimed]) == {("Wire", "East"): 3}
    assert suppliers_to_threshold([other, refused]) == {}


def test_nothing_for_want_of_suppliers_means_nobody_to_recruit() -> None:
    plan = recruit_list([gap("Bolts", "East", 500.0, lacking=False)], market(even()), {}, POLICY, "EUR")
    assert plan.types == ()
    assert "nobody to recruit" in plan.sentence
    blind = replace(market(even(searches=False)), demand="orders")
    assert recruit_list([], blind, {}, POLICY, "EUR").sentence.startswith("Whom to recruit cannot be told")


def test_where_suppliers_are_at_home_and_where_they_sell() -> None:
    store, _, found, _ = look(DEMO)
    kinds = read_kinds(store, found)
    kind = kinds["Electrical", "North"]
    assert kind.reach[kind.home] == 1.0
    assert all(category == "Electrical" for category, _ in kind.reach)
    assert all(0 < reach <= 1 for reach in kind.reach.values())


def test_the_demo_needs_suppliers_where_it_is_short_of_them_and_a_healthy_market_none() -> None:
    store, known, found, judged = look(DEMO)
    gaps = read_gaps(store, found, judged, POLICY)
    audit = audit_cells(store, found, judged, gaps, POLICY, known=known.known)
    assert audit.recruits.types[0].label.startswith("Electrical / South")
    assert audit.recruits.types[-1].running_share >= POLICY.recruit_cover
    page = next(page for page in audit.cells if page.label == "Electrical / South")
    assert page.moved.startswith("Supply-short")
    assert {account.side.value for account in page.accounts} == {"buyer", "supplier"}
    assert all(0 < account.share <= 1 for account in page.accounts)
    store, known, found, judged = look(HEALTHY)
    gaps = read_gaps(store, found, judged, POLICY)
    assert audit_cells(store, found, judged, gaps, POLICY, known=known.known).recruits.types == ()


def test_unmet_by_default_is_nothing() -> None:
    assert Unmet().answered.rate is None
