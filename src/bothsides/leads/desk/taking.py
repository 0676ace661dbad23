"""Takes leads in: who they are, what they are worth, whose they become; all in the caller's one transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from bothsides.identity import Match, Normal, compare, match
from bothsides.identity.survivorship import Held, Profile, merge
from bothsides.leads.desk.agreed import COLLEAGUE, Agreed
from bothsides.leads.desk.candidates import Candidates, Keys, identity_keys, keys_by, read_candidates
from bothsides.leads.desk.considering import consider, decays_anew
from bothsides.leads.desk.merged_events import absorbing, brought, shared
from bothsides.leads.desk.merged_keys import keys_below, keys_of_leads
from bothsides.leads.desk.standing import LeadNow, leads_by_id, normal_lead, with_merged
from bothsides.leads.desk.turns import read_turns
from bothsides.leads.desk.worth import ready_worth
from bothsides.leads.intake import Event, Lead
from bothsides.leads.route import RoutingState
from bothsides.leads.score import Event as ScoredEvent
from bothsides.logbook import Book, Entry, Kind
from bothsides.schema.instant import Instant

Outcome = Literal["new", "merged", "known", "changed"]

_INTAKE = 6243673


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of one lead."""

    lead_id: str
    outcome: Outcome
    """`new`; `merged` into the lead of the same person; `known` as it is; `changed` by what came now."""
    stands: LeadNow
    """The lead that stands for it, as it stands now."""


