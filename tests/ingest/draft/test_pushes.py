"""A growth lead's list of pushes and pilots is read as such, and a campaign list is not."""

from collections.abc import Callable
from pathlib import Path

from tests.ingest.draft.test_draft_then_sync import load

from bothsides.ingest.draft import Draft

Drafted = Callable[..., Draft]


def test_a_list_of_pilots_in_the_leads_own_words(drafted: Drafted, tmp_path: Path) -> None:
    text = "Pilot,Target Side,Category,Start,End,Randomized\n" + "".join(
        f"Blitz {n},{'Sellers' if n % 2 else 'Buyers'},Pumps,2024-0{1 + n % 9}-01,2024-0{1 + n % 9}-28,"
        f"{'random' if n % 3 else 'selected'}\n"
        for n in range(24)
    )
    report, con = load(drafted({"pilots.csv": text}, currency="EUR"), tmp_path / "acme")
    assert [(source.table, source.new, source.quarantined) for source in report.sources] == [("pushes", 24, 0)]
    assert con.execute(
        "SELECT side, assignment, count(*), max(intensity) FROM pushes GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall() == [
        ("buyer", "chosen", 4, 1.0),
        ("buyer", "randomised", 8, 1.0),
        ("supplier", "chosen", 4, 1.0),
        ("supplier", "randomised", 8, 1.0),
    ]


def test_a_list_of_campaigns_stays_one(drafted: Drafted) -> None:
    text = "Campaign ID,Campaign Name,Audience,Start,End,Network\n" + "".join(
        f"{n},Spring {n},buyers,2024-0{1 + n}-01,2024-0{1 + n}-28,search\n" for n in range(8)
    )
    made = drafted({"campaigns.csv": text})
    assert [source.tables[0].name for source in made.sources] == ["campaigns"]
