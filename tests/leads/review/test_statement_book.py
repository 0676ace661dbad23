"""Months' statements are read back as they were frozen, whatever other statements stand beside them."""

from bothsides.leads.review.statement_book import MONTH, read_statements, statement_of
from bothsides.logbook import Entry, Kind, Logbook


def test_a_weekly_audit_beside_them_is_no_month(logbook: Logbook) -> None:
    month = {
        "statement": MONTH,
        "period": "2026-05",
        "closed_at": 100,
        "load_id": "1",
        "policy_version": "v",
        "seal": "s",
        "lines": [],
        "adjustments": [],
    }
    audit = {"statement": "hygiene", "week": "2026-W20"}
    with logbook.writing() as book:
        book.post(
            [
                Entry(kind=Kind.STATEMENT_FROZEN, subject="2026-05", at=100, data=month),
                Entry(kind=Kind.STATEMENT_FROZEN, subject="hygiene:2026-W20", at=90, data=audit),
            ],
            now=100,
        )
        assert [one.period for one in read_statements(book)] == ["2026-05"]
        assert statement_of(book, "2026-W20") is None
