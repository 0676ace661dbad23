"""How much of the market hangs on few accounts, and what is left when the largest leave."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from bothsides.diagnosis.figures import figure, rate, read
from bothsides.diagnosis.finding import Evidence, Finding, Place, Sureness, Worth
from bothsides.diagnosis.picture import SideConcentration, Stress
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.span import Span
from bothsides.diagnosis.wording import count, counted, listed, money, of_side, share
from bothsides.metrics import Status, Store, Unit, Value
from bothsides.schema import Side, minor_units

METRICS = ("top_1_share", "top_5_share", "top_10_share", "hhi", "gini")
STRESSED = (1, 5, 10)
CURVE_POINTS = 50
MOST_NAMED = 20
"""Accounts named for somebody to call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """What one buyer bought from one supplier in one category over the window, major units."""

    buyer: int
    supplier: int
    category: str | None
    amount: float

    def party(self, side: Side) -> int:
        """The account on that side."""
        return self.buyer if side is Side.BUYER else self.supplier


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Every pair's trade over the window, with the accounts' names."""

    trades: tuple[Trade, ...]
    names: dict[int, str]
    currency: str
    months: float

    @property
    def total(self) -> float:
        """GMV of the window."""
        return sum(trade.amount for trade in self.trades)


def read_ledger(store: Store, span: Span) -> Ledger:
    """Completed value by pair and category; declared samples are weighted."""
    unit = 10 ** minor_units(store.currency)
    amount = "value * weight" if store.sampled else "value"
    rows = store.engine.rows(
        f"SELECT buyer, supplier, category, coalesce(sum({amount}), 0)::DOUBLE FROM fact_orders"
        " WHERE placed_on BETWEEN $first AND $last GROUP BY ALL ORDER BY ALL",
        {"first": span.start, "last": span.end},
    )
    trades = tuple(Trade(buyer=b, supplier=s, category=c, amount=a / unit) for b, s, c, a in rows)
    names: dict[int, str] = dict(
        store.engine.rows("SELECT account, coalesce(name, 'account ' || account) FROM dim_accounts")
    )
    return Ledger(trades=trades, names=names, currency=store.currency, months=span.months)


def held(trades: Sequence[Trade], side: Side) -> list[tuple[int, float]]:
    """Each account's total on the side, largest first."""
    amounts: dict[int, float] = defaultdict(float)
    for trade in trades:
        amounts[trade.party(side)] += trade.amount
    return sorted(amounts.items(), key=lambda item: (-item[1], item[0]))


