"""Writes requests down, many in one transaction, and makes the answers that go out once it has ended well."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from bothsides.leads.desk.happenings import Did, tell
from bothsides.leads.desk.likely import events_heard, meant_otherwise
from bothsides.leads.desk.naming import named_or_known
from bothsides.leads.desk.taking import Taken, take
from bothsides.leads.desk.unfit import NO_LEAD, Unfit
from bothsides.leads.intake import Lead, Refused
from bothsides.leads.intake.refusals import keep_refused, superseded
from bothsides.logbook import Book, latest
from bothsides.schema.instant import Instant
from bothsides.web.answer import Answer, said, wrong
from bothsides.web.job import Job
from bothsides.web.once import answered, remember
from bothsides.web.standing_desk import StandingDesk
from bothsides.web.told import refused_told


def write(desk: StandingDesk, jobs: Sequence[Job], *, now: Instant) -> list[Answer]:
    """The answers to these requests, in their order; all is written, or nothing. Two may not bear the same name.

    Their leads are taken in together. Raises what the database raises.
    """
    with desk.logbook.writing() as book:
        before = answered(book, (job.named for job in jobs if job.named is not None))
        jobs = [replace(job, leads=named_or_known(book, job.leads)) if job.leads else job for job in jobs]
        fresh = [job for job in jobs if job.named is None or job.named.key not in before]
        facts = latest(book) if fresh else None
        snapshot = None if facts is None else facts.snapshot
        leads = [one for job in fresh for one in job.leads if isinstance(one, Lead)]
        taken = iter(take(book, desk.agreed, leads, now=now, snapshot=snapshot, actor="api"))
        _settle(book, desk, fresh)
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


def _settle(book: Book, desk: StandingDesk, jobs: Sequence[Job]) -> None:
    """What waited of the leads that came right now waits no more; what is refused beside them still does."""
    beside = {one.refused_id for job in jobs for one in job.leads if isinstance(one, Refused)}
    stand: dict[str, set[str]] = {}
    for one in (one for job in jobs for one in job.leads if isinstance(one, Lead) and one.has_key):
        stand.setdefault(one.source, set()).add(one.lead_id)
    for source in sorted(stand):
        way, workspace = desk.agreed.intake.named(source), desk.workspace.settings.name
        superseded(book, way, stand[source], workspace=workspace, beside=beside)


def _answer(
    book: Book, desk: StandingDesk, job: Job, taken: Iterator[Taken], *, now: Instant, snapshot: int | None
) -> Answer:
    results: Sequence[Taken | Refused] = [next(taken) if isinstance(one, Lead) else one for one in job.leads]
    outcomes = _told(book, desk, job, now=now, snapshot=snapshot)
    if job.keeps:
        keep_refused(book, [one for one in (*results, *outcomes) if isinstance(one, Refused)], now=now)
    if job.said is not None:
        return job.said
    heard = events_heard(desk.agreed)
    return _leads(job, results, heard) if job.kind is None else _happenings(job, outcomes, heard)


def _leads(job: Job, results: Sequence[Taken | Refused], heard: Collection[str]) -> Answer:
    told = [
        _kept(job, one) if isinstance(one, Refused) else _taken(one, lead, heard)
        for one, lead in zip(results, job.leads, strict=True)
    ]
    if not job.one:
        return _listed(told, "taken")
    (result,) = results
    if isinstance(result, Refused):
        return _refused(job, result)
    return said(201 if result.outcome == "new" else 200, told[0])


def _warnings(heard: Collection[str], events: Collection[str]) -> dict[str, list[str]]:
    """Of names that are probably wrong; nothing where all seem right."""
    found = meant_otherwise(heard, events)
    return {"warnings": found} if found else {}


def _taken(taken: Taken, lead: Lead | Refused, heard: Collection[str]) -> dict[str, Any]:
    stands = taken.stands
    events = {one.event for one in lead.events} if isinstance(lead, Lead) else set()
    return {
        "lead_id": taken.lead_id,
        "outcome": taken.outcome,
        "stands_as": stands.lead_id,
        "stage": stands.stage.value,
        "score": stands.score,
        "band": None if stands.band is None else stands.band.value,
        "owner": stands.owner,
        "queue": stands.queue,
        **_warnings(heard, events),
    }


def _told(
    book: Book, desk: StandingDesk, job: Job, *, now: Instant, snapshot: int | None
) -> list[Literal["recorded", "known"] | Refused]:
    """What became of each record that tells what happened; what cannot be taken is refused by itself."""
    kind = job.kind
    if kind is None:
        return []
    happenings = [one for one in job.told if not isinstance(one, Refused)]
    outcomes = iter(tell(book, desk.agreed, happenings, now=now, snapshot=snapshot))
    found: list[Literal["recorded", "known"] | Refused] = []
    for one, raw in zip(job.told, job.records, strict=True):
        outcome = one if isinstance(one, Refused) else next(outcomes)
        found.append(refused_told(raw, kind, _as_sent(outcome, raw)) if isinstance(outcome, Unfit) else outcome)
    return found


_NO_LEAD_OF_SOURCE = "id: no lead"


def _as_sent(unfit: Unfit, raw: object) -> tuple[str, ...]:
    """The reasons, a lead that never came in named as the caller named it: by our id, or by the source's own."""
    if not unfit.reasons[0].startswith(NO_LEAD) or not isinstance(raw, Mapping) or raw.get("lead_id") is not None:
        return unfit.reasons
    return (f"{_NO_LEAD_OF_SOURCE} {raw['id']!r} of the source {raw['source']!r} has come in",)


def _happenings(job: Job, outcomes: Sequence[Literal["recorded", "known"] | Refused], heard: Collection[str]) -> Answer:
    told = [
        _kept(job, outcome)
        if isinstance(outcome, Refused)
        else {"outcome": outcome, **_warnings(heard, [one.event] if isinstance(one, Did) else ())}
        for outcome, one in zip(outcomes, job.told, strict=True)
    ]
    if not job.one:
        return _listed(told, "recorded")
    (outcome,) = outcomes
    if not isinstance(outcome, Refused):
        return said(201 if outcome == "recorded" else 200, told[0])
    if outcome.reasons[0].startswith((NO_LEAD, _NO_LEAD_OF_SOURCE)):
        return wrong(404, "no_such_lead", outcome.reasons[0], outcome.reasons)
    return _refused(job, outcome)


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
