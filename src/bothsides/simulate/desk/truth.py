"""What is true about a simulated quarter: its leads, its people, the effect of speed, and what was planted."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from bothsides.schema.side import Side
from bothsides.simulate.desk.arrivals import CAMPAIGN, CAMPAIGN_WEEKS, month_name, month_of, slow_month
from bothsides.simulate.desk.odds import PER_DOUBLING, WEIGHTS
from bothsides.simulate.desk.quarter import Quarter
from bothsides.simulate.desk.reasons import EMPTY_CELL
from bothsides.simulate.desk.roster import LEAVE_WEEKS, Rep


def truth(quarter: Quarter) -> dict[str, Any]:
    """The answer sheet as plain data: leads by id, reps by id, true effects, planted problems with place and size."""
    return {
        "seed": quarter.seed,
        "start": quarter.start.isoformat(),
        "leads": {
            lead.lead: {
                "side": lead.side.value,
                "company": lead.company.name,
                "duplicate_of": lead.duplicate_of,
                "account_id": lead.account_id,
                "other_side": lead.other_side,
                "win_probability": round(lead.win_probability, 6),
                "traits": sorted(lead.traits),
                "deal_size": lead.deal_size,
            }
            for lead in quarter.leads
        },
        "reps": {rep.rep_id: _of_rep(rep) for rep in quarter.reps.values()},
        "effects": {
            "log_odds": {side.value: dict(WEIGHTS[side]) for side in Side},
            "log_odds_per_doubling_of_hours_to_contact": {side.value: PER_DOUBLING[side] for side in Side},
            "hours_counted": "on the clock, from 1 to 100",
        },
        "planted": planted(quarter),
    }


def planted(quarter: Quarter) -> list[dict[str, Any]]:
    """The problems of the quarter that a good desk brings to light."""
    draw = [lead for lead in quarter.leads if lead.prize_draw]
    year, month = slow_month(quarter.start)
    by_month = Counter(month_of(quarter.start, lead.arrived_at) for lead in quarter.leads)
    first, last = (quarter.start + timedelta(weeks=CAMPAIGN_WEEKS[end]) for end in (0, -1))
    found: list[dict[str, Any]] = [
        {
            "problem": "leads of a campaign buy nothing",
            "campaign": CAMPAIGN,
            "from": first.isoformat(),
            "to": (last + timedelta(days=6)).isoformat(),
            "leads": len(draw),
            "mean_win_probability": round(sum(lead.win_probability for lead in draw) / max(1, len(draw)), 4),
        },
        {
            "problem": "marketing misses its monthly pace",
            "month": month_name(year, month),
            "leads": by_month[f"{year}-{month:02}"],
            "leads_of_the_best_month": max(by_month.values()),
        },
        {
            "problem": "buyers are lost for want of suppliers",
            "category": EMPTY_CELL[0],
            "region": EMPTY_CELL[1],
            "leads": sum(
                lead.side is Side.BUYER and (lead.company.category, lead.company.region) == EMPTY_CELL
                for lead in quarter.leads
            ),
        },
    ]
    found += [
        {"problem": "a rep is on leave", "rep": rep.rep_id, "from": _day(rep.away[0]), "to": _day(rep.away[1])}
        for rep in quarter.reps.values()
        if rep.away is not None
    ]
    found += [
        {"problem": "a rep leaves the company", "rep": rep.rep_id, "last_day": _day(rep.left_on)}
        for rep in quarter.reps.values()
        if rep.left_on is not None
    ]
    slowest = max(quarter.reps.values(), key=lambda rep: rep.neglect)
    latest = max(quarter.reps.values(), key=lambda rep: rep.late_logging)
    found.append({"problem": "a rep leaves leads untouched", "rep": slowest.rep_id, "share": slowest.neglect})
    found.append({"problem": "a rep logs touches late", "rep": latest.rep_id, "share": latest.late_logging})
    found += [{"problem": "public holiday", "day": _day(day), "name": name} for day, name in quarter.holidays.items()]
    return [*found, *_in_the_post(quarter)]


def _in_the_post(quarter: Quarter) -> list[dict[str, Any]]:
    troubles = Counter(one.trouble for one in quarter.deliveries if one.trouble is not None)
    again = sum(one.again and not one.changed for one in quarter.deliveries)
    repeated = sum(lead.duplicate_of is not None for lead in quarter.leads)
    both = sum(lead.other_side is not None for lead in quarter.leads)
    return [
        {"problem": "one company comes again, often in another spelling", "leads": repeated},
        {"problem": "one company on both sides", "leads": both},
        {"problem": "side unknown", "leads": sum("side" not in lead.fields for lead in quarter.leads)},
        {"problem": "a system sends the same message again", "deliveries": again},
        *({"problem": trouble, "deliveries": count} for trouble, count in sorted(troubles.items())),
    ]


def _of_rep(rep: Rep) -> dict[str, Any]:
    return {
        "name": rep.name,
        "team": rep.team,
        "zone": rep.zone,
        "senior": rep.senior,
        "median_hours": rep.median_hours,
        "skill": rep.skill,
        "neglect": rep.neglect,
        "discipline": rep.discipline,
        "answers": rep.answers,
        "late_logging": rep.late_logging,
        "away": None if rep.away is None else [_day(rep.away[0]), _day(rep.away[1])],
        "leave_weeks": list(LEAVE_WEEKS) if rep.away is not None else [],
        "left_on": None if rep.left_on is None else _day(rep.left_on),
    }


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
