"""Sending what is due: each effect once per key whatever dies when, the gate before any send, limits, doubt, ends."""

import dataclasses
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bothsides.delivery import DeliveryPolicy, Effect, Outcome, Post, Recipient, compile_routes, deliver_due, dry_run
from bothsides.delivery.gate import PurposePolicy
from bothsides.delivery.limits import BreakerPolicy, BudgetPolicy
from bothsides.delivery.message import DELIVERED, Message, refused, retry, uncertain
from bothsides.delivery.policy import EmailPolicy, FilePolicy, RoutePolicy, WebhookPolicy
from bothsides.delivery.retry import RetryPolicy
from bothsides.delivery.templates import parse_template
from bothsides.schema.instant import HOUR
from tests.delivery.outbox import Clock, Died, MemoryOutbox, MemorySends, MemorySink, a_post, an_effect

MAIL = EmailPolicy(
    host="mail.example.com", sender="desk@example.com", unsubscribe_url="https://x.example/u/{recipient}"
)
TO_PEOPLE = DeliveryPolicy(
    email={"mail": MAIL},
    purpose={
        "news": PurposePolicy(kind="marketing", hours="any"),
        "sla": PurposePolicy(kind="internal", hours="any"),
        "order": PurposePolicy(kind="service", hours="any"),
    },
)


def hook_policy(**changes: object) -> DeliveryPolicy:
    hook = dataclasses.replace(WebhookPolicy(url="https://x.example"), **changes)
    return DeliveryPolicy(webhook={"hook": hook})


def a_mail(number: int = 1, purpose: str = "order", **more: object) -> Effect:
    payload = {"to": "ana@example.com", "purpose": purpose, "fields": {"company": "Acme"}, **more}
    return an_effect(number, sink="mail", payload=payload)


def run_out(outbox: MemoryOutbox, post: Post, clock: Clock, rounds: int = 60) -> None:
    """Tick until nothing waits."""
    for _ in range(rounds):
        deliver_due(outbox, post, clock=clock)
        if not {"waiting", "claimed"} & set(outbox.states().values()):
            return
        clock.now += 9 * HOUR


def test_what_is_due_is_sent_once_and_what_is_not_waits() -> None:
    outbox, sink, clock = MemoryOutbox(), MemorySink(), Clock()
    outbox.post(an_effect(1), an_effect(2, not_before=2_000_000))
    post = a_post({"hook": sink})
    assert deliver_due(outbox, post, clock=clock).counts == {"sent": 1}
    assert deliver_due(outbox, post, clock=clock).counts == {}
    assert outbox.states() == {"e1": "done", "e2": "waiting"}
    assert [(key, message.data) for key, message, _ in sink.sent] == [("key-1", {"n": 1})]


def test_a_worker_that_dies_at_any_step_loses_nothing_and_doubles_nothing() -> None:
    """Before and after every durable step, and between sending and marking, over five effects with two faults."""
    dry = MemoryOutbox()
    dry.post(*(an_effect(number) for number in range(5)))
    run_out(dry, a_post({"hook": MemorySink(answers=_faults())}), Clock())
    deaths = resent = 0
    for half_steps in range(2, 2 * dry.steps + 2):
        outbox, sink, clock = MemoryOutbox(dies_at=half_steps / 2), MemorySink(answers=_faults()), Clock()
        outbox.post(*(an_effect(number) for number in range(5)))
        post = a_post({"hook": sink})
        try:
            run_out(outbox, post, clock)
        except Died:
            deaths += 1
            clock.now += HOUR
            outbox.dies_at = -1
            run_out(outbox, post, clock)
        assert set(outbox.states().values()) == {"done"}, half_steps
        assert sink.effects == {f"key-{number}": 1 for number in range(5)}, half_steps
        resent += len(sink.sent) > 7
    assert deaths == 2 * dry.steps
    assert resent >= 5  # the deaths between send and mark did happen


