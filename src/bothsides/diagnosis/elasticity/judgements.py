"""What people who know the market believe about its two sides, written down before the data can tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from bothsides.agreement import AgreementError, checked, load_entries
from bothsides.diagnosis.elasticity.records import Judgement
from bothsides.schema import Side

FILE = "agreement/judgements.toml"

BELIEFS: Mapping[str, str] = {
    "draws": "draws the other side in",
    "keeps": "keeps the other side from leaving",
    "draws and keeps": "draws the other side in and keeps it",
    "does neither": "does little for the other side",
}
"""What may be believed of a side, with its words."""


def _belief(word: str) -> str:
    """One of draws, keeps, draws and keeps, does neither."""
    if word not in BELIEFS:
        raise ValueError(f"must be one of {', '.join(BELIEFS)}")
    return word


def _said(text: str) -> str:
    """A name or a sentence that is not empty."""
    if not text.strip():
        raise ValueError("must not be empty")
    return text.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """One `[[judgement]]`: a side, what is believed of it, by whom, since when and why."""

    side: Side
    belief: Annotated[str, checked(_belief)]
    who: Annotated[str, checked(_said)]
    date: date
    why: Annotated[str, checked(_said)]
    category: str | None = None


def read_judgements(workspace: Path) -> tuple[Judgement, ...]:
    """The judgements on record, the latest first; none without the file. Raises AgreementError naming every mistake."""
    path = workspace / FILE
    if not path.exists():
        return ()
    entries, problems = load_entries(path, "judgement", _Written)
    if problems:
        raise AgreementError(problems)
    written = [entry.policy for entry in entries if entry.policy is not None]
    told = [
        Judgement(side=w.side, belief=w.belief, who=w.who, on=w.date, why=w.why, category=w.category) for w in written
    ]
    return tuple(sorted(told, key=lambda j: (j.on, j.who), reverse=True))
