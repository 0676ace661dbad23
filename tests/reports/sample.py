"""Made-up diagnoses: a market with everything, one with orders only, one with nothing, one with hostile extremes."""

from dataclasses import replace
from datetime import date
from functools import cache

from bothsides.diagnosis.finding import Evidence, Finding, Place, Rows, Sureness, Worth
from bothsides.diagnosis.liquidity_audit import CellVerdict
from bothsides.diagnosis.picture import (
    CohortTable,
    Diagnosis,
    Edge,
    Flywheel,
    Funnel,
    Gap,
    Headline,
    LiquidityCell,
    SideConcentration,
    SideEconomics,
    Step,
    Stress,
)
from bothsides.metrics import Basis, Status, Unit, Value
from bothsides.reports import audit_html
from bothsides.schema import Side

CATEGORIES = ("Pumps", "Bearings", "Valves and fittings for process industry", "Electrical", "Safety", "Packaging")
REGIONS = ("North", "South", "East", "West", "Overseas territories")
LONG_NAME = "Vereinigte Maschinenbau- und Armaturenfabriken Süddeutschland Beteiligungsgesellschaft mbH & Co. KG"


def value(metric: str, number: float | None, unit: Unit = Unit.COUNT, **more) -> Value:
    """A value with defaults that a ledger total would have."""
    given = {"period": None, "side": None, "n": 1200, "definition": f"{metric}@1", "currency": None} | more
    if unit is Unit.MONEY:
        given["currency"] = "GBP"
    return Value(metric=metric, value=number, unit=unit, **given)


def rate(metric: str, share: float, n: int = 800, **more) -> Value:
    """A share with an interval of a tenth of itself."""
    return value(metric, share, Unit.RATE, n=n, low=share * 0.9, high=min(share * 1.1, 9), basis=Basis.CLUSTER, **more)


def unknown(metric: str, unit: Unit, reason: str, **more) -> Value:
    """A value that cannot be known."""
    return value(metric, None, unit, n=0, status=Status.UNAVAILABLE, reason=reason, basis=Basis.NOT_COMPUTED, **more)


def _run(metric: str, numbers: list[float], unit: Unit) -> tuple[Value, ...]:
    last = len(numbers) - 1
    return tuple(
        value(
            metric,
            number,
            unit,
            period=f"{2023 + i // 4}-Q{i % 4 + 1}",
            status=Status.PARTIAL if i == last else Status.OK,
        )
        for i, number in enumerate(numbers)
    )


def headlines() -> tuple[Headline, ...]:
    """Eight headline numbers: money, counts, rates, days, one unknown."""
    rows = (
        ("gmv", "GMV", Unit.MONEY, [9.1e6, 10.4e6, 11.2e6, 12.9e6, 14.8e6, 15.1e6, 16.4e6, 15.9e6]),
        ("take_rate", "Take rate", Unit.RATE, [0.081, 0.083, 0.086, 0.085, 0.09, 0.088, 0.091, 0.092]),
        ("active_buyers", "Active buyers", Unit.COUNT, [410, 455, 502, 560, 604, 655, 690, 702]),
        ("active_suppliers", "Active suppliers", Unit.COUNT, [120, 131, 138, 140, 139, 137, 136, 130]),
        ("fill_rate", "Fill rate", Unit.RATE, [0.52, 0.5, 0.48, 0.44, 0.41, 0.4, 0.37, 0.31]),
        (
            "time_to_first_transaction_days",
            "Time to first transaction, buyers",
            Unit.DAYS,
            [21, 20.5, 19, 18, 16, 15, 14.9, 14.7],
        ),
        ("ndr_gmv", "NDR, GMV, buyers", Unit.RATE, [1.12, 1.1, 1.07, 1.04, 1.01, 0.99, 0.97, 0.96]),
    )
    known = tuple(
        Headline(
            metric=metric,
            label=label,
            now=rate(metric, run[-2]) if unit is Unit.RATE else value(metric, run[-2], unit, n=13_492),
            before=value(metric, run[2], unit),
            run=_run(metric, run, unit),
            note="Ranges by account." if unit is Unit.RATE else "",
        )
        for metric, label, unit, run in rows
    )
    missing = unknown("cac", Unit.MONEY, "no spend was loaded", side="buyer")
    return (*known, Headline(metric="cac", label="CAC, buyers", now=missing, before=None, run=()))