def _faults() -> list[Outcome]:
    return [DELIVERED, uncertain("reset"), retry("busy")]


def _kept(way: Callable[[MemoryOutbox, MemorySink, Clock], None]) -> tuple[bool, bool]:
    """Whether the way loses, and whether it doubles, effects over every death."""
    lost = doubled = False
    for half_steps in range(2, 40):
        outbox, clock = MemoryOutbox(dies_at=half_steps / 2), Clock()
        sink = MemorySink()
        outbox.post(*(an_effect(number) for number in range(3)))
        for _ in range(4):
            try:
                way(outbox, sink, clock)
            except Died:
                outbox.dies_at = -1
            clock.now += HOUR
        keys = {key.partition("#")[0] for key in sink.effects}
        lost |= keys != {"key-0", "key-1", "key-2"}
        doubled |= sum(sink.effects.values()) > len(keys)
    return lost, doubled


def _mark_then_act(outbox: MemoryOutbox, sink: MemorySink, clock: Clock) -> None:
    for effect in outbox.claim(9, now=clock(), until=clock() + 300):
        outbox.done(effect, now=clock())
        sink.send(None, key=effect.key, now=clock(), timeout=1)


def _act_then_mark_without_key(outbox: MemoryOutbox, sink: MemorySink, clock: Clock) -> None:
    sink.idempotent = False
    for effect in outbox.claim(9, now=clock(), until=clock() + 300):
        sink.send(None, key=effect.key, now=clock(), timeout=1)
        outbox.done(effect, now=clock())


def _new_key_per_attempt(outbox: MemoryOutbox, sink: MemorySink, clock: Clock) -> None:
    for effect in outbox.claim(9, now=clock(), until=clock() + 300):
        outbox.begin(effect, now=clock())
        sink.send(None, key=f"{effect.key}#{clock()}", now=clock(), timeout=1)
        outbox.done(effect, now=clock())


def _ours(outbox: MemoryOutbox, sink: MemorySink, clock: Clock) -> None:
    deliver_due(outbox, a_post({"hook": sink}), clock=clock)


@pytest.mark.parametrize(
    ("way", "loses", "doubles"),
    [
        (_ours, False, False),
        (_mark_then_act, True, False),
        (_act_then_mark_without_key, False, True),
        (_new_key_per_attempt, False, True),
    ],
)
def test_the_naive_ways_fail_where_ours_holds(
    way: Callable[[MemoryOutbox, MemorySink, Clock], None], loses: bool, doubles: bool
) -> None:
    lost, doubled = _kept(way)
    assert (lost, doubled) == (loses, doubles)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(["ok", "retry", "doubt", "slow_down"]), max_size=25),
    st.lists(st.integers(2, 60), max_size=4),
    st.integers(1, 4),
)
def test_any_faults_and_deaths_end_with_each_effect_once(answers: list[str], deaths: list[int], most: int) -> None:
    said = {"ok": DELIVERED, "retry": retry("503"), "doubt": uncertain("reset"), "slow_down": retry("429", after=90)}
    outbox, clock = MemoryOutbox(), Clock()
    sink = MemorySink(answers=[said[answer] for answer in answers])
    outbox.post(*(an_effect(number) for number in range(4)))
    policy = DeliveryPolicy(retry=RetryPolicy(most_attempts=100, oldest_hours=9999))
    post = a_post({"hook": sink}, policy)
    for half_steps in [*deaths, -1]:
        outbox.dies_at = outbox.steps + half_steps / 2 if half_steps > 0 else -1
        for _ in range(60 if half_steps < 0 else 4):
            try:
                deliver_due(outbox, post, clock=clock, most=most)
            except Died:
                outbox.dies_at = -1
            clock.now += 9 * HOUR
    assert set(outbox.states().values()) == {"done"}
    assert sink.effects == {f"key-{number}": 1 for number in range(4)}


