"""The case studies: every figure that their pages quote still comes out of the public data they name."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from bothsides.connectors.files import locate, read
from bothsides.diagnosis import Diagnosis, Sureness, diagnose
from bothsides.diagnosis.stage.reading import Stage, StageReading
from bothsides.diagnosis.wording import count, money, share
from bothsides.ingest import sync
from bothsides.ingest.draft import draft, profile, write_draft
from bothsides.metrics import Query, Store, Value, ask, open_store, refresh
from bothsides.metrics.decompose import Comparison, decompose, named_period
from bothsides.predict.churn import churn
from bothsides.predict.match import match
from bothsides.predict.model_card import ModelVerdict
from bothsides.predict.scores import Prediction
from bothsides.schema import Grain, Side
from bothsides.workspace import Workspace

pytestmark = pytest.mark.real_data

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "case-studies"
NOW = datetime(2026, 1, 5, tzinfo=UTC)


def page(name: str) -> str:
    """The page on one line, so that a figure may stand across a line's end."""
    return " ".join((PAGES / f"{name}.md").read_text(encoding="utf-8").split())


@contextmanager
def loaded(folder: Path, real_data: Path, currency: str) -> Iterator[Store]:
    """The workspace's files loaded, its facts open."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOTHSIDES_DATA", str(real_data))
        opened = Workspace.open(folder)
        sync(opened, now=NOW, refresh=refresh(currency), progress=lambda _: None)
        with open_store(opened.warehouse_path) as store:
            yield store


@contextmanager
def example(name: str, real_data: Path, place: Path, currency: str) -> Iterator[Store]:
    """An example's workspace, which is what init drafts from the same files."""
    folder = place / name
    shutil.copytree(ROOT / "examples" / name, folder)
    with loaded(folder, real_data, currency) as store:
        yield store


