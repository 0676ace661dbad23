"""The sentences at the top: growth, which side is short and where, what to do first."""

from dataclasses import replace

from bothsides.diagnosis import Edge, Flywheel, Headline, Sureness
from bothsides.diagnosis.figures import figure
from bothsides.diagnosis.verdict import BLIND, beside, verdict
from bothsides.metrics import Unit
from tests.diagnosis.test_ranking import finding


def gmv(now: float, before: float | None) -> Headline:
    value = figure("gmv", now, Unit.MONEY, n=9, currency="EUR")
    earlier = None if before is None else figure("gmv", before, Unit.MONEY, n=9, currency="EUR")
    return Headline(metric="gmv", label="GMV", now=value, before=earlier, run=())


SHORT = finding("supply_short_cell", 9_000.0, category="Pumps", region="North")


def test_a_last_quarter_that_moved_against_the_year_is_told_beside_it() -> None:
    said = verdict((), (gmv(300.0, 100.0),), judged=12, turn="but its last three months brought less")
    assert said.startswith("GMV is 3.0 times the same span before, but its last three months brought less; neither")


def test_a_short_side_is_named_with_its_place_and_the_first_step() -> None:
    first = replace(SHORT, title="Pumps / North is short of suppliers", first_step="Recruit two.")
    text = verdict([first], [gmv(110.0, 100.0)], judged=12)
    assert text.startswith("GMV is up 10 % on the same span before; suppliers are short in Pumps / North.")
    assert "(likely, worth EUR 9 k of GMV a month). Recruit two." in text


def test_a_guess_is_called_one() -> None:
    text = verdict([replace(SHORT, sure=Sureness.DIRECTIONAL)], [], judged=12)
    assert text.startswith("Suppliers are short in Pumps / North (directional).")
    assert "test before you spend" in text


def test_nothing_wrong_is_said_plainly() -> None:
    text = verdict([], [gmv(300.0, 100.0)], judged=12)
    assert text == (
        "GMV is 3.0 times the same span before; neither side is short in the 12 cells that could be judged. "
        "Nothing in this data calls for alarm."
    )


def test_without_cells_or_history_it_claims_nothing() -> None:
    assert verdict([], [gmv(300.0, None)], judged=0) == "Nothing in this data calls for alarm."


def test_many_places_are_counted_not_listed() -> None:
    many = [replace(SHORT, place=replace(SHORT.place, category=f"C{i}")) for i in range(6)]
    assert "C0 / North, C1 / North, C2 / North and 3 other cells" in verdict(many, [], judged=9)


def test_what_cannot_be_told_is_said_instead_of_an_all_clear() -> None:
    text = verdict([], [gmv(110.0, 100.0)], judged=0, limit=BLIND)
    assert "which side is short cannot be judged without searches or requests of the same months" in text
    assert "Nothing in what can be seen calls for alarm." in text


def test_the_slowest_edge_and_the_first_finding_are_reconciled() -> None:
    edge = Edge(
        id="buy",
        label="",
        source="Search",
        target="Purchase",
        side=None,
        rate=None,
        before=None,
        lag_days=None,
        point_worth=1.0,
        limiting=True,
    )
    wheel = Flywheel(edges=(edge,), limiting="buy", sentence="", reach_worth=5_000.0)
    assert beside(wheel, [SHORT]) == "The first thing to do is another, because it is worth more: finding 1."
    assert beside(replace(wheel, reach_worth=50_000.0), [SHORT]) == ""
    leak = replace(SHORT, kind="ndr_leak")
    assert "runs out through it" in beside(replace(wheel, reach_worth=50_000.0), [leak])
    assert beside(replace(wheel, limiting=None), [SHORT]) == beside(wheel, []) == ""


def test_a_worth_that_the_title_gives_is_not_said_again() -> None:
    named = replace(SHORT, title="Pumps / North is short: EUR 9 k a month go unserved", first_step="Recruit two.")
    assert verdict([named], [], judged=1).endswith(
        "First: Pumps / North is short: EUR 9 k a month go unserved (likely). Recruit two."
    )


def test_what_is_counted_does_not_make_its_worth_certain() -> None:
    text = verdict([replace(SHORT, title="Ten carry half", sure=Sureness.CERTAIN)], [], judged=12)
    assert "Ten carry half (counted; its worth is an estimate: EUR 9 k of GMV a month)." in text