def findings() -> tuple[Finding, ...]:
    """Four findings of every sureness, with and without worth, in rank order."""
    found = (_short_cell(), _large_buyer(), _lost_in_onboarding(), _leaving_buyers())
    return tuple(replace(finding, rank=rank) for rank, finding in enumerate(found, start=1))


def _short_cell() -> Finding:
    place = Place(side=Side.SUPPLIER, category=CATEGORIES[2], region=REGIONS[4])
    fill = rate("fill_rate", 0.22, n=412, dims=(("category", CATEGORIES[2]), ("region", REGIONS[4])))
    return Finding(
        kind="supply_short_cell",
        title=f"Suppliers are short in {CATEGORIES[2]}, {REGIONS[4]}: 22 % of requests are filled, 48 % elsewhere",
        place=place,
        sure=Sureness.LIKELY,
        why_sure="the range of the fill rate ends far below the rate elsewhere",
        evidence=(
            Evidence(sentence="Of 412 requests 91 were filled; elsewhere it is 48 of 100.", values=(fill,)),
            Evidence(sentence="Six suppliers were active for 74 buyers."),
            Evidence(sentence="The buyers whose requests were not filled, most first.", rows=_unserved()),
        ),
        worth=Worth(
            per_month=182_000,
            low=121_000,
            high=240_000,
            currency="GBP",
            reckoning="Unfilled requests at the market's fill rate, times the cell's order value.",
        ),
        cause="Too few suppliers that deliver to the region.",
        owner="Supply team",
        play="seed_supply",
        first_step="List the ten suppliers of the neighbouring region that already ship there and call them this week.",
        caveat="Requests made by telephone are not in the data.",
    )


def _unserved() -> Rows:
    """Twelve of fourteen buyers, with a day and a share that are not known."""
    first = (LONG_NAME, date(2014, 5, 3), 41.0, 91_000.0, 0.28)
    others = [(f"Council {n}", None, 20.0 - n, 4_000.0, None) for n in range(1, 12)]
    return Rows(
        columns=("buyer", "last asked", "not filled", "worth of what it asked", "share of the cell"),
        rows=(first, *others),
        of=14,
        money=frozenset({"worth of what it asked"}),
        shares=frozenset({"share of the cell"}),
    )


def _large_buyer() -> Finding:
    return Finding(
        kind="buyer_concentration",
        title=f"One buyer, {LONG_NAME}, carries 31 % of GMV",
        place=Place(side=Side.BUYER),
        sure=Sureness.CERTAIN,
        why_sure="every order was counted",
        evidence=(
            Evidence(
                sentence="Its orders came to GBP 19.4 m in the window.",
                values=(rate("top_1_share", 0.31, side="buyer"),),
            ),
        ),
        worth=Worth(
            per_month=1_610_000, low=None, high=None, currency="GBP", reckoning="Its orders of the window, a month."
        ),
        cause="An early anchor buyer grew faster than the rest.",
        owner="Account management",
        play="diversify_buyers",
        first_step="Agree a twelve-month plan with its procurement lead.",
    )


def _lost_in_onboarding() -> Finding:
    return Finding(
        kind="onboarding_leak",
        title="Suppliers are lost between verification and catalogue: 38 of 100 go on",
        place=Place(side=Side.SUPPLIER),
        sure=Sureness.DIRECTIONAL,
        why_sure="two cohorts only",
        evidence=(),
        worth=None,
        cause="The catalogue upload asks for data suppliers do not have at hand.",
        owner="Onboarding",
        play="fix_onboarding_step",
        first_step="Sit beside three suppliers while they upload a catalogue.",
    )


def _leaving_buyers() -> Finding:
    return Finding(
        kind="ndr_leak",
        title="Buyers of last year buy 4 % less this year",
        place=Place(side=Side.BUYER),
        sure=Sureness.LIKELY,
        why_sure="the range ends below 100 %",
        evidence=(Evidence(sentence="NDR is 96 %.", values=(rate("ndr_gmv", 0.96, side="buyer"),)),),
        worth=Worth(per_month=54_000, low=12_000, high=96_000, currency="GBP", reckoning="What is missing to 100 %."),
        cause="Unfilled requests come before most departures.",
        owner="Customer success",
        play="retain_before_acquire",
        first_step="Call the twenty largest buyers that stopped.",
    )


