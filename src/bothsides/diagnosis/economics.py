"""What an account costs and brings, per side, channel and segment, and where money does not come back."""

from collections.abc import Iterator
from dataclasses import dataclass

from scipy.special import gammaincinv

from bothsides.diagnosis.benchmarks import Benchmark, compare
from bothsides.diagnosis.figures import read
from bothsides.diagnosis.finding import Evidence, Finding, Place, Sureness, Worth
from bothsides.diagnosis.picture import SideEconomics
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.segments import beside_cac, number, segment_sentence, so_far, split_by
from bothsides.diagnosis.span import Span
from bothsides.diagnosis.wording import count, counted, money, of_side, share
from bothsides.metrics import Store, Value
from bothsides.metrics.agreed.commission import buyer_share
from bothsides.metrics.workings import sharing
from bothsides.schema import Side
from bothsides.schema.period import add_months

SIDE_METRICS = (
    "acquisition_spend",
    "new_transacting_accounts",
    "cac",
    "ltv",
    "ltv_to_cac",
    "monthly_contribution",
    "cac_payback_months",
)
SEGMENT_METRICS = ("new_transacting_accounts", "ltv")
CHANNEL_METRICS = ("acquisition_spend", "new_transacting_accounts", "cac", "ltv", "ltv_to_cac")
NEEDED = frozenset({"fees", "orders"})
HISTORY_MONTHS = 24
YOUNG = 2.0
"""What accounts have brought so far is taken for at most half of what they will within the horizon."""
OLD_ACCOUNTS = 10
"""This many accounts must have lived through `channel_months` before what they bring can be judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Economics:
    """Both sides' economics over the months they were read for, with who is old enough to be judged."""

    sides: tuple[SideEconomics, ...]
    span: Span
    old: dict[tuple[Side, str | None], int]
    """Accounts that have lived through the policy's months, per side and channel; channel None is the side."""


def economics(store: Store, window: Span, known: Span, policy: DiagnosisPolicy) -> Economics | None:
    """CAC, lifetime value and payback over the last 24 months, or as long as is known.

    None without fees, for then nobody knows what an account brings; without spend the costs are missing.
    """
    if not store.fed >= NEEDED:
        return None
    start = max(known.start, add_months(window.end.replace(day=1), 1 - HISTORY_MONTHS))
    if (told := store.newcomers(spend=True)) is not None and store.outlasts(told):
        start = max(start, told)
    span = Span(start=start, end=window.end)
    with sharing(store) as shared:
        totals = read(shared, span, *SIDE_METRICS, by_side=True)
        channels = read(shared, span, *CHANNEL_METRICS, by_side=True, dims=("channel",))
        segments = read(shared, span, *SEGMENT_METRICS, by_side=True, dims=("segment",))
    buyers = buyer_share(store.dictionary, span.start)
    sides = []
    for side in Side:
        values = {v.metric: v for v in totals if v.side == side}
        if values:
            by_segment = beside_cac(split_by("segment", [v for v in segments if v.side == side]), values.get("cac"))
            sides.append(
                SideEconomics(
                    side=side,
                    values=values,
                    by_channel=split_by("channel", [v for v in channels if v.side == side]),
                    sentence=_sentence(side, values, store),
                    by_segment=by_segment,
                    segment_sentence=segment_sentence(side, by_segment, store.currency),
                    credit=buyers if side is Side.BUYER else 1 - buyers,
                )
            )
    old = _old(store, span, policy.channel_months)
    return Economics(sides=tuple(sides), span=span, old=old) if sides else None


def _old(store: Store, span: Span, months: int) -> dict[tuple[Side, str | None], int]:
    rows = store.engine.rows(
        "SELECT side, channel, count(*) FROM fact_accounts"
        " WHERE first_order_on BETWEEN $first AND $last AND first_order_on + $days <= $last GROUP BY ALL",
        {"first": span.start, "last": span.end, "days": 30 * months},
    )
    counted: dict[tuple[Side, str | None], int] = dict.fromkeys([(side, None) for side in Side], 0)
    for side, channel, n in rows:
        counted[Side(side), None] += n
        if channel is not None:
            counted[Side(side), channel] = n
    return counted


