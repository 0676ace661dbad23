"""Findings about what hangs on few accounts: whole sides, then categories."""

from collections.abc import Sequence

import numpy as np

from bothsides.diagnosis.concentration.ledger import Ledger, Trades
from bothsides.diagnosis.concentration.partners import partners
from bothsides.diagnosis.concentration.shares import ranked
from bothsides.diagnosis.figures import figure, rate
from bothsides.diagnosis.finding import Evidence, Finding, Place, Rows, Sureness, Worth
from bothsides.diagnosis.picture import SideConcentration
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.wording import count, counted, listed, money, of_side, share
from bothsides.metrics import Status, Unit, Value
from bothsides.schema import Side

MOST_NAMED = 20
"""Accounts named for somebody to call."""

SHARE_COUNTED = (
    "The share is counted from every completed order of the window. Its worth is an estimate: it takes an average "
    "chance of leaving for accounts that need not be average."
)
"""How sure a finding is whose share is counted and whose worth rests on how many leave within a year."""


def concentration_findings(
    ledger: Ledger, sides: Sequence[SideConcentration], policy: DiagnosisPolicy, leave: dict[Side, Value | None]
) -> list[Finding]:
    """Whole sides that hang on few accounts, then categories that hang on one.

    `leave` is each side's logo retention over a year; where unknown the policy's share of leavers stands in.
    """
    found = [f for side in sides if (f := _whole_side(side, ledger, policy, leave[side.side]))]
    for category in ledger.trades.categories:
        trades = ledger.trades.in_category(category)
        if float(trades.amount.sum()) < policy.category_gmv_share * ledger.total:
            continue
        for side in Side:
            if any(f.place.side is side for f in found if f.place.category is None):
                continue
            if finding := _category(side, category, trades, ledger, policy=policy, leave=leave[side]):
                found.append(finding)
        if not any(f.place.side is Side.SUPPLIER and f.place.category in (None, category) for f in found):
            found += _cluster(category, trades, ledger, policy, leave[Side.SUPPLIER])
    return found


def _cluster(
    category: str, trades: Trades, ledger: Ledger, policy: DiagnosisPolicy, leave: Value | None
) -> list[Finding]:
    """Many of a category's returning buyers depend on one supplier, though it does not carry the category."""
    buyers = partners(trades, Side.BUYER)
    depends = buyers.share >= policy.dependent_share
    hubs, counts = np.unique(buyers.largest[depends], return_counts=True)
    suppliers = len(trades.traded(Side.SUPPLIER))
    if not len(hubs) or counts.max() < policy.few_accounts:
        return []
    hub, hanging = int(hubs[counts.argmax()]), int(counts.max())
    if not heavy(hanging / len(buyers.account), suppliers, 1, policy.cluster_share, policy):
        return []
    leaners = dependents(trades.only(np.isin(trades.buyer, buyers.account)), Side.SUPPLIER, hub, policy.dependent_share)
    amount, name = sum(part for _, part in leaners), ledger.name(hub)
    part = rate("dependent_share", hanging, len(buyers.account), side="buyer", place={"category": category})
    return [
        Finding(
            kind="buyers_cluster_on_one",
            title=f"{category}: {counted(hanging, 'buyer')} of {count(len(buyers.account))} that came back depend on "
            f"one supplier, {name}: {money(amount / ledger.months, ledger.currency)} a month",
            place=Place(side=Side.BUYER, category=category),
            sure=Sureness.CERTAIN,
            why_sure=SHARE_COUNTED,
            evidence=(
                Evidence(
                    sentence=f"Of the buyers with two orders or more in {category}, "
                    f"{share(hanging / len(buyers.account))} did at least {share(policy.dependent_share)} of their "
                    f"trade there with {name}.",
                    values=(part,),
                    rows=Rows(
                        columns=("buyer", "GMV with it"),
                        rows=tuple((ledger.name(a), each) for a, each in leaners[:MOST_NAMED]),
                        of=len(leaners),
                        money=frozenset({"GMV with it"}),
                    ),
                ),
            ),
            worth=exposure(amount, ledger, Side.SUPPLIER, policy, leave),
            cause="These buyers found one supplier and were never shown a second.",
            owner="Category manager, supplier side",
            play="diversify_suppliers",
            first_step=f"Introduce the ten largest of {name}'s buyers to a second supplier of {category}.",
            caveat="A buyer may want one supplier; what is at risk is that the marketplace loses both at once.",
        )
    ]


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
    return Finding(
        kind="buyer_concentration" if side is Side.BUYER else "supplier_concentration",
        title=f"{what}: {money(at_risk / ledger.months, ledger.currency)} a month rests on their staying",
        place=Place(side=side),
        sure=Sureness.CERTAIN,
        why_sure=SHARE_COUNTED,
        evidence=(Evidence(sentence=pictured.sentence, values=(top, ten, values["hhi"])),),
        worth=exposure(at_risk, ledger, side, policy, leave),
        cause=f"Growth came from a few large {of_side(side)}; the rest are small.",
        owner="Chief Revenue Officer" if side is Side.BUYER else "VP Sales, supplier side",
        play=f"diversify_{of_side(side)}",
        first_step=f"Put a named owner and a joint account plan on {listed(list(worst.names[:3]))}.",
        caveat="Branches of one company under several names would make the concentration larger than shown.",
    )


def _category(
    side: Side,
    category: str,
    trades: Trades,
    ledger: Ledger,
    *,
    policy: DiagnosisPolicy,
    leave: Value | None,
) -> Finding | None:
    (accounts, totals), total = ranked(trades, side), float(trades.amount.sum())
    least = policy.category_supplier_share if side is Side.SUPPLIER else policy.category_buyer_share
    if (
        len(accounts) < policy.few_accounts
        or total <= 0
        or not heavy(float(totals[0]) / total, len(accounts), 1, least, policy)
    ):
        return None
    account, amount = int(accounts[0]), float(totals[0])
    name, part = ledger.names.get(account, "one account"), amount / total
    leaners = dependents(trades, side, account, policy.dependent_share)
    depending = len(leaners)
    others = len(np.unique(trades.party(side.other)[trades.party(side) == account]))
    verb = "sold" if side is Side.SUPPLIER else "bought"
    here = {"category": category}
    share_held = figure(f"top_{side.value}_share", part, Unit.RATE, n=len(accounts), side=side.value, place=here)
    leaning = rate("dependent_share", depending, others, side=side.other.value, place=here)
    return Finding(
        kind="category_depends_on_one" if side is Side.SUPPLIER else "buyer_concentration",
        title=f"{category} depends on one {side}: {name} {verb} {share(part)} of its GMV, "
        f"{money(amount / ledger.months, ledger.currency)} a month",
        place=Place(side=side, category=category),
        sure=Sureness.CERTAIN,
        why_sure=SHARE_COUNTED,
        evidence=(
            Evidence(
                sentence=f"{name} {verb} {money(amount, ledger.currency)} of {money(total, ledger.currency)} in "
                f"{category}; the next largest {side} {share(float(totals[1]) / total)}.",
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


def dependents(trades: Trades, side: Side, account: int, least: float) -> list[tuple[int, float]]:
    """Accounts of the other side that do at least that share of these trades with the account, and their amounts."""
    with_it = trades.sums(side.other, np.where(trades.party(side) == account, trades.amount, 0.0))
    leaning = np.flatnonzero((with_it > 0) & (with_it >= least * trades.sums(side.other)))
    return sorted(((int(a), float(with_it[a])) for a in leaning), key=lambda pair: (-pair[1], pair[0]))


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
