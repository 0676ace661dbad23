"""`bothsides metrics`: values of metrics by period, side, category and friends."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from bothsides.cli import next_steps
from bothsides.cli.days import day
from bothsides.cli.places import WorkspaceFolder, read_from
from bothsides.cli.set_aside import warn_of_set_aside
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from bothsides.metrics import Dictionary

metrics = App(name="metrics", help_epilogue=next_steps.AUDIT)
metrics.command(
    "bothsides.cli.diff:diff", name="diff", help="Which history a change of definitions tells anew, before and after."
)


@metrics.default
def values(
    *ids: Annotated[str, Parameter(help="Metric ids, separated by blanks or commas, e.g. gmv,active_suppliers.")],
    by: Annotated[str, Parameter(help="Split by, e.g. quarter,side,category.")] = "",
    start: Annotated[str | None, Parameter(name="--from", help="First day, e.g. 2013-01-01.")] = None,
    end: Annotated[str | None, Parameter(name="--to", help="Last day, included.")] = None,
    as_of: Annotated[str | None, Parameter(help="Business date up to which data counts.")] = None,
    known_on: Annotated[int | None, Parameter(help="Load number: answer as was known then.")] = None,
    where: Annotated[
        list[str] | None, Parameter(help="Only where, e.g. category=SaaS or side=buyer; repeat for and.")
    ] = None,
    json: Annotated[bool, Parameter(negative=(), help="Print a list of records for scripts.")] = False,
    explain_sql: Annotated[bool, Parameter(name="--explain", negative=(), help="Print the SQL instead.")] = False,
    all_metrics: Annotated[bool, Parameter(name="--all", negative=(), help="Every metric of the dictionary.")] = False,
    list_metrics: Annotated[
        bool, Parameter(name="--list", negative=(), help="List the metrics there are, or show those named whole.")
    ] = False,
    warehouse: Annotated[
        str | None,
        Parameter(help="Read a mirror in PostgreSQL: postgresql://HOST/DATABASE?schema=NAME or env:VARIABLE."),
    ] = None,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Values of metrics by period, side, category and friends.

    Periods are day, week, month, quarter, year or fiscal_year. Every value says how many observations stand
    behind it, its 95 % interval (or census), its status and its definition.

    A status is ok, restated, small_n, partial, immature, no_denominator or unavailable. For scripts: a word that is
    wrong whatever the data (a metric, split, side or day there is not) ends in code 2 and prints no values. A metric
    that these data cannot answer as asked is one record of status unavailable with a reason, and code 0, so that the
    others asked with it still answer: no table for it, not a split or a side of it, no row with that label. Examples:

    bothsides metrics gmv,active_suppliers --by quarter --json

    bothsides metrics ndr_gmv --by quarter,side --where side=buyer
    """
    from bothsides.cli.figures import as_json, definition_notes, footer, show, show_dictionary
    from bothsides.metrics import Query, ask, explain, open_store, parse_by, parse_where, read_dictionary

    console = screen()
    agreed = read_dictionary(workspace)
    named = tuple(name for word in ids for name in word.split(",") if name)
    if list_metrics:
        show_dictionary(console, agreed, named)
        return
    names = agreed.ids if all_metrics else _asked(named, agreed)
    grain, by_side, dims = parse_by([word.strip() for word in by.split(",") if word.strip()])
    query = Query(
        metrics=names,
        grain=grain,
        by_side=by_side,
        dims=dims,
        start=day(start, "--from"),
        end=day(end, "--to"),
        as_of=day(as_of, "--as-of"),
        where=parse_where(where or []),
    )
    with open_store(read_from(workspace, warehouse), known_on=known_on, dictionary=agreed) as store:
        if explain_sql:
            print(explain(store, query))
            return
        found = ask(store, query)
        warn_of_set_aside(store)
    if json:
        print(as_json(found, dims))
        return
    if query.dims or found:
        show(console, found, dims, names)
    for note in (*definition_notes(found, agreed, names), *footer(found, store.currency)):
        console.print(plain(note, style="dim"))


def _asked(names: tuple[str, ...], agreed: "Dictionary") -> tuple[str, ...]:
    """The ids asked for. Raises ValueError where there is none, or a split in the place of one; KeyError for others."""
    from bothsides.metrics.query import DIMENSIONS
    from bothsides.schema import Grain

    for name in names:
        if "://" in name:
            raise ValueError("a warehouse's address is no metric: write it behind --warehouse")
        if name in (*DIMENSIONS, "side", "period", *Grain):
            raise ValueError(f"{name!r} is a split, not a metric: write --by {name}")
        agreed.held(name)
    if not names:
        raise ValueError("name at least one metric, e.g. gmv; `bothsides metrics --list` shows them all")
    return names
