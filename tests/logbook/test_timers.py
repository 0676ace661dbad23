"""Timers: found by their moment alone, held by one worker, gone when there is nothing left to do."""

from bothsides.logbook import Logbook, claim, next_due, rebuild, set_timer, settle, standing


def test_due_timers_come_earliest_first_and_no_more_than_asked_for(logbook: Logbook) -> None:
    with logbook.writing() as book:
        book.post([set_timer("decay", f"lead{n}", 100 - n, now=1) for n in range(5)], now=1)
        assert [timer.subject for timer in claim(book, now=98, limit=2)] == ["lead4", "lead3"]
        assert claim(book, now=95, limit=9) == []
        assert next_due(book) == 96


def test_one_that_moved_stays_and_one_that_did_not_goes_by_a_line_of_the_journal(logbook: Logbook) -> None:
    with logbook.writing() as book:
        book.post([set_timer("decay", "a", 10, now=1), set_timer("decay", "b", 10, now=1)], now=1)
    with logbook.writing() as book:
        timers = claim(book, now=50, limit=9)
        book.post([set_timer("decay", "a", 90, now=50)], now=50)
        assert settle(book, timers, now=50) == 1
    with logbook.writing() as book:
        assert book.all("SELECT subject, due_at FROM timers") == [("a", 90)]
        before = standing(book)
        rebuild(book)
        assert standing(book) == before


def test_two_workers_never_hold_the_same_timer(logbook: Logbook) -> None:
    if logbook.dialect == "sqlite":
        return
    with logbook.writing() as book:
        book.post([set_timer("decay", f"lead{n}", n, now=1) for n in range(6)], now=1)
    with logbook.writing() as one:
        first = {timer.subject for timer in claim(one, now=50, limit=3)}
        with logbook.writing() as two:
            second = {timer.subject for timer in claim(two, now=50, limit=9)}
    assert len(first) == 3
    assert first | second == {f"lead{n}" for n in range(6)}
    assert not first & second


def test_a_worker_that_dies_leaves_its_timers(logbook: Logbook) -> None:
    with logbook.writing() as book:
        book.post([set_timer("decay", "a", 10, now=1)], now=1)

    class Killed(BaseException):
        pass

    try:
        with logbook.writing() as book:
            timers = claim(book, now=50, limit=9)
            settle(book, timers, now=50)
            raise Killed
    except Killed:
        pass
    with logbook.writing() as book:
        assert [timer.subject for timer in claim(book, now=50, limit=9)] == ["a"]