def flywheel() -> Flywheel:
    """The loop of the mission: seven edges of the main loop, two of the second one, two without data."""
    rows = (
        ("onboard", "apply, then go live", "Supplier acquisition", "Onboarding and listing", Side.SUPPLIER, 0.38, 41),
        ("list", "live listings", "Onboarding and listing", "Inventory depth", Side.SUPPLIER, 0.81, 9),
        ("find", "searches that find", "Inventory depth", "Buyer search", Side.BUYER, 0.74, None),
        ("buy", "searches that end in an order", "Buyer search", "Purchase", Side.BUYER, 0.093, 3),
        ("again", "buy again within 90 days", "Purchase", "Repeat", Side.BUYER, 0.46, 33),
        ("signal", "requests reaching suppliers", "Repeat", "Demand signals", Side.SUPPLIER, None, None),
        ("stay", "suppliers that stay", "Demand signals", "Supplier retention", Side.SUPPLIER, 0.832, None),
        (
            "refer",
            "suppliers won by suppliers",
            "Supplier retention",
            "Supplier acquisition",
            Side.SUPPLIER,
            None,
            None,
        ),
        ("review", "orders with a review", "Purchase", "Reviews", Side.BUYER, 0.12, 12),
        ("mouth", "searches after a review", "Reviews", "Buyer search", Side.BUYER, None, None),
    )
    edges = tuple(
        Edge(
            id=name,
            label=label,
            source=source,
            target=target,
            side=side,
            rate=rate(f"{name}_rate", share) if share else None,
            before=rate(f"{name}_rate", share * 1.1) if share else None,
            lag_days=value("lag", lag, Unit.DAYS, basis=Basis.RANKS) if lag else None,
            point_worth=12_400.0 if share else None,
            reason="" if share else "reviews and referrals are not recorded",
            limiting=name == "onboard",
        )
        for name, label, source, target, side, share, lag in rows
    )
    return Flywheel(
        edges=edges,
        limiting="onboard",
        sentence="It is limited where suppliers apply and never go live: a point there is worth GBP 12.4 k a month.",
    )


def funnels() -> tuple[Funnel, ...]:
    """The suppliers' way in and the buyers' first transaction."""
    supplier = (("Applied", 1204, None), ("Verified", 1020, 0.847), ("Catalogue", 388, 0.38), ("Live", 340, 0.876))
    buyer = (("Signed up", 5210, None), ("Searched", 4105, 0.788), ("Viewed a supplier", 2902, 0.707))
    more = (("Cart or request", 1404, 0.484), ("First order", 803, 0.572))
    return (
        _funnel(Side.SUPPLIER, (*supplier, ("First sale", 251, 0.738)), "Catalogue"),
        _funnel(Side.BUYER, (*buyer, *more), "Cart or request"),
    )


def _funnel(side: Side, steps, leak: str) -> Funnel:
    return Funnel(
        id=f"{side}_way_in",
        label=f"The {side}s' way in",
        side=side,
        steps=tuple(
            Step(
                id=label.lower(),
                label=label,
                count=count,
                rate=rate("step_rate", share) if share else None,
                leak=label == leak,
            )
            for label, count, share in steps
        ),
        sentence=f"Most {side}s are lost before {leak.lower()}.",
        basis=f"{side}s that came at least 90 days before the end",
    )


