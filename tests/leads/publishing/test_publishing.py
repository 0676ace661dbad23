"""What the desk is told of a small market after a sync, worked out by hand."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bothsides.identity import MatchingPolicy, compile_matching
from bothsides.ingest import sync
from bothsides.leads.desk.candidates import Keys, read_candidates
from bothsides.leads.publishing import hand_over
from bothsides.leads.quality import CellFacts, Counted
from bothsides.leads.quality.stored import market_facts
from bothsides.logbook import advance, cells_of, latest, publish, watermarks
from bothsides.metrics import refresh
from bothsides.schema import Money, Side
from bothsides.schema.instant import instant
from bothsides.workspace import Settings, Workspace
from bothsides.workspace.stores import open_logbook

NOW = datetime(2026, 2, 11, tzinfo=UTC)

# The last day is 10 February 2026. Of two buyers that signed up early enough one ordered within 90 days. The year's two
# orders bring 10 and 30; of the 10 and 10 of the first twelve months each party has half. Of two settled requests one
# was filled, and the other is the only one of the last three months.
FILES = {
    "accounts": """id,name,side,country,cat,region,day
b1,Nordwind GmbH,buyer,DE,pumps,north,2025-01-10
b2,Rowe Foods,buyer,GB,pumps,north,2025-02-01
s1,Alder Parts,supplier,DE,pumps,north,2025-01-15
""",
    "contacts": "id,account,email\nc1,b1,jo@nordwind.example\nc2,b1,kai@nordwind-gruppe.example\n",
    "orders": """id,buyer,supplier,day,amount,cat,region
o1,b1,s1,2025-02-01,100,pumps,north
o2,b1,s1,2025-11-01,100,pumps,north
o3,b1,s1,2026-02-10,300,pumps,north
""",
    "fees": "id,order,day,amount\nf1,o1,2025-02-01,10\nf2,o2,2025-11-01,10\nf3,o3,2026-02-10,30\n",
    "quotes": """id,buyer,day,status,awarded,cat,region
