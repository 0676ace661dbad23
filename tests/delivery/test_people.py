"""A person's word is kept by hashed address, and the gate acts on the last of it."""

import pytest

from bothsides.delivery.gate import PurposePolicy, may_pass
from bothsides.delivery.journal_sends import JournalSends
from bothsides.delivery.people import Word, recipient, said
from bothsides.logbook import Logbook, rebuild, standing
from bothsides.schema.working_time import ALWAYS_OPEN

NEWS = PurposePolicy(kind="marketing")
HOURS = {"waking": ALWAYS_OPEN}


def tell(logbook: Logbook, word: Word, at: int, purpose: str = "news", address: str = "Ana@Acme.example") -> None:
    with logbook.writing() as book:
        book.post([said(book, address, word, purpose=purpose, at=at, by="form")], now=at)


def passes(logbook: Logbook, now: int, *, policy: PurposePolicy = NEWS, key: str = "k") -> str:
    sends = JournalSends(logbook=logbook)
    with logbook.reading() as book:
        ana = recipient(book, "ana@acme.example", staff=False, hours=HOURS)
    passage = may_pass(ana, "news", policy, sends=sends, who="ana", key=key, now=now)
    return passage.reason or passage.decided


def test_nobody_is_written_to_without_a_word_and_the_last_word_counts(logbook: Logbook) -> None:
    assert passes(logbook, 50) == "no consent to news"
    tell(logbook, Word.GIVEN, 100)
    assert passes(logbook, 150) == "send"
    tell(logbook, Word.WITHDRAWN, 200)
    assert passes(logbook, 250) == "unsubscribed from news"
    tell(logbook, Word.GIVEN, 300)
    assert passes(logbook, 350) == "send"
    tell(logbook, Word.UNSUBSCRIBED, 400, purpose="all")
    assert passes(logbook, 450) == "unsubscribed from news"


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        (Word.BOUNCED, "address is suppressed"),
        (Word.ERASED, "address is suppressed"),
        (Word.COMPLAINED, "address is suppressed for marketing"),
    ],
)
def test_what_a_mail_system_says_of_an_address_holds_whatever_was_consented(
    logbook: Logbook, word: Word, reason: str
) -> None:
    tell(logbook, Word.GIVEN, 100)
    tell(logbook, word, 200, purpose="all")
    assert passes(logbook, 250) == reason


def test_addresses_are_kept_as_hashes_and_rebuilt_from_the_journal(logbook: Logbook) -> None:
    tell(logbook, Word.GIVEN, 100)
    with logbook.writing() as book:
        kept = str(book.all("SELECT * FROM consents")) + str(book.all("SELECT subject, data, key FROM entries"))
        assert "acme" not in kept.lower()
        before = standing(book)
        rebuild(book)
        assert standing(book) == before


def test_consent_is_given_for_a_purpose(logbook: Logbook) -> None:
    with pytest.raises(ValueError, match="for a purpose"):
        tell(logbook, Word.GIVEN, 100, purpose="all")


def test_caps_hold_over_restarts(logbook: Logbook) -> None:
    tell(logbook, Word.GIVEN, 100)
    twice = PurposePolicy(kind="marketing", most=2, every_days=1)
    for n in (1000, 2000):
        assert passes(logbook, n, policy=twice, key=f"k{n}") == "send"
        JournalSends(logbook=logbook).note("to:ana:news", key=f"k{n}", at=n)
    assert passes(logbook, 3000, policy=twice, key="k3") == "at most 2 of news in 1 days"
    assert passes(logbook, 1000 + 86_400, policy=twice, key="k3") == "send"
    assert JournalSends(logbook=logbook).forget(now=86_400 * 500) == 2