def _sentence(side: Side, values: dict[str, Value], store: Store) -> str:
    cac, ltv = number(values, "cac"), number(values, "ltv")
    payback, ratio = number(values, "cac_payback_months"), number(values, "ltv_to_cac")
    who = side.value
    if ltv is None:
        return f"What a {who} brings is not known yet: too few have lived through their first month."
    brings = f"{money(ltv, store.currency)}{so_far(values['ltv'])}"
    if not cac:
        within = "" if so_far(values["ltv"]) else " in its first two years"
        return f"A {who} brings {brings}{within}; what it cost to win is not known."
    parts = [f"A {who} costs {money(cac, store.currency)} to win and brings {brings}"]
    if ratio is not None:
        parts.append(f" ({ratio:.1f} times{'' if so_far(values['ltv']) else so_far(values['ltv_to_cac'])})")
    if payback is not None:
        parts.append(f", earned back after {payback:.1f} months of activity")
    return "".join(parts) + "."


def economics_findings(
    found: Economics, currency: str, policy: DiagnosisPolicy, benchmarks: tuple[Benchmark, ...]
) -> list[Finding]:
    """Sides that do not return their cost or return it slowly, and channels that do not pay."""
    findings: list[Finding] = []
    for side in found.sides:
        whole = _side_finding(side, found, currency, policy, benchmarks)
        findings += [whole] if whole else []
        findings += _channels(side, found, currency, policy)
    return findings


def _old_enough(found: Economics, side: Side, channel: str | None) -> bool:
    return found.old.get((side, channel), 0) >= OLD_ACCOUNTS


def _side_finding(
    side: SideEconomics,
    found: Economics,
    currency: str,
    policy: DiagnosisPolicy,
    benchmarks: tuple[Benchmark, ...],
) -> Finding | None:
    values = side.values
    ratio, payback = values.get("ltv_to_cac"), values.get("cac_payback_months")
    if not _old_enough(found, side.side, None) or not number(values, "acquisition_spend"):
        return None
    if ratio is not None and ratio.value is not None and (ratio.high or ratio.value) < policy.ltv_to_cac_least:
        return _below_cost(side, ratio, found, currency, benchmarks)
    if payback is not None and payback.value is not None and payback.value > policy.payback_slow_months:
        return _slow(side, payback, found, currency, policy=policy, benchmarks=benchmarks)
    return None


def _monthly_spend(values: dict[str, Value], found: Economics) -> float:
    return (number(values, "acquisition_spend") or 0.0) / found.span.months


def _unreturned(spend: float, ratio: Value, currency: str) -> Worth:
    """The part of the spend that does not come back."""
    returned = [float(part) for part in (ratio.value or 0.0, ratio.high or ratio.value or 0.0, ratio.low or 0.0)]
    lost = [spend * max(0.0, 1 - part) for part in returned]
    gone = share(max(0.0, 1 - returned[0]))
    return Worth(
        per_month=lost[0],
        low=lost[1],
        high=min(lost[2], spend),
        currency=currency,
        reckoning=f"{money(spend, currency)} spent a month x {gone} that does not come back.",
        of="spend",
    )


def _below_cost(
    side: SideEconomics, ratio: Value, found: Economics, currency: str, benchmarks: tuple[Benchmark, ...]
) -> Finding:
    cac, ltv = number(side.values, "cac") or 0.0, number(side.values, "ltv") or 0.0
    who = of_side(side.side)
    return Finding(
        kind="ltv_below_cac",
        title=f"{who.capitalize()} cost {money(cac, currency)} to win and bring {money(ltv, currency)}"
        f"{so_far(side.values['ltv'])}: each one loses {money(cac - ltv, currency)}",
        place=Place(side=side.side),
        sure=Sureness.LIKELY,
        why_sure="The interval of what they bring lies below what they cost.",
        evidence=(
            Evidence(sentence=side.sentence, values=(side.values["cac"], side.values["ltv"], ratio)),
            *_against(ratio, benchmarks),
        ),
        worth=_unreturned(_monthly_spend(side.values, found), ratio, currency),
        cause="The marketplace earns too little on these accounts, or pays too much to win them.",
        owner="Chief Revenue Officer with Finance",
        play="lower_acquisition_cost",
        first_step="Stop the dearest channel of the side and compare the next cohort's cost per transacting account.",
        caveat=f"{who.capitalize()} are credited {share(side.credit)} of an order's commission; what one side brings "
        "the other is not in it.",
    )