@dataclass(slots=True, kw_only=True)
class _Work:
    """One batch on its way."""

    agreed: Agreed
    now: Instant
    snapshot: int | None
    candidates: Candidates
    turns: RoutingState
    entries: list[Entry]
    said: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What sources said last of leads, field by field, as far as it was asked for."""
    absorbing: set[str] = field(default_factory=set)
    """Leads that others have gone into."""


def take(
    book: Book, agreed: Agreed, leads: Sequence[Lead], *, now: Instant, snapshot: int | None = None, actor: str = "desk"
) -> list[Taken]:
    """Takes the leads in, in their order, and posts what that means. A lead that came before is taken once.

    One call may bring one lead or thousands: both go the same way.
    """
    if not leads:
        return []
    # Two leads of one company that come at the same moment must see each other.
    book.hold(_INTAKE)
    came = "SELECT lead_id FROM leads WHERE lead_id {any}"
    before = {name for (name,) in book.all(came, sorted({lead.lead_id for lead in leads}))}
    fresh: dict[str, tuple[LeadNow, Normal, Keys]] = {}
    for lead in leads:
        if lead.lead_id not in before and lead.lead_id not in fresh:
            standing = _standing(lead, now)
            normal = normal_lead(standing)
            fresh[lead.lead_id] = standing, normal, keys_by(normal, agreed.matching)
    ready_worth(book, agreed, snapshot)
    asked = [keys for _, _, keys in fresh.values()]
    found = read_candidates(book, asked, agreed.matching, colleagues=agreed.asks_colleagues, beside=before)
    known = with_merged(book, leads_by_id(book, sorted(before)))
    found.leads |= known
    work = _Work(
        agreed=agreed,
        now=now,
        snapshot=snapshot,
        candidates=found,
        turns=read_turns(book, agreed, now),
        entries=[],
        absorbing=absorbing(book, sorted(known)),
    )
    taken = []
    for lead in leads:
        if lead.lead_id in fresh:
            taken.append(_new(work, lead, *fresh.pop(lead.lead_id), actor))
        else:
            taken.append(_again(work, lead, work.candidates.leads[lead.lead_id], actor))
    book.post(work.entries, now=now)
    return taken


def _standing(lead: Lead, now: Instant) -> LeadNow:
    return LeadNow(
        lead_id=lead.lead_id,
        side=lead.side,
        source=lead.source,
        created_at=lead.created_at,
        received_at=now,
        fields=dict(lead.fields),
        events=[(event.event, event.occurred_at, event.amount) for event in _once(lead.events)],
    )


def _once(events: Iterable[Event]) -> list[Event]:
    """The events, each name at one moment once: the first told counts, as where it is told again later."""
    found: dict[tuple[str, Instant], Event] = {}
    for event in events:
        found.setdefault((event.event, event.occurred_at), event)
    return list(found.values())


def _new(work: _Work, lead: Lead, standing: LeadNow, normal: Normal, found_by: Keys, actor: str) -> Taken:
    twin, keys = _twin(work, standing, normal, found_by), found_by.all
    work.said[lead.lead_id] = dict(lead.fields)
    received = Entry(
        kind=Kind.LEAD_RECEIVED,
        subject=lead.lead_id,
        at=lead.created_at,
        data={
            "side": lead.side.value,
            "source": lead.source,
            "fields": dict(standing.fields),
            "received_at": work.now,
            "keys": () if twin else keys,
        },
        key=f"{lead.lead_id}:received",
        actor=actor,
    )
    work.entries.append(received)
    if twin is not None:
        return _merged(work, lead, standing, normal, *twin, keys)
    work.entries += _events(lead.lead_id, lead)
    _recognise(work, standing, normal, found_by.company)
    work.candidates.add(standing, normal, keys)
    considered = consider(work.agreed, standing, work.turns, work.now, snapshot=work.snapshot, waked_by=_names(lead))
    work.entries += considered.entries
    return Taken(lead_id=lead.lead_id, outcome="new", stands=standing)


def _twin(work: _Work, standing: LeadNow, normal: Normal, keys: Keys) -> tuple[LeadNow, dict[str, Any]] | None:
    """The open lead of the same person on the same side, which goes on, and why the two are one."""
    held = work.candidates.open_on(standing.side, keys.person, work.agreed.matching)
    if not held:
        return None
    found = match(normal, held, work.agreed.matching, of="person")
    if found.outcome == "review":
        _review(work, standing, found, "same person?")
    if found.outcome != "match" or found.matched_id is None:
        return None
    other = next(one for one in held if one.party.party_id == found.matched_id)
    stands = work.candidates.final(found.matched_id)
    asked = next(rule.when for rule in work.agreed.matching.policy.person_rule if rule.name == found.rule)
    words = compare(normal, other, work.agreed.matching.closeness).words()
    why = {"decided_by": found.decided_by, "agrees": {name: words[name] for name in asked}, "rule": found.rule}
    return work.candidates.whole(stands), why


def _recognise(work: _Work, standing: LeadNow, normal: Normal, keys: Sequence[str]) -> None:
    """Which known account the lead's company is by these keys, and who knows it already."""
    data: dict[str, Any] = {"account": None}
    matching = work.agreed.matching
    if accounts := work.candidates.accounts(keys, matching):
        found = match(normal, accounts, matching, of="company")
        if found.outcome == "review":
            _review(work, standing, found, "same company?")
        elif found.outcome == "match":
            data = _account(work, standing, found)
    if work.agreed.asks_colleagues and (owned := work.candidates.owned(keys, matching)):
        found = match(normal, [other for _, other in owned.values()], matching, of="company")
        if found.outcome == "match" and found.matched_id:
            standing.known[COLLEAGUE] = owned[found.matched_id][0]
            data["company_lead"] = found.matched_id
    if standing.known:
        work.entries.append(
            Entry(
                kind=Kind.LEAD_MATCHED,
                subject=standing.lead_id,
                at=work.now,
                data={**data, "known": dict(standing.known)},
                policy=work.agreed.versions["matching"],
                snapshot=work.snapshot,
            )
        )


def _account(work: _Work, standing: LeadNow, found: Match) -> dict[str, Any]:
    """The account's part in the line of the match; the lead learns who owns the account."""
    account = found.account_id
    standing.account_id = account
    known: dict[str, Any] = {"organization_id": found.organization_id, "other_side_owner": found.cross_role_owner_id}
    if account is not None:
        party = work.candidates.normals[account].party
        known["account_owner"] = party.owner_id
        if party.open_deals:
            known["open_deal_owner"] = party.owner_id
    standing.known |= {name: value for name, value in known.items() if value is not None}
    return {
        "account": account,
        "organization": found.organization_id,
        "parent": found.parent_id,
        "other_side": found.cross_role_id,
        "rule": found.rule,
        "decided_by": found.decided_by,
        "rivals": [[rival.party_id, rival.rule, rival.why_not] for rival in found.rivals],
        "self_dealing": list(found.self_dealing),
    }


