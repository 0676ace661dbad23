"""Two runs side by side: sums, means over draws, what is not known, and who moved."""

from bothsides.leads.replay.comparing import Measure, measured, moved
from bothsides.leads.replay.figures import Fate, Figures, Kept, Load


def run(*fates: Fate, rate: tuple[int, int] = (9, 1), given: int = 4) -> Figures:
    met, breached = rate
    kept = Kept(side="buyer", clause="first_touch", started=12, met=met, breached=breached, median_hours=3.0)
    load = Load(member="ana", given=given, open_at_end=2, peak=3)
    return Figures(
        fates={fate.lead: fate for fate in fates}, kept={("buyer", "first_touch"): kept}, loads={"ana": load}
    )


def one(found: tuple[Measure, ...], of: str, what: str) -> Measure:
    (measure,) = [each for each in found if (each.of, each.what) == (of, what)]
    return measure


def fate(lead: str, went: str, *, worth: float | None = None, owner: str | None = None) -> Fate:
    return Fate(lead=lead, went=went, by="uk" if went == "sales" else "", worth=worth, value=1000.0, owner=owner)


def test_expected_revenue_is_what_a_lead_was_worth_wherever_it_goes() -> None:
    before = run(fate("a", "sales", worth=300.0), fate("b", "self_serve", worth=100.0))
    after = run(fate("a", "self_serve", worth=999.0), fate("b", "self_serve", worth=999.0))
    found = measured(before, [after])
    sales, own = one(found, "sales", "expected revenue"), one(found, "self_serve", "expected revenue")
    assert (sales.before, sales.after, own.before, own.after) == (300, 0, 100, 400)
    assert one(found, "self_serve", "value asked for").after == 2000


def test_expected_revenue_that_nobody_knows_is_not_told_as_nothing() -> None:
    found = measured(run(fate("a", "sales")), [run(fate("a", "sales"))])
    assert "expected revenue" not in {each.what for each in found}


def test_after_is_the_mean_over_the_draws_between_the_least_and_the_most() -> None:
    draws = [run(rate=(9, 1), given=3), run(rate=(6, 4), given=6), run(rate=(7, 3), given=6)]
    found = measured(run(), draws)
    rate, given = one(found, "buyer first_touch", "breach rate"), one(found, "ana", "given")
    assert (rate.before, rate.after, rate.low, rate.high) == (0.1, 0.2667, 0.1, 0.4)
    assert (given.before, given.after, given.low, given.high) == (4, 5, 3, 6)


def test_a_rate_with_nothing_decided_is_unknown() -> None:
    rate = one(measured(run(), [run(rate=(0, 0))]), "buyer first_touch", "breach rate")
    assert (rate.before, rate.after) == (0.1, None)


def test_movers_are_those_with_another_owner_first_and_then_by_worth() -> None:
    late = Fate(lead="late", went="sales", owner="ana", worth=9000.0, clock=("buyers: first_touch", 10))
    later = Fate(lead="late", went="sales", owner="ana", worth=9000.0, clock=("buyers: first_touch", 20))
    before = run(fate("a", "sales", worth=1.0, owner="ana"), fate("b", "sales", worth=2.0, owner="ana"), late)
    after = run(fate("a", "sales", worth=1.0, owner="ben"), fate("b", "sales", worth=2.0, owner="ben"), later)
    found = moved(before, after)
    assert [mover.lead for mover in found.movers] == ["b", "a", "late"]
    assert (found.owner, found.clock, found.hands, found.any) == (2, 1, 0, 3)
    assert found.movers[0].why_after == ("the same rule and reasons; the turn had come to somebody else",)