def _slow(
    side: SideEconomics,
    payback: Value,
    found: Economics,
    currency: str,
    *,
    policy: DiagnosisPolicy,
    benchmarks: tuple[Benchmark, ...],
) -> Finding:
    months, who = float(payback.value or 0.0), of_side(side.side)
    spend = _monthly_spend(side.values, found)
    slow = spend * (1 - policy.payback_slow_months / months)
    return Finding(
        kind="slow_payback",
        title=f"{who.capitalize()} earn back their cost only after {months:.0f} months of activity",
        place=Place(side=side.side),
        sure=Sureness.DIRECTIONAL,
        why_sure="Payback is a ratio of averages; some accounts pay back much sooner.",
        evidence=(
            Evidence(sentence=side.sentence, values=(payback, side.values["cac"])),
            *_against(payback, benchmarks),
        ),
        worth=Worth(
            per_month=slow,
            low=None,
            high=spend,
            currency=currency,
            reckoning=f"The part of {money(spend, currency)} spent a month that is not earned back within "
            f"{policy.payback_slow_months:.0f} months.",
            of="spend",
        ),
        cause="Cost per account is high against what an account brings a month.",
        owner="VP Marketing with Finance",
        play="lower_acquisition_cost",
        first_step="List cost per transacting account by channel and move a tenth of the dearest to the cheapest.",
        caveat="Idle months come on top; before variable cost.",
    )


def _against(value: Value, benchmarks: tuple[Benchmark, ...]) -> tuple[Evidence, ...]:
    text = compare(value, (), benchmarks)
    return (Evidence(sentence=text),) if text else ()


