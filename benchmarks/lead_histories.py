"""Public histories of leads as the proofs of scorecards read them: what was known, who was won, in order of time."""

import csv
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bothsides.predict.logistic import Floats
from bothsides.predict.measures import Bools
from bothsides.predict.scorecard.columns import Leads, leads
from bothsides.predict.scorecard.fitting import History

Row = dict[str, str]

AFTER = (
    "Tags", "Lead Quality", "Lead Profile", "Last Activity", "Last Notable Activity", "Asymmetrique Activity Index",
    "Asymmetrique Profile Index", "Asymmetrique Activity Score", "Asymmetrique Profile Score",
)  # fmt: skip
"""Columns of X Education that sales wrote after the first contact."""

DROPPED = (
    "Prospect ID", "Lead Number", "Magazine", "Receive More Updates About Our Courses",
    "Update me on Supply Chain Content", "Get updates on DM Content", "I agree to pay the amount through cheque",
)  # fmt: skip
"""Identifiers and constants."""

BANK_FIELDS = (
    "age", "job", "marital", "education", "default", "housing", "loan", "contact", "month", "day_of_week", "campaign",
    "pdays", "previous",
)  # fmt: skip
"""Known before a call, without the economy's columns; duration is known only after it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Education:
    """X Education: every column, the honest ones, who was won, and the points of two workshops that we made up."""

    everything: Leads
    honest: tuple[str, ...]
    won: Bools
    workshop: Floats
    plainer: Floats

    def history(self, agreed: Floats | None) -> History:
        """The honest columns, with a lead number's place as its moment."""
        return History(
            leads=self.everything.only(self.honest),
            won=self.won,
            decided_at=np.arange(len(self.won), dtype=np.int64),
            agreed=agreed,
        )


def education(data: Path) -> Education:
    """9,240 leads in order of their number; the form's default "Select" is nothing known."""
    with (data / "leads-xeducation" / "Leads.csv").open(encoding="utf-8") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: int(row["Lead Number"]))
    names = [name for name in rows[0] if name and name != "Converted"]
    return Education(
        everything=_leads(rows, names, unknown=("", "Select")),
        honest=tuple(name for name in names if name not in AFTER + DROPPED),
        won=np.array([row["Converted"] == "1" for row in rows]),
        workshop=np.array([_workshop(row) for row in rows]),
        plainer=np.array([_plainer(row) for row in rows]),
    )


def _workshop(row: Row) -> float:
    """What two teams would agree on in an afternoon: how it came, who it is, how much it read."""
    minutes, visits = float(row["Total Time Spent on Website"] or 0) / 60, float(row["TotalVisits"] or 0)
    points = 20.0 * (row["Lead Origin"] == "Lead Add Form")
    points += 10.0 * (row["Lead Source"] in {"Reference", "Welingak Website", "Referral Sites"})
    points += 20.0 * (row["What is your current occupation"] == "Working Professional")
    points += 20.0 if minutes >= 15 else 10.0 if minutes >= 5 else 0.0
    points += 5.0 * (visits >= 3) + 5.0 * (float(row["Page Views Per Visit"] or 0) >= 3)
    points += 10.0 * (row["Specialization"] not in {"", "Select"})
    return max(0.0, points - 10.0 * (row["Do Not Email"] == "Yes"))


def _plainer(row: Row) -> float:
    """The same with fewer steps and no sources."""
    minutes, visits = float(row["Total Time Spent on Website"] or 0) / 60, float(row["TotalVisits"] or 0)
    points = 15.0 * (row["Lead Origin"] == "Lead Add Form")
    points += 10.0 * (row["What is your current occupation"] == "Working Professional")
    points += 15.0 * (minutes >= 10)
    points += 10.0 if visits >= 5 else 5.0 if visits >= 3 else 0.0
    points += 5.0 * (float(row["Page Views Per Visit"] or 0) >= 3)
    points += 5.0 * (row["Specialization"] not in {"", "Select"})
    return max(0.0, points - 10.0 * (row["Do Not Email"] == "Yes"))


def maven(data: Path) -> History:
    """6,711 closed opportunities of a fictitious company in order of engagement, with what is known of the account."""
    folder = data / "crm-maven"
    accounts, products, agents = (
        {row[key].replace(" ", "") if key == "product" else row[key]: row for row in _read(folder / name)}
        for name, key in (("accounts.csv", "account"), ("products.csv", "product"), ("sales_teams.csv", "sales_agent"))
    )
    rows = []
    for row in _read(folder / "sales_pipeline.csv"):
        if row["deal_stage"] in {"Won", "Lost"}:
            product = row["product"].replace(" ", "")
            known = {**accounts.get(row["account"], {}), **products[product], **agents[row["sales_agent"]]}
            rows.append({**known, **row, "product": product})
    rows.sort(key=lambda row: (row["engage_date"], row["opportunity_id"]))
    names = (
        "sales_agent", "manager", "regional_office", "product", "series", "sales_price", "sector", "revenue",
        "employees", "year_established", "office_location", "subsidiary_of",
    )  # fmt: skip
    fields = _leads([{name: row.get(name, "") for name in names} for row in rows], names, unknown=("",))
    return History(
        leads=fields,
        won=np.array([row["deal_stage"] == "Won" for row in rows]),
        decided_at=np.array([moment(row["engage_date"]) for row in rows], dtype=np.int64),
        agreed=np.array([_company_points(row) for row in rows]),
    )


def _company_points(row: Row) -> float:
    size = 20.0 * (float(row.get("employees") or 0) >= 1000) + 20.0 * (float(row.get("revenue") or 0) >= 1000)
    return size + 10.0 * (row.get("sector") in {"technolgy", "software", "finance"}) + 10.0 * (row["series"] == "GTX")


def bank(data: Path) -> History:
    """41,188 calls of a bank in order of time, without the call's duration and the economy's columns."""
    with zipfile.ZipFile(data / "bank-marketing" / "bank-additional.zip") as archive:
        (name,) = (n for n in archive.namelist() if n.endswith("full.csv") and "MACOSX" not in n)
        rows = list(csv.DictReader(io.StringIO(archive.read(name).decode()), delimiter=";"))
    for row in rows:
        row["pdays"] = "" if row["pdays"] == "999" else row["pdays"]
    return History(
        leads=_leads(rows, BANK_FIELDS, unknown=("", "unknown")),
        won=np.array([row["y"] == "yes" for row in rows]),
        decided_at=np.arange(len(rows), dtype=np.int64),
    )


def olist(data: Path) -> tuple[np.typing.NDArray[np.int64], Floats]:
    """First contact of 8,000 supplier leads and the moment each was won, NaN where it was not."""
    folder = data / "olist"
    won = {row["mql_id"]: moment(row["won_date"]) for row in _read(folder / "olist_closed_deals_dataset.csv")}
    rows = _read(folder / "olist_marketing_qualified_leads_dataset.csv")
    created = np.array([moment(row["first_contact_date"]) for row in rows], dtype=np.int64)
    return created, np.array([won.get(row["mql_id"], np.nan) for row in rows], dtype=np.float64)


def moment(text: str) -> int:
    """A date or time without a zone, as UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _leads(rows: list[Row], names: Iterable[str], *, unknown: tuple[str, ...]) -> Leads:
    return leads({name: [_value(row[name], unknown) for row in rows] for name in names})


def _value(text: str, unknown: tuple[str, ...]) -> object:
    if text in unknown:
        return None
    try:
        return float(text)
    except ValueError:
        return text