def test_a_second_worker_never_takes_what_is_claimed_and_the_late_first_one_changes_nothing() -> None:
    outbox, sink, clock = MemoryOutbox(), MemorySink(), Clock()
    outbox.post(an_effect())
    (early,) = outbox.claim(5, now=clock(), until=clock() + 60)
    assert deliver_due(outbox, a_post({"hook": sink}), clock=clock).counts == {}
    clock.now += 61
    assert deliver_due(outbox, a_post({"hook": sink}), clock=clock).counts == {"sent": 1}
    assert not outbox.retry(early, now=clock(), at=clock(), error="late")
    assert not outbox.begin(early, now=clock())
    assert outbox.states() == {"e1": "done"}


def test_a_send_that_could_outlast_its_claim_is_not_begun() -> None:
    outbox, clock = MemoryOutbox(), Clock()

    class Slow(MemorySink):
        def send(self, message, *, key, now, timeout):
            clock.now += 14
            return super().send(message, key=key, now=now, timeout=timeout)

    sink = Slow()
    outbox.post(*(an_effect(number) for number in range(5)))
    first = deliver_due(outbox, a_post({"hook": sink}), clock=clock, lease_seconds=40)
    assert first.counts == {"sent": 2, "wait": 3}
    assert {record.reason for record in first.handled if record.result == "wait"} == {"this round's time is over"}
    assert deliver_due(outbox, a_post({"hook": sink}), clock=clock).counts == {"sent": 3}


def test_mail_in_doubt_is_held_unless_resending_was_agreed() -> None:
    for on_uncertain, state, mails in (("hold", "held", 1), ("resend", "done", 2)):
        policy = dataclasses.replace(TO_PEOPLE, email={"mail": dataclasses.replace(MAIL, on_uncertain=on_uncertain)})
        outbox, clock = MemoryOutbox(), Clock()
        sink = MemorySink(idempotent=False, answers=[uncertain("no answer")])
        outbox.post(a_mail())
        run_out(outbox, a_post({"mail": sink}, policy), clock)
        assert outbox.states() == {"e1": state}
        assert len(sink.sent) == mails
        assert outbox.rows["e1"].error == ("in doubt: no answer" if state == "held" else "")


def test_mail_whose_worker_died_while_sending_is_held_but_not_its_neighbours() -> None:
    for dies_at in (2.5, 3):  # after begin, and before the mark
        outbox, sink, clock = MemoryOutbox(dies_at=dies_at), MemorySink(idempotent=False), Clock()
        outbox.post(a_mail(1), a_mail(2))
        with pytest.raises(Died):
            deliver_due(outbox, a_post({"mail": sink}, TO_PEOPLE), clock=clock)
        outbox.dies_at = -1
        clock.now += HOUR
        deliver_due(outbox, a_post({"mail": sink}, TO_PEOPLE), clock=clock)
        assert outbox.states() == {"e1": "held", "e2": "done"}
        assert "in doubt" in outbox.rows["e1"].error


def test_a_message_that_kills_its_worker_every_time_ends_among_the_dead() -> None:
    outbox, clock = MemoryOutbox(), Clock()

    class Deadly(MemorySink):
        def send(self, message, *, key, now, timeout):
            raise Died

    outbox.post(an_effect())
    post = a_post({"hook": Deadly()}, DeliveryPolicy(retry=RetryPolicy(most_attempts=4)))
    deaths = 0
    for _ in range(10):
        try:
            deliver_due(outbox, post, clock=clock)
        except Died:
            deaths += 1
        clock.now += HOUR
    assert deaths == 4
    assert outbox.states() == {"e1": "dead"}


