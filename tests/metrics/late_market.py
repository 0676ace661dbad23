"""A market of every table in which things happen late, and its exports as they stood on an earlier day."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

Rows = list[dict[str, Any]]
Tables = dict[str, Rows]

FIRST, LAST = date(2022, 1, 1), date(2024, 12, 31)

OWN_DAY = {
    "listings": "listed_at",
    "orders": "placed_at",
    "fees": "charged_at",
    "refunds": "refunded_at",
    "fx_rates": "quoted_on",
    "events": "occurred_at",
    "quotes": "requested_at",
    "shipments": "shipped_at",
    "reviews": "reviewed_at",
    "contacts": "created_at",
    "leads": "created_at",
    "stage_changes": "changed_at",
    "opportunities": "opened_at",
    "touches": "occurred_at",
    "spend": "spent_at",
    "subscriptions": "started_at",
    "visits": "started_at",
    "accounts": "signed_up_at",
}
"""The day of each table's rows; what has none, such as the lines of an order, comes with the row it belongs to."""

LATER = ("closed_at", "paused_at", "resumed_at", "ended_at", "verified_at", "catalogue_at", "live_at", "delivered_at")
"""Days of a row that are written into it when they come. Days promised were there before."""


def stood(tables: Tables, on: date) -> Tables:
    """The exports as they stood at the end of a day: written out here, so that the engine is checked against it."""
    found: Tables = {}
    for name, rows in tables.items():
        kept = [dict(row) for row in rows if name not in OWN_DAY or _day(row[OWN_DAY[name]]) <= on]
        for row in kept:
            if row.get("awarded_at") and _day(row["awarded_at"]) > on:
                row |= {"awarded_at": None, "status": "open", "supplier_id": None, "order_id": None}
            if name == "opportunities" and row.get("closed_at") and _day(row["closed_at"]) > on:
                row |= {"status": "open", "reason": None}
            row |= {key: None for key in LATER if row.get(key) and _day(row[key]) > on}
        found[name] = kept
    return found


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


