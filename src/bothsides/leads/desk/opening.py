"""Opens the desk of a workspace: its agreement, recorded in its logbook before it decides anything."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bothsides.agreement import read_toml
from bothsides.agreement.versions import Signed, adopt, as_policy, version_at, version_named
from bothsides.leads.desk.agreed import SECTIONS, Agreed, read_agreement, ready
from bothsides.leads.models.in_force import in_force
from bothsides.leads.sla.policy import Sla
from bothsides.logbook import Book, Logbook, kept
from bothsides.schema.instant import Instant
from bothsides.workspace import Workspace

LAST_TICK = "tick"
"""The watermark that says up to when everything due was looked at."""


def open_desk(workspace: Workspace, logbook: Logbook, *, now: Instant) -> Agreed:
    """The agreement in force, every version of it recorded.

    Raises AgreementError naming every mistake of every file, and a version that would change what was decided.
    """
    signed = read_agreement(workspace)
    return _of(workspace, kept(logbook, lambda book: adopted(book, signed, now=now)))


def foreseen(workspace: Workspace, logbook: Logbook, *, now: Instant) -> Agreed:
    """The agreement as it would be in force at a moment that is still to come; nothing is recorded.

    Raises AgreementError as `open_desk` does.
    """
    signed = read_agreement(workspace)
    with logbook.engine.connect() as con:
        transaction = con.begin()
        try:
            return _of(workspace, adopted(Book(con=con, dialect=logbook.dialect), signed, now=now))
        finally:
            transaction.rollback()


def _of(workspace: Workspace, agreed: Agreed) -> Agreed:
    heard, addressed = _delivered(workspace)
    return replace(agreed, currency=workspace.settings.currency, heard=heard, addressed=addressed)


def _delivered(workspace: Workspace) -> tuple[frozenset[str], frozenset[str]]:
    """The actions that have a route, and who has an address; delivery names the file's mistakes when it sends."""
    path = workspace.agreement_dir / "delivery.toml"
    read = read_toml(path) if path.exists() else {}
    routes, addresses = read.get("route"), read.get("addresses")
    found = routes if isinstance(routes, list) else []
    actions = frozenset(str(route.get("action", "")) for route in found if isinstance(route, dict))
    return actions, frozenset(addresses if isinstance(addresses, dict) else ())


def adopted(book: Book, signed: Mapping[str, Signed[Any]], *, now: Instant) -> Agreed:
    """Records what is new and returns what is in force now: of a version that begins later, the one before it."""
    row = book.one("SELECT reached_at FROM watermarks WHERE source = ?", LAST_TICK)
    for one in signed.values():
        adopt(book, one, now=now, last_tick=row[0] if row else None)
    policies: dict[str, Any] = {}
    versions: dict[str, str] = {}
    for section, one in signed.items():
        version = version_at(book, section, now)
        if version is None or version.version == one.version:
            policies[section], versions[section] = one.policy, one.version
        else:
            policies[section], versions[section] = as_policy(version, SECTIONS[section]), version.version
    older = {
        version: _recorded_sla(book, version)
        for (version,) in book.all("SELECT DISTINCT version FROM policy_versions WHERE section = ?", "sla")
    }
    return ready(policies, versions, now=now, older=older, fitted=in_force(book))


def _recorded_sla(book: Book, version: str) -> Sla:
    """A recorded version of the SLA: clocks that began under it run under it."""
    return as_policy(version_named(book, "sla", version), Sla)
