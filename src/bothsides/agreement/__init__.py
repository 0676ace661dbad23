"""What the teams signed, as reviewable files: loads and versions any policy that a room declares."""

from bothsides.agreement.policy import (
    Agreed,
    AgreementError,
    Entry,
    Problem,
    checked,
    cut,
    fingerprint,
    load_entries,
    load_policy,
    read_toml,
)

__all__ = [
    "Agreed",
    "AgreementError",
    "Entry",
    "Problem",
    "checked",
    "cut",
    "fingerprint",
    "load_entries",
    "load_policy",
    "read_toml",
]