@pytest.fixture(scope="module")
def uk(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with example("uk-digital-marketplace", real_data, tmp_path_factory.mktemp("uk"), "GBP") as store:
        yield store


@pytest.fixture(scope="module")
def uk_read(uk: Store) -> Diagnosis:
    return diagnose(uk)


@pytest.fixture(scope="module")
def olist(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with example("olist", real_data, tmp_path_factory.mktemp("olist"), "BRL") as store:
        yield store


@pytest.fixture(scope="module")
def retail(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The shop as init drafts it, by the look of one of its 305 days, with all of them loaded."""
    folder = tmp_path_factory.mktemp("retail")
    archive = real_data / "online-retail" / "online-retail-by-day.zip"
    with duckdb.connect() as con:
        day = locate(["online-retail/*.zip"], real_data)[0]
        seen = profile(con, read(day, spool_dir=folder), files=(f"{archive}/{day.member}",))
    write_draft(draft([seen]), folder / "shop")
    mapping = folder / "shop" / "mapping" / "invoices.toml"
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(text.replace(f"{archive}/{day.member}", f"{archive}/by-day/201*.csv"), encoding="utf-8")
    with loaded(folder / "shop", real_data, "GBP") as store:
        yield store


def stage_of(read_: Diagnosis) -> StageReading:
    assert read_.stage is not None
    return read_.stage


def one(store: Store, metric: str, **more: object) -> Value:
    (value,) = ask(store, Query(metrics=(metric,), **more))  # type: ignore[arg-type]
    return value


def per(store: Store, metric: str, dim: str) -> dict[str | None, Value]:
    return {value.dim(dim): value for value in ask(store, Query(metrics=(metric,), dims=(dim,)))}


def quarters(store: Store, metric: str) -> dict[str | None, Value]:
    return {value.period: value for value in ask(store, Query(metrics=(metric,), grain=Grain.QUARTER))}


def changed(store: Store, period: str, against: str) -> dict[str, float]:
    """What each group of buyers did to GMV between two periods, major units."""
    asked = Comparison(
        metric="gmv",
        period=named_period(period, fiscal_start=1),
        against=named_period(against, fiscal_start=1),
        side=Side.BUYER,
    )
    split = next(split for split in decompose(store, asked).splits if split.way == "accounts")
    return {part.part: part.amount / 100 for part in split.parts}


def quotes(name: str, *figures: str) -> None:
    """The page says each of the figures."""
    text = page(name)
    for figure in figures:
        assert figure in text, figure


def bounds(value: Value) -> str:
    assert value.low is not None
    assert value.high is not None
    return f"{100 * value.low:.0f} to {100 * value.high:.0f} %"


def test_the_ledgers_growth_and_who_brought_it(uk: Store, uk_read: Diagnosis) -> None:
    ndr = {h.now.side: h.now for h in uk_read.headlines if h.metric == "ndr_gmv"}
    gmv = next(h for h in uk_read.headlines if h.metric == "gmv")
    assert gmv.before is not None
    now, before = float(gmv.now.value or 0), float(gmv.before.value or 1)
    quotes(
        "uk-digital-marketplace",
        f"{money(now, 'GBP')}, {now / before:.1f} times",
        f"buyers {share(float(ndr['buyer'].value or 0))} ({bounds(ndr['buyer'])}, {ndr['buyer'].n} accounts)",
        f"suppliers {share(float(ndr['supplier'].value or 0))} ({bounds(ndr['supplier'])}, {ndr['supplier'].n})",
    )
    kept = {v.side: v for v in ask(uk, Query(metrics=("logo_retention",), by_side=True))}
    for side in Side:
        quotes("uk-digital-marketplace", f"{100 * float(kept[side].value or 0):.1f} % of {kept[side].n}")
    by = {period: float(v.value or 0) for period, v in quarters(uk, "gmv").items()}
    quotes("uk-digital-marketplace", f"+{money(by['2014-Q2'] - by['2013-Q2'], 'GBP')}: buyers active in both")
    quotes("uk-digital-marketplace", f"The last quarter is {share(1 - by['2014-Q2'] / by['2014-Q1'])} below")
    of = {part: amount / 1e6 for part, amount in changed(uk, "2014-Q2", "2013-Q2").items()}
    quotes(
        "uk-digital-marketplace",
        f"buyers active in both +{of['expansion'] + of['contraction']:.1f} m, won in between +{of['between']:.1f} m",
        f"new and returned +{of['new'] + of['returned']:.1f} m, gone {of['churned']:.1f} m",
    )


def test_the_ledgers_findings_are_counted_but_for_the_one_that_looks_ahead(uk_read: Diagnosis) -> None:
    found = {f.kind: f for f in uk_read.findings}
    sure = {kind: f.sure for kind, f in found.items()}
    assert sure.pop("accounts_at_risk") is Sureness.LIKELY
    assert sure == dict.fromkeys(("buyer_concentration", "fragile_cell", "buyers_cluster_on_one"), Sureness.CERTAIN)
    ten, cluster = found["buyer_concentration"], found["buyers_cluster_on_one"]
    assert ten.worth is not None
    assert "Ten of 459 buyers carry 53 % of GMV" in ten.title
    assert "Home Office, Ministry of Justice and Cabinet Office" in ten.first_step
    assert "carries 61 %, GBP 475 k a month" in found["fragile_cell"].title
    assert "15 buyers of 41" in cluster.title
    assert "GBP 238 k a month" in cluster.title
    assert 80 <= int(found["accounts_at_risk"].title.split()[0]) <= 120
    quotes(
        "uk-digital-marketplace",
        "Ten of 459 buyers carry 53 % of GMV",
        f"it is worth {money(ten.worth.per_month, 'GBP')} a month",
        "Home Office, Ministry of Justice and Cabinet Office",
        "carries 61 % of the cell, GBP 475 k a month",
        "15 of 41 returning buyers depend on one supplier** (certain): GBP 238 k a month",
        "About a hundred buyers",
    )
    ahead = next(finding for finding in uk_read.findings if finding.kind == "accounts_at_risk").evidence[2].sentence
    assert "7 of the 20 named are foretold to order" in ahead
    assert "success is 12 or more" in ahead
    quotes("uk-digital-marketplace", "7 of them are foretold to order; 12 or more would be an effect")


def skill(prediction: Prediction, verdict: ModelVerdict) -> tuple[float, float]:
    """How well the model ranks on time it had not seen, and how well the rule beside it."""
    (auc,) = [each for each in prediction.card.comparisons if each.measure == "auc"]
    assert prediction.card.verdict is verdict
    assert auc.wins
    assert auc.baseline is not None
    return auc.model.value, auc.baseline.value


def test_what_is_foreseen_on_the_ledger_beats_the_rule_of_thumb(uk: Store) -> None:
    quotes("uk-digital-marketplace", "AUC 0.805, against 0.740", "AUC 0.88, against 0.80", "AUC 0.87, against 0.80")
    quotes("uk-digital-marketplace", "and the chances held", "more than half", "of pairs given 24 % 14 % met")
    held, ranks = ModelVerdict.USABLE, ModelVerdict.NOT_CALIBRATED
    assert skill(churn(uk, Side.BUYER), held) == pytest.approx((0.805, 0.740), abs=0.005)
    suppliers, pairs = churn(uk, Side.SUPPLIER), match(uk)
    assert skill(suppliers, ranks) == pytest.approx((0.88, 0.80), abs=0.015)
    assert skill(pairs, ranks) == pytest.approx((0.87, 0.80), abs=0.015)
    off = [(round(band.predicted, 2), round(band.observed.value, 2)) for band in suppliers.card.bands if band.off]
    assert (0.30, 0.57) in off
    assert [(round(b.predicted, 2), round(b.observed.value, 2)) for b in pairs.card.bands if b.off] == [(0.24, 0.14)]


def test_nothing_is_told_by_week_of_a_ledger_dated_by_month(uk_read: Diagnosis) -> None:
    assert uk_read.elasticity is None
    assert uk_read.threshold is not None
    assert uk_read.threshold.readings == ()
    assert "month" in str(uk_read.threshold.reason)
    quotes(
        "uk-digital-marketplace", "refused: every order is dated the first of a month", "refused for the same reason"
    )


def test_the_ledgers_market_is_growing_and_its_rule_says_by_what(uk_read: Diagnosis) -> None:
    found = stage_of(uk_read)
    assert (found.stage, found.sure) == (Stage.GROWING, Sureness.LIKELY)
    assert found.rival is not None
    assert found.rival.stage is Stage.PRE_FIT
    quotes(
        "uk-digital-marketplace",
        found.sentence.removeprefix("The market is growing: ").replace(" and GMV", ", GMV")[:-1],
    )
    assert len(found.anchors) == 10
    assert sum("30 % of buyers who mainly buy Specialist services also buy SaaS" in a.why for a in found.anchors) > 5
    quotes("uk-digital-marketplace", "Of buyers who mainly buy specialist services 30 % also buy SaaS")


def test_the_rise_of_filled_requests_is_no_headline(uk: Store, uk_read: Diagnosis) -> None:
    early = quarters(uk, "fill_rate")["2016-Q2"]
    assert "fill_rate" not in {headline.metric for headline in uk_read.headlines}
    late = one(uk, "fill_rate", start=date(2017, 7, 1), end=date(2018, 6, 30))
    quotes(
        "uk-digital-marketplace", share(float(early.value or 0)), f"{100 * float(late.value or 0):.1f} %", "bookkeeping"
    )
    three, mean = one(uk, "three_quotes_share"), one(uk, "responses_per_request")
    quotes("uk-digital-marketplace", f"{100 * float(three.value or 0):.1f} % of requests drew", f"{mean.value:.1f} on")


def test_the_ledgers_open_questions_are_counted(uk_read: Diagnosis) -> None:
    assert len(uk_read.gaps) == 18
    unknown = sum(cell.verdict.value == "not judged" for cell in uk_read.cells)
    assert (unknown, len(uk_read.cells)) == (27, 28)
    quotes("uk-digital-marketplace", "Eighteen questions", "Of 28 cells 27 have no verdict")


def test_how_olists_suppliers_were_won(olist: Store) -> None:
    rate, days = one(olist, "lead_to_won_rate"), one(olist, "lead_to_won_days")
    assert (one(olist, "leads").value, one(olist, "closed_won").value) == (8_000, 842)
    quotes("olist", f"842 of 8,000: {100 * float(rate.value or 0):.1f} %", f"{days.value:.1f} at the median")
    won, brought = per(olist, "lead_to_won_rate", "channel"), per(olist, "leads", "channel")
    for name in ("paid_search", "organic_search", "social", "email", "referral", "direct_traffic"):
        quotes("olist", f"{100 * float(won[name].value or 0):.1f} %")
    for low, high in (("social", "organic_search"), ("email", "organic_search")):
        assert (won[low].high or 1) < (won[high].low or 0)
    quotes("olist", f"wins {100 * float(won['unknown'].value or 0):.1f} % of {count(won['unknown'].n)}")
    quotes("olist", f"social brought {count(float(brought['social'].value or 0))} leads")


def test_olists_three_numbers_that_only_look_like_findings(olist: Store) -> None:
    rate, days = quarters(olist, "lead_to_won_rate"), quarters(olist, "lead_to_won_days")
    quotes(
        "olist",
        f"({100 * float(rate['2018-Q1'].value or 0):.1f} %)",
        f"({100 * float(rate['2017-Q4'].value or 0):.1f} %)",
    )
    quotes("olist", f"took {days['2018-Q3'].value:.0f} days", f"({days['2018-Q4'].value:.0f} days)")
    first = olist.engine.row("SELECT min(won_on) FROM fact_leads")
    assert first == (date(2017, 12, 5),)


def test_a_sample_is_weighted_up_and_follows_no_account(olist: Store) -> None:
    found = diagnose(olist)
    gmv = next(h for h in found.headlines if h.metric == "gmv")
    assert gmv.before is not None
    times = float(gmv.now.value or 0) / float(gmv.before.value or 1)
    quotes("olist", f"{money(float(gmv.now.value or 0), 'BRL')} (10.1 to 11.3 m), {times:.1f} times")
    assert (found.findings, found.cells, found.cohorts, found.economics, found.concentration) == ((), (), (), (), ())
    open_ = stage_of(found)
    assert (open_.stage, open_.possible) == (None, (Stage.PRE_FIT, Stage.EARLY, Stage.GROWING))
    quotes("olist", "it could be pre-fit, early or growing")


def test_a_shop_has_no_stage_and_its_numbers_are_those_of_the_page(retail: Store) -> None:
    found = diagnose(retail)
    assert "a shop's ledger, not a marketplace" in stage_of(found).sentence
    assert stage_of(found).anchors == ()
    shown = {h.metric: h.now for h in found.headlines if h.now.side in (None, "buyer")}
    repeat = next(v for v in stage_of(found).values if v.metric == "buyer_repeat")
    ten = shown["top_10_share"]
    quotes(
        "online-retail",
        f"{money(float(shown['gmv'].value or 0), 'GBP')} on {count(float(shown['orders'].value or 0))} invoices",
        f"{count(float(shown['active_buyers'].value or 0))}; the ten largest carry {100 * float(ten.value or 0):.1f} %",
        f"{100 * float(repeat.value or 0):.1f} % of {count(repeat.n)}",
        "3,511 credit notes, GBP 436 k",
    )
    assert any("3,511 credit notes worth GBP 436 k" in caveat for caveat in found.caveats)
    assert not any(h.metric == "ndr_gmv" for h in found.headlines)


def test_who_made_the_shops_november(retail: Store) -> None:
    of = changed(retail, "2011-11", "2011-10")
    new, back, gone = (round(of[part] / 1e3) for part in ("new", "returned", "churned"))
    quotes("online-retail", f"new buyers +{new} k", f"returned +{back} k", f"gone {gone} k")


def test_invoices_without_a_customer_are_counted_and_in_no_number(retail: Store) -> None:
    held = retail.engine.row("SELECT count(*) FROM quarantine WHERE reason = 'missing_required'")
    assert held == (3_710,)
    total = float(one(retail, "gmv").value or 0)
    quotes("online-retail", "3,710 of 25,900 invoices", f"the GBP {total / 1e6:.2f} m that are loaded")
    quotes("online-retail", f"worth GBP {(9_747_747.93 - total) / 1e6:.2f} m net")
    assert retail.engine.row("SELECT count(*) FROM fact_orders WHERE dayofweek(placed_on) = 6") == (0,)


def test_the_shops_buyers_are_foreseen_and_the_level_of_autumn_is_told(retail: Store) -> None:
    foreseen = churn(retail, Side.BUYER)
    assert skill(foreseen, ModelVerdict.NOT_CALIBRATED) == pytest.approx((0.74, 0.68), abs=0.015)
    level = next(each for each in foreseen.card.comparisons if each.measure == "observed_to_predicted")
    assert level.model.value == pytest.approx(0.84, abs=0.03)
    quotes("online-retail", "AUC 0.74 on September to November, against 0.68", "84 buyers stopped of 100")


def test_young_and_veiled_cohorts_of_the_shop(retail: Store) -> None:
    again = quarters(retail, "buyer_repeat_rate_90d")
    for quarter in ("2010-Q4", "2011-Q1", "2011-Q2"):
        quotes("online-retail", f"{100 * float(again[quarter].value or 0):.1f} %")
