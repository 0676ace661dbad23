"""`bothsides metrics diff`: which definitions differ from others, and which history that tells anew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from bothsides.cli.days import day
from bothsides.cli.places import WorkspaceFolder, published
from bothsides.cli.terminal import screen

if TYPE_CHECKING:
    from bothsides.metrics import Dictionary


def diff(
    *ids: Annotated[str, Parameter(help="Metric ids; every metric that is defined differently when none is named.")],
    agreement: Annotated[
        Path | None,
        Parameter(help="Compare with this workspace, metrics.toml or funnels.toml instead of the house's definitions."),
    ] = None,
    from_version: Annotated[int | None, Parameter(help="Compare this version of one metric...")] = None,
    to_version: Annotated[int | None, Parameter(help="...with this one, each over all history.")] = None,
    by: Annotated[str, Parameter(help="Split by, e.g. quarter,side,category.")] = "month",
    start: Annotated[str | None, Parameter(name="--from", help="First day, e.g. 2013-01-01.")] = None,
    end: Annotated[str | None, Parameter(name="--to", help="Last day, included.")] = None,
    as_of: Annotated[str | None, Parameter(help="Business date up to which data counts.")] = None,
    where: Annotated[
        list[str] | None, Parameter(help="Only where, e.g. category=SaaS or side=buyer; repeat for and.")
    ] = None,
    all_cells: Annotated[bool, Parameter(name="--all", negative=(), help="Cells that do not change as well.")] = False,
    json: Annotated[bool, Parameter(negative=(), help="Print everything for scripts.")] = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Which history a change of definitions tells anew.

    Holds the definitions in force in the workspace against the house's, against those of another agreement, or one
    version of a metric against another: what changed, and before and after in every period. Examples:

    bothsides metrics diff

    git show HEAD:agreement/metrics.toml > before.toml; bothsides metrics diff --agreement before.toml --by quarter,side

    bothsides metrics diff gmv --from-version 1 --to-version 2
    """
    from bothsides.cli.differences import as_json, show
    from bothsides.metrics import Query, open_store, parse_by, parse_where, read_dictionary
    from bothsides.metrics.agreed.comparison import changes, compare
    from bothsides.workspace import Workspace

    if agreement is not None and not agreement.exists():
        raise FileNotFoundError(f"--agreement {agreement}: there is no such file or folder")
    opened = Workspace.open(workspace)
    agreed = read_dictionary(opened.folder)
    names = tuple(name for word in ids for name in word.split(",") if name)
    before, after = sides(opened.folder, agreed, names, agreement, from_version, to_version)
    changed = tuple(change.metric for change in changes(before, after, names))
    grain, by_side, dims = parse_by([word.strip() for word in by.split(",") if word.strip()])
    query = Query(
        metrics=names or changed,
        grain=grain,
        by_side=by_side,
        dims=dims,
        start=day(start, "--from"),
        end=day(end, "--to"),
        as_of=day(as_of, "--as-of"),
        where=parse_where(where or []),
        intervals=False,
    )
    with open_store(published(opened)) as store:
        comparison = compare(store, query, before, after)
    if json:
        print(as_json(comparison, dims))
        return
    show(screen(), comparison, dims, all_cells=all_cells)


def sides(
    folder: Path,
    agreed: Dictionary,
    names: tuple[str, ...],
    agreement: Path | None,
    old: int | None,
    new: int | None,
) -> tuple[Dictionary, Dictionary]:
    """The dictionaries to compare, before and after; a file is read beside the workspace's other one.

    Raises ValueError for options that do not go together.
    """
    from bothsides.metrics import Dictionary, read_dictionary
    from bothsides.metrics.agreed import FILE, FUNNELS
    from bothsides.metrics.agreed.comparison import one_version

    if old is None and new is None:
        if agreement is None:
            return Dictionary(), agreed
        if not agreement.is_dir():
            return read_dictionary(folder, instead=agreement), agreed
        if not any((agreement / file).exists() for file in (FILE, FUNNELS)):
            raise FileNotFoundError(f"{agreement} has neither {FILE} nor {FUNNELS}")
        return read_dictionary(agreement), agreed
    if old is None or new is None:
        raise ValueError("--from-version and --to-version come together, e.g. --from-version 1 --to-version 2")
    if agreement is not None:
        raise ValueError("--agreement compares files, --from-version and --to-version one metric's versions: use one")
    if len(names) != 1:
        raise ValueError(f"--from-version and --to-version compare one metric, not {len(names)}: name it")
    return one_version(agreed, names[0], old), one_version(agreed, names[0], new)
