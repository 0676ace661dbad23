"""Several at once on PostgreSQL: nobody gets a lead twice, nobody waits for ever."""

from concurrent.futures import ThreadPoolExecutor

from tests.leads.desk.conftest import Desk

from bothsides.leads.desk.happenings import Touched


def test_taking_touching_and_looking_at_once_neither_lose_nor_double(desk: Desk) -> None:
    leads = [
        desk.lead(email=f"p{n % 30}@c{n % 12}.example", company=f"C{n % 12} Ltd", name=f"N{n % 30} S{n % 30}")
        for n in range(120)
    ]
    desk.take(*leads[:40])

    def taking(part: int) -> None:
        for lead in leads[40 + part :: 3]:
            desk.take(lead)

    def touching() -> None:
        for n, lead in enumerate(leads[:40]):
            desk.record(
                Touched(
                    touch_id=f"t{n}", lead_id=lead.lead_id, kind="call", direction="out", occurred_at=desk.now, by="x"
                )
            )

    def looking() -> None:
        for _ in range(5):
            desk.until(desk.now)

    works = [lambda: taking(0), lambda: taking(1), lambda: taking(2), touching, looking]
    with ThreadPoolExecutor(max_workers=len(works)) as workers:
        for done in [workers.submit(work) for work in works]:
            done.result(timeout=60)
    received = desk.rows("SELECT count(*), count(DISTINCT subject) FROM entries WHERE kind = 'lead_received'")
    assert received == [(120, 120)]
    twice = "SELECT subject FROM entries WHERE kind = 'assigned' GROUP BY subject HAVING count(*) > 1"
    assert desk.rows(twice) == []
    held = desk.rows("SELECT count(*) FROM leads WHERE owner IS NOT NULL AND is_open = 1")
    assert held == desk.rows("SELECT CAST(sum(open_leads) AS bigint) FROM members")
