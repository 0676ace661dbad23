"""The journal in both databases: what is written stays, once; what it amounts to follows in the same transaction."""

import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bothsides.logbook import AlreadyWritten, Entry, Kind, Logbook, rebuild, standing
from bothsides.logbook.entry import MEANINGS
from bothsides.logbook.projection import _FOLDS, HISTORY_ONLY
from bothsides.logbook.tables import FOLDED

LEAD = "a" * 32


def received(lead: str = LEAD, at: int = 100) -> Entry:
    data = {"side": "buyer", "source": "web", "fields": {"company": "Acme"}, "keys": [f"email:{lead[:4]}@acme.example"]}
    return Entry(kind=Kind.LEAD_RECEIVED, subject=lead, at=at, key=f"{lead}:received", data=data)


def assigned(owner: str, *, before: str | None = None, pointer: int = 7, lead: str = LEAD) -> Entry:
    places = [["uk", owner, pointer, False, 0]]
    data = {"owner": owner, "pool": "uk", "places": places, "day": 20_000, "from": before, "round_at": 200}
    return Entry(kind=Kind.ASSIGNED, subject=lead, at=200 + pointer, data=data)


def clock(status: str, next_at: int | None, *, kind: Kind = Kind.CLOCK_CHANGED, key: str | None = None) -> Entry:
    data = {
        "clock": "c1",
        "clause": "first touch",
        "of": "first_touch",
        "status": status,
        "started_at": 200,
        "due_at": 900,
        "next_at": next_at,
        "state": {"pauses": 0},
    }
    return Entry(kind=kind, subject=LEAD, at=300, data=data, key=key)


def test_a_lead_stands_as_its_lines_say(logbook: Logbook) -> None:
    with logbook.writing() as book:
        book.post([received()], now=101)
        book.post(
            [
                Entry(kind=Kind.SCORED, subject=LEAD, at=101, data={"score": 71, "band": "sales", "priority": 1200}),
                assigned("ana"),
                Entry(
                    kind=Kind.TOUCHED,
                    subject=LEAD,
                    at=250,
                    data={"direction": "out", "first_touch_at": 250, "last_touch_at": 250},
                ),
                Entry(kind=Kind.TOUCHED, subject=LEAD, at=260, data={"direction": "in", "last_touch_at": 260}),
                Entry(kind=Kind.STAGE_CHANGED, subject=LEAD, at=270, data={"stage": "closed_won"}),
            ],
            now=300,
        )
    with logbook.reading() as book:
        row = book.one(
            "SELECT score, band, priority, owner, first_touch_at, last_touch_at, attempts, stage, is_open, closed_at"
            " FROM leads WHERE lead_id = ?",
            LEAD,
        )
        assert row == (71, "sales", 1200, "ana", 250, 260, 1, "closed_won", 0, 270)
        assert [line.kind for line in book.history(LEAD)] == [
            "lead_received", "scored", "assigned", "touched", "touched", "stage_changed",
        ]  # fmt: skip
        assert book.all("SELECT lead_id FROM lead_keys WHERE identity_key {any}", ["email:aaaa@acme.example"]) == [
            (LEAD,)
        ]


def test_a_line_of_a_key_is_written_once_and_a_refusal_leaves_nothing(logbook: Logbook) -> None:
    with logbook.writing() as book:
        book.post([received()], now=101)
    with pytest.raises(AlreadyWritten), logbook.writing() as book:
        book.post([assigned("ana"), received(at=500)], now=500)
    with logbook.reading() as book:
        assert [line.at for line in book.history(LEAD)] == [100]
        assert book.one("SELECT owner FROM leads") == (None,)
        assert book.all("SELECT * FROM members") == []


def test_counters_add_up_over_batches_and_within_one(logbook: Logbook) -> None:
    second = "b" * 32
    with logbook.writing() as book:
        book.post([received(), received(second), assigned("ana"), assigned("ana", lead=second, pointer=8)], now=200)
    with logbook.writing() as book:
        book.post([assigned("ben", before="ana", pointer=3)], now=300)
        data = {
            "owner": "ben",
            "queue": "marketing",
            "given_at": 203,
            "day": 20_000,
            "places": [["uk", "ben", 1, True, 2]],
        }
        book.post([Entry(kind=Kind.RELEASED, subject=LEAD, at=400, data=data)], now=400)
    with logbook.reading() as book:
        assert book.all("SELECT member, open_leads FROM members ORDER BY member") == [("ana", 1), ("ben", 0)]
        assert book.all("SELECT member, pointer, away, owed FROM pool_members ORDER BY member") == [
            ("ana", 8, 0, 0),
            ("ben", 1, 1, 2),
        ]
        assert book.all("SELECT member, taken FROM member_days ORDER BY member") == [("ana", 2), ("ben", 0)]
        assert book.all("SELECT member, assigned_at FROM assignments ORDER BY assigned_at") == [
            ("ana", 207),
            ("ana", 208),
        ]
        assert book.one("SELECT owner, queue FROM leads WHERE lead_id = ?", LEAD) == (None, "marketing")


def test_absence_is_set_and_lifted_beside_the_count_of_leads(logbook: Logbook) -> None:
    with logbook.writing() as book:
        book.post([received(), assigned("ana"), _absence("ana", absent=True)], now=300)
        assert book.all("SELECT member, open_leads, absent FROM members") == [("ana", 1, 1)]
        book.post([_absence("ana", absent=False), _absence("ben", absent=True)], now=400)
        assert book.all("SELECT member, open_leads, absent FROM members ORDER BY 1") == [("ana", 1, 0), ("ben", 0, 1)]


