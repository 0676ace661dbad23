"""A person says that two leads are one, or that they were not: one transaction either way, and nothing is thrown away.

The kept lead is scored anew when time is next looked after: what follows from a merge is a decision of its own, so that
taking the merge back brings exactly what stood. Where something happened in between, both are scored at once when it is
taken back: each by its own fields and by the events that were told of it. What people did with the kept lead since
stays with it: touches, verdicts, stages, owners, and fields that its own source or somebody corrected. An event that
both were told of stays with both, whichever was told of it first.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from bothsides.identity.survivorship import merge
from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.candidates import identity_keys, keys_by, read_candidates
from bothsides.leads.desk.considering import consider, decays
from bothsides.leads.desk.giving_back import released
from bothsides.leads.desk.happenings import UnknownLead
from bothsides.leads.desk.merged_clocks import give_clocks_back, join_clocks
from bothsides.leads.desk.merged_events import absorbed_by, parted_events
from bothsides.leads.desk.merged_fields import fields_without, lines_of_fields
from bothsides.leads.desk.merged_keys import keys_below
from bothsides.leads.desk.standing import LeadNow, leads_by_id, normal_lead
from bothsides.leads.desk.taking import hold_intake, profile, recognised, stands_as
from bothsides.leads.desk.turns import read_turns
from bothsides.leads.desk.worth import ready_worth
from bothsides.leads.route import RoutingState
from bothsides.logbook import Book, Entry, Kind, set_timer, unset_named
from bothsides.schema.instant import Instant
from bothsides.schema.stage import LeadStage

_FAR = (
    LeadStage.VISITOR,
    LeadStage.LEAD,
    LeadStage.RECYCLED,
    LeadStage.MQL,
    LeadStage.SALES_QUALIFIED,
    LeadStage.OPPORTUNITY,
    LeadStage.CLOSED_LOST,
    LeadStage.CLOSED_WON,
)


def further(one: LeadNow, other: LeadNow) -> tuple[LeadNow, LeadNow]:
    """The one to keep and the one to take into it: open before closed, with an owner, further along, then the older."""
    first, second = sorted((one, other), key=lambda lead: (*(-part for part in _rank(lead)), *_age(lead)))
    return first, second


def merge_leads(
    book: Book, agreed: Agreed, kept_id: str, absorbed_id: str, *, who: str, why: str, now: Instant
) -> tuple[str, LeadNow]:
    """Takes one lead into the other; the key that takes it back, and the kept lead.

    Values go by the agreed survivorship. The absorbed lead's owner is relieved of it and gets the turn back where that
    is agreed for duplicates; what it did counts for the kept one; of two clocks for the same promise the one due first
    runs on, and a breach that is written stays with who it happened to. Raises UnknownLead, and ValueError for leads
    that cannot be one.
    """
    if not who.strip() or not why.strip():
        raise ValueError(f"who = {who!r}, why = {why!r}: a merge needs both")
    hold_intake(book)
    kept, absorbed = _two(book, kept_id, absorbed_id)
    _refuse(kept, absorbed)
    count = book.all("SELECT count(*) FROM entries WHERE kind = ? AND subject = ?", Kind.LEADS_MERGED.value, kept_id)
    key = f"merge:{kept_id}:{absorbed_id}:{count[0][0]}"
    timers = _timers(book, (kept_id, absorbed_id))
    fields_before, keys_before = dict(kept.fields), identity_keys(normal_lead(kept))
    data: dict[str, Any] = {"absorbed": absorbed_id, "fields_before": fields_before, "timers": timers}
    data |= {"absorbed_open": absorbed.is_open, "queue": absorbed.queue, "by_hand": True}
    merging = merge(profile(kept), profile(absorbed), agreed.matching.policy.survivorship)
    kept.fields = {name: held.value for name, held in merging.result.fields.items()}
    data["fields"] = kept.fields
    data["keys"] = [one for one in identity_keys(normal_lead(kept)) if one not in keys_before]
    data["choices"] = [[c.field, c.rule, c.stayed, c.gave_way] for c in merging.choices]
    seen = {event[:2] for event in kept.events}
    data["events"] = [list(event) for event in absorbed.events if event[:2] not in seen]
    data |= _touches(kept, absorbed)
    lines = _relieved(book, agreed, absorbed, data, now, who)
    clocks, data["clocks"] = join_clocks(book, agreed, kept, absorbed, key=key, now=now, who=who)
    lines += [*clocks, *(unset_named(purpose, absorbed_id, now=now) for purpose in timers[absorbed_id])]
    if kept.is_open:
        lines.append(set_timer("score", kept_id, now, now=now))
        lines += decays(agreed, kept, now) if kept.owner is not None else []
    lines.append(stands_as(absorbed_id, kept_id, key, now=now, who=who, why=why))
    # The merge is the last of its lines: whatever follows it in the lead's history came after it.
    lines.append(
        Entry(
            kind=Kind.LEADS_MERGED,
            subject=kept_id,
            at=now,
            data=data,
            key=key,
            actor=who,
            reason=why,
            policy=agreed.versions["matching"],
        )
    )
    book.post(lines, now=now)
    return key, kept


def undo_merge(
    book: Book, agreed: Agreed, key: str, *, who: str, why: str, now: Instant, snapshot: int | None = None
) -> tuple[LeadNow, LeadNow]:
    """Takes a merge back, by hand or by the desk; the kept lead and the other one, as they stand again.

    Both stand as they stood, and are scored by the facts of `snapshot` where something happened since. What people did
    with the kept lead since stays with it. Raises LookupError for a key that names no merge, and ValueError for one
    that was taken back already, lies under a later merge, or moved a promise that a later one moved again.
    """
    if not who.strip() or not why.strip():
        raise ValueError(f"who = {who!r}, why = {why!r}: taking a merge back needs both")
    hold_intake(book)
    seq, kept_id, told = _merge_line(book, key)
    absorbed_id = told["absorbed"]
    known = None
    if "timers" not in told:
        # Leads are held in one order and before turns are, so whoever may be of its company is read with the two.
        normal = normal_lead(leads_by_id(book, [absorbed_id], locked=False)[absorbed_id])
        keys, beside = keys_by(normal, agreed.matching), (kept_id, absorbed_id)
        known = read_candidates(book, [keys], agreed.matching, colleagues=agreed.asks_colleagues, beside=beside)
    leads = leads_by_id(book, [kept_id, absorbed_id])
    kept, absorbed = leads[kept_id], leads[absorbed_id]
    if kept.merged_into is not None:
        raise ValueError(f"{key}: its lead was merged in turn; first undo {_last_merge(book, kept_id)}")
    if later := _moved_again(book, kept_id, {name for name, _, _ in told.get("clocks", ())}, seq):
        raise ValueError(f"{key}: a later merge decided on the same promises; first undo {later}")
    (since,) = book.all("SELECT count(*) FROM entries WHERE subject = ? AND seq > ?", kept_id, seq)[0]
    turns = read_turns(book, agreed, now)
    parting = absorbed_by(book, absorbed_id)
    events = parted_events(book, kept_id, parting, seq=seq)
    kept.fields = fields_without(lines_of_fields(book, kept_id), kept_id, key, agreed.matching.policy.survivorship)
    data = _undone(agreed, kept, absorbed, told, turns)
    data |= _found_by(book, kept, absorbed, parting, told.get("keys", ()), seq)
    data |= {"events": events.given, "events_gone": events.gone, "touches": _touches_without(book, kept, absorbed)}
    lines = give_clocks_back(book, agreed, kept, told.get("clocks", ()), seq=seq, now=now, who=who)
    lines += _timers_again(kept, absorbed, told, now, untouched=since == 0)
    lines.append(stands_as(absorbed_id, absorbed_id, key, now=now, who=who, why=why, left=kept_id))
    lines.append(
        Entry(
            kind=Kind.MERGE_UNDONE,
            subject=kept_id,
            at=now,
            data=data,
            key=f"undone:{key}",
            actor=who,
            reason=why,
            policy=agreed.versions["matching"],
            reverses=key,
        )
    )
    book.post(lines, now=now)
    found = leads_by_id(book, [kept_id, absorbed_id])
    anew: dict[str, frozenset[str]] = {kept_id: frozenset()} if since else {}
    if known is not None:
        # It came in and went into the other at once: nobody has asked yet whose company it is, or what it is worth.
        book.post(recognised(agreed, found[absorbed_id], known, now=now, snapshot=snapshot), now=now)
        anew[absorbed_id] = frozenset(name for name, _, _ in found[absorbed_id].events)
    elif events.told or events.given or _corrected_since(book, absorbed_id, seq):
        anew[absorbed_id] = events.told
    _scored(book, agreed, found, anew, now=now, snapshot=snapshot)
    return found[kept_id], found[absorbed_id]


def _moved_again(book: Book, kept_id: str, clocks: Collection[str], seq: int) -> str | None:
    """The last merge since that stands and moved or ended one of the clocks: what they are is its to give back."""
    rows = book.all(
        "SELECT key, data FROM entries m WHERE subject = ? AND seq > ? AND kind = ?"
        " AND NOT EXISTS (SELECT 1 FROM entries u WHERE u.key = 'undone:' || m.key) ORDER BY seq DESC",
        kept_id,
        seq,
        Kind.LEADS_MERGED.value,
    )
    moved = ((key, {name for name, _, _ in orjson.loads(data).get("clocks", ())}) for key, data in rows)
    return next((str(key) for key, names in moved if not names.isdisjoint(clocks)), None)


def _last_merge(book: Book, absorbed_id: str) -> str:
    """The key of the merge by which the lead went into the one that stands for it."""
    rows = book.all(
        "SELECT data FROM entries WHERE subject = ? AND kind = ? ORDER BY seq DESC LIMIT 1",
        absorbed_id,
        Kind.STANDS_AS.value,
    )
    return str(orjson.loads(rows[0][0])["merge"])


def _corrected_since(book: Book, lead_id: str, seq: int) -> bool:
    lines = "SELECT 1 FROM entries WHERE subject = ? AND seq > ? AND kind = ? LIMIT 1"
    return book.one(lines, lead_id, seq, Kind.LEAD_CHANGED.value) is not None


def _scored(
    book: Book,
    agreed: Agreed,
    leads: Mapping[str, LeadNow],
    anew: Mapping[str, frozenset[str]],
    *,
    now: Instant,
    snapshot: int | None,
) -> None:
    """Scores the open ones of these leads as they stand now, with all that follows from it and from their news."""
    waiting = {name: news for name, news in anew.items() if leads[name].is_open}
    if not waiting:
        return
    ready_worth(book, agreed, snapshot)
    turns = read_turns(book, agreed, now)
    lines: list[Entry] = []
    for name, waked in waiting.items():
        lead = leads[name]
        lines.append(unset_named("score", lead.lead_id, now=now))
        lines += consider(agreed, lead, turns, now, snapshot=snapshot, waked_by=waked).entries
        lines += decays(agreed, lead, now) if lead.owner is not None else []
    book.post(lines, now=now)


def _rank(lead: LeadNow) -> tuple[int, int, int]:
    return int(lead.is_open), int(lead.owner is not None), _FAR.index(lead.stage)


def _age(lead: LeadNow) -> tuple[Instant, Instant, str]:
    return lead.created_at, lead.received_at, lead.lead_id


def _two(book: Book, kept_id: str, absorbed_id: str) -> tuple[LeadNow, LeadNow]:
    leads = leads_by_id(book, sorted({kept_id, absorbed_id}))
    for lead_id in (kept_id, absorbed_id):
        if lead_id not in leads:
            raise UnknownLead(f"lead {lead_id!r} never came in; bothsides leads lists those that did")
    return leads[kept_id], leads[absorbed_id]


def _refuse(kept: LeadNow, absorbed: LeadNow) -> None:
    one, other = kept.lead_id, absorbed.lead_id
    if one == other:
        raise ValueError(f"lead {one} cannot be merged with itself")
    if kept.side is not absorbed.side:
        raise ValueError(f"{one} is a {kept.side} and {other} a {absorbed.side}: a company on both sides has two leads")
    for lead in (kept, absorbed):
        if lead.merged_into is not None:
            raise ValueError(f"lead {lead.lead_id} was merged into {lead.merged_into} already")
    won = [lead.lead_id for lead in (kept, absorbed) if lead.stage is LeadStage.CLOSED_WON]
    if len(won) == 1:
        raise ValueError(
            f"lead {won[0]} was won: its deal stays with it, and {one if won[0] == other else other} apart"
        )
    if _rank(absorbed) > _rank(kept):
        raise ValueError(f"{other} is {_stands(absorbed)}, {one} only {_stands(kept)}: keep {other} and absorb {one}")


def _stands(lead: LeadNow) -> str:
    return f"in stage {lead.stage}, {'with ' + lead.owner if lead.owner else 'with nobody'}"


def _touches(kept: LeadNow, absorbed: LeadNow) -> dict[str, Any]:
    """The first and last touch of both together, and the attempts that the kept one gains."""
    firsts = [at for at in (kept.first_touch_at, absorbed.first_touch_at) if at is not None]
    lasts = [at for at in (kept.last_touch_at, absorbed.last_touch_at) if at is not None]
    kept.first_touch_at, kept.last_touch_at = min(firsts, default=None), max(lasts, default=None)
    kept.attempts += absorbed.attempts
    after = {"first_touch_at": kept.first_touch_at, "last_touch_at": kept.last_touch_at}
    return {"touches": after, "attempts": absorbed.attempts}


def _touches_without(book: Book, kept: LeadNow, absorbed: LeadNow) -> dict[str, Instant | None]:
    """The first and last touch of the kept lead and of those that stay with it."""
    others = "SELECT first_touch_at, last_touch_at FROM leads WHERE merged_into = ? AND lead_id <> ?"
    rows = book.all(others, kept.lead_id, absorbed.lead_id)
    told = "SELECT at, data FROM entries WHERE subject = ? AND kind = ?"
    for at, text in book.all(told, kept.lead_id, Kind.TOUCHED.value):
        data = orjson.loads(text)
        rows.append((at if "first_touch_at" in data else None, at if "last_touch_at" in data else None))
    return {
        "first_touch_at": min((first for first, _ in rows if first is not None), default=None),
        "last_touch_at": max((last for _, last in rows if last is not None), default=None),
    }


def _relieved(
    book: Book, agreed: Agreed, absorbed: LeadNow, data: dict[str, Any], now: Instant, who: str
) -> list[Entry]:
    """The lines that take the absorbed lead from its owner; what giving it back needs goes into the merge's data."""
    owner, given_at = absorbed.owner, absorbed.assigned_at
    if owner is None or not absorbed.is_open:
        return []
    row = book.one(
        "SELECT member, pool, rule, holdout, band FROM assignments WHERE lead_id = ? AND assigned_at = ?",
        absorbed.lead_id,
        given_at,
    )
    gave: dict[str, Any] = {"owner": owner, "pool": absorbed.pool, "lane": absorbed.lane}
    turns = read_turns(book, agreed, now)
    lines = released(
        agreed, absorbed, turns, now, reason="duplicate", queue=None, credit_for="duplicate", actor=who
    )  # fmt: skip
    told = lines[0].data
    if told.get("given_at") is not None and row is not None:
        names = ("member", "pool", "rule", "holdout", "band")
        gave |= {"given_at": given_at, "assignment": dict(zip(names, row, strict=True))}
    data["gave"] = {**gave, "day": told.get("day"), "turn": bool(told.get("places"))}
    return lines


