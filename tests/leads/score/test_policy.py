"""What may not stand in a scorecard, and the cards of the documentation, which are whole and give what they say."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bothsides.agreement import AgreementError
from bothsides.agreement.versions import load_signed
from bothsides.leads.score import (
    Band,
    Card,
    Group,
    Rule,
    ScoringPolicy,
    Thresholds,
    compile_card,
    problems,
    score,
    shadows,
)
from bothsides.schema import Side
from bothsides.schema.instant import DAY

NOW = 1_800_000_000
PAGE = Path(__file__).resolve().parents[3] / "docs" / "scoring.md"
BLOCKS = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
THRESHOLDS = Thresholds(sales_from=60, self_serve_from=30)


def read(folder: Path, text: str) -> ScoringPolicy:
    path = folder / "scoring.toml"
    path.write_text(text, encoding="utf-8")
    return load_signed(path, ScoringPolicy, time_zone="Europe/London").policy


@pytest.mark.parametrize("block", BLOCKS, ids=["by hand", "fitted"])
def test_the_cards_of_the_documentation_can_be_signed_as_they_stand(block: str, tmp_path: Path) -> None:
    assert problems(read(tmp_path, block)) == ()


def test_the_documented_cards_do_what_they_say(tmp_path: Path) -> None:
    policy = read(tmp_path, BLOCKS[0])
    buyers = compile_card(policy, Side.BUYER)
    fields = {"employees": 300, "job_title": "Head of Procurement", "email_domain": "acme.example"}
    events = [(name, NOW - 4 * DAY, 1.0) for name in ("pricing_viewed", "verification_viewed", "logistics_viewed")]
    found = score(buyers, fields, [*events, ("demo_requested", NOW - 15 * DAY, 1.0)], NOW)
    assert {reason.code: reason.points for reason in found.reasons if reason.points} == {
        "large_company": 20,
        "procurement": 15,
        "demo": 23,
        "pricing": 5,
        "serious": 18,
        "cap:engagement": -6,
    }
    assert (found.points, found.band) == (75, Band.SALES)
    only_prices = score(buyers, fields, events[:1], NOW)
    assert (only_prices.points, only_prices.band) == (40, Band.SELF_SERVE)
    suppliers = compile_card(policy, Side.SUPPLIER)
    few = score(suppliers, {"sku_count": 5}, [("listing_added", NOW, 5.0)], NOW)
    assert (few.grade, few.band, few.touches) == ("C3", Band.NURTURE, ("customer_success_touch",))
    many = score(suppliers, {"sku_count": 250}, [("listing_added", NOW, 60.0)], NOW)
    assert (many.grade, many.band) == ("A1", Band.SALES)


def test_the_documented_reasons_are_what_comes_out(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8").split("```text\n")[1].split("```")[0]
    fields = {"employees": 300, "job_title": "Head of Procurement"}
    events = [("demo_requested", NOW - 15 * DAY, 1.0), ("quote_requested", NOW, 1.0)]
    found = score(compile_card(read(tmp_path, BLOCKS[0]), Side.BUYER), fields, events, NOW)
    told = [f"{one.points:+3d}  {one.text}" + (f": {one.how}" if one.how else "") for one in found.reasons]
    assert told == page.rstrip().split("\n")
    assert found.points == 75


def rule(**told: object) -> Rule:
    return Rule(**{"code": "r", "says": "r", "points": 5, "event": "x", **told})  # type: ignore[arg-type]


def card(*rules: Rule, **told: object) -> Card:
    engagement = (Group(id="g", rule=rules),) if rules else ()
    basis: dict[str, object] = {"id": "c", "side": Side.BUYER, "engagement": engagement, "thresholds": THRESHOLDS}
    return Card(**{**basis, **told})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (card(rule(loses_a_month=0.5, within_days=30)), "either decay or hold for a time frame"),
        (card(rule(when={"stage": "opportunity"})), "tests stage, which says how far the lead came"),
        (card(rule(when={"priority": ">= 5"})), "tests priority"),
        (card(rule(), rule()), "r: two rules have this code"),
        (card(rule(event=None)), "every lead would get it"),
        (card(rule(event=None, when={"region": "EU"})), "it needs an event"),
        (card(fit=(Group(id="f", rule=(rule(),)),)), "stands under fit"),
        (card(rule(events={"y": 1})), "has both event and events"),
        (card(rule(most_times=2)), "needs repeatable"),
        (card(rule(instead_of=("z",))), "must be another rule of group g"),
        (card(rule(code="whole", instead_of=("r",)), rule()), "must stand below"),
        (card(rule(), rule(code="w", instead_of=("r",)), rule(code="v", instead_of=("r",))), "a part belongs to one"),
        (card(rule(), rule(code="w", points=-5, instead_of=("r",))), "must be above 0"),
        (card(), "has no rules"),
        (card(rule(), thresholds=None), "either [card.thresholds] or [card.grid]"),
        (card(rule(), thresholds=Thresholds(sales_from=30, self_serve_from=60)), "must be below sales_from"),
        (card(rule(), thresholds=replace(THRESHOLDS, hysteresis=30)), "less than the width"),
        (card(rule(), most=50), "both within 0 to 50"),
    ],
)
def test_what_may_not_stand_in_a_card_is_said(wrong: Card, told: str) -> None:
    found = problems(ScoringPolicy(card=(wrong,)))
    assert any(told in problem and problem.startswith("card c: ") for problem in found), found


def test_one_card_a_side_is_live_and_the_others_run_beside_it() -> None:
    two = ScoringPolicy(card=(card(rule()), card(rule(), id="d")))
    assert "c, d are all live" in problems(two)[0]
    with pytest.raises(ValueError, match="all live"):
        compile_card(two, Side.BUYER)
    shadowed = ScoringPolicy(card=(card(rule()), card(rule(), id="d", status="shadow")))
    assert compile_card(shadowed, Side.BUYER).card.id == "c"
    assert [one.card.id for one in shadows(shadowed, Side.BUYER)] == ["d"]
    with pytest.raises(ValueError, match="no live card for supplier; sides with one: buyer"):
        compile_card(shadowed, Side.SUPPLIER)


def test_the_version_follows_what_the_card_says() -> None:
    versions = {compile_card(ScoringPolicy(card=(card(one),)), Side.BUYER).version for one in (rule(), rule(points=6))}
    assert len(versions) == 2


def test_every_mistake_of_the_file_is_named_at_once(tmp_path: Path) -> None:
    text = BLOCKS[0].replace("loses_a_month = 0.5", "loses_a_month = 50").replace("points = 20\n", "point = 20\n")
    with pytest.raises(AgreementError) as raised:
        read(tmp_path, text)
    told = str(raised.value)
    assert "loses_a_month = 50: must be a share above 0 and at most 1" in told
    assert "did you mean 'points'?" in told
