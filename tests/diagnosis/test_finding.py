"""A finding's name, how grave it is, and how its play is judged afterwards."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

import bothsides.diagnosis
from bothsides.diagnosis import READINGS, DiagnosisPolicy, Finding, FindingSeverity, Place, Sureness
from bothsides.diagnosis.finding import problem_id
from bothsides.diagnosis.ranking import Market, ranked
from bothsides.diagnosis.success import SUCCESS
from bothsides.metrics import METRICS
from bothsides.schema import Side
from tests.diagnosis.test_ranking import finding

KINDS = re.compile(r'\bkind=(?:"([a-z_]+)")(?: if .* else "([a-z_]+)")?')


def kinds_made() -> set[str]:
    """Every kind that the room's code gives a finding."""
    folder = Path(bothsides.diagnosis.__file__).parent
    found: set[str] = set()
    for path in folder.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "Finding(" in text or "Way(" in text:
            found |= {kind for pair in KINDS.findall(text) for kind in pair if kind}
    return found


def test_every_kind_of_finding_says_how_its_success_is_measured() -> None:
    assert kinds_made() <= set(SUCCESS)
    assert {"supply_short_cell", "onboarding_leak", "category_depends_on_one", "buyer_concentration"} <= kinds_made()


@pytest.mark.parametrize("kind", SUCCESS)
def test_success_is_a_number_the_product_knows(kind: str) -> None:
    assert SUCCESS[kind].metric in METRICS or SUCCESS[kind].metric in READINGS
    assert 1 <= SUCCESS[kind].weeks <= 52


def test_a_kind_without_a_measure_is_refused_by_name() -> None:
    with pytest.raises(KeyError, match="no measure of success for finding kind 'unheard_of'; there are supply_short"):
        _ = finding("unheard_of", 1.0).success


def test_the_id_is_the_problem_and_its_place_whatever_the_numbers() -> None:
    first = finding("supply_short_cell", 100.0, side=Side.SUPPLIER, category="Safety equipment", region="Nord / Süd")
    later = replace(first, title="other words", worth=None, sure=Sureness.DIRECTIONAL, rank=7)
    assert first.id == later.id == "supply-short-cell/supplier/safety-equipment/nord-süd"


def test_ids_tell_a_region_from_a_channel_and_a_category() -> None:
    places = (Place(category="paid"), Place(region="paid"), Place(channel="paid"), Place())
    assert len({problem_id("x", place) for place in places}) == len(places)


def test_a_channel_is_named_as_people_say_it() -> None:
    assert Place(side=Side.BUYER, channel="paid_social").label == "buyers · paid social"
    assert problem_id("x", Place(channel="paid_social")) == "x/channel-paid-social"


GMV = 100_000.0


@pytest.mark.parametrize(
    ("worth", "sure", "severity"),
    [
        (2_000.0, Sureness.LIKELY, FindingSeverity.HIGH),
        (2_000.0, Sureness.DIRECTIONAL, FindingSeverity.MEDIUM),
        (500.0, Sureness.CERTAIN, FindingSeverity.MEDIUM),
        (None, Sureness.CERTAIN, FindingSeverity.LOW),
    ],
)
def test_severity_is_worth_and_sureness(worth: float | None, sure: Sureness, severity: FindingSeverity) -> None:
    (found,), *_ = ranked([finding("supply_short_cell", worth, sure=sure)], DiagnosisPolicy(), Market(gmv=GMV))
    assert found.severity is severity


def test_a_trifle_of_spend_is_of_low_severity() -> None:
    market = Market(gmv=GMV, net_revenue=1_000.0)
    (found,), *_ = ranked([finding("thin_cell_spend", 10.0, of="spend")], DiagnosisPolicy(), market)
    assert isinstance(found, Finding)
    assert found.severity is FindingSeverity.LOW