def _timers(book: Book, ids: Sequence[str]) -> dict[str, dict[str, Instant]]:
    """The timers of each lead, by purpose."""
    found: dict[str, dict[str, Instant]] = {lead_id: {} for lead_id in ids}
    for subject, purpose, due_at in book.all(
        "SELECT subject, purpose, due_at FROM timers WHERE subject {any} ORDER BY purpose", list(ids)
    ):
        found[subject][purpose] = due_at
    return found


def _merge_line(book: Book, key: str) -> tuple[int, str, dict[str, Any]]:
    row = book.one("SELECT seq, kind, subject, data FROM entries WHERE key = ?", key)
    if row is None or row[1] != Kind.LEADS_MERGED.value:
        raise LookupError(f"no merge of leads {key!r}; bothsides merge lists those that stand")
    if undone := book.one("SELECT actor FROM entries WHERE key = ?", f"undone:{key}"):
        raise ValueError(f"{key} was taken back already, by {undone[0]}")
    return row[0], row[2], orjson.loads(row[3])


def _undone(
    agreed: Agreed, kept: LeadNow, absorbed: LeadNow, told: Mapping[str, Any], turns: RoutingState
) -> dict[str, Any]:
    """The data of the line that takes the merge back, but for the events and the identity keys."""
    gave, were = told.get("gave"), told["fields_before"]
    data: dict[str, Any] = {
        "absorbed": absorbed.lead_id,
        "absorbed_open": told.get("absorbed_open", True),
        "queue": told.get("queue"),
        "fields": kept.fields,
        "carried": sorted(name for name in {*were, *kept.fields} if were.get(name) != kept.fields.get(name)),
        "attempts": told.get("attempts", 0),
    }
    if gave is not None:
        data["gave"] = gave
        if gave["turn"]:
            data["places"] = _turn_taken(agreed, turns, gave["lane"], gave["owner"])
    return data