def lorenz(amounts: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """Share of accounts, smallest first, against share of GMV; credits can make its beginning negative.

    >>> lorenz([3.0, 1.0])
    ((0.0, 0.0), (0.5, 0.25), (1.0, 1.0))
    """
    total = sum(amounts)
    if not amounts or total <= 0:
        return ()
    points, running = [(0.0, 0.0)], 0.0
    ranked = sorted(amounts)
    marks = {round(len(ranked) * i / CURVE_POINTS) for i in range(1, CURVE_POINTS + 1)}
    for i, amount in enumerate(ranked, 1):
        running += amount
        if i in marks:
            points.append((i / len(ranked), running / total))
    return tuple(points)


def stress(ledger: Ledger, side: Side, k: int) -> Stress:
    """The k largest accounts leave and take their orders with them."""
    leaving = [account for account, _ in held(ledger.trades, side)[:k]]
    gone, stay = set(leaving), set[int]()
    touched, lost = set[int](), 0.0
    for trade in ledger.trades:
        if trade.party(side) in gone:
            lost += trade.amount
            touched.add(trade.party(side.other))
        else:
            stay.add(trade.party(side.other))
    return Stress(
        side=side,
        k=k,
        names=tuple(ledger.names.get(account, "") for account in leaving),
        gmv_lost_share=lost / ledger.total if ledger.total else 0.0,
        counterparties_left_alone=len(touched - stay),
    )


def concentration(store: Store, span: Span, ledger: Ledger) -> tuple[SideConcentration, ...]:
    """Both sides' concentration over the window; none where nothing was traded."""
    if ledger.total <= 0:
        return ()
    values = read(store, span, *METRICS, by_side=True)
    return tuple(_side(side, ledger, {v.metric: v for v in values if v.side == side}) for side in Side)


def _side(side: Side, ledger: Ledger, values: dict[str, Value]) -> SideConcentration:
    amounts = [amount for _, amount in held(ledger.trades, side)]
    stresses = tuple(stress(ledger, side, k) for k in STRESSED if k < len(amounts))
    return SideConcentration(
        side=side,
        values=values,
        curve=lorenz(amounts),
        stress=stresses,
        sentence=_sentence(side, len(amounts), stresses),
    )


def _sentence(side: Side, accounts: int, stresses: tuple[Stress, ...]) -> str:
    if not stresses:
        return f"Only {counted(accounts, side.value)} traded: each one matters."
    last, first = stresses[-1], stresses[0]
    alone = last.counterparties_left_alone
    left = f" and leave {counted(alone, side.other.value)} with nobody else to trade with" if alone else ""
    return (
        f"The {last.k} largest of {count(accounts)} {of_side(side)} carry {share(last.gmv_lost_share)} of GMV, the "
        f"largest alone {share(first.gmv_lost_share)}; losing the {last.k} would take that{left}."
    )


def concentration_findings(
    ledger: Ledger, sides: Sequence[SideConcentration], policy: DiagnosisPolicy, leave: dict[Side, Value | None]
) -> list[Finding]:
    """Whole sides that hang on few accounts, then categories that hang on one.

    `leave` is each side's logo retention over a year; where unknown the policy's share of leavers stands in.
    """
    found = [f for side in sides if (f := _whole_side(side, ledger, policy, leave[side.side]))]
    for category in sorted({t.category for t in ledger.trades if t.category is not None}):
        trades = [t for t in ledger.trades if t.category == category]
        if sum(t.amount for t in trades) < policy.category_gmv_share * ledger.total:
            continue
        for side in Side:
            if any(f.place.side is side for f in found if f.place.category is None):
                continue
            if finding := _category(side, category, trades, ledger, policy=policy, leave=leave[side]):
                found.append(finding)
    return found


def _whole_side(
    pictured: SideConcentration, ledger: Ledger, policy: DiagnosisPolicy, leave: Value | None
) -> Finding | None:
    side, values = pictured.side, pictured.values
    top, ten = values.get("top_1_share"), values.get("top_10_share")
    if top is None or ten is None or top.value is None or ten.value is None or top.status is Status.SMALL_N:
        return None
    alone = heavy(float(top.value), top.n, 1, policy.top_account_share, policy)
    if not alone and not heavy(float(ten.value), ten.n, 10, policy.top_ten_share, policy):
        return None
    worst = next((s for s in reversed(pictured.stress) if s.k == 10), pictured.stress[-1])
    what = (
        f"One {side} carries {share(top.value)} of GMV"
        if alone
        else f"Ten of {count(ten.n)} {of_side(side)} carry {share(ten.value)} of GMV"
    )
    at_risk = (top.value if alone else ten.value) * ledger.total
    stranded = worst.counterparties_left_alone
    return Finding(
        kind=f"{side.value}_concentration",
        title=f"{what}: {money(at_risk / ledger.months, ledger.currency)} a month rests on their staying",
        place=Place(side=side),
        sure=Sureness.CERTAIN,
        why_sure="Counted from every completed order of the window, not estimated.",
        evidence=(
            Evidence(sentence=pictured.sentence, values=(top, ten, values["hhi"])),
            Evidence(sentence=f"The largest, with GMV of the window: {_named(ledger, side, len(worst.names))}."),
            Evidence(
                sentence=f"If the {worst.k} largest left, {counted(stranded, side.other.value)} would be left with "
                "nobody they traded with in the window."
            ),
        ),
        worth=exposure(at_risk, ledger, side, policy, leave),
        cause=f"Growth came from a few large {of_side(side)}; the rest are small.",
        owner="Chief Revenue Officer" if side is Side.BUYER else "VP Sales, supplier side",
        play=f"diversify_{of_side(side)}",
        first_step=f"Put a named owner and a joint account plan on {listed(list(worst.names[:3]))}.",
        caveat="Branches of one company under several names would make the concentration larger than shown.",
    )


def _named(ledger: Ledger, side: Side, most: int) -> str:
    """The largest accounts of the side by name with what they brought."""
    largest = held(ledger.trades, side)[:most]
    return "; ".join(f"{ledger.names.get(a, f'account {a}')} {money(amount, ledger.currency)}" for a, amount in largest)


def _category(
    side: Side,
    category: str,
    trades: Sequence[Trade],
    ledger: Ledger,
    *,
    policy: DiagnosisPolicy,
    leave: Value | None,
) -> Finding | None:
    ranked, total = held(trades, side), sum(t.amount for t in trades)
    least = policy.category_supplier_share if side is Side.SUPPLIER else policy.category_buyer_share
    if (
        len(ranked) < policy.few_accounts
        or total <= 0
        or not heavy(ranked[0][1] / total, len(ranked), 1, least, policy)
    ):
        return None
    account, amount = ranked[0]
    name, part = ledger.names.get(account, "one account"), amount / total
    leaners = dependents(trades, side, account, policy.dependent_share)
    depending = len(leaners)
    others = len({t.party(side.other) for t in trades if t.party(side) == account})
    verb = "sold" if side is Side.SUPPLIER else "bought"
    here = {"category": category}
    share_held = figure(f"top_{side.value}_share", part, Unit.RATE, n=len(ranked), side=side.value, place=here)
    leaning = rate("dependent_share", depending, others, side=side.other.value, place=here)
    return Finding(
        kind="category_depends_on_one" if side is Side.SUPPLIER else "buyer_concentration",
        title=f"{category} depends on one {side}: {name} {verb} {share(part)} of its GMV, "
        f"{money(amount / ledger.months, ledger.currency)} a month",
        place=Place(side=side, category=category),
        sure=Sureness.CERTAIN,
        why_sure="Counted from every completed order of the window, not estimated.",
        evidence=(
            Evidence(
                sentence=f"{name} {verb} {money(amount, ledger.currency)} of {money(total, ledger.currency)} in "
                f"{category}; the next largest {side} {share(ranked[1][1] / total)}.",
                values=(share_held,),
            ),
            Evidence(
                sentence=f"It traded with {counted(others, side.other.value)} there; {count(depending)} of them did at "
                f"least {share(policy.dependent_share)} of their trade in the category with it.",
                values=(leaning,),
            ),
            *_dependent(leaners, ledger),
        ),
        worth=exposure(amount, ledger, side, policy, leave),
        cause="Too few alternatives of the same kind were recruited or shown."
        if side is Side.SUPPLIER
        else "One large buyer found the category; others like it were not won.",
        owner="Category manager, supplier side" if side is Side.SUPPLIER else "VP Sales, buyer side",
        play=f"diversify_{of_side(side)}",
        first_step=f"List the {counted(depending or others, side.other.value)} that trade most with {name} and "
        f"introduce each to a second {side}."
        if side is Side.SUPPLIER
        else f"Win the three {of_side(side)} most like {name} into {category}.",
    )


def _dependent(leaners: Sequence[tuple[int, float]], ledger: Ledger) -> tuple[Evidence, ...]:
    """The names of those that depend on one account, at most twenty, with what they trade with it."""
    named = [
        f"{ledger.names.get(a, f'account {a}')} {money(part, ledger.currency)}" for a, part in leaners[:MOST_NAMED]
    ]
    text = f"Those that depend on it, with what they trade with it there: {'; '.join(named)}."
    return (Evidence(sentence=text),) if named else ()


def heavy(part: float, accounts: int, k: int, least: float, policy: DiagnosisPolicy) -> bool:
    """Whether k accounts hold at least that share, and clearly more than k equal ones would.

    >>> heavy(0.4, 100, 1, 0.3, DiagnosisPolicy()), heavy(0.4, 5, 1, 0.3, DiagnosisPolicy())
    (True, False)
    """
    return part >= max(least, min(1.0, policy.over_equal * k / max(accounts, 1)))


def dependents(trades: Sequence[Trade], side: Side, account: int, least: float) -> list[tuple[int, float]]:
    """Accounts of the other side that do at least that share of these trades with the account, and their amounts."""
    with_it: dict[int, float] = defaultdict(float)
    overall: dict[int, float] = defaultdict(float)
    for trade in trades:
        overall[trade.party(side.other)] += trade.amount
        if trade.party(side) == account:
            with_it[trade.party(side.other)] += trade.amount
    leaning = [(other, part) for other, part in with_it.items() if part > 0 and part >= least * overall[other]]
    return sorted(leaning, key=lambda pair: (-pair[1], pair[0]))


def exposure(at_risk: float, ledger: Ledger, side: Side, policy: DiagnosisPolicy, leave: Value | None) -> Worth:
    """GMV a month times the chance that such an account leaves within a year, with the whole as the upper end."""
    known = leave is not None and leave.value is not None and leave.status is not Status.IMMATURE
    if known and leave is not None:
        # Agresti and Coull's two added of each keep "nobody left yet" from meaning "nobody ever leaves".
        left = (1 - float(leave.value or 0)) * leave.n
        chance, low = (left + 2) / (leave.n + 4), 1 - (leave.high if leave.high is not None else 1.0)
    else:
        chance, low = policy.yearly_leave_share, policy.yearly_leave_share / 2
    monthly = at_risk / ledger.months
    basis = (
        f"{share(chance)} of {of_side(side)} leave within a year (from those who did)"
        if known
        else f"{share(chance)} assumed to leave within a year (policy; the history is too short to tell)"
    )
    return Worth(
        per_month=monthly * chance,
        low=monthly * max(0.0, low),
        high=monthly,
        currency=ledger.currency,
        reckoning=f"{money(monthly, ledger.currency)} a month at stake x {basis}; the upper end is losing all of it.",
    )