def test_refusals_and_too_many_attempts_are_dead_letters_with_their_reason() -> None:
    outbox, clock = MemoryOutbox(), Clock()
    outbox.post(an_effect(1), an_effect(2))
    sink = MemorySink(answers=[refused("answered 422"), *[retry("answered 503")] * 99])
    policy = DeliveryPolicy(retry=RetryPolicy(most_attempts=5, oldest_hours=9999), breaker=BreakerPolicy(failures=99))
    run_out(outbox, a_post({"hook": sink}, policy), clock)
    assert outbox.states() == {"e1": "dead", "e2": "dead"}
    assert outbox.rows["e1"].error == "answered 422"
    assert outbox.rows["e2"].error == "given up after 5 attempts: answered 503"
    assert len(sink.sent) == 6


def test_one_message_that_cannot_be_made_is_held_and_the_others_go_on() -> None:
    """Whatever part of making it fails: the facts of its subject, its person, its route, its way out."""

    def fails(what: object) -> object:
        if "2" in str(what):
            raise OverflowError("date value out of range")
        return what

    def facts(effect: Effect) -> dict[str, object]:
        return {"of": fails(effect.effect_id)}

    def people(address: str) -> Recipient:
        return Recipient(address=str(fails(address)))

    mails = [a_mail(number, to=f"ana{number}@example.com") for number in (1, 2, 3)]
    unrouted = [an_effect(number, sink="", action="sla_breach") for number in (1, 2, 3)]
    route = RoutePolicy(action="sla_breach", sink="hook")
    routed = dataclasses.replace(a_post({"hook": MemorySink()}), routes=compile_routes(DeliveryPolicy(route=(route,))))
    to_people = a_post({"mail": MemorySink(idempotent=False)}, TO_PEOPLE)
    cases = [
        (mails, dataclasses.replace(to_people, facts=facts)),
        (mails, dataclasses.replace(to_people, people=people)),
        (unrouted, dataclasses.replace(routed, facts=facts)),
    ]
    for effects, post in cases:
        outbox = MemoryOutbox()
        outbox.post(*effects)
        foreseen = [plan.what for plan in dry_run(effects, post, now=Clock().now)]
        assert foreseen == ["send", "hold", "send"]
        deliver_due(outbox, post, clock=Clock())
        assert outbox.states()["e2"] == "held"
        assert outbox.rows["e2"].error == "it cannot be made: OverflowError: date value out of range"
        assert {outbox.states()["e1"], outbox.states()["e3"]} == {"done"}


def test_a_sink_that_fails_at_one_message_leaves_it_in_doubt_and_takes_the_others() -> None:
    class Fragile(MemorySink):
        def send(self, message: Message, *, key: str, now: int, timeout: float) -> Outcome:
            if key == "key-2":
                raise UnicodeEncodeError("ascii", "é", 0, 1, "ordinal not in range(128)")
            return super().send(message, key=key, now=now, timeout=timeout)

    outbox = MemoryOutbox()
    outbox.post(*(a_mail(number) for number in (1, 2, 3)))
    deliver_due(outbox, a_post({"mail": Fragile(idempotent=False)}, TO_PEOPLE), clock=Clock())
    assert outbox.states() == {"e1": "done", "e2": "held", "e3": "done"}
    assert outbox.rows["e2"].error.startswith("in doubt: the sink failed: UnicodeEncodeError")


def test_a_plea_to_wait_is_heard() -> None:
    outbox, clock = MemoryOutbox(), Clock()
    outbox.post(an_effect())
    sink = MemorySink(answers=[retry("429", after=3600)])
    deliver_due(outbox, a_post({"hook": sink}), clock=clock)
    clock.now += 3600
    deliver_due(outbox, a_post({"hook": sink}), clock=clock)
    assert len(sink.sent) == 1
    clock.now += 31
    deliver_due(outbox, a_post({"hook": sink}), clock=clock)
    assert len(sink.sent) == 2


