"""What commands that list things share: how many at most, and members and queues that nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

from cyclopts import Parameter, validators

if TYPE_CHECKING:
    from bothsides.cli.lead_words import Reading

AtMost: TypeAlias = Annotated[int, Parameter(help="At most this many.", validator=validators.Number(gte=1))]


def check_names(desk: Reading, *, owner: str | None = None, queue: str | None = None) -> None:
    """Asked where a list is empty. Raises LookupError for a member or queue that nobody knows, with what is near.

    An agreement that cannot be read is not this command's matter: then the logbook alone is asked.
    """
    from bothsides.agreement import AgreementError
    from bothsides.leads.desk.agreed import read_section
    from bothsides.leads.desk.places import check_known

    folder, zone = desk.workspace.agreement_dir, desk.workspace.settings.time_zone
    try:
        routing = read_section(folder / "routing.toml", "routing", time_zone=zone).policy
    except (AgreementError, OSError):
        routing = None
    if owner is not None:
        check_known(desk.book, routing, "owner", owner)
    if queue is not None:
        check_known(desk.book, routing, "queue", queue)
