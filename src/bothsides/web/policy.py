"""Who may use the API: `agreement/api.toml`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from bothsides.agreement import AgreementError, Problem, checked, load_policy
from bothsides.delivery.secret import known_references

FILE = "api.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiPolicy:
    """The bearer tokens of the API, each by reference. Without one only this machine is served."""

    tokens: Annotated[tuple[str, ...], checked(known_references)] = ()
    """One, or two while callers change from one to the other."""


def load_api(agreement: Path) -> ApiPolicy:
    """The policy as it stands in the folder; without a file the house's own. Raises AgreementError."""
    path = agreement / FILE
    if not path.exists():
        return ApiPolicy()
    policy = load_policy(path, ApiPolicy).policy
    if len(policy.tokens) > 2:
        allowed = "must be one reference, or two while callers change from one to the other"
        raise AgreementError([Problem(file=str(path), key="tokens", value=str(len(policy.tokens)), allowed=allowed)])
    return policy