def _review(work: _Work, standing: LeadNow, found: Match, question: str) -> None:
    """Somebody is to decide; the lead goes its way meanwhile."""
    item = f"review:{standing.lead_id}:{question}"
    rivals: dict[str, list[str]] = {}
    for rival in found.rivals:
        stands = work.candidates.final(rival.party_id)
        rivals.setdefault(stands, [stands, rival.rule, rival.why_not])
    content = {"question": question, "rivals": list(rivals.values())}
    work.entries.append(
        Entry(
            kind=Kind.AGENDA_OPENED,
            subject=standing.lead_id,
            at=work.now,
            data={"item": item, "kind": "identity_review", "content": content},
            key=item,
            policy=work.agreed.versions["matching"],
        )
    )


def _merged(
    work: _Work,
    lead: Lead,
    standing: LeadNow,
    normal: Normal,
    twin: LeadNow,
    why: Mapping[str, Any],
    keys: Sequence[str],
) -> Taken:
    """The new lead goes into the open one: its values by survivorship, its events with their own time."""
    merging = merge(profile(twin), profile(standing), work.agreed.matching.policy.survivorship)
    before, seen = dict(twin.fields), {event[:2] for event in twin.events}
    twin.fields = {name: held.value for name, held in merging.result.fields.items()}
    work.candidates.changed(twin)
    both = dict.fromkeys((*keys, *identity_keys(work.candidates.normals[twin.lead_id])))
    key = f"merge:{twin.lead_id}:{lead.lead_id}"
    work.entries.append(
        Entry(
            kind=Kind.LEADS_MERGED,
            subject=twin.lead_id,
            at=work.now,
            data={
                **why,
                "absorbed": lead.lead_id,
                "fields": twin.fields,
                "fields_before": before,
                "keys": work.candidates.hold(twin.lead_id, tuple(both)),
                "choices": [[c.field, c.rule, c.stayed, c.gave_way] for c in merging.choices],
                "events": [list(event) for event in standing.events if event[:2] not in seen],
            },
            key=key,
            reason=why["rule"],
            policy=work.agreed.versions["matching"],
        )
    )
    work.entries.append(stands_as(lead.lead_id, twin.lead_id, key, now=work.now))
    work.entries += [
        event_line(lead.lead_id if (name, at) in seen else twin.lead_id, name, at, amount, told_of=lead.lead_id)
        for name, at, amount in standing.events
    ]
    twin.events += [event for event in standing.events if (event[0], event[1]) not in seen]
    standing.merged_into, standing.is_open = twin.lead_id, False
    work.absorbing.add(twin.lead_id)
    work.candidates.absorb(twin.lead_id, standing, normal)
    work.entries += consider(
        work.agreed, twin, work.turns, work.now, snapshot=work.snapshot, waked_by=_names(lead)
    ).entries
    work.entries += decays_anew(work.agreed, twin, before, work.now)
    return Taken(lead_id=lead.lead_id, outcome="merged", stands=twin)


def _again(work: _Work, lead: Lead, standing: LeadNow, actor: str) -> Taken:
    """A lead that came before: its source may have corrected it, or it did something since."""
    target = work.candidates.whole(work.candidates.final(standing.lead_id))
    changed = _corrected(work, lead, standing, target) if lead.has_key else {}
    moved = {name: value for name, value in changed.items() if target.fields.get(name) != value}
    stood = target.fields
    told = _told(work, lead, standing)
    seen = {event[:2] for event in target.events}
    news = [event for event in told if event[:2] not in seen]
    if again := _told_too(work, standing, [event for event in told if event[:2] in seen]):
        work.entries += [event_line(standing.lead_id, *event) for event in again]
        has = {event[:2] for event in standing.events}
        standing.events += [event for event in again if event[:2] not in has]
    if target is not standing:
        standing.events += news
    if changed:
        work.said[lead.lead_id] |= changed
        was = standing.fields
        _change(work, standing, {**was, **changed}, {"changed": changed}, actor)
        if target is not standing and moved:
            _carry_over(work, standing, was, target, moved, actor)
    if not moved and not news:
        return Taken(lead_id=lead.lead_id, outcome="known", stands=target)
    target.events += news
    work.entries += [event_line(target.lead_id, *event, told_of=standing.lead_id) for event in news]
    waked = frozenset(name for name, _, _ in news)
    work.entries += consider(work.agreed, target, work.turns, work.now, snapshot=work.snapshot, waked_by=waked).entries
    work.entries += decays_anew(work.agreed, target, stood, work.now)
    return Taken(lead_id=lead.lead_id, outcome="changed", stands=target)


