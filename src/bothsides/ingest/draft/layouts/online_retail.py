"""Online Retail (UCI data set 352): invoice lines of one British seller, in daily files."""

from bothsides.ingest.draft.layouts.known import KnownFile, KnownLayout, Roles, accounts, always, fed, files, header
from bothsides.ingest.draft.records import Reshape, SourceDraft, TableDraft

_SQL = """\
-- One record per invoice: the sum of its lines. Invoices that start with C are credit notes and come out negative.
-- The file has one seller and does not name it: the field seller is made here.
-- A line whose quantity or price cannot be read leaves the sum blank, so that it is quarantined, not shortened.
SELECT
  InvoiceNo,
  min(InvoiceDate) AS InvoiceDate,
  min(CustomerID) AS CustomerID,
  min(Country) AS Country,
  'Online Retail' AS seller,
  CASE WHEN count(*) = count(line_value) THEN CAST(sum(line_value) AS VARCHAR) END AS amount
FROM (
  SELECT *, try_cast(Quantity AS DECIMAL(18, 0)) * try_cast(UnitPrice AS DECIMAL(18, 4)) AS line_value FROM lines
)
GROUP BY InvoiceNo
"""
_ORDERS = TableDraft(
    name="orders",
    key=("InvoiceNo",),
    columns=(
        fed(
            "buyer_id",
            "CustomerID",
            "blank in a quarter of the lines: those invoices stay in quarantine, with this reason",
        ),
        fed("supplier_id", "seller"),
        fed("placed_at", "InvoiceDate"),
        always("status", "completed", "invoiced value; cancellations are invoices of their own, negative"),
        fed("amount", "amount"),
        fed("region", "Country"),
    ),
)


def _build(roles: Roles) -> tuple[SourceDraft, ...]:
    return (
        SourceDraft(
            source="invoices",
            files=(),
            currency="GBP",
            time_zone="Europe/London",
            tables=(
                _ORDERS,
                accounts("buyer", "CustomerID", fed("region", "Country"), fed("country", "Country"), optional=True),
                accounts("supplier", "seller", fed("name", "seller"), always("country", "GB")),
            ),
            reshape=Reshape(name="invoices.sql", sql=_SQL, inputs=(("lines", files(roles, "lines")),)),
        ),
    )


ONLINE_RETAIL = KnownLayout(
    name="Online Retail (UCI data set 352)",
    files=(
        KnownFile(
            role="lines",
            header=header("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"),
        ),
    ),
    build=_build,
    currency="GBP",
    time_zone="Europe/London",
)