def test_a_failing_sink_rests_then_one_message_probes_it_and_the_others_go_on() -> None:
    outbox, clock = MemoryOutbox(), Clock()
    bad, good = MemorySink(answers=[retry("no connection")] * 6), MemorySink()
    outbox.post(*(an_effect(number) for number in range(8)), an_effect(9, sink="other"))
    post = a_post({"hook": bad, "other": good}, DeliveryPolicy(breaker=BreakerPolicy(failures=5, rest_minutes=5)))
    first = deliver_due(outbox, post, clock=clock)
    assert first.counts == {"retry": 5, "sent": 1, "wait": 3}
    clock.now += 299
    assert deliver_due(outbox, post, clock=clock, breakers=first.breakers).counts == {"wait": 5}
    clock.now += 70
    probe = deliver_due(outbox, post, clock=clock, breakers=first.breakers)
    assert probe.counts["retry"] == 1
    assert "sent" not in probe.counts
    clock.now += 2 * HOUR
    assert deliver_due(outbox, post, clock=clock, breakers=probe.breakers).counts == {"sent": 8}


def test_the_budget_of_an_hour_is_never_exceeded_in_any_hour() -> None:
    outbox, clock, sink = MemoryOutbox(), Clock(), MemorySink()
    outbox.post(*(an_effect(number) for number in range(25)))
    policy = hook_policy(budget=BudgetPolicy(per_hour=10))
    sends = MemorySends()
    for _ in range(60):
        deliver_due(outbox, a_post({"hook": sink}, policy, sends=sends), clock=clock)
        clock.now += 311
    assert set(outbox.states().values()) == {"done"}
    moments = [now for _, _, now in sink.sent]
    assert max(sum(start <= now < start + HOUR for now in moments) for start in moments) == 10


@pytest.mark.parametrize(
    ("effect", "person", "state", "why"),
    [
        (a_mail(purpose="news"), Recipient(address="a"), "dropped", "no consent to news"),
        (a_mail(purpose="sla"), Recipient(address="a"), "dropped", "sla is for own staff only"),
        (a_mail(purpose="sla"), Recipient(address="a", staff=True), "done", ""),
        (a_mail(purpose="order"), Recipient(address="a", suppressed="all"), "dropped", "address is suppressed"),
        (a_mail(purpose="order", not_after=999_999), Recipient(address="a"), "dropped", "too late"),
        (a_mail(purpose="gift"), Recipient(address="a"), "held", "purpose 'gift' is not agreed; known: news, order"),
        (a_mail(purpose=""), Recipient(address="a"), "held", "purpose '' is not agreed"),
        (a_mail(purpose="order", to=""), Recipient(address="a"), "held", "nobody to send it to: no address"),
        (
            a_mail(purpose="order", fields={}),
            Recipient(address="a"),
            "held",
            "unknown field company; known here: lead, subject, to",
        ),
        (an_effect(sink="fax"), Recipient(address="a"), "held", "no sink is called 'fax'; known: mail"),
    ],
)
def test_nothing_passes_the_gate_that_should_not(effect: Effect, person: Recipient, state: str, why: str) -> None:
    outbox, sink = MemoryOutbox(), MemorySink(idempotent=False)
    outbox.post(effect)
    post = a_post({"mail": sink}, TO_PEOPLE, people=lambda _: person)
    deliver_due(outbox, post, clock=Clock())
    assert outbox.states() == {"e1": state}
    assert why in outbox.rows["e1"].error
    assert len(sink.sent) == (state == "done")


def test_a_person_gets_no_more_than_agreed_and_a_retry_does_not_count_against_itself() -> None:
    policy = dataclasses.replace(TO_PEOPLE, purpose={"order": PurposePolicy(kind="service", hours="any", most=2)})
    outbox, sink, clock = MemoryOutbox(), MemorySink(idempotent=False, answers=[retry("greylisted")]), Clock()
    outbox.post(*(a_mail(number) for number in range(3)))
    post = a_post({"mail": sink}, policy)
    deliver_due(outbox, post, clock=clock)
    clock.now += HOUR
    deliver_due(outbox, post, clock=clock)
    assert sorted(outbox.states().values()) == ["done", "done", "waiting"]
    assert next(iter(row.error for row in outbox.rows.values() if row.state == "waiting")) == (
        "at most 2 of order in 7 days"
    )
    clock.now += 7 * 24 * HOUR
    deliver_due(outbox, post, clock=clock)
    assert set(outbox.states().values()) == {"done"}


