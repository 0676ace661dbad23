"""Considers one lead: scores it, bands it, gives it to somebody and starts what is owed to it. Pure, but for the lead
and the turns it is handed, which it moves."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bothsides.leads.decay import cool_down_ends, decay_due, may_reenter
from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.clockwork import start_clocks, still_to_keep
from bothsides.leads.desk.effects import notice
from bothsides.leads.desk.standing import LeadNow
from bothsides.leads.desk.turns import moved_places
from bothsides.leads.desk.worth import add_worth, told_worth, worth_of
from bothsides.leads.models.seen import add_events
from bothsides.leads.quality import Priority
from bothsides.leads.route import Decision, Destination, RoutingState, route
from bothsides.leads.score import Band, CompiledCard, Event, Score, decided, next_change, score
from bothsides.leads.sla.clocks import Clock
from bothsides.leads.sla.policy import ClockKind
from bothsides.logbook import Entry, Kind, set_timer, unset_named
from bothsides.schema.instant import Instant
from bothsides.schema.stage import LeadStage

COOL_DOWN = "cool_down"
"""The purpose of the timer that brings a recycled lead back; its subject is the lead."""

_BEFORE_SALES = frozenset({LeadStage.LEAD, LeadStage.RECYCLED})
"""Stages in which nobody of sales has the lead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """What considering a lead brought."""

    entries: tuple[Entry, ...]
    score: Score | None
    decision: Decision | None = None


def consider(
    agreed: Agreed,
    lead: LeadNow,
    turns: RoutingState,
    now: Instant,
    *,
    snapshot: int | None = None,
    waked_by: Collection[str] = (),
    left_out: Collection[str] = (),
) -> Considered:
    """The lead's score and band now and, where its band is sales' and nobody has it, whom it goes to.

    `waked_by` are the events that ask for it: one of them may bring a recycled lead back before its cool-down ends,
    and a lost one back at all.
    A side without a live card is not scored: its leads are routed as they come.
    """
    entries: list[Entry] = []
    if lead.stage is LeadStage.CLOSED_LOST and not agreed.decay.asks_back.isdisjoint(waked_by):
        entries.append(_reopened(lead, now))
    facts = lead.facts
    scored = _scored(agreed, lead, facts, now, entries, snapshot)
    decision = None
    if _waits_for_sales(agreed, lead, now, waked_by):
        facts["band"] = None if lead.band is None else lead.band.value
        if lead.band in (None, Band.SALES):
            decision = route(agreed.routing, facts, lead.lead_id, turns, now, left_out=left_out)
            _routed(agreed, lead, facts, decision, turns, now, entries, snapshot)
        else:
            _sent(lead, lead.band, now, entries, agreed.versions["scoring"])
    if scored is not None and lead.events and lead.owner is None and lead.is_open:
        # With an owner it is the owner's to judge; until then decay may move it to another band by itself.
        change = next_change(scored, facts, _did(agreed, lead, now), banded=True)
        if change is not None:
            entries.append(set_timer("score", lead.lead_id, change.due_at, now=now))
    return Considered(entries=tuple(entries), score=scored, decision=decision)


def _scored(
    agreed: Agreed, lead: LeadNow, facts: dict[str, Any], now: Instant, entries: list[Entry], snapshot: int | None
) -> Score | None:
    card = agreed.cards.get(lead.side)
    if card is None:
        _worth(agreed, lead, facts, snapshot, None)
        return None
    beside = agreed.shadows.get(lead.side, ())
    did = _did(agreed, lead, now)
    for one in (card, *beside):
        add_events(one, facts, did, now)
    found = score(card, facts, did, now, was=lead.stood)
    band = decided(found.band, lead.override, now).band
    worth = _worth(agreed, lead, facts, snapshot, found.probability, band=band.value)
    moved = (found.points, band, found.earned, found.grade) != (lead.score, lead.band, lead.earned, lead.grade)
    if moved or lead.score is None or (worth is not None and worth.money.minor != lead.priority):
        line = _score_line(agreed, lead, found, band, beside, facts, now, snapshot)
        entries.append(line if worth is None else replace(line, data={**line.data, **told_worth(worth)}))
    if worth is not None:
        lead.priority = worth.money.minor
    lead.score, lead.band, lead.earned, lead.grade = found.points, band, found.earned, found.grade
    lead.win_chance = found.probability
    return found


def _did(agreed: Agreed, lead: LeadNow, now: Instant) -> list[Event]:
    return lead.did(now, ahead=agreed.intake.clock_ahead_seconds)