def _found_by(
    book: Book, kept: LeadNow, absorbed: LeadNow, parting: Sequence[str], brought: Sequence[str], seq: int
) -> dict[str, list[str]]:
    """The identity keys that either lead gains and loses when they are parted; `brought` came with the merge.

    The kept one is found by its own values again, also where corrections of the parting ones had put theirs in place of
    them, and by those of leads that stay with it. A value that the absorbed one's source corrected finds it no more.
    """
    own, others = identity_keys(normal_lead(kept)), keys_below(book, kept.lead_id, besides=parting)
    came, went = set(brought), set()
    for data in _corrections(book, kept.lead_id, seq):
        if data.get("absorbed") in parting:
            came |= set(data.get("keys", ()))
            went |= set(data.get("keys_gone", ()))
    was = dict(absorbed.fields)
    for data in reversed(_corrections(book, absorbed.lead_id, seq)):
        was |= data["before"]
    before = identity_keys(normal_lead(replace(absorbed, fields=was)))
    theirs = identity_keys(normal_lead(absorbed))
    held = {key for (key,) in book.all("SELECT identity_key FROM lead_keys WHERE lead_id = ?", kept.lead_id)}
    below = keys_below(book, absorbed.lead_id) if before != theirs else set()
    return {
        "keys": list(theirs),
        "keys_lost": [key for key in before if key not in theirs and key not in below],
        "keys_gone": sorted(came - others - set(own)),
        "keys_again": sorted((others & went | set(own)) - held),
    }