def _told(work: _Work, lead: Lead, standing: LeadNow) -> list[ScoredEvent]:
    """The events, each once; one without a moment of its own keeps that at which its record brought it before."""
    found: dict[tuple[str, Instant], ScoredEvent] = {}
    for one in lead.events:
        at = one.occurred_at if one.is_dated or not lead.has_key else _brought_at(work, standing, one)
        found.setdefault((one.event, at), (one.event, at, one.amount))
    return list(found.values())


def _brought_at(work: _Work, standing: LeadNow, one: Event) -> Instant:
    if standing.lead_id not in work.absorbing:
        # What came with the lead's first telling needs no look at the journal.
        own = {event[:2] for event in standing.events}
        for at in (one.occurred_at, standing.created_at, standing.received_at):
            if (one.event, at) in own:
                return at
    before = brought(work.candidates.book, standing, work.entries, now=work.now)
    moments = [at for name, at in before if name == one.event]
    return one.occurred_at if one.occurred_at in moments else min(moments, default=one.occurred_at)


def _told_too(work: _Work, standing: LeadNow, told: Sequence[ScoredEvent]) -> list[ScoredEvent]:
    """Of what is no news, what the lead was not told of itself until now."""
    if standing.lead_id not in work.absorbing:
        own = {event[:2] for event in standing.events}
        return [event for event in told if event[:2] not in own]
    return shared(work.candidates.book, standing, told, work.entries) if told else []


def _change(work: _Work, lead: LeadNow, fields: dict[str, Any], told: Mapping[str, Any], actor: str) -> None:
    """The lead with these fields, found by them from now on; by what it was called no more, unless a lead that went
    into it is called so.
    """
    before = identity_keys(normal_lead(lead))
    differs = [name for name, value in fields.items() if lead.fields.get(name) != value]
    data = {"before": {name: lead.fields.get(name) for name in differs}, **told, "fields": fields}
    lead.fields = fields
    after = identity_keys(normal_lead(lead))
    data["keys"] = [key for key in after if key not in before]
    gone = [key for key in before if key not in after]
    theirs = _keys_of_absorbed(work, lead) if gone else set()
    data["keys_gone"] = [key for key in gone if key not in theirs]
    work.candidates.leave(lead.lead_id, data["keys_gone"])
    work.candidates.join(lead.lead_id, data["keys"])
    work.entries.append(Entry(kind=Kind.LEAD_CHANGED, subject=lead.lead_id, at=work.now, data=data, actor=actor))
    work.candidates.changed(lead)


def _keys_of_absorbed(work: _Work, lead: LeadNow) -> set[str]:
    """The keys of leads that went into it, those of this batch among them."""
    if lead.lead_id not in work.absorbing:
        return set()
    return keys_below(work.candidates.book, lead.lead_id) | keys_of_leads(work.candidates.taken_into(lead))