ROUTED = dataclasses.replace(
    TO_PEOPLE,
    file={"log": FilePolicy(path="x")},
    route=(
        RoutePolicy(action="clock_breached", sink="mail", purpose="sla", template="breach"),
        RoutePolicy(action="clock_breached", sink="log", when={"deal_size": ">= 50000"}),
        RoutePolicy(action="clock_breached", sink="mail", purpose="order"),
    ),
)


def a_routed_post(mail: MemorySink, log: MemorySink, deal_size: int = 70_000) -> Post:
    plain = a_post({"mail": mail, "log": log}, ROUTED, people=lambda address: Recipient(address=address, staff=True))
    return dataclasses.replace(
        plain,
        routes=compile_routes(ROUTED),
        address=lambda who: {"ana": "ana@acme.example"}.get(who, ""),
        facts=lambda effect: {"company": "Acme", "deal_size": deal_size},
        template=lambda name: parse_template(name, "Subject: {lead} {clause}\n\nDue {due}. Lead {subject}.\n"),
    )


def a_notice(to: str = "ana") -> Effect:
    payload = {"to": to, "clause": "first touch", "due_at": 1_774_747_800}
    return an_effect(1, action="clock_breached", sink="", payload=payload)


def test_an_effect_without_a_sink_takes_every_route_that_fits() -> None:
    outbox, mail, log, clock = MemoryOutbox(), MemorySink(idempotent=False), MemorySink(), Clock()
    outbox.post(a_notice())
    post = a_routed_post(mail, log)
    assert deliver_due(outbox, post, clock=clock).handled[0].reason == "mail, log"
    assert deliver_due(outbox, post, clock=clock).counts == {"sent": 2}
    assert outbox.states() == {"e1": "done", "e1:mail": "done", "e1:log": "done"}
    ((key, letter, _),), ((_, told, _),) = mail.sent, log.sent
    assert (key, letter.to, letter.title) == ("e1:mail", "ana@acme.example", "Acme first touch")
    assert letter.text == "Due 2026-03-29 01:30 UTC. Lead lead-1.\n"
    assert told.data == {"to": "ana", "clause": "first touch", "due_at": 1_774_747_800}


def test_routes_that_do_not_fit_and_people_without_an_address_are_told() -> None:
    outbox, mail, log, clock = MemoryOutbox(), MemorySink(), MemorySink(), Clock()
    outbox.post(a_notice("nobody"), an_effect(2, action="other", sink=""))
    post = a_routed_post(mail, log, deal_size=10)
    for _ in range(2):
        deliver_due(outbox, post, clock=clock)
    assert outbox.states() == {"e1": "done", "e1:mail": "held", "e2": "dropped"}
    assert outbox.rows["e1:mail"].error == "nobody to send it to: no address"
    assert outbox.rows["e2"].error == "no route for other"
    plans = dry_run([a_notice(), an_effect(2, action="other", sink="")], post, now=1_000_000)
    assert [(plan.effect.sink, plan.what) for plan in plans] == [("mail", "send"), ("", "drop")]


def test_a_dry_run_says_what_would_happen_and_touches_nothing() -> None:
    sink = MemorySink()
    sends = MemorySends()
    post = a_post({"mail": sink}, TO_PEOPLE, sends=sends)
    plans = dry_run([a_mail(1), a_mail(2, purpose="news"), an_effect(3)], post, now=1_000_000)
    assert [(plan.what, plan.reason) for plan in plans] == [
        ("send", ""),
        ("drop", "no consent to news"),
        ("hold", "no sink is called 'hook'; known: mail"),
    ]
    assert plans[0].message is not None
    assert plans[0].message.title == "Missed: Acme"
    assert not sink.sent
    assert not sends.rows