q1,b1,2025-10-01,awarded,2025-10-05,pumps,north
q2,b2,2025-12-20,open,,pumps,north
""",
    "opportunities": "id,account,side,day,status,owner\np1,b1,buyer,2026-01-05,open,priya.nair\n",
    # The second is planned: who exports it does not know of all touches until then.
    "touches": "id,account,day,kind\nt1,b1,2026-02-09 15:00:00,call\nt2,b2,2026-03-02 09:00:00,meeting\n",
}
COLUMNS = {
    "accounts": 'name = "name"\nside = "side"\ncountry = "country"\n'
    'category = "cat"\nregion = "region"\nsigned_up_at = "day"',
    "contacts": 'account_id = { field = "account", side = "any" }\nemail = "email"',
    "orders": 'buyer_id = "buyer"\nsupplier_id = "supplier"\nplaced_at = "day"\namount = "amount"\ncategory = "cat"\n'
    'region = "region"\nstatus = { value = "completed" }',
    "fees": 'order_id = "order"\ncharged_at = "day"\namount = "amount"\nkind = { value = "commission" }',
    "quotes": 'kind = { value = "request" }\nbuyer_id = "buyer"\nrequested_at = "day"\nstatus = "status"\n'
    'awarded_at = "awarded"\ncategory = "cat"\nregion = "region"',
    "opportunities": 'account_id = { field = "account", side = "any" }\nside = "side"\nopened_at = "day"\n'
    'status = "status"\nowner = "owner"',
    "touches": 'account_id = { field = "account", side = "any" }\noccurred_at = "day"\nkind = "kind"',
}


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = Workspace.create(tmp_path_factory.mktemp("market") / "acme", Settings(name="acme", currency="EUR"))
    for name, text in FILES.items():
        (workspace.folder / f"{name}.csv").write_text(text, encoding="utf-8")
        head = (
            f'id_space = "market"\nfiles = ["{name}.csv"]\n[[table]]\nname = "{name}"\nkey = ["id"]\n[table.columns]\n'
        )
        (workspace.mappings_dir / f"{name}.toml").write_text(head + COLUMNS[name] + "\n", encoding="utf-8")
    report = sync(workspace, now=NOW, refresh=refresh("EUR"))
    assert not any(one.quarantined for one in report.sources), report
    return workspace.folder


@pytest.fixture
def synced(once: Path, tmp_path: Path) -> Workspace:
    return Workspace.open(Path(shutil.copytree(once, tmp_path / "acme")))


def test_without_a_logbook_there_is_nobody_to_tell(synced: Workspace) -> None:
    assert hand_over(synced, load_id=1, now=instant(NOW)) is None


def test_the_desk_knows_cells_companies_and_up_to_when_touches_are_known(synced: Workspace) -> None:
    logbook = open_logbook(synced, os.environ, create=True)
    done = hand_over(synced, load_id=1, now=instant(NOW))
    assert done is not None
    assert (done.cells, done.parties) == (1, 3)
    with logbook.reading() as book:
        snapshot = latest(book)
        assert snapshot is not None
        assert snapshot.load_id == 1
        facts = market_facts(cells_of(book, snapshot.snapshot), snapshot.snapshot)
        assert watermarks(book) == {"touches:touches": instant(datetime(2026, 2, 9, 15, tzinfo=UTC))}
        keys = dict(book.all("SELECT identity_key, party_id FROM party_keys WHERE identity_key LIKE 'domain:%'"))
        asked = [Keys(company=("domain:nordwind.example",), person=())]
        found = read_candidates(book, asked, compile_matching(MatchingPolicy()), colleagues=False)
    assert facts is not None
    assert set(keys) == {"domain:nordwind.example", "domain:nordwind-gruppe.example"}
    (normal,) = found.normals.values()
    party = normal.party
    assert (party.company, party.sides, party.owner_id, party.open_deals, party.contacts, party.touches) == (
        "Nordwind GmbH", (Side.BUYER,), "priya.nair", 1, 2, 1
    )  # fmt: skip
    assert facts.cells == (
        CellFacts(
            category="pumps",
            region="north",
            snapshot="1",
            suppliers=1,
            buyers=2,
            filled=Counted(came=1, of=2),
            unmet_a_month=0.33,
            first_orders=(
                (Side.BUYER, "", Counted(came=1, of=2)),
                (Side.SUPPLIER, "", Counted(came=1, of=1)),
            ),
            contribution_per_order=Money(minor=2000, currency="EUR"),
            own_contribution=(
                (Side.BUYER, "", Money(minor=1000, currency="EUR")),
                (Side.SUPPLIER, "", Money(minor=1000, currency="EUR")),
            ),
        ),
    )
    assert facts.whole.filled == Counted(came=1, of=2)
    assert facts.whole.suppliers == 1
    logbook.close()


def test_a_load_is_handed_over_once(synced: Workspace) -> None:
    open_logbook(synced, os.environ, create=True).close()
    first = hand_over(synced, load_id=1, now=instant(NOW))
    again = hand_over(synced, load_id=1, now=instant(NOW) + 60)
    assert first is not None
    assert again is not None
    assert again.snapshot == first.snapshot


def test_nobody_has_known_touches_until_a_moment_that_is_still_to_come(synced: Workspace) -> None:
    logbook, now = open_logbook(synced, os.environ, create=True), instant(NOW)
    with logbook.writing() as book:
        advance(book, "touches:crm", now + 9_000)
        publish(book, load_id=1, now=now, cells=[], parties=[], watermarks={"touches:mail": now + 60})
        assert watermarks(book) == {"touches:crm": now + 9_000, "touches:mail": now}
        publish(book, load_id=2, now=now, cells=[], parties=[], watermarks={"touches:crm": now - 60})
        publish(book, load_id=3, now=now, cells=[], parties=[], watermarks={"touches:crm": now - 90})
        assert watermarks(book) == {"touches:crm": now - 60, "touches:mail": now}
    logbook.close()
