"""The outbox in the logbook, in both databases: each effect once, whoever dies; the journal tells the same story."""

import dataclasses
from collections.abc import Callable

import pytest

from bothsides.delivery import Effect, deliver_due
from bothsides.delivery.journal_outbox import BEGUN, JournalOutbox
from bothsides.delivery.message import retry, uncertain
from bothsides.logbook import Entry, Kind, Logbook, rebuild, standing
from bothsides.schema.instant import HOUR
from tests.delivery.outbox import Clock, Died, MemorySink, a_post

START = 1_000_000


def request(logbook: Logbook, *numbers: int, sink: str = "hook") -> None:
    entries = [
        Entry(
            kind=Kind.EFFECT_REQUESTED,
            subject=f"lead-{number}",
            at=START,
            data={"effect": f"e{number}", "action": "sla_breach", "sink": sink, "payload": {"data": {"n": number}}},
        )
        for number in numbers
    ]
    with logbook.writing() as book:
        book.post(entries, now=START)


def states(logbook: Logbook) -> dict[str, tuple[str, int, str | None]]:
    with logbook.reading() as book:
        rows = book.all("SELECT effect_id, state, attempts, last_error FROM outbox")
    return {effect_id: (state, attempts, error) for effect_id, state, attempts, error in rows}


def assert_the_journal_tells_the_same(logbook: Logbook) -> None:
    if logbook.dialect == "postgresql":
        return  # any other transaction of the server keeps the latest lines from being read by `rebuild` for a while
    with logbook.writing() as book:
        stood = standing(book)
        rebuild(book)
        assert standing(book)["outbox"] == stood["outbox"]


def test_from_request_to_delivery(logbook: Logbook) -> None:
    request(logbook, 1, 2)
    outbox, clock = JournalOutbox(logbook=logbook), Clock(START)
    sink = MemorySink(answers=[retry("busy")])
    post = a_post({"hook": sink})
    assert deliver_due(outbox, post, clock=clock).counts == {"retry": 1, "sent": 1}
    assert states(logbook) == {"e1": ("waiting", 1, "busy"), "e2": ("done", 1, None)}
    clock.now += HOUR
    assert deliver_due(outbox, post, clock=clock).counts == {"sent": 1}
    assert states(logbook)["e1"] == ("done", 2, None)
    assert [(key, message.data) for key, message, _ in sink.sent] == [
        ("e1", {"n": 1}),
        ("e2", {"n": 2}),
        ("e1", {"n": 1}),
    ]
    assert_the_journal_tells_the_same(logbook)
    with logbook.reading() as book:
        told = [(line.kind, line.data.get("state"), line.reason) for line in book.history("lead-1")]
    assert told == [
        ("effect_requested", None, ""),
        ("effect_settled", "waiting", BEGUN),
        ("effect_settled", "waiting", "busy"),
        ("effect_settled", "waiting", BEGUN),
        ("effect_settled", "done", ""),
    ]


def test_each_end_is_written(logbook: Logbook) -> None:
    request(logbook, 1, 2, 3)
    outbox = JournalOutbox(logbook=logbook)
    one, two, three = outbox.claim(9, now=START, until=START + 60)
    assert outbox.hold(one, now=START, error="in doubt")
    assert outbox.dead(two, now=START, error="refused")
    assert outbox.drop(three, now=START, reason="unsubscribed")
    assert states(logbook) == {
        "e1": ("held", 0, "in doubt"),
        "e2": ("dead", 0, "refused"),
        "e3": ("dropped", 0, "unsubscribed"),
    }
    assert not outbox.claim(9, now=START + HOUR, until=START + 2 * HOUR)
    assert_the_journal_tells_the_same(logbook)


