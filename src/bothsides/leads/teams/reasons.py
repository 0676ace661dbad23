"""The words in which teams answer each other, as signed in `agreement/reasons.toml`, and what follows from them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from bothsides.agreement import Agreed, AgreementError, Problem, checked, load_policy
from bothsides.agreement.numbers import Positive, Share, WholeFromOne
from bothsides.schema import Side

FILE = "agreement/reasons.toml"

NONE_RAISED = "none"
"""Written instead of an objection's code where nobody raised any: a person has to say so."""


class Kind(StrEnum):
    """What a code answers."""

    REJECT = "reject"
    WIN = "win"
    LOSS = "loss"
    OBJECTION = "objection"
    QUESTION = "question"


class Means(StrEnum):
    """Whom a code is news for."""

    FIT = "fit"
    """The scoring: leads of this sort should score less."""
    MESSAGE = "message"
    """Marketing: what was promised, or what convinced."""
    SUPPLY_GAP = "supply_gap"
    """The other side of the lead's cell is missing something."""
    CONTENT = "content"
    """A page, sheet or calculator would answer it."""
    DATA = "data"
    """The lead's data were wrong or missing."""
    TIMING = "timing"
    """Later, perhaps: nurture."""
    UNKNOWN = "unknown"
    """Nobody knows; its share is shown."""


def code_word(code: str) -> str:
    """Lower-case letters, digits and underscores, as in 'no_supplier_near'. Raises ValueError for any other.

    >>> code_word("no_budget")
    'no_budget'
    """
    if not code or not all(letter.islower() or letter.isdigit() or letter == "_" for letter in code):
        raise ValueError("must be lower-case letters, digits and underscores, such as 'no_supplier_near'")
    if code == NONE_RAISED:
        raise ValueError(f"must not be {NONE_RAISED!r}, which says that no objection was raised")
    return code


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One code with the sentence people read; `sides` it may be given for (both without any)."""

    code: Annotated[str, checked(code_word)]
    words: str
    means: Means = Means.FIT
    sides: tuple[Side, ...] = ()
    needs_note: bool = False
    """Whether a sentence must be written beside it, as for 'other'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackTerms:
    """`[feedback]`: from how much feedback something is concluded."""

    least_leads: WholeFromOne = 20
    """Leads with an attribute's value below which nothing is said of it."""
    alarm_rate: Share = 0.05
    """Share of the named attributes that may be named by chance (Benjamini and Hochberg 1995)."""
    content_leads: WholeFromOne = 5
    """Leads that raised the same objection or question before content is asked for."""
    content_owners: WholeFromOne = 2
    """People who must have heard it: what one person hears may be how that person asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationTerms:
    """`[escalation]`: when sales' word that leads are unqualified opens a rapid review."""

    reject_share: Share = 0.3
    """Share of answered leads that sales may reject; above it a review opens by itself."""
    window_days: Positive = 14.0
    least_answered: WholeFromOne = 20
    """Answers within the window below which the share opens nothing; a person still may."""
    compare_days: Positive = 90.0
    """The span before the window that it is compared with."""
    mature_days: Positive = 60.0
    """Days after handover from which wins and losses are counted: a rejection is quick, a win is not."""
    due_working_days: WholeFromOne = 3
    who: tuple[str, ...] = ("VP Sales", "VP Marketing", "RevOps analyst")
    owner: str = "RevOps analyst"


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineTerms:
    """`[pipeline]`: what makes an open opportunity worth a question."""

    stale_days: Positive = 14.0
    """Days without any activity."""
    stale_days_of: dict[str, float] = field(default_factory=dict)
    """Other limits by stage."""
    slips: WholeFromOne = 2
    """Times that the close date was moved to a later day."""
    slipped_days: Positive = 30.0
    """Or days by which it moved altogether."""
    people: WholeFromOne = 2
    """People of the customer that must be in touch; with fewer it hangs on one thread."""
    people_from_amount: float = 0.0
    """Amount in major units from which that is asked for."""
    amount_change: Share = 0.3
    """Change of the amount, as a share of the first, that calls for a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonsPolicy:
    """`agreement/reasons.toml`: the codes, and what follows from them."""

    reject: tuple[Reason, ...] = ()
    win: tuple[Reason, ...] = ()
    loss: tuple[Reason, ...] = ()
    objection: tuple[Reason, ...] = ()
    question: tuple[Reason, ...] = ()
    feedback: FeedbackTerms = field(default_factory=FeedbackTerms)
    escalation: EscalationTerms = field(default_factory=EscalationTerms)
    pipeline: PipelineTerms = field(default_factory=PipelineTerms)

    def of(self, kind: Kind) -> tuple[Reason, ...]:
        """The codes of one kind."""
        return {
            Kind.REJECT: self.reject,
            Kind.WIN: self.win,
            Kind.LOSS: self.loss,
            Kind.OBJECTION: self.objection,
            Kind.QUESTION: self.question,
        }[kind]

    def allowed(self, kind: Kind, side: Side) -> dict[str, Reason]:
        """The codes of one kind that may be given for a side, by code."""
        return {one.code: one for one in self.of(kind) if not one.sides or side in one.sides}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An answer that cannot be taken: what it was about, which field, what stood there, what may."""

    subject_id: str
    field: str
    value: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.subject_id}: {self.field} = {self.value!r}: {self.allowed}"


def load_reasons(path: Path) -> Agreed[ReasonsPolicy]:
    """The signed codes. Raises AgreementError naming every mistake, FileNotFoundError where there is no file."""
    agreed = load_policy(path, ReasonsPolicy)
    if wrong := problems(agreed.policy):
        raise AgreementError([Problem(file=str(path), key="reasons", value="", allowed=text) for text in wrong])
    return agreed


def problems(policy: ReasonsPolicy) -> tuple[str, ...]:
    """What cannot stand together, each as one sentence."""
    found = []
    for kind in Kind:
        codes = [one.code for one in policy.of(kind)]
        found += [f"{kind} {code!r} stands twice" for code in sorted(set(codes)) if codes.count(code) > 1]
    for kind in (Kind.REJECT, Kind.WIN, Kind.LOSS):
        found += [
            f"{kind}: no code may be given for a {side}, so nobody could answer"
            for side in Side
            if policy.of(kind) and not policy.allowed(kind, side)
        ]
    return tuple(found)


def check_codes(
    policy: ReasonsPolicy, kind: Kind, side: Side, codes: Sequence[str], *, subject_id: str, note: str = ""
) -> tuple[Refused, ...]:
    """Why these codes cannot be taken, each with those that can; none where all may stand."""
    allowed = policy.allowed(kind, side)
    choices = f"must be one of {', '.join(sorted(allowed)) or 'nothing: no code is agreed'}"
    wrong = [
        Refused(subject_id=subject_id, field=kind, value=code, allowed=choices) for code in codes if code not in allowed
    ]
    wrong += [
        Refused(subject_id=subject_id, field="note", value="", allowed=f"{code!r} needs a sentence beside it")
        for code in codes
        if code in allowed and allowed[code].needs_note and not note.strip()
    ]
    return tuple(wrong)
