"""What a model is told to do, and the cases it is shown: accounts or pairs at one cut-off, with what came of them."""

from dataclasses import dataclass
from datetime import date

from bothsides.predict.logistic import Floats
from bothsides.predict.measures import Bools, Ints
from bothsides.schema import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One feature: its name, in words, and whether it may only raise (1) or lower (-1) the chance; 0 for either.

    `dated` says that it is read from rows dated before the cut-off alone, which a test proves by cutting the rest off.
    Where it is not, such as a field that somebody keeps up to date, it is suspected when it tells too much.
    """

    name: str
    says: str
    direction: int = 0
    dated: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """A model before it has seen anything.

    It learns what comes within `step_months` of a cut-off and speaks about `horizon_months`, at the same rate.
    `rule` names the baseline in words, `rule_signal` the feature that says the same; `notes` are said on every card.
    """

    id: str
    model: str
    side: Side | None
    label: str
    horizon_months: int
    step_months: int
    rule: str
    rule_signal: str
    signals: tuple[Signal, ...]
    ridge: float
    recall_at: int | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < self.step_months <= self.horizon_months:
            raise ValueError(f"{self.step_months} months a step, {self.horizon_months} in all: a step must fit in")
        if self.rule_signal not in self.others():
            raise ValueError(f"{self.rule_signal!r} is not one of {', '.join(self.others())}")

    def others(self, *names: str) -> tuple[str, ...]:
        """The features but for those named."""
        return tuple(signal.name for signal in self.signals if signal.name not in names)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cases:
    """Accounts (or a buyer with a supplier) at one cut-off, one a row.

    `features` and `rule`, the baseline's score, rest on what was dated before the cut-off; `outcome` on what came in
    the months after it, None where those are still to come. `stride` says that one account in so many was taken.
    """

    cutoff: date
    accounts: Ints
    counterparties: Ints | None = None
    features: Floats
    rule: Floats
    outcome: Bools | None = None
    amounts: Floats | None = None
    """What each case trades a month, major units."""
    stride: int = 1
    notes: tuple[str, ...] = ()
    """What a reader must know of who is a case and what counts."""

    def __post_init__(self) -> None:
        sizes = {len(self.accounts), len(self.features), len(self.rule)}
        sizes |= {len(part) for part in (self.outcome, self.counterparties, self.amounts) if part is not None}
        if len(sizes) > 1:
            raise ValueError(f"cases of {self.cutoff} differ in length: {sorted(sizes)}")

    def __len__(self) -> int:
        return len(self.accounts)

    @property
    def known(self) -> Bools:
        """What came. Raises ValueError where it is still to come."""
        if self.outcome is None:
            raise ValueError(f"what comes after {self.cutoff} is not known yet")
        return self.outcome
