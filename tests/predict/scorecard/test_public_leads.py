"""On public histories: what sales wrote later is named, honest columns are not, records that began late are seen."""

import csv
import importlib
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from bothsides.predict.scorecard.columns import Leads, leads
from bothsides.predict.scorecard.leaks import Finding, refused
from bothsides.predict.scorecard.maturity import maturity
from bothsides.schema.instant import DAY

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.real_data


def _leaks(fields: Leads, won: np.ndarray, **more: Leads) -> set[str]:
    return {one.field for one in refused(fields, won, still_open=more.get("still_open")) if one.finding is Finding.LEAK}


def _columns(rows: list[dict[str, str]], without: tuple[str, ...] = ()) -> Leads:
    """Every column; numbers where all known values are."""
    found: dict[str, list[object]] = {}
    for name in rows[0]:
        if name not in without:
            texts = [row[name] or None for row in rows]
            try:
                found[name] = [None if text is None else float(text) for text in texts]
            except ValueError:
                found[name] = list(texts)
    return leads(found)


def test_of_a_bank_s_twenty_columns_the_call_s_duration_alone_is_named(real_data: Path) -> None:
    with zipfile.ZipFile(real_data / "bank-marketing" / "bank-additional.zip") as archive:
        (name,) = (n for n in archive.namelist() if n.endswith("full.csv") and "MACOSX" not in n)
        rows = list(csv.DictReader(io.StringIO(archive.read(name).decode()), delimiter=";"))[::4]
    assert _leaks(_columns(rows, ("y",)), np.array([row["y"] == "yes" for row in rows])) == {"duration"}


def test_what_is_filled_as_a_deal_closes_is_named(real_data: Path) -> None:
    with (real_data / "crm-maven" / "sales_pipeline.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    closed, others = ([r for r in rows if (r["deal_stage"] in {"Won", "Lost"}) is wanted] for wanted in (True, False))
    won = np.array([row["deal_stage"] == "Won" for row in closed])
    fields, still_open = (_columns(some, ("deal_stage",)) for some in (closed, others))
    assert _leaks(fields, won) == {"close_value"}
    assert _leaks(fields, won, still_open=still_open) == {"close_value", "close_date", "account"}


@pytest.mark.parametrize("n", [300, 1000, 3000])
def test_honest_columns_are_not_named_in_small_samples_either(
    real_data: Path, monkeypatch: pytest.MonkeyPatch, n: int
) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    data = importlib.import_module("lead_histories").education(real_data)
    honest = data.everything.only(data.honest)
    for seed in range(8):
        rows = np.random.default_rng(seed).permutation(honest.n)[:n]
        assert _leaks(honest.at(rows), data.won[rows]) == set()


def test_supplier_leads_older_than_the_records_of_won_deals_are_flagged(
    real_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deals are on record from 2017-12-05; the won rate by month of first contact jumps from .055 to .133 there."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    created, won_at = importlib.import_module("lead_histories").olist(real_data)
    now = int(np.nanmax(won_at)) + DAY
    found = maturity(created, won_at, now, within=90 * DAY)
    december, january = 1_512_086_400, 1_514_764_800
    assert found.truncated[created < december].all()
    assert not found.truncated[created >= january].any()
    assert found.usable.sum() > 6000
    assert "before wins were recorded" in found.notes[0]
    assert "later ones 0.1" in found.notes[0]
