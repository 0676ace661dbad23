"""A desk with leads that wait in the queues of two pools, for benchmarks and proofs of claiming and assigning."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.schema import DropSchema

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.opening import open_desk
from bothsides.logbook import Entry, Kind, Logbook
from bothsides.logbook.upgrading import upgrade
from bothsides.schema.instant import Instant
from bothsides.workspace import Settings, Workspace

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "desk-agreement"
NOW: Instant = 1_775_000_000
POOLS = ("north", "south")
MEMBERS = 4

_SLA = """
[[policy]]
name = "everybody"
[[policy.clause]]
name = "fulfilment"
clock = "fulfilment"
owed_by = "supplier"
owed_to = "buyer"
hours = 240
"""
_DECAY = """
[[rule]]
name = "nothing decays"
decays = false
"""


def routing(pools: Sequence[str] = POOLS, members: int = MEMBERS) -> str:
    """The routing section: pools of members who are always at work, no holdout, no caps."""
    lines = ['seed = "bench"', "holdout_share = 0.0", 'otherwise_queue = "unrouted"']
    for pool in pools:
        lines += [f'[[member]]\nid = "{pool}-{n}"\nteam = "{pool}"' for n in range(members)]
        lines += [f'[[pool]]\nname = "{pool}"\nteam = "{pool}"']
        lines += [f'[[rule]]\nname = "{pool}"\nwhen = {{ region = "{pool}" }}\nto = "pool"\ntarget = "{pool}"']
    return "\n".join(lines)


def workspace(folder: Path, *, pools: Sequence[str] = POOLS, terms: bool = False) -> Workspace:
    """A workspace of that routing; with `terms` under the demo's SLA and decay, else under none."""
    made = Workspace.create(folder, Settings(name="bench", currency="GBP", time_zone="Europe/London"))
    shutil.copytree(EXAMPLE, made.agreement_dir)
    (made.agreement_dir / "routing.toml").write_text(routing(pools), encoding="utf-8")
    if not terms:
        (made.agreement_dir / "sla.toml").write_text(_SLA, encoding="utf-8")
        (made.agreement_dir / "decay.toml").write_text(_DECAY, encoding="utf-8")
    return made


@contextmanager
def logbook(address: Path | str, schema: str) -> Iterator[Logbook]:
    """An empty logbook: a file, or a schema of PostgreSQL that is dropped at the end."""
    opened = opened_at(address, schema)
    if isinstance(address, str):
        drop(opened, schema)
    upgrade(opened, schema=schema if isinstance(address, str) else None)
    try:
        yield opened
    finally:
        if isinstance(address, str):
            drop(opened, schema)
        opened.close()


def opened_at(address: Path | str, schema: str) -> Logbook:
    """The logbook that is there."""
    return Logbook.open(address, schema=schema if isinstance(address, str) else None)


def drop(opened: Logbook, schema: str) -> None:
    """Takes the schema away."""
    with opened.engine.connect() as con, con.begin():
        con.execute(DropSchema(schema, cascade=True, if_exists=True))


def analyse(opened: Logbook) -> None:
    """What the database does by itself on a logbook that grew over days."""
    with opened.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as con:
        con.execute(sa.text("VACUUM ANALYZE" if opened.dialect == "postgresql" else "ANALYZE"))


def agreed(made: Workspace, opened: Logbook) -> Agreed:
    """The agreement, recorded."""
    return open_desk(made, opened, now=NOW)


def fill(opened: Logbook, count: int, *, pools: Sequence[str] = POOLS, at: Instant = NOW - 3600) -> None:
    """Leads that came in, were worth a call and wait, in turns for each pool; written as a desk writes them."""
    for start in range(0, count, 5_000):
        entries: list[Entry] = []
        for number in range(start, min(start + 5_000, count)):
            lead, pool = lead_id(number), pools[number % len(pools)]
            fields = {
                "company": f"Company {number}",
                "email": f"ana@company{number}.example",
                "region": pool,
                "deal_size": 1000 + number % 500,
            }
            data = {"side": "buyer", "source": "web-form", "fields": fields, "received_at": at}
            entries += [
                Entry(kind=Kind.LEAD_RECEIVED, subject=lead, at=at, data=data, key=f"{lead}:received"),
                Entry(kind=Kind.STAGE_CHANGED, subject=lead, at=at, data={"stage": "mql", "from": "lead"}),
                Entry(kind=Kind.QUEUED, subject=lead, at=at, data={"queue": pool, "to": "queue", "pool": pool}),
            ]
        with opened.writing() as book:
            book.post(entries, now=at)
    analyse(opened)


def lead_id(number: int) -> str:
    """A lead's id."""
    return f"{number * 2654435761 % 2**32:08x}{number:024x}"
