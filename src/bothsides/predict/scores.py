"""The scores of a model: every case's chance with its reasons, held as columns and told one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bothsides.predict.cases import Cases, Signal
from bothsides.predict.logistic import Floats, Logistic, sigmoid
from bothsides.predict.measures import Bools, Ints
from bothsides.predict.model_card import ModelCard, Reason, Score


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoreTable:
    """Every case scored, one a row.

    `values` are the features as read, `typical` their means where the model
    learned, `contributions` what each adds to the logit.
    """

    signals: tuple[Signal, ...]
    accounts: Ints
    counterparties: Ints | None
    values: Floats
    typical: Floats
    contributions: Floats
    intercept: float
    amounts: Floats | None = None
    names: Mapping[int, str] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.accounts)

    @property
    def amounts_known(self) -> Floats:
        """What each case trades or pays a month, major units; 0 where the model knows no amounts."""
        return np.zeros(len(self)) if self.amounts is None else self.amounts

    @property
    def probabilities(self) -> Floats:
        """Each case's chance, from 0 to 1."""
        return sigmoid(self.intercept + self.contributions.sum(axis=1))

    def score(self, row: int) -> Score:
        """One case with its reasons, those without a part left out."""
        numbers = np.stack([self.values[row], self.typical, self.contributions[row]], axis=1).tolist()
        account = int(self.accounts[row])
        other = None if self.counterparties is None else int(self.counterparties[row])
        return Score(
            account=account,
            name=self._name(account),
            counterparty=other,
            counterparty_name="" if other is None else self._name(other),
            intercept=self.intercept,
            reasons=tuple(
                Reason(feature=signal.name, says=signal.says, value=value, typical=typical, contribution=part)
                for signal, (value, typical, part) in zip(self.signals, numbers, strict=True)
                if part
            ),
        )

    def _name(self, account: int) -> str:
        return self.names.get(account, f"account {account}")

    def highest(self, most: int, rows: Sequence[int] | Ints | None = None) -> tuple[Score, ...]:
        """The cases that matter most first, of all or of some rows; ties in the order of their accounts.

        Where amounts are known those are the ones with the most expected to be lost or won, chance times amount: who
        left long ago is likely to stay away, and nothing hangs on it. Else the likeliest.
        """
        chosen = np.arange(len(self)) if rows is None else np.asarray(rows, dtype=np.int64)
        weight = self.probabilities if self.amounts is None else self.probabilities * self.amounts
        order = np.lexsort((chosen, -weight[chosen]))[:most]
        return tuple(self.score(int(row)) for row in chosen[order])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tested:
    """The cases the model was judged on: features as read, what it said, and what came; the account of each."""

    features: Floats
    chances: Floats
    outcome: Bools
    accounts: Ints


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prediction:
    """A model's card and the table of the scores it gives today; no table where the card's verdict forbids it.

    `tested` is what it was judged on, None where it was not.
    """

    card: ModelCard
    table: ScoreTable | None = None
    tested: Tested | None = None

    def highest(self, most: int) -> tuple[Score, ...]:
        """The cases that matter most first; none where the model may not speak."""
        return () if self.table is None else self.table.highest(most)

    @property
    def amounts_by_account(self) -> dict[int, float]:
        """What each account trades or pays a month, major units; empty where the model knows no amounts."""
        found = self.table
        if found is None or found.amounts is None or found.counterparties is not None:
            return {}
        return dict(zip(found.accounts.tolist(), found.amounts.tolist(), strict=True))


def scored(signals: tuple[Signal, ...], fit: Logistic, cases: Cases, names: Mapping[int, str]) -> ScoreTable:
    """The cases with what the fit says about them."""
    return ScoreTable(
        signals=signals,
        accounts=cases.accounts,
        counterparties=cases.counterparties,
        values=cases.features,
        typical=fit.mean,
        contributions=fit.contributions(cases.features),
        intercept=fit.intercept,
        amounts=cases.amounts,
        names=names,
    )
