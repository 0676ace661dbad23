"""A workspace whose exports change from step to step: new, changed, removed and returning rows, and bad lines.

Everything follows from the step and the seed by arithmetic, so a run that was killed a hundred times must end in the
state of a run that was never disturbed.
"""

from dataclasses import dataclass
from pathlib import Path

from bothsides.workspace import Settings, Workspace

BAD_LINES = 5
"""Records of every orders.csv that must be quarantined: an unclosed quote, a short line, and three bad values."""

LEDGER = """\
id_space = "market"
files = ["orders.csv"]

[[table]]
name = "orders"
key = ["id"]
[table.columns]
buyer_id = "buyer"
supplier_id = "supplier"
placed_at = "date"
amount = "amount"
category = "category"

[[table]]
name = "accounts"
entities = true
key = ["buyer"]
[table.columns]
side = { value = "buyer" }
name = "buyer"

[[table]]
name = "accounts"
entities = true
key = ["supplier"]
[table.columns]
side = { value = "supplier" }
name = "supplier"
"""

SPEND = """\
files = ["spend-*.csv"]
mode = "append"

[[table]]
name = "spend"
key = []
[table.columns]
side = { value = "buyer" }
spent_at = "date"
amount = "cost"
channel = "channel"
"""

LEADS = """\
files = ["leads.csv"]
mode = "incremental"

[[table]]
name = "leads"
key = ["id"]
[table.columns]
side = { value = "supplier" }
created_at = "date"
name = "company"
channel = "origin"
"""

MAPPINGS = {"ledger": LEDGER, "spend": SPEND, "leads": LEADS}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangingMarket:
    """The exports at each step: a snapshot ledger of about `rows` orders, appended spend, incremental leads."""

    rows: int
    seed: int = 1

    def create(self, folder: Path) -> Workspace:
        """A new workspace with the three mappings and no exports yet."""
        workspace = Workspace.create(folder, Settings(name="changing", currency="EUR", time_zone="UTC"))
        for name, text in MAPPINGS.items():
            (workspace.mappings_dir / f"{name}.toml").write_text(text, encoding="utf-8")
        return workspace

    def write(self, folder: Path, step: int) -> None:
        """Write the exports of a step over those of the step before."""
        (folder / "orders.csv").write_text(self.orders(step), encoding="utf-8")
        (folder / f"spend-{step:04}.csv").write_text(self.spend(step), encoding="utf-8")
        (folder / "leads.csv").write_text(self.leads(step), encoding="utf-8")

    def orders(self, step: int) -> str:
        """The whole ledger as the shop exports it at this step, with its bad lines."""
        born = self.rows + step * max(1, self.rows // 50)
        lines = ["id,date,buyer,supplier,category,amount"]
        present = (row for row in range(born) if (row * 7919 + (step + self.seed) * 104_729) % 41)
        lines += [self._order(row, step) for row in present]
        middle = len(lines) // 2
        lines[middle:middle] = [
            f'bad{step},2024-03-01,"Buyer 1,Supplier 1,C1,5.00',
            f"bad{step + 1},2024-03-01,Buyer 1",
            f"bad{step + 2},2024-02-30,Buyer 1,Supplier 1,C1,5.00",
            f"bad{step + 3},2024-03-01,Buyer 1,Supplier 1,C1,five",
            f"bad{step + 4},2024-03-01,,Supplier 1,C1,5.00",
        ]
        return "\n".join(lines) + "\n"

    def _order(self, row: int, step: int) -> str:
        changes = (row * 31 + self.seed + step * 17) // 430
        day = f"2024-{row % 12 + 1:02}-{row % 28 + 1:02}"
        return f"{row},{day},Buyer {row % 311},Supplier {row % 127},C{row % 7},{row % 997 + changes}.25"

    def spend(self, step: int) -> str:
        """One more month of spend, a file of its own."""
        days = (f"2024-{step % 12 + 1:02}-{day:02}" for day in range(1, 29))
        return "date,channel,cost\n" + "".join(f"{day},search,{100 + step}.10\n" for day in days)

    def leads(self, step: int) -> str:
        """Leads that were new or changed since the step before."""
        first = step * 20
        rows = [f"L{n},2024-05-{n % 28 + 1:02},Company {n},fair\n" for n in range(first, first + 30)]
        changed = [f"L{n},2024-05-{n % 28 + 1:02},Company {n} at step {step},web\n" for n in range(0, first, 37)]
        return "id,date,company,origin\n" + "".join(rows + changed)
