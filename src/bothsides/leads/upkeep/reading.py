"""The desk's leads as records to be checked, and what they are held against."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import reduce
from typing import Any

from bothsides.identity import dedupe
from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.merging import further
from bothsides.leads.desk.standing import LeadNow, leads_by_id, normal_lead
from bothsides.leads.hygiene import Member, Record, Surroundings
from bothsides.leads.route import RoutingPolicy
from bothsides.logbook import Book, Kind
from bothsides.schema import Side
from bothsides.schema.instant import DAY, Instant, instant

CLOSED_DAYS = 90
"""Closed leads are looked at for so long: after that nobody mends them."""

BATCH = 2_000

COLUMNS = frozenset(("account_id", "closed_at", "created_at", "owner", "side", "source", "stage"))
"""What the desk itself keeps beside the fields of a lead: routing, sources and stages change it, no fix does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A lead and the record that is checked."""

    lead: LeadNow
    record: Record


def held(book: Book, *, now: Instant, closed_days: int = CLOSED_DAYS) -> dict[str, Held]:
    """Leads that are open or were closed of late, those merged into others left out."""
    rows = book.all(
        "SELECT lead_id, closed_at FROM leads WHERE merged_into IS NULL AND (is_open = 1 OR closed_at >= ?)"
        " ORDER BY lead_id",
        now - closed_days * DAY,
    )
    closed_at = dict(rows)
    since = _stages_since(book)
    ids = list(closed_at)
    found = {}
    for start in range(0, len(ids), BATCH):
        for lead_id, lead in leads_by_id(book, ids[start : start + BATCH], locked=False).items():
            found[lead_id] = Held(lead=lead, record=record_of(lead, closed_at[lead_id], since.get(lead_id)))
    return found


def record_of(lead: LeadNow, closed_at: Instant | None, stage_since: Instant | None) -> Record:
    """The lead as the checks see it."""
    fields: dict[str, Any] = {
        **lead.fields,
        "side": lead.side.value,
        "source": lead.source,
        "stage": lead.stage.value,
        "owner": lead.owner,
        "created_at": lead.created_at,
    }
    if closed_at is not None:
        fields["closed_at"] = closed_at
    if lead.account_id is not None:
        fields["account_id"] = lead.account_id
    return Record(
        record_id=lead.lead_id,
        fields=fields,
        stage_since=lead.created_at if stage_since is None else stage_since,
        touched_at=lead.last_touch_at,
    )


def surroundings(book: Book, agreed: Agreed, leads: dict[str, Held]) -> Surroundings:
    """The roster, the accounts that the warehouse told of, and the groups of leads that are one person."""
    accounts = {name for (name,) in book.all("SELECT party_id FROM parties")}
    return Surroundings(
        roster=roster_of(agreed.routing_policy),
        known_ids={"account": accounts} if accounts else {},
        clusters=_clusters(agreed, [one.lead for one in leads.values() if one.lead.is_open]),
    )


def roster_of(routing: RoutingPolicy) -> tuple[Member, ...]:
    """Everybody who may own leads, with their team, and when they left."""
    return tuple(
        Member(owner=one.id, team=one.team or "no team", left_at=_day_after(one.active_until)) for one in routing.member
    )


def _stages_since(book: Book) -> dict[str, Instant]:
    return dict(
        book.all(
            "SELECT e.subject, max(e.at) FROM entries e JOIN leads l ON l.lead_id = e.subject"
            " WHERE e.kind = ? AND l.merged_into IS NULL AND e.data NOT LIKE ? GROUP BY e.subject",
            Kind.STAGE_CHANGED.value,
            '%"late":true%',
        )
    )


def _clusters(agreed: Agreed, leads: list[LeadNow]) -> tuple[tuple[str, ...], ...]:
    """Open leads of one person on one side, the one to keep first."""
    found = []
    by_side: defaultdict[Side, dict[str, LeadNow]] = defaultdict(dict)
    for lead in leads:
        by_side[lead.side][lead.lead_id] = lead
    for of_side in by_side.values():
        groups = dedupe(map(normal_lead, of_side.values()), agreed.matching.policy, of="person").groups
        for group in groups:
            best = reduce(lambda one, other: further(one, other)[0], (of_side[name] for name in group))
            found.append((best.lead_id, *(name for name in group if name != best.lead_id)))
    return tuple(sorted(found))


def _day_after(last: date | None) -> Instant | None:
    return None if last is None else instant(datetime.combine(last, time(), UTC)) + DAY
