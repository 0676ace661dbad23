"""A draft loads as it was written: from exports to a warehouse without a hand on the mapping."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from bothsides.connectors.files import locate, read
from bothsides.ingest import SyncReport, sync
from bothsides.ingest.draft import Draft, draft, profile, write_draft
from bothsides.simulate import demo_plan, simulate, write
from bothsides.warehouse import open_reader
from bothsides.workspace import Workspace

Drafted = Callable[..., Draft]
NOW = datetime(2026, 1, 5, tzinfo=UTC)


def load(made: Draft, folder: Path) -> tuple[SyncReport, duckdb.DuckDBPyConnection]:
    write_draft(made, folder)
    workspace = Workspace.open(folder)
    return sync(workspace, now=NOW, refresh=lambda _: None), open_reader(workspace.warehouse_path)


def test_one_plain_ledger_is_enough(drafted: Drafted, tmp_path: Path) -> None:
    text = "Invoice,Customer,Seller,Date,Total\n" + "".join(
        f'A{n},Ada {n % 3},Steel {n % 2},{n:02d}/03/2024,"£1,0{n:02d}.50"\n' for n in range(1, 29)
    )
    report, con = load(drafted({"ledger.csv": text}), tmp_path / "acme")
    assert report.sources[0].new == 28
    assert con.execute("SELECT currency, sum(amount), min(placed_on)::VARCHAR FROM orders GROUP BY 1").fetchall() == [
        ("GBP", 28 * 100_050 + 100 * sum(range(1, 29)), "2024-03-01")
    ]
    assert con.execute("SELECT side, count(*) FROM accounts GROUP BY 1 ORDER BY 1").fetchall() == [
        ("buyer", 3),
        ("supplier", 2),
    ]
    orphans = "SELECT count(*) FROM orders WHERE buyer_id NOT IN (SELECT account_id FROM accounts)"
    assert con.execute(orphans).fetchall() == [(0,)]


def test_order_lines_in_the_continental_style_are_added_up(drafted: Drafted, tmp_path: Path) -> None:
    text = "Order Number;Customer;Vendor;Order Date;Total\n" + "".join(
        f"A{n // 3};c{n // 6};s{n // 9};2024-01-{1 + n // 3:02d};1.00{n % 10},25\n" for n in range(30)
    )
    report, con = load(drafted({"orders.csv": text}, currency="EUR"), tmp_path / "acme")
    assert (report.sources[0].read, report.sources[0].new) == (10, 10)
    expected = sum(100_025 + 100 * (n % 10) for n in range(30))
    assert con.execute("SELECT count(*), sum(amount) FROM orders").fetchall() == [(10, expected)]


def test_lines_in_two_currencies_are_not_added_up(drafted: Drafted, tmp_path: Path) -> None:
    text = "Order Number;Customer;Vendor;Order Date;Total;Currency\n" + "".join(
        f"A{n // 3};c{n // 6};s{n // 9};2024-01-{1 + n // 3:02d};10.00;{'USD' if n == 4 else 'EUR'}\n"
        for n in range(30)
    )
    report, con = load(drafted({"orders.csv": text}, currency="EUR"), tmp_path / "acme")
    assert (report.sources[0].read, report.sources[0].new, report.sources[0].quarantined) == (10, 9, 1)
    assert con.execute("SELECT currency, count(*), sum(amount) FROM orders GROUP BY 1").fetchall() == [
        ("EUR", 9, 9 * 3_000)
    ]


def test_leads_with_dated_stages_have_a_history(drafted: Drafted, tmp_path: Path) -> None:
    text = "lead id,company,lead source,created,MQL Date,Won Date\n" + "".join(
        f"L{n},Co {n},web,2024-01-0{n},2024-01-0{n},{'2024-03-01' if n > 5 else ''}\n" for n in range(1, 9)
    )
    _, con = load(drafted({"leads.csv": text}, currency="EUR"), tmp_path / "acme")
    assert con.execute(
        "SELECT stage, count(*) FROM stage_changes JOIN leads USING (lead_id) GROUP BY 1 ORDER BY 1"
    ).fetchall() == [
        ("closed_won", 3),
        ("lead", 8),
        ("mql", 8),
    ]


def test_files_that_point_to_each_other_find_each_other(drafted: Drafted, tmp_path: Path) -> None:
    files = {
        "customers.csv": "customer_id,name\n" + "".join(f"{n},Company {n}\n" for n in range(1, 6)),
        "sellers.csv": "seller_id,name\n" + "".join(f"{n},Maker {n}\n" for n in range(1, 4)),
        "orders.csv": "order_id,customer_id,seller_id,date,total\n"
        + "".join(f"{n},{1 + n % 5},{1 + n % 3},2024-01-{n:02d},{n}.5\n" for n in range(1, 25)),
        "commission_fees.csv": "fee_id,order_id,fee amount,charged on\n"
        + "".join(f"{n},{n},0.5,2024-01-{n:02d}\n" for n in range(1, 25)),
        "refunds.csv": "refund_id,order_id,refund date,refund amount\n1,3,2024-02-01,3.5\n2,4,2024-02-02,4.5\n",
    }
    report, con = load(drafted(files, currency="EUR"), tmp_path / "acme")
    assert all(source.quarantined == 0 for source in report.sources)
    assert con.execute(
        "SELECT count(*), count(o.order_id) FROM fees LEFT JOIN orders AS o USING (order_id)"
    ).fetchall() == [(24, 24)]
    assert con.execute("SELECT count(*) FROM refunds JOIN orders USING (order_id)").fetchall() == [(2,)]
    sold = "SELECT count(*) FROM orders JOIN accounts AS a ON a.account_id = supplier_id WHERE a.name LIKE 'Maker %'"
    assert con.execute(sold).fetchall() == [(24,)]


def test_visits_and_plans_find_the_companies_that_only_the_orders_name(drafted: Drafted, tmp_path: Path) -> None:
    files = {
        "orders.csv": "order_id,buyer,supplier,date,total\n"
        + "".join(f"O{n},B{n % 5},S{n % 3},2024-01-{n:02d},{n}.5\n" for n in range(1, 25)),
        "visits.csv": "visit_id,visitor,started,account,channel\n"
        + "".join(f"V{n},v{n},2024-01-{n:02d},{f'B{n % 5}' if n % 2 else ''},mail\n" for n in range(1, 25)),
        "subscriptions.csv": "subscription_id,account,plan,started_on,price,interval\n"
        "X0,S0,Pro,2024-01-01,1200,year\nX1,S1,Pro,2024-01-01,1200,year\n",
    }
    made = drafted(files, currency="EUR")
    assert {source.id_space for source in made.sources} == {"market"}
    report, con = load(made, tmp_path / "acme")
    assert all(source.quarantined == 0 for source in report.sources)
    known = "SELECT count(*) FROM {} JOIN accounts AS a USING (account_id) WHERE a.side = '{}'"
    assert con.execute(known.format("visits", "buyer")).fetchall() == [(12,)]
    assert con.execute(known.format("subscriptions", "supplier")).fetchall() == [(2,)]


@pytest.mark.parametrize("seed", [7])
def test_a_simulated_market_loads_whole_from_its_drafted_mapping(seed: int, tmp_path: Path) -> None:
    written = write(simulate(demo_plan(seed=seed, orders=1_500)), tmp_path / "exports")
    found = locate([str(path) for path in written if path.suffix == ".csv"], tmp_path)
    with duckdb.connect() as con:
        profiles = [profile(con, read(file, spool_dir=tmp_path / "spool"), files=(str(file.path),)) for file in found]
    made = draft(profiles, currency="EUR")
    assert (made.skipped, [source.source for source in made.sources if not source.complete]) == ((), [])
    report, con = load(made, tmp_path / "acme")
    assert {source.table: source.quarantined for source in report.sources if source.quarantined} == {}
    assert {source.table for source in report.sources} == {path.stem for path in written if path.suffix == ".csv"}
    rows = {path.stem: sum(1 for _ in path.open()) - 1 for path in written if path.suffix == ".csv"}
    assert {source.table: source.new for source in report.sources} == rows
