"""What the CRM's records are held against: the agreement's files as they stand, without a desk."""

from typing import Any

from bothsides.agreement.versions import load_signed
from bothsides.identity import Matching, MatchingPolicy, compile_matching
from bothsides.leads.hygiene import HygienePolicy, Member
from bothsides.leads.route import RoutingPolicy
from bothsides.leads.upkeep.reading import roster_of
from bothsides.workspace import Workspace


def crm_policies(workspace: Workspace) -> tuple[HygienePolicy, Matching, tuple[Member, ...]]:
    """Hygiene, matching and the roster of the workspace; where a file is missing the house's own, or nobody.

    Raises AgreementError naming every mistake of a file.
    """
    routing = _read(workspace, "routing", RoutingPolicy)
    return (
        _read(workspace, "hygiene", HygienePolicy) or HygienePolicy(),
        compile_matching(_read(workspace, "matching", MatchingPolicy) or MatchingPolicy()),
        () if routing is None else roster_of(routing),
    )


def _read(workspace: Workspace, section: str, policy: type[Any]) -> Any:
    path = workspace.agreement_dir / f"{section}.toml"
    if not path.exists():
        return None
    return load_signed(path, policy, time_zone=workspace.settings.time_zone).policy
