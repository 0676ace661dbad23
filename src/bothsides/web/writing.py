"""Writes requests down, many in one transaction, and makes the answers that go out once it has ended well."""

from collections.abc import Iterator, Sequence
from typing import Any

from bothsides.leads.desk.happenings import Happening, Reached, key_of, record
from bothsides.leads.desk.happenings import refused as without_codes
from bothsides.leads.desk.taking import Taken, take
from bothsides.leads.intake import Lead, Refused
from bothsides.leads.intake.refusals import keep_refused
from bothsides.logbook import Book, latest
from bothsides.schema.instant import Instant
from bothsides.web.answer import Answer, said, wrong
from bothsides.web.job import Job
from bothsides.web.once import answered, remember
from bothsides.web.standing_desk import StandingDesk
from bothsides.web.told import refused_told

_NO_LEAD = "lead_id: no lead"


def write(desk: StandingDesk, jobs: Sequence[Job], *, now: Instant) -> list[Answer]:
    """The answers to these requests, in their order; all is written, or nothing. Two may not bear the same name.

    Their leads are taken in together. Raises what the database raises.
    """
    with desk.logbook.writing() as book:
        before = answered(book, (job.named for job in jobs if job.named is not None))
        fresh = [job for job in jobs if job.named is None or job.named.key not in before]
        facts = latest(book) if fresh else None
        snapshot = None if facts is None else facts.snapshot
        leads = [one for job in fresh for one in job.leads if isinstance(one, Lead)]
        taken = iter(take(book, desk.agreed, leads, now=now, snapshot=snapshot, actor="api"))
        answers, first = [], []
        for job in jobs:
            if job.named is not None and job.named.key in before:
                answers.append(before[job.named.key])
                continue
            answers.append(_answer(book, desk, job, taken, now=now, snapshot=snapshot))
            if job.named is not None:
                first.append((job.named, answers[-1]))
        remember(book, first, now=now)
    return answers


def _answer(
    book: Book, desk: StandingDesk, job: Job, taken: Iterator[Taken], *, now: Instant, snapshot: int | None
) -> Answer:
    results = [next(taken) if isinstance(one, Lead) else one for one in job.leads]
    told = _fitting(book, desk, job)
    if job.keeps:
        keep_refused(book, [one for one in (*results, *told) if isinstance(one, Refused)], now=now)
    if job.said is not None:
        return job.said
    if job.kind is not None:
        return _told(book, desk, job, told, now=now, snapshot=snapshot)
    return _leads(job, results)


def _leads(job: Job, results: Sequence[Taken | Refused]) -> Answer:
    if not job.one:
        return _listed([_kept(job, one) if isinstance(one, Refused) else _taken(one) for one in results], "taken")
    (result,) = results
    if isinstance(result, Refused):
        return _refused(job, result)
    return said(201 if result.outcome == "new" else 200, _taken(result))


def _taken(taken: Taken) -> dict[str, Any]:
    stands = taken.stands
    return {
        "lead_id": taken.lead_id,
        "outcome": taken.outcome,
        "stands_as": stands.lead_id,
        "stage": stands.stage.value,
        "score": stands.score,
        "band": None if stands.band is None else stands.band.value,
        "owner": stands.owner,
        "queue": stands.queue,
    }


def _told(
    book: Book,
    desk: StandingDesk,
    job: Job,
    told: Sequence[Happening | Refused],
    *,
    now: Instant,
    snapshot: int | None,
) -> Answer:
    happenings = [one for one in told if not isinstance(one, Refused)]
    keys = [key_of(one) for one in happenings]
    before = {key for (key,) in book.all("SELECT key FROM entries WHERE key {any}", keys)}
    record(book, desk.agreed, happenings, now=now, snapshot=snapshot)
    results: list[dict[str, Any]] = []
    for one in told:
        if isinstance(one, Refused):
            results.append(_kept(job, one))
            continue
        key = key_of(one)
        results.append({"outcome": "known" if key in before else "recorded"})
        before.add(key)
    if not job.one:
        return _listed(results, "recorded")
    (only,), (sent,) = told, job.told
    if not isinstance(only, Refused):
        return said(201 if results[0]["outcome"] == "recorded" else 200, results[0])
    if only is not sent and only.reasons[0].startswith(_NO_LEAD):
        return wrong(404, "no_such_lead", only.reasons[0], only.reasons)
    return _refused(job, only)


def _fitting(book: Book, desk: StandingDesk, job: Job) -> list[Happening | Refused]:
    """What is told; that of a lead that never came in, or without its agreed codes, is refused by itself."""
    kind = job.kind
    if kind is None:
        return []
    told = [one for one in job.told if not isinstance(one, Refused)]
    named = sorted({one.lead_id for one in told if not isinstance(one, Reached)})
    found = {name for (name,) in book.all("SELECT lead_id FROM leads WHERE lead_id {any}", named)} if named else set()
    reasons = {
        id(one): [f"{_NO_LEAD} {one.lead_id} has come in"]
        for one in told
        if not isinstance(one, Reached) and one.lead_id not in found
    }
    known = [one for one in told if id(one) not in reasons]
    for one, wrong_codes in without_codes(book, desk.agreed, known):
        reasons[id(one)] = [f"{code.field}: {code.value!r} {code.allowed}" for code in wrong_codes]
    return [
        refused_told(raw, kind, reasons[id(one)]) if id(one) in reasons else one
        for one, raw in zip(job.told, job.records, strict=True)
    ]


def _kept(job: Job, refused: Refused) -> dict[str, Any]:
    told: dict[str, Any] = {"outcome": "refused", "reasons": list(refused.reasons)}
    return {**told, "refused_id": refused.refused_id} if job.keeps else told


def _listed(results: Sequence[dict[str, Any]], good: str) -> Answer:
    """One answer for a list: each record's own outcome; an error where no record was any good."""
    refused = [(place, one) for place, one in enumerate(results) if one["outcome"] == "refused"]
    if len(refused) == len(results):
        reasons = [f"[{place}] {reason}" for place, one in refused for reason in one["reasons"]]
        return wrong(422, "refused", f"none of the {len(results)} records can be taken in", reasons)
    return said(200, {good: len(results) - len(refused), "refused": len(refused), "results": list(results)})


def _refused(job: Job, refused: Refused) -> Answer:
    more: dict[str, Any] = {"refused_id": refused.refused_id} if job.keeps else {}
    return wrong(422, "refused", "the record cannot be taken in", refused.reasons, **more)
