"""`bothsides demo`: the whole engine on a simulated marketplace."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console

from bothsides.cli.audit import audit
from bothsides.cli.demo_desk import desk_quarter
from bothsides.cli.sync import show_report

if TYPE_CHECKING:
    from bothsides.workspace import Workspace


def demo(
    *,
    folder: Annotated[Path, Parameter(help="Where to put the workspace.")] = Path("demo"),
    orders: Annotated[int, Parameter(help="About how many orders to simulate.")] = 20_000,
    seed: Annotated[int, Parameter(help="The same seed gives the same market, byte for byte.")] = 7,
    healthy: Annotated[bool, Parameter(negative=(), help="A market without planted problems.")] = False,
) -> None:
    """Simulate a marketplace, load it, audit it, and send a quarter of leads through the lead desk.

    The market has one planted problem for every kind of diagnosis; what is true of it stands in exports/truth.json
    of the folder, so you can check what the audit found. Nothing leaves this machine.
    """
    from bothsides import ingest
    from bothsides.ingest import dump_mapping, identity_mapping
    from bothsides.metrics import refresh
    from bothsides.simulate import demo_plan, healthy_plan, simulate, write

    console = Console()
    plan = (healthy_plan if healthy else demo_plan)(seed=seed, orders=orders)
    console.print(f"Simulating {plan.name}: about {orders:,} orders on both sides of a marketplace ...")
    workspace = _workspace(folder, plan.name, plan.currency)
    paths = write(simulate(plan), folder / "exports", form="csv")
    for path in paths:
        if path.suffix == ".csv":
            with path.open(encoding="utf-8", newline="") as export:
                columns = next(csv.reader(export))
            mapping = identity_mapping(path.stem, [f"exports/{path.name}"], columns=columns, time_zone="UTC")
            (workspace.mappings_dir / f"{path.stem}.toml").write_text(dump_mapping(mapping), encoding="utf-8")
    console.print("Loading it as its exports would be loaded ...")
    report = ingest.sync(workspace, now=datetime.now(UTC), refresh=refresh(plan.currency), progress=lambda _: None)
    show_report(console, report, plan.currency)
    console.print()
    audit(workspace=folder)
    console.print()
    desk_quarter(folder / "desk", seed=seed, console=console)


def _workspace(folder: Path, name: str, currency: str) -> Workspace:
    """The demo's workspace; made once, then opened. Raises ValueError for a folder that is somebody else's."""
    from bothsides.workspace import Settings, Workspace

    settings = Settings(name=name, currency=currency, time_zone="UTC")
    if not (folder / "bothsides.toml").exists():
        if folder.exists() and any(folder.iterdir()):
            raise ValueError(f"{folder} is not empty and not a demo: name another with --folder")
        folder.mkdir(parents=True, exist_ok=True)
        return Workspace.create(folder, settings)
    workspace = Workspace.open(folder)
    if workspace.settings.name != name:
        raise ValueError(f"{folder} is the workspace {workspace.settings.name!r}, not the demo: use --folder")
    return workspace
