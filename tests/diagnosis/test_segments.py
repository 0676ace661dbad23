"""Economics by segment: held against the side's cost, compared only over the same months of age, credit said."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bothsides.diagnosis import DiagnosisPolicy
from bothsides.diagnosis.economics import economics
from bothsides.diagnosis.figures import figure
from bothsides.diagnosis.segments import beside_cac, segment_sentence, split_by
from bothsides.metrics import Status, Store, Unit, Value, read_dictionary
from bothsides.reports.sections.economics import economics as section
from bothsides.schema import Side
from tests.diagnosis.test_economics import KNOWN, WINDOW, tables
from tests.reports.sample import full as sample


def ltv(segment: str | None, value: float, *, spread: float = 10.0, reason: str | None = None) -> Value:
    made = figure(
        "ltv", value, Unit.MONEY, n=80, low=value - spread, high=value + spread, currency="EUR",
        side="buyer", place={"segment": segment},
    )  # fmt: skip
    return replace(made, status=Status.IMMATURE if reason else Status.OK, reason=reason)


CAC = figure("cac", 50.0, Unit.MONEY, n=200, currency="EUR")


def test_each_segment_is_held_against_what_an_account_of_the_side_costs() -> None:
    split = beside_cac(split_by("segment", [ltv("SME", 100.0), ltv("enterprise", 300.0), ltv(None, 80.0)]), CAC)
    assert [label for label, _ in split] == ["SME", "enterprise", None]
    ratio = split[1][1]["ltv_to_side_cac"]
    assert (ratio.value, ratio.low, ratio.high) == pytest.approx((6.0, 5.8, 6.2))
    assert "ltv_to_side_cac" not in beside_cac(split_by("segment", [ltv("SME", 100.0)]), None)[0][1]


def test_the_best_and_the_least_are_named_only_beyond_chance() -> None:
    apart = split_by("segment", [ltv("SME", 100.0), ltv("mid", 200.0), ltv("enterprise", 300.0)])
    assert segment_sentence(Side.BUYER, apart, "EUR") == (
        "Of buyers the segment enterprise brings most, EUR 300 an account, SME least, EUR 100."
    )
    near = split_by("segment", [ltv("SME", 100.0), ltv("mid", 110.0)])
    assert "No segment of buyers" in segment_sentence(Side.BUYER, near, "EUR")


def test_values_over_other_months_of_age_are_not_compared() -> None:
    young = ltv("enterprise", 20.0, reason="covers the 3 months of age seen so far, of 24")
    old = ltv("SME", 200.0, reason="covers the 20 months of age seen so far, of 24")
    said = segment_sentence(Side.BUYER, split_by("segment", [young, old]), "EUR")
    assert "cannot be compared" in said
    both = split_by("segment", [young, old, ltv("mid", 100.0, reason=old.reason)])
    assert "SME brings most" in segment_sentence(Side.BUYER, both, "EUR")
    assert "mid least" in segment_sentence(Side.BUYER, both, "EUR")


def test_one_segment_or_none_says_nothing() -> None:
    assert split_by("segment", [ltv(None, 5.0)]) == ()
    assert segment_sentence(Side.BUYER, split_by("segment", [ltv("SME", 5.0)]), "EUR") == ""


def test_a_market_s_segments_are_read_with_the_agreed_credit(market: Callable[..., Store], tmp_path: Path) -> None:
    made = tables(cost=1_000)
    for account in made["accounts"]:
        if account["side"] == "buyer":
            account["segment"] = "SME" if int(str(account["account_id"])[1:]) < 20 else "enterprise"
    for fee in made["fees"]:
        if int(str(fee["order_id"]).partition("-")[2]) >= 20:
            fee["amount"] = 3_000
    store = market(**made, known_until=KNOWN.end)
    found = economics(store, WINDOW, KNOWN, DiagnosisPolicy())
    assert found is not None
    buyers = found.sides[0]
    values = {label: float(parts["ltv"].value or 0) for label, parts in buyers.by_segment}
    assert values["enterprise"] == pytest.approx(3 * values["SME"])
    assert buyers.segment_sentence == ""  # twenty of each are too few to say more than the numbers
    (folder := tmp_path / "agreement").mkdir()
    (folder / "metrics.toml").write_text("[commission]\nbuyer = 0.8\nrestate = true\n")
    agreed = economics(replace(store, dictionary=read_dictionary(tmp_path)), WINDOW, KNOWN, DiagnosisPolicy())
    assert agreed is not None
    assert [side.credit for side in agreed.sides] == pytest.approx([0.8, 0.2])
    more = {label: float(parts["ltv"].value or 0) for label, parts in agreed.sides[0].by_segment}
    assert more["SME"] == pytest.approx(1.6 * values["SME"])


def test_the_section_folds_segments_and_says_the_credit() -> None:
    made = sample()
    split = beside_cac(split_by("segment", [ltv("SME", 100.0), ltv("enterprise", 300.0)]), CAC)
    side = replace(made.economics[0], by_segment=split, segment_sentence="Enterprise brings most.", credit=0.7)
    shown = section(replace(made, economics=(side,)))
    assert shown is not None
    assert "by segment" in shown.body
    assert "credited 70%" in shown.body.replace("\N{NO-BREAK SPACE}%", "%").replace(" %", "%")
    assert "Spend is booked by no segment" in shown.body
    bare = section(replace(made, economics=(replace(side, by_segment=()),)))
    assert bare is not None
    assert "by segment" not in bare.body
