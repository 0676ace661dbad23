"""Pictures of what hangs on whom: ties, clusters, trusted pairs, and pairs that went quiet while both sides go on."""

from dataclasses import dataclass

from bothsides.metrics import Value
from bothsides.schema import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """Share of decided requests that were filled, now and without the replies of the accounts that leave.

    `low` takes every award of a lost supplier as lost, and of its answers to a request whose winner is not known that
    they won; `high` lets another supplier that replied have it. A request
    that only they answered is lost in both; `only_theirs` counts those requests.
    """

    requests: int
    now: float
    low: float
    high: float
    only_theirs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceShares:
    """How much one side of one category hangs on few accounts, by figure (hhi, top_1_share, gini ...)."""

    side: Side
    category: str | None
    gmv: float
    values: dict[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """One account that does at least `dependent_share` of its trade with one other; amount in major units."""

    name: str
    on: str
    share: float
    amount: float
    orders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """The accounts that hang on one: those that depend on it, and those that depend on these in turn.

    `side` is the side of the account in the middle. `gmv` is the trade of all of them, major units, each order once;
    `ties` are the largest of those that depend on it directly.
    """

    side: Side
    name: str
    direct: int
    indirect: int
    gmv: float
    gmv_share: float
    ties: tuple[Tie, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependence:
    """One side's dependence: how its accounts' trade is spread over their partners.

    `values`: largest partner's share (median), partners as many equal ones (median of 1 / HHI), share of accounts
    that depend on one. `clusters` are the largest that hang on one account of the other side.
    """

    side: Side
    accounts: int
    values: dict[str, Value]
    clusters: tuple[Cluster, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedPlace:
    """Pairs that know each other in one category (None: all): their share of pairs and of GMV."""

    category: str | None
    pairs: int
    gmv: float
    values: dict[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietPairs:
    """One supplier or cell whose known pairs went quiet while both accounts went on trading with others.

    Orders of the pairs against matched control pairs. A suspicion to ask about, never a proof of anything.
    """

    supplier: str | None
    category: str | None
    region: str | None
    stage: str
    """new: pairs that have just come to know each other, judged by whether they order again; later: the others, by how
    often they order."""
    pairs: int
    controls: int
    orders: float
    expected: float
    moved: float
    change: Value
    """Orders over what matched pairs make likely, less 1; with its interval."""
    missing_per_month: float
    """Value of the missing orders a month, major units, what moved to others on the marketplace taken off."""
    missing_low: float
    missing_high: float
    p_value: float
    believed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """What was looked at for orders that leave the marketplace: how many pairs could be judged, and who stands out.

    `unmatched` pairs had no control like them, `ended` ones cannot be told from churn: one of the two left altogether.
    `reason` says why nothing could be judged; `outside` is the share of trusted pairs' orders on record as placed
    outside the marketplace.
    """

    pairs: int
    unmatched: int
    ended: int
    tested: int
    places: tuple[QuietPairs, ...]
    outside: Value | None = None
    reason: str = ""
    rates: tuple[Value, ...] = ()
    """What was charged over the last year on orders that carried a fee, and what came in on all; empty without fees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hanging:
    """Everything about what hangs on whom beside each side's totals."""

    places: tuple[PlaceShares, ...]
    dependence: tuple[Dependence, ...]
    trusted: tuple[TrustedPlace, ...]
    quiet: Quiet | None
