"""`bothsides mirror`: the warehouse copied into PostgreSQL."""

import json as json_text
import os
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from bothsides.cli.places import WorkspaceFolder, published
from bothsides.cli.terminal import plain


def mirror(
    to: Annotated[str, Parameter(help="postgresql://HOST/DATABASE?schema=NAME, or env:VARIABLE that holds it.")],
    *,
    json: Annotated[bool, Parameter(negative=(), help="Print the rows copied by table, for scripts.")] = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Copy the published warehouse into a schema of PostgreSQL, where others can read it.

    The schema belongs to the copy: what is in it is replaced as a whole, in one transaction, and a schema that holds
    other tables is refused. Quarantined lines stay in the workspace. Examples:

    bothsides mirror env:ACME_WAREHOUSE

    bothsides metrics gmv --by month --warehouse env:ACME_WAREHOUSE
    """
    from bothsides.metrics.mirror import mirror as copy
    from bothsides.warehouse.address import parse_address
    from bothsides.workspace import Workspace

    address = parse_address(to, os.environ)
    copied = copy(published(Workspace.open(workspace)), address)
    if json:
        print(json_text.dumps({"to": str(address), "rows": copied}, indent=2))
        return
    console = Console()
    console.print(plain(f"{sum(copied.values()):,} rows of {len(copied)} tables are in {address}"))
    if to.startswith("env:"):
        console.print(plain(f"\nNext: bothsides metrics gmv --warehouse {to}", style="bold"))
    else:
        # The address as it was typed may hold a password, and what is printed ends up in logs.
        console.print(plain("\nNext: put the address into a variable, say ACME_WAREHOUSE, and run", style="bold"))
        console.print(plain("bothsides metrics gmv --warehouse env:ACME_WAREHOUSE", style="bold"))