def _absence(member: str, *, absent: bool) -> Entry:
    return Entry(kind=Kind.MEMBER_ABSENT, subject=member, at=300, data={"absent": absent})


def test_a_clock_has_one_timer_which_moves_and_goes(logbook: Logbook) -> None:
    with logbook.writing() as book:
        book.post([received(), clock("running", 700, kind=Kind.CLOCK_STARTED)], now=200)
        assert book.all("SELECT timer_id, purpose, due_at FROM timers") == [("clock:c1", "clock", 700)]
        book.post([clock("warned", 900)], now=700)
        assert book.all("SELECT due_at FROM timers") == [(900,)]
        book.post([clock("breached", None, kind=Kind.BREACHED, key="c1:breached")], now=950)
        assert book.all("SELECT due_at FROM timers") == []
        assert book.one("SELECT status FROM clocks") == ("breached",)


def test_two_writers_do_not_see_half_of_each_other(logbook: Logbook) -> None:
    leads = [f"{i:032x}" for i in range(40)]
    with logbook.writing() as book:
        book.post([received(lead) for lead in leads], now=100)

    def give(mine: list[str]) -> None:
        for lead in mine:
            with logbook.writing() as book:
                book.post([assigned("ana", lead=lead)], now=200)

    workers = [threading.Thread(target=give, args=(leads[i::4],)) for i in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with logbook.reading() as book:
        assert book.all("SELECT open_leads FROM members") == [(40,)]
        assert len(book.since(0, kinds=[Kind.ASSIGNED])) == 40


def test_a_reader_that_follows_never_passes_a_line_that_is_still_being_written(logbook: Logbook) -> None:
    if logbook.dialect == "sqlite":
        pytest.skip("SQLite has one writer: no line can appear before another")
    seen: list[str] = []

    def follow() -> None:
        with logbook.reading() as book:
            seen.extend(line.subject[0] for line in book.since(0))

    follower = threading.Thread(target=follow)
    with logbook.writing() as slow:
        # Its number is drawn after the other's transaction began, and before it ends.
        with logbook.writing() as quick:
            quick.run("INSERT INTO watermarks (source, reached_at) VALUES ('x', 1)")
            slow.post([received("a" * 32)], now=100)
            quick.post([received("b" * 32)], now=100)
        follower.start()
        follower.join(0.3)
        assert seen == []
    follower.join(10)
    assert seen == ["a", "b"]


def test_a_row_that_was_changed_and_then_written_whole_in_one_batch_stands_as_written(logbook: Logbook) -> None:
    def moved(role: str, retires: list[str]) -> Entry:
        data = {"side": "buyer", "version": "v1", "role": role, "model": {}, "retires": retires}
        return Entry(kind=Kind.MODEL_MOVED, subject="scorecard:buyer", at=1, data=data)

    with logbook.writing() as book:
        book.post([moved("champion", [])], now=1)
        book.post([moved("shadow", ["v1"]), moved("champion", ["v1"])], now=2)
        assert book.all("SELECT role FROM models") == [("champion",)]


def test_every_kind_has_a_meaning_and_a_part() -> None:
    assert set(MEANINGS) == set(Kind)
    assert set(_FOLDS) | HISTORY_ONLY == set(Kind)
    assert not set(_FOLDS) & HISTORY_ONLY


_STEPS = st.lists(
    st.one_of(
        st.builds(lambda owner, p: ("assign", owner, p), st.sampled_from(["ana", "ben"]), st.integers(0, 99)),
        st.builds(
            lambda stage: ("stage", stage, 0), st.sampled_from(["mql", "recycled", "closed_lost", "opportunity"])
        ),
        st.builds(lambda due: ("clock", "", due), st.one_of(st.none(), st.integers(0, 999))),
        st.builds(lambda way, at: ("touch", way, at), st.sampled_from(["in", "out"]), st.integers(0, 999)),
        st.builds(lambda at: ("event", "demo_requested", at), st.integers(0, 20)),
        st.builds(lambda cut: ("cut", "", cut), st.integers(0, 1)),
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS)
def test_the_folded_tables_are_what_the_journal_makes_anew_however_it_was_cut(
    logbook: Logbook, steps: list[tuple[str, str, int]]
) -> None:
    batches: list[list[Entry]] = [[received()]]
    for what, word, number in steps:
        if what == "cut":
            batches.append([])
            continue
        batches[-1].append(_entry(what, word, number))
    with logbook.writing() as book:
        for table in ("entries", *(folded.name for folded in FOLDED)):
            book.run(f"DELETE FROM {table}")
        for batch in batches:
            book.post(batch, now=1000)
    with logbook.writing() as book:
        before = standing(book)
        assert rebuild(book) == sum(map(len, batches))
        assert standing(book) == before


def _entry(what: str, word: str, number: int) -> Entry:
    if what == "assign":
        return assigned(word, pointer=number)
    if what == "stage":
        return Entry(kind=Kind.STAGE_CHANGED, subject=LEAD, at=number, data={"stage": word})
    if what == "clock":
        return clock("running", number)
    if what == "event":
        return Entry(kind=Kind.EVENT_SEEN, subject=LEAD, at=number, data={"event": word})
    return Entry(kind=Kind.TOUCHED, subject=LEAD, at=number, data={"direction": word, "last_touch_at": number})