def _corrections(book: Book, lead_id: str, seq: int) -> list[dict[str, Any]]:
    """What was said of changes of the lead's values after that line, in their order."""
    lines = "SELECT data FROM entries WHERE subject = ? AND seq > ? AND kind = ? ORDER BY seq"
    return [orjson.loads(told) for (told,) in book.all(lines, lead_id, seq, Kind.LEAD_CHANGED.value)]


def _turn_taken(agreed: Agreed, turns: RoutingState, lane: str, owner: str) -> list[list[Any]]:
    """The place of an owner who has the turn again that was given back; none who left the pool since."""
    place, pool = turns.places_of(lane).get(owner), agreed.routing.pools.get(lane.partition("/")[0])
    step = next((seat.step for seat in pool.seats if seat.id == owner), 0) if pool is not None else 0
    if place is None or place.pointer is None or not step:
        return []
    if place.away and place.owed:
        return [[lane, owner, place.pointer, place.away, place.owed - 1]]
    return [[lane, owner, place.pointer + step, place.away, place.owed]]


def _timers_again(
    kept: LeadNow, absorbed: LeadNow, told: Mapping[str, Any], now: Instant, *, untouched: bool
) -> list[Entry]:
    """Timers as they stood; those of the kept lead only where nothing happened since, else it is scored anew."""
    was = told.get("timers")
    if was is None:
        return []
    lines = [set_timer(purpose, absorbed.lead_id, due, now=now) for purpose, due in was[absorbed.lead_id].items()]
    if not untouched:
        return lines
    before = was[kept.lead_id]
    for purpose in ("decay", "score"):
        line = (
            set_timer(purpose, kept.lead_id, before[purpose], now=now)
            if purpose in before
            else unset_named(purpose, kept.lead_id, now=now)
        )
        lines.append(line)
    return lines
