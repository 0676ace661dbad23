"""Which fields a refused record may be corrected in: a slip is told, with the field that is meant."""

import shutil
from pathlib import Path

import pytest

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.correcting import check_fields, correctable
from bothsides.leads.desk.opening import open_desk
from bothsides.logbook import Logbook
from bothsides.workspace import Settings, Workspace

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "desk-agreement"


@pytest.fixture
def agreed(logbook: Logbook, tmp_path: Path) -> Agreed:
    workspace = Workspace.create(tmp_path / "acme", Settings(name="acme", currency="GBP", time_zone="Europe/London"))
    shutil.copytree(EXAMPLE, workspace.agreement_dir)
    with (workspace.agreement_dir / "hygiene.toml").open("a") as file:
        file.write('\n[[required]]\nfields = ["vat_id"]\nwhy = "no invoice without it"\n')
    return open_desk(workspace, logbook, now=1_774_947_600)


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("emial", "email"),
        ("sides", "side"),
        ("Deal_Size", "deal_size"),
        ("Visitor typ", "Visitor type"),
        ("vat", "vat_id"),
    ],
)
def test_a_field_that_nobody_reads_is_refused_with_the_one_that_is_meant(agreed: Agreed, slip: str, meant: str) -> None:
    with pytest.raises(
        ValueError, match=f"--set '{slip}': no field of leads is called so; did you mean '{meant}'"
    ) as said:
        check_fields(agreed, "trade_fair", {"Company": "Black Flag"}, ["side", slip])
    assert "one of Channel, Company, Contact" in str(said.value)
    assert "language" in str(said.value)


def test_what_the_record_the_source_the_agreement_or_intake_names_is_taken(agreed: Agreed) -> None:
    names = [
        "Booth",
        "Visitor type",
        "sku_count",
        "vat_id",
        "language",
        "email",
        "id",
        "events",
        "created_at",
        "street",
    ]
    check_fields(agreed, "trade_fair", {"Booth": "7"}, names)
    check_fields(agreed, "nowhere", "a line that could not be read", ["side", "company"])
    with pytest.raises(ValueError, match="--set 'Booth'"):
        check_fields(agreed, "trade_fair", None, ["Booth"])
    with pytest.raises(ValueError, match="--set 'Visitor type'"):
        check_fields(agreed, "web_form", {}, ["Visitor type"])


def test_what_the_desk_decides_is_nobodys_to_correct(agreed: Agreed) -> None:
    assert {"owner", "score", "band", "stage"}.isdisjoint(correctable(agreed, "trade_fair"))
