"""The UK ledger, which has orders and requests and nothing else: a diagnosis that says what it shows and no more."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bothsides import ingest
from bothsides.diagnosis import CellVerdict, Diagnosis, Sureness, diagnose
from bothsides.metrics import open_store, refresh
from bothsides.schema import Side
from bothsides.workspace import Workspace

pytestmark = pytest.mark.real_data

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "uk-digital-marketplace"


@pytest.fixture(scope="module")
def found(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Diagnosis]:
    folder = tmp_path_factory.mktemp("uk") / "workspace"
    shutil.copytree(EXAMPLE, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOTHSIDES_DATA", str(real_data))
        opened = Workspace.open(folder)
        ingest.sync(opened, now=datetime(2026, 1, 1, tzinfo=UTC), refresh=refresh("GBP"), progress=lambda _: None)
        with open_store(opened.warehouse_path) as store:
            yield diagnose(store)


def test_growth_and_the_window(found: Diagnosis) -> None:
    assert found.verdict.startswith(
        "GMV is 5.7 times the same span before, but its last three months brought GBP 60.8 m, the three before GBP"
    )
    assert [day.isoformat() for day in found.window] == ["2013-07-01", "2014-06-30"]


def test_accounts_that_stay_grow(found: Diagnosis) -> None:
    ndr = {h.now.side: h.now for h in found.headlines if h.metric == "ndr_gmv"}
    assert round(float(ndr["buyer"].value or 0), 2) == 4.33
    assert round(float(ndr["supplier"].value or 0), 2) == 3.96
    assert not any(f.kind == "ndr_leak" for f in found.findings)


def test_the_market_hangs_on_ten_buyers_and_that_is_the_first_thing(found: Diagnosis) -> None:
    first = found.findings[0]
    assert (first.kind, first.place.side, first.sure) == ("buyer_concentration", Side.BUYER, Sureness.CERTAIN)
    assert "Ten of 459 buyers carry 53 % of GMV" in first.title


def test_orders_alone_never_show_which_side_is_short(found: Diagnosis) -> None:
    assert not {CellVerdict.SUPPLY_SHORT, CellVerdict.DEMAND_SHORT} & {cell.verdict for cell in found.cells}
    assert all(f.sure is Sureness.CERTAIN for f in found.findings if f.kind != "accounts_at_risk")


def test_what_the_data_cannot_show_is_said_with_whom_to_ask(found: Diagnosis) -> None:
    questions = " ".join(gap.question for gap in found.gaps)
    for word in ("earn", "cost to win", "searches", "application and first sale", "first order"):
        assert word in questions
    assert found.economics == ()
    assert found.funnels == ()
    assert any("outside the window" in caveat for caveat in found.caveats)
    assert any("credit notes" in caveat for caveat in found.caveats)


def test_requests_are_shown_for_their_own_years(found: Diagnosis) -> None:
    buy = next(edge for edge in found.flywheel.edges if edge.id == "buy")
    assert buy.rate is not None
    assert buy.rate.metric == "fill_rate"
    assert str(buy.rate.period).startswith("2017")