def test_an_effect_without_a_sink_is_done_by_its_parts(logbook: Logbook) -> None:
    request(logbook, 1, sink="")
    outbox = JournalOutbox(logbook=logbook)
    (effect,) = outbox.claim(9, now=START, until=START + 60)
    parts = [dataclasses.replace(effect, effect_id=f"e1:{sink}", key=f"e1:{sink}", sink=sink) for sink in ("a", "b")]
    assert outbox.split(effect, parts, now=START)
    assert not outbox.split(effect, parts, now=START)
    assert [(part.key, part.sink, part.payload) for part in outbox.claim(9, now=START, until=START + 60)] == [
        ("e1:a", "a", {"data": {"n": 1}}),
        ("e1:b", "b", {"data": {"n": 1}}),
    ]
    assert states(logbook)["e1"] == ("done", 0, None)


def test_a_late_worker_changes_nothing(logbook: Logbook) -> None:
    request(logbook, 1)
    outbox = JournalOutbox(logbook=logbook)
    (early,) = outbox.claim(5, now=START, until=START + 60)
    assert outbox.begin(early, now=START)
    assert not outbox.claim(5, now=START + 59, until=START + 100)
    (later,) = outbox.claim(5, now=START + 60, until=START + 120)
    assert (early.interrupted, later.interrupted, later.attempts) == (False, True, 1)
    for step in (
        lambda: outbox.begin(early, now=START + 61),
        lambda: outbox.done(early, now=START + 61),
        lambda: outbox.retry(early, now=START + 61, at=START, error="x"),
    ):
        assert not step()
    assert outbox.done(later, now=START + 62)
    assert not outbox.done(later, now=START + 63)
    assert states(logbook) == {"e1": ("done", 1, None)}


class Mortal(JournalOutbox):
    """Dies before or after its n-th step."""

    __slots__ = ("dies_at", "steps")

    def arm(self, dies_at: float) -> "Mortal":
        object.__setattr__(self, "steps", 0)
        object.__setattr__(self, "dies_at", dies_at)
        return self

    def _step(self, work: Callable[[], object]) -> object:
        object.__setattr__(self, "steps", self.steps + 1)
        if self.dies_at == self.steps:
            raise Died
        found = work()
        if self.dies_at == self.steps + 0.5:
            raise Died
        return found

    def claim(self, most: int, **words: int) -> object:
        return self._step(lambda: JournalOutbox.claim(self, most, **words))

    def begin(self, effect: Effect, **words: int) -> object:
        return self._step(lambda: JournalOutbox.begin(self, effect, **words))

    def done(self, effect: Effect, **words: int) -> object:
        return self._step(lambda: JournalOutbox.done(self, effect, **words))

    def retry(self, effect: Effect, **words: object) -> object:
        return self._step(lambda: JournalOutbox.retry(self, effect, **words))


def test_a_worker_that_dies_at_any_step_loses_nothing_and_doubles_nothing(logbook: Logbook) -> None:
    clock, deaths, doubled = Clock(START), 0, 0
    for half_steps in range(2, 22):
        names = [half_steps * 10 + number for number in range(3)]
        request(logbook, *names)
        sink = MemorySink(answers=[uncertain("reset")])
        post = a_post({"hook": sink})
        try:
            deliver_due(Mortal(logbook=logbook).arm(half_steps / 2), post, clock=clock)
        except Died:
            deaths += 1
        for _ in range(3):
            clock.now += HOUR
            deliver_due(JournalOutbox(logbook=logbook), post, clock=clock)
        doubled += len(sink.sent) > 4
        assert sink.effects == {f"e{name}": 1 for name in names}, half_steps
    assert {state for state, _, _ in states(logbook).values()} == {"done"}
    assert deaths >= 12
    assert doubled == 2  # deaths between the send and its mark, which only the key made harmless
    assert_the_journal_tells_the_same(logbook)


def test_mail_in_doubt_after_a_death_is_held(logbook: Logbook) -> None:
    request(logbook, 1, 2)
    clock = Clock(START)
    sink = MemorySink(idempotent=False)
    post = a_post({"hook": sink})
    with pytest.raises(Died):
        deliver_due(Mortal(logbook=logbook).arm(2.5), post, clock=clock)
    clock.now += HOUR
    assert deliver_due(JournalOutbox(logbook=logbook), post, clock=clock).counts == {"held": 1, "sent": 1}
    assert states(logbook)["e1"] == ("held", 1, "in doubt: its worker died while it was being sent")
