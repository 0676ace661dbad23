"""Workers that would stand in each other's way take turns; who does not ask is not kept out."""

import threading
import time

import pytest
import sqlalchemy as sa

from bothsides.logbook import Logbook, alone


def at_it(logbook: Logbook, what: str, entered: threading.Event, leave: threading.Event) -> None:
    with alone(logbook, what):
        entered.set()
        leave.wait(10)


def test_who_comes_second_waits_for_the_end_of_the_first(logbook: Logbook) -> None:
    if logbook.dialect == "sqlite":
        pytest.skip("SQLite has one writer: nobody waits for a turn")
    entered, leave, second = threading.Event(), threading.Event(), threading.Event()
    gone: list[str] = []

    def then() -> None:
        with alone(logbook, "drain north"):
            gone.append("second")
            second.set()

    first = threading.Thread(target=at_it, args=(logbook, "drain north", entered, leave))
    first.start()
    assert entered.wait(10)
    waiting = threading.Thread(target=then)
    waiting.start()
    with alone(logbook, "drain south"):
        gone.append("another pool")
    assert not second.wait(0.5)
    leave.set()
    assert second.wait(10)
    first.join()
    waiting.join()
    assert gone == ["another pool", "second"]


def test_who_is_told_to_stop_waits_no_longer(logbook: Logbook) -> None:
    entered, leave, stop = threading.Event(), threading.Event(), threading.Event()
    first = threading.Thread(target=at_it, args=(logbook, "drain north", entered, leave))
    first.start()
    assert entered.wait(10)
    threading.Timer(0.3, stop.set).start()
    with alone(logbook, "drain north", stop=stop.is_set):
        assert stop.is_set() or logbook.dialect == "sqlite"
    leave.set()
    first.join()


def test_one_who_fails_leaves_the_place_to_the_next(logbook: Logbook) -> None:
    with pytest.raises(LookupError), alone(logbook, "drain north"):
        raise LookupError
    begun = time.monotonic()
    with alone(logbook, "drain north", stop=lambda: time.monotonic() > begun + 10):
        assert time.monotonic() < begun + 5


def test_who_has_waited_enough_goes_on(logbook: Logbook) -> None:
    with alone(logbook, "drain north"):
        begun = time.monotonic()
        with alone(logbook, "drain north", patience=0.3):
            assert time.monotonic() - begun >= 0.3 or logbook.dialect == "sqlite"


def test_a_connection_that_is_lost_meanwhile_ends_nothing_and_frees_the_place(logbook: Logbook) -> None:
    with alone(logbook, "drain north"):
        if logbook.dialect == "postgresql":
            with logbook.engine.begin() as con:
                ended = con.scalars(
                    sa.text(
                        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
                        " AND objid = hashtext(current_schema())::bigint & 4294967295"
                    )
                ).all()
                assert ended == [True]
    begun = time.monotonic()
    with alone(logbook, "drain north", stop=lambda: time.monotonic() > begun + 10):
        assert time.monotonic() < begun + 5