def _carry_over(
    work: _Work, absorbed: LeadNow, was: Mapping[str, Any], target: LeadNow, changed: Mapping[str, Any], actor: str
) -> None:
    """A correction of a lead that was merged reaches the one that stands for it: a value that it had brought is
    corrected there too, beside one that the other had itself it is weighed by the agreed survivorship.
    """
    if target.lead_id not in work.said:
        work.said[target.lead_id] = _said(work.candidates.book, target.lead_id)
    own = work.said[target.lead_id]
    brought = {name for name in changed if name not in own and target.fields.get(name) == was.get(name)}
    held, told = profile(target), {name: Held(value=value, at=work.now) for name, value in changed.items()}
    kept = Profile(
        party_id=held.party_id, fields={name: value for name, value in held.fields.items() if name not in brought}
    )
    news = Profile(party_id=absorbed.lead_id, fields=told)
    merged = merge(kept, news, work.agreed.matching.policy.survivorship).result
    fields = {name: one.value for name, one in merged.fields.items()}
    if fields != target.fields:
        _change(work, target, fields, {"absorbed": absorbed.lead_id}, actor)


def _corrected(work: _Work, lead: Lead, standing: LeadNow, target: LeadNow) -> dict[str, Any]:
    """The fields of which the source says something else than stands and than it said before.

    What it merely says again is no correction: a value that came by a merge, a fix or from somebody else stays. What
    it says for the first time is its lead's own, also where it stands already by a merge that may be taken back.
    """
    by_merge = standing.lead_id in work.absorbing
    asked = {
        name: value
        for name, value in lead.fields.items()
        if by_merge or target.fields.get(name) != value or standing.fields.get(name) != value
    }
    if not asked:
        return asked
    if lead.lead_id not in work.said:
        work.said[lead.lead_id] = _said(work.candidates.book, lead.lead_id)
    before = work.said[lead.lead_id]
    return {name: value for name, value in asked.items() if name not in before or before[name] != value}


def _said(book: Book, lead_id: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for kind, told in book.all(
        "SELECT kind, data FROM entries WHERE subject = ? AND kind {any} ORDER BY seq",
        lead_id,
        [Kind.LEAD_RECEIVED.value, Kind.LEAD_CHANGED.value],
    ):
        data = orjson.loads(told)
        found |= data["fields"] if kind == Kind.LEAD_RECEIVED.value else data.get("changed", {})
    return found


def profile(lead: LeadNow) -> Profile:
    """The lead's values as survivorship weighs them."""
    return Profile(
        party_id=lead.lead_id,
        fields={name: Held(value=value, at=lead.received_at) for name, value in lead.fields.items()},
    )


def _events(lead_id: str, lead: Lead) -> list[Entry]:
    return [event_line(lead_id, event.event, event.occurred_at, event.amount) for event in _once(lead.events)]


def event_line(
    lead_id: str, event: str, at: Instant, amount: float, *, key: str | None = None, told_of: str | None = None
) -> Entry:
    """The line that tells what a lead did; `told_of` is the lead that it was told of, which may have gone into it."""
    data: dict[str, Any] = {"event": event, "amount": amount}
    if told_of not in (None, lead_id):
        data["of"] = told_of
    return Entry(kind=Kind.EVENT_SEEN, subject=lead_id, at=at, data=data, key=key)


def hold_intake(book: Book) -> None:
    """Nobody takes leads in until the transaction ends: who is whom does not change meanwhile.

    On PostgreSQL this is held before leads are, and those before the turns of pools, by everybody who needs several.
    """
    book.hold(_INTAKE)


def recognised(agreed: Agreed, lead: LeadNow, known: Candidates, *, now: Instant, snapshot: int | None) -> list[Entry]:
    """The lines that say whose company a lead is that never asked, since it went into another when it came in."""
    work = _Work(agreed=agreed, now=now, snapshot=snapshot, candidates=known, turns=RoutingState(), entries=[])
    normal = normal_lead(lead)
    _recognise(work, lead, normal, keys_by(normal, agreed.matching).company)
    return work.entries


def stands_as(
    lead_id: str, other: str, merge: str, *, now: Instant, who: str = "desk", why: str = "", left: str | None = None
) -> Entry:
    """The line in a lead's own history that says which lead stands for it; `left` is the one that did so until now."""
    data = {"lead": other, "merge": merge, "left": left}
    return Entry(kind=Kind.STANDS_AS, subject=lead_id, at=now, data=data, actor=who, reason=why)


def _names(lead: Lead) -> Collection[str]:
    return frozenset(event.event for event in lead.events)