def _channels(side: SideEconomics, found: Economics, currency: str, policy: DiagnosisPolicy) -> Iterator[Finding]:
    for channel, values in side.by_channel:
        if channel is None:
            continue
        ratio, accounts = values.get("ltv_to_cac"), number(values, "new_transacting_accounts") or 0
        known = ratio is not None and ratio.value is not None and accounts >= policy.channel_accounts
        if known and ratio is not None and _old_enough(found, side.side, channel):
            if (ratio.high or float(ratio.value or 0)) < policy.ltv_to_cac_least:
                yield _channel(side, channel, values, ratio, found=found, currency=currency)
        elif (dear := dear_channel(side, values, policy)) is not None and _old_enough(found, side.side, None):
            yield _dear(side, channel, values, dear, found=found, currency=currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dear:
    """A channel whose accounts are too few, or too young, to know what they bring, and cost more than any brings.

    `least` is the least that one can have cost but for chance, major units; `brings` what an account of the side
    brings, with the upper end of its range.
    """

    accounts: int
    least: float
    brings: float
    at_most: float


def dear_channel(side: SideEconomics, values: dict[str, Value], policy: DiagnosisPolicy) -> Dear | None:
    """Whether even the most accounts that chance allows would have cost more than an account of the side can bring.

    The bound on the accounts is Garwood's (1936, Biometrika 28:437-442), exact for a Poisson count, at 97.5 %.
    """
    ltv, spend = side.values.get("ltv"), number(values, "acquisition_spend")
    if ltv is None or ltv.value is None or not spend:
        return None
    accounts = int(number(values, "new_transacting_accounts") or 0)
    least = spend / float(gammaincinv(accounts + 1, 0.975))
    at_most = float(ltv.high or ltv.value) * (YOUNG if so_far(ltv) else 1.0)
    if at_most >= policy.ltv_to_cac_least * least:
        return None
    return Dear(accounts=accounts, least=least, brings=float(ltv.value), at_most=at_most)


def _dear(
    side: SideEconomics, channel: str, values: dict[str, Value], dear: Dear, *, found: Economics, currency: str
) -> Finding:
    spend, who, named = _monthly_spend(values, found), of_side(side.side), channel.replace("_", " ")
    came = (
        f"{counted(dear.accounts, side.side.value)} came by {named} and traded, at least {money(dear.least, currency)} "
        "each"
        if dear.accounts
        else f"{money(spend, currency)} a month goes to {named}, and nobody who came by it has traded"
    )
    point = dear.brings * dear.accounts / (number(values, "acquisition_spend") or 1.0)
    lost = [spend * (1 - part) for part in (point, dear.at_most / dear.least, 0.0)]
    return Finding(
        kind="unprofitable_channel",
        title=f"{came}; a {side.side.value} brings {money(dear.brings, currency)}",
        place=Place(side=side.side, channel=channel),
        sure=Sureness.LIKELY,
        why_sure="Even the most accounts that chance allows would each have cost more than an account of the side can "
        "bring.",
        evidence=(
            Evidence(
                sentence=f"{money(number(values, 'acquisition_spend') or 0.0, currency)} was spent on {named} for "
                f"{counted(dear.accounts, side.side.value)} that traded; a {side.side.value} brings at most "
                f"{money(dear.at_most, currency)}, whatever the channel.",
                values=tuple(v for v in (values.get("cac"), values["acquisition_spend"], side.values["ltv"]) if v),
            ),
        ),
        worth=Worth(
            per_month=lost[0],
            low=max(0.0, lost[1]),
            high=lost[2],
            currency=currency,
            reckoning=f"{money(spend, currency)} spent a month, less what the few who came bring.",
            of="spend",
        ),
        cause=f"{named.capitalize()} wins hardly any {who} that trade.",
        owner="Demand-generation manager" if side.side is Side.BUYER else "VP Sales, supplier side",
        play="cut_unprofitable_channel",
        first_step=f"Halve {named} for {who} for a month and watch new transacting accounts, not signups.",
        caveat="What accounts won by this channel bring is taken from the whole side: they are too few to tell. The "
        "channel is the one recorded at signup.",
    )


def _channel(
    side: SideEconomics, channel: str, values: dict[str, Value], ratio: Value, *, found: Economics, currency: str
) -> Finding:
    cac, ltv = number(values, "cac") or 0.0, number(values, "ltv") or 0.0
    spend, who, named = _monthly_spend(values, found), of_side(side.side), channel.replace("_", " ")
    usual = number(side.values, "cac")
    beside = f"; a {side.side.value} costs {money(usual, currency)} over all channels" if usual else ""
    return Finding(
        kind="unprofitable_channel",
        title=f"{who.capitalize()} won by {named} cost {money(cac, currency)} each and bring {money(ltv, currency)}"
        f"{so_far(values['ltv'])}: {money(spend, currency)} a month goes there",
        place=Place(side=side.side, channel=channel),
        sure=Sureness.LIKELY,
        why_sure="The interval of what these accounts bring lies below what they cost.",
        evidence=(
            Evidence(
                sentence=f"{count(values['new_transacting_accounts'].value or 0)} {who} came by {named} and traded; "
                f"LTV:CAC is {float(ratio.value or 0):.2f}{beside}.",
                values=(values["cac"], values["ltv"], ratio, values["acquisition_spend"]),
            ),
        ),
        worth=_unreturned(spend, ratio, currency),
        cause="The channel brings few accounts that trade for what it costs.",
        owner="Demand-generation manager" if side.side is Side.BUYER else "VP Sales, supplier side",
        play="cut_unprofitable_channel",
        first_step=f"Halve {named} for {who} for a month and watch new transacting accounts, not signups.",
        caveat="The channel is the one recorded at signup; what it did for accounts recorded elsewhere is not in it.",
    )