def _worth(
    agreed: Agreed,
    lead: LeadNow,
    facts: dict[str, Any],
    snapshot: int | None,
    win_chance: float | None,
    *,
    band: str = "",
) -> Priority | None:
    """The lead's worth, and in the facts what routes may test of it."""
    found = worth_of(agreed, lead, snapshot, win_chance, band=band)
    if found is not None and snapshot is not None and (ready := agreed.qualities[snapshot]) is not None:
        add_worth(facts, found, ready)
    return found


def score_line(agreed: Agreed, lead: LeadNow, now: Instant) -> Entry | None:
    """The lead's score as it is now with that of the cards beside it; it moves nothing. None without a card."""
    entries: list[Entry] = []
    standing = replace(lead, score=None)
    _scored(agreed, standing, standing.facts, now, entries, None)
    return entries[0] if entries else None


def _score_line(
    agreed: Agreed,
    lead: LeadNow,
    found: Score,
    band: Band,
    beside: Sequence[CompiledCard],
    facts: dict[str, Any],
    now: Instant,
    snapshot: int | None,
) -> Entry:
    data: dict[str, Any] = {
        "score": found.points,
        "band": band.value,
        "machine": found.band.value,
        "earned": found.earned.value,
        "grade": found.grade,
        "win_chance": found.probability,
        "reasons": [[reason.code, reason.points, reason.text] for reason in found.reasons],
        "hot": [sign.hot.code for sign in found.hot],
        "card": found.version,
    }
    if beside:
        data["shadow"] = [_shadowed(score(card, facts, _did(agreed, lead, now), now)) for card in beside]
    version = agreed.versions["scoring"]
    return Entry(kind=Kind.SCORED, subject=lead.lead_id, at=now, data=data, policy=version, snapshot=snapshot)


def _shadowed(found: Score) -> dict[str, Any]:
    """What a card that decides nothing gives; `model` is the version of its fitted points."""
    fitted = found.card.card.fitted
    return {
        "card": found.version,
        "model": None if fitted is None else fitted.version,
        "score": found.points,
        "band": found.band.value,
        "win_chance": found.probability,
    }


def _reopened(lead: LeadNow, now: Instant) -> Entry:
    """A lost lead that asks for somebody is a lead again; who had it is known, and may be asked first."""
    data = {"stage": LeadStage.LEAD.value, "from": lead.stage.value, "owner": lead.owner, "reopens": True}
    lead.stage, lead.is_open = LeadStage.LEAD, True
    if lead.owner is not None:
        lead.known["company_lead_owner"] = lead.owner
    lead.owner = lead.pool = lead.lane = lead.round_at = None
    return Entry(kind=Kind.STAGE_CHANGED, subject=lead.lead_id, at=now, data=data, reason="asked again")


def _waits_for_sales(agreed: Agreed, lead: LeadNow, now: Instant, waked_by: Collection[str]) -> bool:
    if lead.owner is not None or not lead.is_open or lead.merged_into is not None or lead.stage not in _BEFORE_SALES:
        return False
    if lead.stage is LeadStage.LEAD:
        return True
    return any(may_reenter(lead.round, agreed.decay, now, event=event).allowed for event in (None, *waked_by))


def _sent(lead: LeadNow, band: Band, now: Instant, entries: list[Entry], version: str) -> None:
    """To the automated way of its band, unless it is there."""
    if lead.queue != band.value:
        lead.queue = band.value
        entries.append(
            Entry(
                kind=Kind.QUEUED,
                subject=lead.lead_id,
                at=now,
                data={"queue": band.value, "to": band.value},
                policy=version,
            )
        )


def _routed(
    agreed: Agreed,
    lead: LeadNow,
    facts: dict[str, Any],
    decision: Decision,
    turns: RoutingState,
    now: Instant,
    entries: list[Entry],
    snapshot: int | None,
) -> None:
    version = agreed.versions["routing"]
    if decision.to in (Destination.SELF_SERVE, Destination.NURTURE, Destination.SUPPLY_RECRUIT):
        lead.queue = decision.to.value
        data = {
            "queue": decision.to.value,
            "to": decision.to.value,
            "rule": decision.rule,
            "trace": list(decision.trace),
        }
        entries.append(
            Entry(kind=Kind.QUEUED, subject=lead.lead_id, at=now, data=data, policy=version, snapshot=snapshot)
        )
        return
    entries.append(
        Entry(
            kind=Kind.STAGE_CHANGED,
            subject=lead.lead_id,
            at=now,
            data={"stage": LeadStage.MQL.value, "from": lead.stage.value},
            policy=agreed.versions["scoring"],
        )
    )
    if lead.stage is LeadStage.RECYCLED:
        entries.append(unset_named(COOL_DOWN, lead.lead_id, now=now))
    lead.stage = LeadStage.MQL
    if decision.owner is None:
        lead.queue, lead.pool = decision.queue, decision.pool
        data = {
            "queue": decision.queue,
            "to": decision.to.value,
            "pool": decision.pool,
            "rule": decision.rule,
            "trace": list(decision.trace),
        }
        entries.append(
            Entry(kind=Kind.QUEUED, subject=lead.lead_id, at=now, data=data, policy=version, snapshot=snapshot)
        )
        return
    entries += assigned(agreed, lead, facts, decision, turns, now, snapshot=snapshot)


