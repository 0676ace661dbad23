"""After a win: handovers that are late or incomplete, welcomes, and the first trade that follows sooner or later."""

from statistics import mean

from bothsides.schema.instant import DAY
from bothsides.schema.side import Side
from bothsides.simulate.desk import Quarter, aftermath
from bothsides.simulate.desk.aftermath import CHECKLIST


def test_a_win_is_handed_over_welcomed_and_trades_in_that_order(spring: Quarter) -> None:
    found = [aftermath(spring, lead, "marek.nowak", lead.arrived_at + 5 * DAY) for lead in spring.leads]
    again = [aftermath(spring, lead, "marek.nowak", lead.arrived_at + 5 * DAY) for lead in spring.leads]
    assert found == again
    for lead, one in zip(spring.leads, found, strict=True):
        if one.handed_over_at is None:
            assert (one.welcomed_at, one.first_at, one.missing) == (None, None, ())
            continue
        assert one.handed_over_at >= lead.arrived_at + 5 * DAY
        assert one.welcomed_at is None or one.welcomed_at >= one.handed_over_at
        assert one.first_at is None or one.first_at > one.handed_over_at
        assert set(one.missing) <= set(CHECKLIST[lead.side])
        assert one.first == ("first_order" if lead.side is Side.BUYER else "first_listing")
    assert 0.02 < mean(one.handed_over_at is None for one in found) < 0.15
    assert 0.5 < mean(one.first_at is not None for one in found) < 0.75


def test_an_incomplete_handover_costs_time(spring: Quarter) -> None:
    days: dict[bool, list[float]] = {True: [], False: []}
    for lead in spring.leads:
        one = aftermath(spring, lead, "marek.nowak", lead.arrived_at)
        if one.first_at is not None and one.handed_over_at is not None:
            days[bool(one.missing)].append((one.first_at - one.handed_over_at) / DAY)
    assert len(days[True]) > 50
    assert mean(days[True]) > mean(days[False]) + 3
