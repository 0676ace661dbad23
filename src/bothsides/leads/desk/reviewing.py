"""What only a person can say: whether two leads are one person, whose company a lead is, which accounts are one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from bothsides.identity import COMPARED, Normal, compare, normalise, roles
from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.merging import further, merge_leads, undo_merge
from bothsides.leads.desk.organizations import Known, accounts_of, known_accounts, without
from bothsides.leads.desk.standing import LeadNow, account_of, leads_and_finals, leads_by_id, normal_lead
from bothsides.leads.desk.taking import hold_intake
from bothsides.logbook import Book, Entry, Kind
from bothsides.logbook.tables import OF_MERGES
from bothsides.schema.instant import Instant

REVIEW = "identity_review"
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One field of two records and how far they agree in it."""

    field: str
    one: str
    other: str
    word: str
    """`same`, `close`, `different`, `unknown` and the other words of a comparison."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A party that the lead may be."""

    party_id: str
    kind: str
    """`lead` or `account`."""
    why: str
    """Why the rules did not say it without a person."""
    fields: tuple[Beside, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A question that waits: is this lead one of those?"""

    item: str
    lead_id: str
    question: str
    opened_at: Instant
    state: str
    rivals: tuple[Rival, ...]


def reviews(book: Book, agreed: Agreed, *, state: str = "open", limit: int = 100) -> list[Review]:
    """Identity reviews in that state, the oldest first, each with the records side by side."""
    rows = book.all(
        "SELECT item_id, subject, opened_at, state, data FROM agenda WHERE kind = ? AND state = ?"
        " ORDER BY opened_at, item_id LIMIT ?",
        REVIEW,
        state,
        limit,
    )
    contents = [orjson.loads(row[4]) for row in rows]
    parties = {party for content in contents for party, *_ in content["rivals"]} | {row[1] for row in rows}
    known = _normals(book, sorted(parties))
    return [_review(agreed, row, content, known) for row, content in zip(rows, contents, strict=True)]


def answer(
    book: Book,
    agreed: Agreed,
    item: str,
    verdict: str,
    *,
    who: str,
    why: str,
    now: Instant,
    party: str | None = None,
) -> str | None:
    """Writes down a person's answer and does what it means; the key of the merge where two leads became one.

    `party` says which of several rivals it is. Raises LookupError for an item that does not wait, and ValueError for an
    answer that is not yes or no, or that leaves open which rival is meant.
    """
    if verdict not in (YES, NO):
        raise ValueError(f"{verdict!r} must be yes or no")
    row = book.one("SELECT subject, state, data FROM agenda WHERE item_id = ? AND kind = ?", item, REVIEW)
    if row is None or row[1] != "open":
        said = "was decided already: " + row[1] if row else "is no identity review"
        raise LookupError(f"{item!r} {said}; bothsides merge lists those that wait")
    content = orjson.loads(row[2])
    key = None
    if verdict == YES:
        rival = _meant(item, [one[0] for one in content["rivals"]], party)
        key = _same(book, agreed, row[0], rival, who=who, why=why, now=now)
    book.post([closing(item, row[0], verdict, who=who, why=why, now=now, merge=key)], now=now)
    return key


def answered_by(book: Book, one: str, other: str, *, merge: str, who: str, why: str, now: Instant) -> int:
    """Closes the open reviews that ask just whether these two leads are one, which a person said by that merge; how
    many."""
    rows = book.all("SELECT item_id, subject, data FROM agenda WHERE kind = ? AND state = 'open'", REVIEW)
    lines = [
        closing(item, subject, YES, who=who, why=why, now=now, merge=merge)
        for item, subject, data in rows
        if subject in (one, other) and {subject, *(rival[0] for rival in orjson.loads(data)["rivals"])} == {one, other}
    ]
    book.post(lines, now=now)
    return len(lines)


def closing(item: str, subject: str, decision: str, *, who: str, why: str, now: Instant, **more: object) -> Entry:
    """The line that closes an item of the agenda. Raises ValueError without a name or a reason."""
    if not who.strip() or not why.strip():
        raise ValueError(f"who = {who!r}, why = {why!r}: a decision needs both")
    data = {"item": item, "decision": decision, **{name: value for name, value in more.items() if value is not None}}
    return Entry(
        kind=Kind.AGENDA_CLOSED, subject=subject, at=now, data=data, key=f"decided:{item}", actor=who, reason=why
    )


def link_accounts(book: Book, first: str, second: str, *, who: str, why: str, now: Instant) -> str:
    """Writes down that two known accounts are one organisation; the key that takes it back.

    From then on a lead of one is known to the owner of the other. Raises LookupError for an account that the warehouse
    never told of, and ValueError where they are one already.
    """
    if not who.strip() or not why.strip():
        raise ValueError(f"who = {who!r}, why = {why!r}: saying that accounts are one needs both")
    known = known_accounts(book, [first, second])
    for name in (first, second):
        if name not in known:
            raise LookupError(f"no known account {name!r}; accounts come from the warehouse with bothsides sync")
    ours, theirs = known[first].organization, known[second].organization
    if ours == theirs:
        raise ValueError(f"{first} and {second} are one organisation already, {ours}")
    moved = sorted({first, second, *accounts_of(book, theirs)})
    (count,) = book.all(f"SELECT count(*) FROM entries WHERE {OF_MERGES} AND kind = ?", Kind.ACCOUNTS_LINKED.value)[0]
    key = f"link:{first}:{second}:{count}"
    data = {
        "links": [[name, ours] for name in moved],
        "organization": ours,
    }
    book.post(
        [Entry(kind=Kind.ACCOUNTS_LINKED, subject=first, at=now, data=data, key=key, actor=who, reason=why)], now=now
    )
    return key


def undo(book: Book, agreed: Agreed, key: str, *, who: str, why: str, now: Instant, snapshot: int | None = None) -> str:
    """Takes a merge of leads or a link of accounts back; which of the two it was.

    Links of accounts may go in any order: those that stand hold as if the one had never been made.

    Raises LookupError for a key that names neither, and ValueError for what was taken back already.
    """
    row = book.one("SELECT kind, subject FROM entries WHERE key = ?", key)
    if row is None or row[0] != Kind.ACCOUNTS_LINKED.value:
        undo_merge(book, agreed, key, who=who, why=why, now=now, snapshot=snapshot)
        return "leads"
    if book.one("SELECT 1 FROM entries WHERE key = ?", f"undone:{key}"):
        raise ValueError(f"{key} was taken back already")
    line = Entry(
        kind=Kind.ACCOUNTS_LINKED,
        subject=row[1],
        at=now,
        data={"links": without(book, key)},
        key=f"undone:{key}",
        actor=who,
        reason=why,
        reverses=key,
    )
    book.post([line], now=now)
    return "accounts"


def _same(book: Book, agreed: Agreed, lead_id: str, rival: str, *, who: str, why: str, now: Instant) -> str | None:
    hold_intake(book)
    leads = leads_and_finals(book, [lead_id, rival])
    lead = _final(leads, lead_id)
    if rival in leads:
        other = _final(leads, rival)
        if other is lead:
            return None
        kept, absorbed = further(lead, other)
        return merge_leads(book, agreed, kept.lead_id, absorbed.lead_id, who=who, why=why, now=now)[0]
    if rival not in (found := known_accounts(book, [rival])):
        raise LookupError(f"account {rival!r} is not known any more; answer no, or sync the warehouse")
    data = _company(book, agreed, lead, found[rival])
    line = Entry(
        kind=Kind.LEAD_MATCHED,
        subject=lead.lead_id,
        at=now,
        data={**data, "rule": "a person's decision", "decided_by": who, "rivals": []},
        actor=who,
        reason=why,
        policy=agreed.versions["matching"],
    )
    book.post([line], now=now)
    return None


def _company(book: Book, agreed: Agreed, lead: LeadNow, said: Known) -> dict[str, Any]:
    """What the lead knows by the account that it is: who owns the one in its own role, and who the one in the other."""
    company = {**accounts_of(book, said.organization), said.account_id: said}
    parties = [
        normalise(account_of(name, one.told | {"organization_id": one.organization})) for name, one in company.items()
    ]
    chosen = next(one for one in parties if one.party.party_id == said.account_id)
    own, other = roles(normal_lead(lead), chosen, parties, agreed.matching)
    known = {
        "organization_id": said.organization,
        "other_side_owner": other and other.owner_id,
        "account_owner": own and own.owner_id,
        "open_deal_owner": own.owner_id if own and own.open_deals else None,
    }
    return {
        "account": own and own.party_id,
        "organization": said.organization,
        "parent": chosen.party.parent_id,
        "other_side": other and other.party_id,
        "known": dict(lead.known) | {name: value for name, value in known.items() if value},
    }


def _final(leads: Mapping[str, LeadNow], lead_id: str) -> LeadNow:
    lead = leads[lead_id]
    while lead.merged_into is not None:
        lead = leads[lead.merged_into]
    return lead


def _meant(item: str, rivals: Sequence[str], party: str | None) -> str:
    if party is None and len(rivals) == 1:
        return rivals[0]
    if party in rivals:
        return str(party)
    raise ValueError(f"{item}: which one? {party or 'nothing'!r} must be one of {', '.join(rivals)}")


def _normals(book: Book, ids: Sequence[str]) -> dict[str, tuple[str, Normal]]:
    found = {lead_id: ("lead", normal_lead(lead)) for lead_id, lead in leads_by_id(book, ids, locked=False).items()}
    for name, known in known_accounts(book, [one for one in ids if one not in found]).items():
        found[name] = ("account", normalise(account_of(name, known.told)))
    return found


def _review(
    agreed: Agreed, row: Sequence[Any], content: Mapping[str, Any], known: Mapping[str, tuple[str, Normal]]
) -> Review:
    item, subject, opened_at, state, _ = row
    rivals = []
    for party, _, why in content["rivals"]:
        kind, other = known.get(party, ("gone", None))
        fields = beside(agreed, known[subject][1], other) if other is not None and subject in known else ()
        rivals.append(Rival(party_id=party, kind=kind, why=why, fields=fields))
    return Review(
        item=item, lead_id=subject, question=content["question"], opened_at=opened_at, state=state, rivals=tuple(rivals)
    )


def beside(agreed: Agreed, one: Normal, other: Normal) -> tuple[Beside, ...]:
    """Both records field by field, as they are compared, with the word for how far they agree."""
    words = compare(one, other, agreed.matching.closeness).words()
    return tuple(
        Beside(field=name, one=_shown(one, name), other=_shown(other, name), word=words[name])
        for name in COMPARED
        if _shown(one, name) or _shown(other, name)
    )


def _shown(normal: Normal, name: str) -> str:
    if name == "domain":
        return ", ".join(normal.domains)
    return str(getattr(normal, name))