def cells() -> tuple[LiquidityCell, ...]:
    """Thirty cells with every verdict, one without region, one without figures."""
    verdicts = tuple(CellVerdict)
    made = []
    for i, category in enumerate(CATEGORIES):
        for j, region in enumerate(REGIONS):
            verdict = CellVerdict.SUPPLY_SHORT if (i, j) == (2, 4) else verdicts[(2 + (i * j) // 2) % len(verdicts)]
            dims = (("category", category), ("region", region))
            known = {
                "active_buyers": value("active_buyers", 74 - 5 * i + j, n=74, dims=dims),
                "active_suppliers": value("active_suppliers", 6 + i + j, n=6, dims=dims),
                "buyer_to_seller_ratio": value("buyer_to_seller_ratio", 12.3 / (i + 1), Unit.RATIO, dims=dims),
                "fill_rate": rate("fill_rate", 0.22 + 0.03 * (i + j), n=412 - 40 * i, dims=dims),
            }
            made.append(
                LiquidityCell(
                    category=category,
                    region=region,
                    verdict=verdict,
                    why="fewer requests are filled than elsewhere" if verdict is CellVerdict.SUPPLY_SHORT else "",
                    gmv=2_400_000.0 / (1 + i + 2 * j),
                    values=known,
                )
            )
    made.append(
        LiquidityCell(
            category=None, region="North", verdict=CellVerdict.UNKNOWN, why="no category", gmv=120.0, values={}
        )
    )
    return tuple(made)


def cohorts() -> tuple[CohortTable, ...]:
    """Eight quarterly cohorts per side, the younger ones cut off."""
    names = tuple(f"{2023 + i // 4}-Q{i % 4 + 1}" for i in range(8))
    tables = []
    for side, keep in ((Side.BUYER, 0.82), (Side.SUPPLIER, 0.9)):
        share = tuple(tuple(keep**age if age < 8 - i else None for age in range(8)) for i in range(8))
        gmv = tuple(tuple(1.15**age if age < 8 - i else None for age in range(8)) for i in range(8))
        tables.append(
            CohortTable(
                side=side,
                grain="quarter",
                cohorts=names,
                sizes=tuple(60 + 9 * i for i in range(8)),
                ages=tuple(range(8)),
                active_share=share,
                gmv_share=gmv,
                sentence=f"Of 100 {side}s {keep**4 * 100:.0f} are still active after a year.",
            )
        )
    return tuple(tables)


def economics() -> tuple[SideEconomics, ...]:
    """Buyers by channel with one that does not pay back; suppliers without spend."""
    channels = []
    for channel, cost, life in (("search ads", 900.0, 2600.0), ("fairs", 3100.0, 2200.0), (None, 120.0, 1900.0)):
        dims = (("channel", channel),)
        channels.append(
            (
                channel,
                {
                    "cac": value("cac", cost, Unit.MONEY, side="buyer", n=210, dims=dims),
                    "ltv": value(
                        "ltv",
                        life,
                        Unit.MONEY,
                        side="buyer",
                        n=210,
                        low=life * 0.8,
                        high=life * 1.2,
                        basis=Basis.BOOTSTRAP,
                        dims=dims,
                    ),
                    "ltv_to_cac": value("ltv_to_cac", life / cost, Unit.RATIO, side="buyer", n=210, dims=dims),
                    "cac_payback_months": value("cac_payback_months", cost / 90, Unit.MONTHS, side="buyer", dims=dims),
                },
            )
        )
    totals = {
        "cac": value("cac", 1040.0, Unit.MONEY, side="buyer"),
        "ltv": value("ltv", 2380.0, Unit.MONEY, side="buyer", low=2000.0, high=2800.0, basis=Basis.BOOTSTRAP),
        "ltv_to_cac": value("ltv_to_cac", 2.29, Unit.RATIO, side="buyer"),
        "cac_payback_months": value("cac_payback_months", 11.5, Unit.MONTHS, side="buyer"),
    }
    bare = {
        "cac": unknown("cac", Unit.MONEY, "no spend was loaded", side="supplier"),
        "ltv": value("ltv", 8120.0, Unit.MONEY, side="supplier", low=6900.0, high=9500.0, basis=Basis.BOOTSTRAP),
    }
    return (
        SideEconomics(
            side=Side.BUYER, values=totals, by_channel=tuple(channels), sentence="Buyers from fairs do not pay back."
        ),
        SideEconomics(
            side=Side.SUPPLIER, values=bare, by_channel=(), sentence="What a supplier costs is not known: no spend."
        ),
    )


def concentration() -> tuple[SideConcentration, ...]:
    """A market that hangs on few buyers and many suppliers."""
    made = []
    for side, top, power in ((Side.BUYER, 0.31, 5), (Side.SUPPLIER, 0.06, 2)):
        made.append(
            SideConcentration(
                side=side,
                values={
                    "hhi": value("hhi", top * top * 1.2, Unit.INDEX, side=str(side), n=702),
                    "top_1_share": rate("top_1_share", top, side=str(side)),
                    "top_5_share": rate("top_5_share", min(1, top * 1.7), side=str(side)),
                    "top_10_share": rate("top_10_share", min(1, top * 2.2), side=str(side)),
                },
                curve=tuple((i / 20, 1 - (1 - i / 20) ** power) for i in range(21)),
                stress=(
                    Stress(
                        side=side, k=1, names=(LONG_NAME,), gmv_lost_share=top, counterparties_left_alone=int(40 * top)
                    ),
                    Stress(
                        side=side,
                        k=3,
                        names=(LONG_NAME, "Smith & Sons", "<script>alert('x')</script>"),
                        gmv_lost_share=min(1, top * 1.5),
                        counterparties_left_alone=21,
                    ),
                ),
                sentence=f"The largest {side} carries {top * 100:.0f} % of GMV.",
            )
        )
    return tuple(made)


def full() -> Diagnosis:
    """A market with everything."""
    return Diagnosis(
        name="Nordwerk industrial parts",
        currency="GBP",
        first_day=date(2023, 1, 1),
        as_of=date(2024, 11, 17),
        window=(date(2023, 11, 1), date(2024, 10, 31)),
        load_id=7,
        verdict=(
            "Demand is ahead of supply: buyers grow by 24 % a year while suppliers shrink, and a third of requests "
            "is filled. Winning suppliers for two categories is worth more than any spend on buyers."
        ),
        findings=findings(),
        headlines=headlines(),
        flywheel=flywheel(),
        funnels=funnels(),
        cells=cells(),
        cohorts=cohorts(),
        economics=economics(),
        concentration=concentration(),
        gaps=(
            Gap(
                question="What does a supplier cost to win?",
                missing=("spend by month", "the campaign of each supplier signup"),
                ask="Marketing operations",
                then="CAC, payback and LTV:CAC of suppliers, by channel.",
            ),
            Gap(
                question="Do reviews bring buyers back?",
                missing=("reviews",),
                ask="Product",
                then="The second loop of the flywheel.",
            ),
        ),
        caveats=(
            "November 2024 is not over: its figures are partial.",
            "214 of 130,000 rows stand in quarantine: run bothsides quarantine.",
        ),
    )


def orders_only() -> Diagnosis:
    """A market of which only the orders are known."""
    reason = "no searches and no requests were loaded"
    edges = tuple(
        replace(edge, rate=None, before=None, lag_days=None, point_worth=None, limiting=False, reason=reason)
        for edge in flywheel().edges
    )
    return replace(
        full(),
        name="Orders only",
        findings=findings()[1:2],
        flywheel=Flywheel(edges=edges, limiting=None, sentence="The data cannot tell which edge limits growth."),
        funnels=(),
        cells=tuple(
            LiquidityCell(
                category=category,
                region=None,
                verdict=CellVerdict.UNKNOWN,
                why="nothing was asked for that the data would show",
                gmv=1000.0,
                values={"active_buyers": value("active_buyers", 3, n=3, status=Status.SMALL_N)},
            )
            for category in CATEGORIES
        ),
        economics=(),
    )


def empty() -> Diagnosis:
    """A market nothing is known of."""
    return replace(
        full(),
        name="Empty",
        verdict="Nothing can be said yet: no order was loaded.",
        findings=(),
        headlines=(),
        flywheel=Flywheel(edges=(), limiting=None, sentence=""),
        funnels=(),
        cells=(),
        cohorts=(),
        economics=(),
        concentration=(),
        gaps=(),
        caveats=(),
        load_id=None,
    )


def hostile() -> Diagnosis:
    """Names that try to break out of the page, numbers of every size, texts without a place to break."""
    bad = "</style><script>alert(1)</script><img src=x onerror=alert(1)>\x1b[31m\u202e\"'&"
    unbroken = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
    tiny, huge = 0.0000004, 9.87e14
    rows = (
        Headline(
            metric="gmv",
            label=bad,
            now=value("gmv", huge, Unit.MONEY, n=2_000_000_000),
            before=value("gmv", 0.01, Unit.MONEY),
            run=_run("gmv", [0.01, 5, -3e9, huge], Unit.MONEY),
        ),
        Headline(
            metric="fill_rate", label=unbroken, now=rate("fill_rate", tiny, n=1), before=rate("fill_rate", 0), run=()
        ),
        Headline(metric="hhi", label="HHI", now=value("hhi", tiny, Unit.INDEX), before=None, run=()),
        Headline(metric="no_such_metric", label="Loss", now=value("x", -1.5e6, Unit.MONEY), before=None, run=()),
    )
    finding = replace(findings()[0], title=bad, owner=unbroken, place=Place(category=bad, region=unbroken))
    wide = tuple(
        replace(cell, category=f"{bad}{i % 20}", region=f"{unbroken[:30]}{i // 20}", values={})
        for i, cell in enumerate((cells() * 14)[:400])
    )
    return replace(
        full(),
        name=bad,
        verdict=bad + unbroken,
        findings=(finding, replace(findings()[1], rank=2, title=unbroken)),
        headlines=rows,
        cells=wide,
        caveats=(bad,),
        gaps=(Gap(question=bad, missing=(unbroken,), ask=bad, then=""),),
    )


@cache
def page(name: str) -> str:
    """The page of the diagnosis of that name, drawn once."""
    return audit_html({"full": full, "orders_only": orders_only, "empty": empty, "hostile": hostile}[name]())