class Maker:
    """A market of every table, in which things happen late: refunds, fees, replies, awards, stages, reviews."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.tables: Tables = {}
        self.buyers = {f"b{i}": self.day(FIRST, 500) for i in range(8)} | {"b": FIRST}
        self.suppliers = {f"s{i}": self.day(FIRST, 400) for i in range(6)} | {"s": FIRST}
        for make in (self.accounts, self.supply, self.trade, self.demand, self.requests, self.pipeline, self.plans):
            make()

    def add(self, table: str, **row: Any) -> None:
        """One more row; a day that lies after the last one is kept out of the exports."""
        own = OWN_DAY.get(table)
        if own is None or _day(row[own]) <= LAST:
            row |= {key: None for key, value in row.items() if isinstance(value, date) and _day(value) > LAST}
            self.tables.setdefault(table, []).append(row)

    def day(self, since: date, within: int) -> date:
        """A day so many days after another at most."""
        return _day(since) + timedelta(days=self.random.randint(0, within))

    def moment(self, since: date, within: int) -> datetime:
        """A moment of such a day; of the same day it is not before the other."""
        on, least = self.day(since, within), since.hour * 3600 if isinstance(since, datetime) else 0
        second = self.random.randint(least if on == _day(since) else 0, 86_399)
        return datetime(on.year, on.month, on.day) + timedelta(seconds=second)

    def label(self, *words: str | None) -> str | None:
        return self.random.choice(words)

    def party(self, parties: dict[str, date]) -> tuple[str, date]:
        return self.random.choice(sorted(parties.items()))

    def some(self, many: int, share: float = 1) -> Iterator[int]:
        return (i for i in range(many) if self.random.random() < share)

    def accounts(self) -> None:
        for side, parties in (("buyer", self.buyers), ("supplier", self.suppliers)):
            for name, on in parties.items():
                late = 5 if len(name) == 1 else 300
                steps = {f"{step}_at": self.moment(on, late) for step in ("verified", "catalogue", "live")}
                self.add(
                    "accounts",
                    account_id=name,
                    side=side,
                    name=f"{side} {self.label('one', 'two', 'three')}",
                    signed_up_at=datetime(on.year, on.month, on.day),
                    closed_at=self.moment(on, 2000) if self.random.random() < 0.5 else None,
                    category=self.label(None, "x", "y"),
                    region=self.label(None, "north"),
                    channel=self.label("ads", "seo", "Referral"),
                    segment=self.label("small", "large"),
                    **(steps if side == "supplier" else {}),
                )
                self.add("contacts", account_id=name, email=f"{self.label('p', 'q')}@x", created_at=self.moment(on, 90))
        for on in (FIRST, *(self.day(FIRST, 1100) for _ in range(8))):
            self.add("fx_rates", currency="USD", quoted_on=on, rate=self.random.choice([0.5, 0.8, 1.25]))
        self.add("campaigns", campaign_id="c1", name="spring", channel="ads", side="buyer", started_at=FIRST)
        for kind in ("marketing", "sales", "onboarding", "incentive"):
            for side in ("buyer", "supplier"):
                for on in (FIRST, *(self.day(FIRST, 1100) for _ in range(5))):
                    channel = self.label("ads", "seo", None)
                    self.add("spend", kind=kind, side=side, spent_at=on, amount=90_00, channel=channel, category="x")

    def supply(self) -> None:
        for i in range(16):
            supplier, on = ("s", FIRST) if i == 0 else self.party(self.suppliers)
            listed = self.moment(on, 500 if i else 1)
            gone = {key: self.moment(listed, 500) for key in ("closed_at", "paused_at") if self.random.random() < 0.4}
            self.add("listings", listing_id=f"l{i}", supplier_id=supplier, listed_at=listed, category="x", **gone)

    def trade(self) -> None:
        for i in range(120):
            (buyer, bought), (supplier, sold) = self.party(self.buyers), self.party(self.suppliers)
            if i < 6:
                buyer, supplier, bought, sold = "b", "s", FIRST, FIRST
            at = self.moment(max(bought, sold), 1000 if i > 6 else 3)
            currency, name = self.label("EUR", "EUR", "USD"), f"o{i}"
            self.add(
                "orders",
                order_id=name,
                buyer_id=buyer,
                supplier_id=supplier,
                placed_at=at,
                amount=self.random.randint(10_00, 900_00),
                currency=currency,
                category=self.label("x", "y"),
                region=self.label("north", None),
                status=self.label(*["completed"] * 8, "cancelled"),
                cancelled_by="supplier",
            )
            if at.date() > LAST:
                continue
            self.add("order_lines", order_id=name, listing_id=f"l{i % 16}", quantity=4, amount=5_00)
            late = 1 if i < 6 else 200
            for _ in self.some(2, 0.8 if i else 1):
                amount = self.random.randint(1_00, 50_00)
                kind = self.label("commission", "transaction", "advertising")
                self.add("fees", order_id=name, charged_at=self.moment(at, late), amount=amount, kind=kind)
            for _ in self.some(2, 0.3 if i else 1):
                amounts = {"amount": self.random.randint(1_00, 9_00), "fee_amount": self.random.randint(0, 1_00)}
                self.add("refunds", order_id=name, refunded_at=self.moment(at, late), **amounts)
            for _ in self.some(2, 0.7 if i else 1):
                sent = self.moment(at, late // 4)
                came = {"delivered_at": self.moment(sent, late // 4), "promised_at": self.moment(at, 20)}
                self.add("shipments", order_id=name, shipped_at=sent, quantity=2, status="delivered", **came)
            for _ in self.some(1, 0.5 if i else 1):
                rated = {"rating": self.random.randint(1, 5), "recommends": self.random.random() < 0.5}
                who = {"reviewer_id": buyer, "reviewee_id": supplier}
                if self.random.random() < 0.3:
                    who = {"reviewer_id": supplier, "reviewee_id": buyer}
                self.add("reviews", order_id=name, reviewed_at=self.moment(at, late), **rated, **who)

    def demand(self) -> None:
        names = ("visit", "search", "supplier_view", "cart_add", "checkout", "cart_abandon", "other")
        for i in range(240):
            buyer, on = ("b", FIRST) if i < 14 else self.party(self.buyers)
            at = self.moment(on, 1000 if i >= 14 else 3)
            supplier = "s" if self.suppliers["s"] <= FIRST else None
            self.add(
                "events",
                account_id=buyer if i < 14 or self.random.random() < 0.9 else None,
                session_id=f"t{i % 60}",
                name=names[i % 7],
                occurred_at=at,
                category=self.label("x", "y") if i >= 14 else "x",
                supplier_id=supplier,
                results=self.random.choice([0, 3]),
            )
        for i in range(80):
            visitor = f"v{i % 30}"
            buyer, on = ("b0", self.buyers["b0"]) if i < 3 else self.party(self.buyers)
            at = self.moment(max(FIRST, on - timedelta(days=60)), 600 if i >= 3 else 10)
            knows = at.date() >= on and self.random.random() < 0.4
            self.add(
                "visits",
                visitor_id=visitor,
                account_id=buyer if knows else None,
                side=self.label("buyer", "supplier", None) if i else "buyer",
                started_at=at,
                channel=self.label("ads", "seo"),
                searches=self.random.choice([0, 2]) if i else 2,
            )

    def requests(self) -> None:
        for i in range(60):
            buyer, on = ("b", FIRST) if i < 3 else self.party(self.buyers)
            asked = self.moment(on, 900 if i >= 3 else 3)
            late = 2 if i < 3 else 250
            name = f"q{i}"
            won: dict[str, Any] = {"status": self.label("open", "cancelled", "expired")}
            if i < 3 or self.random.random() < 0.5:
                won = {"status": "awarded", "awarded_at": self.moment(asked, late), "supplier_id": "s"}
                won = won if won["awarded_at"].date() <= LAST else {"status": "open"}
            kind = {"kind": "request", "due_at": self.moment(asked, 30), "category": self.label("x", "y")}
            self.add("quotes", quote_id=name, buyer_id=buyer, requested_at=asked, **kind, **won)
            for _ in self.some(3, 0.5 if i >= 3 else 1):
                sent = self.moment(asked, late)
                replier = self.random.choice([s for s, since in self.suppliers.items() if since <= sent.date()])
                if asked.date() <= LAST:
                    self.add("quotes", kind="reply", request_id=name, supplier_id=replier, requested_at=sent)

    def pipeline(self) -> None:
        stages = ("mql", "sales_qualified", "opportunity", "closed_won", "closed_lost", "recycled")
        for i in range(40):
            side = "buyer" if i % 2 else "supplier"
            name, on = self.party(self.buyers if side == "buyer" else self.suppliers)
            made = self.moment(max(FIRST, on - timedelta(days=30)), 20 if i < 8 else 700)
            became = name if on <= made.date() else None
            self.add(
                "leads",
                lead_id=f"d{i}",
                side=side,
                account_id=became,
                name=f"lead {i % 30}",
                channel=self.label("ads", "seo", "odd"),
                campaign_id=self.label("c1", None),
                category=self.label("x", None),
                segment="small",
                owner=self.label("ann", "bob"),
                created_at=made,
            )
            if made.date() > LAST:
                continue
            late = 4 if i < 8 else 120
            at: datetime = made
            for stage in stages[: 6 if i < 8 else self.random.randint(0, 6)]:
                at = self.moment(at, late)
                self.add("stage_changes", lead_id=f"d{i}", stage=stage, changed_at=at)
            for _ in self.some(3, 0.7 if i >= 8 else 1):
                kind = self.label("call", "email", "ad")
                where = {"lead_id": f"d{i}", "campaign_id": self.label("c1", None)}
                self.add("touches", kind=kind if i >= 8 else "call", occurred_at=self.moment(made, late), **where)
            closed = self.moment(made, late * 2)
            deal: dict[str, Any] = {"status": self.label("won", "lost"), "closed_at": closed, "reason": "price"}
            deal = deal if closed.date() <= LAST and self.random.random() < 0.8 else {"status": "open"}
            kind = {"side": side, "channel": "ads", "owner": "ann", "category": "x", "currency": "EUR"}
            amounts = {"amount": self.random.randint(1_00, 90_000_00), "probability": self.random.choice([0.2, 0.6])}
            self.add("opportunities", lead_id=f"d{i}", opened_at=made, **kind, **amounts, **deal)

    def plans(self) -> None:
        for i in range(20):
            supplier, on = ("s", FIRST) if i < 2 else self.party(self.suppliers)
            began = self.moment(on, 500 if i >= 2 else 2)
            rests: dict[str, Any] = {}
            if self.random.random() < 0.4:
                rests["paused_at"] = self.moment(began, 200)
                if self.random.random() < 0.7:
                    rests["resumed_at"] = self.moment(rests["paused_at"], 100)
            if self.random.random() < 0.6:
                rests["ended_at"] = self.moment(max(rests.values(), default=began), 400)
            price = {"amount": self.random.randint(10_00, 99_00), "interval": self.label("month", "year")}
            self.add("subscriptions", account_id=supplier, started_at=began, **price, **rests)
            self.add("fees", account_id=supplier, charged_at=began, amount=9_00, kind="subscription")