def assigned(
    agreed: Agreed,
    lead: LeadNow,
    facts: dict[str, Any],
    decision: Decision,
    turns: RoutingState,
    now: Instant,
    *,
    snapshot: int | None = None,
    silent: bool = False,
    clocks: Sequence[Clock] = (),
) -> list[Entry]:
    """The lines that give the lead to its owner, start its clocks and its decay.

    `silent` says that the owner before stayed silent, which counts towards the reassignments of the round. `clocks`
    are those that the lead has of its round so far: they go on, and whoever calls tells them the new owner.

    A lead that was given before in this very second has its clocks named by more than the second.
    """
    owner = decision.owner
    before, new_round, given_before = lead.owner, lead.round_at is None, lead.assigned_at
    round_at = now if lead.round_at is None else lead.round_at
    apart = f":{lead.recycles}:{lead.reassignments}:{len(lead.events)}" if given_before == now else ""
    lead.reassignments = lead.reassignments + silent if not new_round else 0
    lead.owner, lead.pool, lead.lane, lead.queue = owner, decision.pool, decision.lane, None
    lead.assigned_at, lead.round_at = now, round_at
    facts["owner"] = owner
    data: dict[str, Any] = {
        "owner": owner,
        "pool": decision.pool,
        "lane": decision.lane,
        "rule": decision.rule,
        "known_by": decision.known_by,
        "holdout": decision.holdout,
        "candidates": decision.candidates,
        "band": None if lead.band is None else lead.band.value,
        "from": before,
        "day": agreed.routing.days.start(now),
        "round_at": round_at,
        "reassignments": lead.reassignments,
        "places": moved_places(decision.changed, turns),
        "trace": list(decision.trace),
    }
    version = agreed.versions["routing"]
    lines = [Entry(kind=Kind.ASSIGNED, subject=lead.lead_id, at=now, data=data, policy=version, snapshot=snapshot)]
    if new_round:
        # Another host's clock may be ahead of this one's.
        acted_at = min(lead.created_at, now) if lead.recycles == 0 and given_before is None else None
        lines += start_clocks(
            agreed, "assigned", lead.lead_id, facts, now, key=f"{round_at}{apart}", acted_at=acted_at, owner=owner
        )
    elif lead.last_touch_at is None or lead.last_touch_at < round_at:
        # What the owner before missed stays missed; whoever has the untouched lead now owes a first touch of their own.
        # A promise that is not due yet is not made twice: it passes to them as it runs.
        lines += start_clocks(
            agreed, "assigned", lead.lead_id, facts, now, key=f"{round_at}:{now}{apart}", owner=owner,
            kinds=(ClockKind.FIRST_TOUCH,), left_out={clock.clause.name for clock in still_to_keep(clocks, now)},
        )  # fmt: skip
    if "lead_assigned" in agreed.heard:
        told = re.sub(r"[^A-Za-z0-9_-]", "-", owner or "")
        lines.append(notice("lead_assigned", lead.lead_id, owner, now, key=f"{lead.lead_id}:{now}:{told}", once=False))
    lines += decays(agreed, lead, now)
    return lines


def decays(agreed: Agreed, lead: LeadNow, now: Instant) -> list[Entry]:
    """The line that sets when the lead goes back unless it is touched; none where it does not decay."""
    standing = lead.round
    due = decay_due(standing, agreed.decay, agreed.hours_of(lead.owner))
    return [] if due is None else [set_timer("decay", lead.lead_id, due, now=now)]


def decays_anew(agreed: Agreed, lead: LeadNow, before: Mapping[str, Any], now: Instant) -> list[Entry]:
    """The same for an owned lead of whose fields one changed that the rules of decay ask for."""
    moved = any(before.get(name) != lead.fields.get(name) for name in agreed.decay.asks_for)
    return decays(agreed, lead, now) if moved and lead.owner is not None and lead.is_open else []


def cools(agreed: Agreed, lead: LeadNow, now: Instant) -> list[Entry]:
    """The line that sets when a lead that went back is looked at again; none for one that only a person brings back."""
    ends = cool_down_ends(lead.round, agreed.decay)
    return [] if ends is None else [set_timer(COOL_DOWN, lead.lead_id, max(ends, now), now=now)]
