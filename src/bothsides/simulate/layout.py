"""How a market's columns are held in memory and how they are written: keys, labels, times, amounts."""

from dataclasses import dataclass

from bothsides.schema.side import Side
from bothsides.schema.tables.fulfilment import SHIPMENT_STATUSES
from bothsides.schema.tables.pushes import ASSIGNMENTS
from bothsides.simulate.acquisition import SPEND_KINDS
from bothsides.simulate.behaviour import EVENT_NAMES
from bothsides.simulate.billing import FEE_KINDS, REFUND_REASONS
from bothsides.simulate.catalogue import VARIANTS
from bothsides.simulate.fulfilment import CARRIERS
from bothsides.simulate.pipeline import DEAL_STATUSES, OWNERS, REASONS, STAGES, TOUCH_KINDS
from bothsides.simulate.plan import MarketPlan
from bothsides.simulate.requests import PURPOSES, QUOTE_KINDS, QUOTE_STATUSES
from bothsides.simulate.subscriptions import INTERVALS, plan_names
from bothsides.simulate.traits import COUNTRIES, SEGMENTS

ORDER_CHANNELS = ("web", "sales desk", "api")
TERMS = ("net 30", "net 60", "prepaid")
ORDER_STATUSES = ("placed", "completed", "cancelled")
SIDES = tuple(side.value for side in Side)
FIRST_WORDS = (
    "Alder Amber Arden Beacon Birch Bluestone Bright Brook Cedar Clear Copper Crown Delta Eagle East Elm Ember Falcon "
    "Field Forge Garnet Granite Green Harbour Hazel Heron High Iron Ivory Juniper Lake Linden Maple Meadow Mill Nord "
    "North Oak Onyx Orchard Pine Quarry Raven Ridge River Silver South Stone"
).split()
SECOND_WORDS = (
    "Components Controls Design Electric Engineering Equipment Fasteners Foods Freight Hydraulics Industries "
    "Instruments Interiors Labs Logistics Machining Materials Mechanics Metals Optics Packaging Paper Parts Plastics "
    "Polymers Print Pumps Robotics Safety Sensors Services Solutions Supply Systems Technik Textiles Timber Tooling "
    "Trading Works"
).split()
FORMS = ("GmbH", "BV", "SARL", "SpA", "SL", "AG", "NV")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A whole number written as a readable key; -1 is blank."""

    prefix: str
    width: int

    def sql(self, column: str) -> str:
        """The value as its source would write it; NULL where blank."""
        return f"CASE WHEN {column} >= 0 THEN printf('{self.prefix}%0{self.width}d', {column}::BIGINT) END"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """An index into `words`; -1 is blank."""

    words: tuple[str, ...]

    def sql(self, column: str) -> str:
        """The value as its source would write it; NULL where blank."""
        return f"CASE WHEN {column} >= 0 THEN getvariable('words_{column}')[{column} + 1] END"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Epoch seconds UTC; -1 is blank."""

    def sql(self, column: str) -> str:
        """The value as its source would write it; NULL where blank."""
        return f"make_timestamp(nullif({column}, -1) * 1000000)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Epoch seconds of the day's beginning, written as a date; -1 is blank."""

    def sql(self, column: str) -> str:
        """The value as its source would write it; NULL where blank."""
        return f"make_timestamp(nullif({column}, -1) * 1000000)::DATE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """Minor units (two decimals), written as major units; -1 is blank."""

    def sql(self, column: str) -> str:
        """The value as its source would write it; NULL where blank."""
        return f"nullif({column}, -1)::DECIMAL(15, 0) * 0.01::DECIMAL(3, 2)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A whole number; -1 is blank."""

    def sql(self, column: str) -> str:
        """The value as its source would write it; NULL where blank."""
        return f"nullif({column}, -1)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Millionths:
    """A number held in millionths."""

    def sql(self, column: str) -> str:
        """The value as its source would write it; NULL where blank."""
        return f"{column}::DECIMAL(12, 0) * 0.000001::DECIMAL(7, 6)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """True or false."""

    def sql(self, column: str) -> str:
        """The value as its source would write it; NULL where blank."""
        return column


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyName:
    """A company's serial number, written as a name; no two numbers share a name."""

    def sql(self, column: str) -> str:
        """The value as its source would write it; NULL where blank."""
        first, second, forms = (_list(words) for words in (FIRST_WORDS, SECOND_WORDS, FORMS))
        one, two, three = len(FIRST_WORDS), len(SECOND_WORDS), len(FORMS)
        every = one * two * three
        # Neighbours differ in both words, yet no name repeats below `every`.
        return (
            f"{first}[{column} % {one} + 1] || ' ' || {second}[({column} // {one} + 7 * {column}) % {two} + 1] || ' ' "
            f"|| {forms}[({column} // {one * two}) % {three} + 1] || "
            f"CASE WHEN {column} >= {every} THEN ' ' || ({column} // {every} + 1) ELSE '' END"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountKey:
    """Buyers 1..`buyers` are written B000001..., suppliers after them S00001...; -1 is blank."""

    buyers: int

    def sql(self, column: str) -> str:
        """The value as its source would write it; NULL where blank."""
        return (
            f"CASE WHEN {column} > {self.buyers} THEN printf('S%05d', {column}::BIGINT - {self.buyers}) "
            f"WHEN {column} >= 0 THEN printf('B%06d', {column}::BIGINT) END"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """1 for yes, 0 for no; -1 is blank."""

    def sql(self, column: str) -> str:
        """The value as its source would write it; NULL where blank."""
        return f"CASE WHEN {column} >= 0 THEN {column} = 1 END"


Held = Key | Label | Moment | Day | Amount | Whole | Millionths | Flag | Answer | CompanyName | AccountKey


def _list(words: list[str] | tuple[str, ...]) -> str:
    return "[" + ", ".join(f"'{word}'" for word in words) + "]"


def layout(
    plan: MarketPlan, buyers: int, campaign_names: tuple[str, ...], push_names: tuple[str, ...]
) -> dict[str, dict[str, Held]]:
    """Per table and emitted column, how its values are held."""
    shared = _Shared(
        account=AccountKey(buyers=buyers),
        side=Label(words=SIDES),
        currency=Label(words=(plan.currency, plan.trade.second_currency or plan.currency)),
        channel=Label(words=tuple(channel.name for channel in plan.channels)),
        cell={"category": Label(words=plan.categories), "region": Label(words=plan.regions)},
    )
    return {
        **_parties(plan, shared),
        **_demand(plan, shared),
        **_visits(shared),
        **_ledger(shared),
        **_after_sale(shared),
        **_plans(plan, shared),
        **_spending(shared, campaign_names, push_names),
        **_prospects(shared),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """Encodings that several tables use."""

    account: AccountKey
    side: Label
    currency: Label
    channel: Label
    cell: dict[str, Held]


_MOMENT, _AMOUNT = Moment(), Amount()
_CAMPAIGN, _LEAD = Key(prefix="C", width=4), Key(prefix="L", width=6)
_ORDER, _LISTING, _QUOTE = Key(prefix="O", width=7), Key(prefix="I", width=6), Key(prefix="Q", width=7)


def _variants(plan: MarketPlan, words: tuple[str, ...]) -> Label:
    return Label(words=tuple(f"{category}, {word}" for category in plan.categories for word in words))


def _parties(plan: MarketPlan, shared: _Shared) -> dict[str, dict[str, Held]]:
    return {
        "accounts": {
            "account_id": shared.account,
            "side": shared.side,
            "name": CompanyName(),
            "organization_id": Key(prefix="G", width=6),
            "parent_id": shared.account,
            **dict.fromkeys(("signed_up_at", "verified_at", "catalogue_at", "live_at", "closed_at"), _MOMENT),
            **shared.cell,
            "channel": shared.channel,
            "segment": Label(words=SEGMENTS),
            "country": Label(words=COUNTRIES),
            "is_internal": Flag(),
        },
        "listings": {
            "listing_id": _LISTING,
            "supplier_id": shared.account,
            "title": _variants(plan, VARIANTS),
            **shared.cell,
            "listed_at": _MOMENT,
            "closed_at": _MOMENT,
            "price": _AMOUNT,
            "currency": shared.currency,
        },
    }


def _demand(plan: MarketPlan, shared: _Shared) -> dict[str, dict[str, Held]]:
    return {
        "events": {
            "event_id": Key(prefix="E", width=8),
            "account_id": shared.account,
            "session_id": Key(prefix="V", width=7),
            "name": Label(words=EVENT_NAMES),
            "occurred_at": _MOMENT,
            **shared.cell,
            "supplier_id": shared.account,
            "results": Whole(),
        },
        "quotes": {
            "quote_id": _QUOTE,
            "kind": Label(words=QUOTE_KINDS),
            "request_id": _QUOTE,
            "buyer_id": shared.account,
            "supplier_id": shared.account,
            **dict.fromkeys(("requested_at", "due_at", "awarded_at"), _MOMENT),
            "status": Label(words=QUOTE_STATUSES),
            **shared.cell,
            "title": _variants(plan, PURPOSES),
            "order_id": _ORDER,
            "amount": _AMOUNT,
            "currency": shared.currency,
        },
    }


def _ledger(shared: _Shared) -> dict[str, dict[str, Held]]:
    paid: dict[str, Held] = {"amount": _AMOUNT, "currency": shared.currency}
    return {
        "orders": {
            "order_id": _ORDER,
            "buyer_id": shared.account,
            "supplier_id": shared.account,
            "placed_at": _MOMENT,
            "completed_at": _MOMENT,
            "status": Label(words=ORDER_STATUSES),
            "tax": _AMOUNT,
            **paid,
            **shared.cell,
            "channel": Label(words=ORDER_CHANNELS),
            "on_platform": Flag(),
            "is_test": Flag(),
            "quote_id": _QUOTE,
            "terms": Label(words=TERMS),
        },
        "order_lines": {
            "line_id": Key(prefix="N", width=8),
            "order_id": _ORDER,
            "listing_id": _LISTING,
            "quantity": Whole(),
            **paid,
            "category": shared.cell["category"],
        },
        "fees": {
            "fee_id": Key(prefix="F", width=7),
            "kind": Label(words=FEE_KINDS),
            "order_id": _ORDER,
            "account_id": shared.account,
            "charged_at": _MOMENT,
            **paid,
        },
        "refunds": {
            "refund_id": Key(prefix="R", width=6),
            "order_id": _ORDER,
            "refunded_at": _MOMENT,
            **paid,
            "fee_amount": _AMOUNT,
            "reason": Label(words=REFUND_REASONS),
        },
        "fx_rates": {
            "rate_id": Key(prefix="K", width=4),
            "currency": shared.currency,
            "quoted_on": Day(),
            "rate": Millionths(),
        },
    }


def _visits(shared: _Shared) -> dict[str, dict[str, Held]]:
    return {
        "visits": {
            "visit_id": Key(prefix="Y", width=8),
            "visitor_id": Key(prefix="W", width=8),
            "account_id": shared.account,
            "side": shared.side,
            "started_at": _MOMENT,
            "channel": shared.channel,
            "campaign_id": _CAMPAIGN,
            **shared.cell,
            "searches": Whole(),
        },
    }


def _after_sale(shared: _Shared) -> dict[str, dict[str, Held]]:
    return {
        "shipments": {
            "shipment_id": Key(prefix="Z", width=7),
            "order_id": _ORDER,
            "status": Label(words=SHIPMENT_STATUSES),
            **dict.fromkeys(("promised_at", "shipped_at", "delivered_at"), _MOMENT),
            "quantity": Whole(),
            "carrier": Label(words=CARRIERS),
        },
        "reviews": {
            "review_id": Key(prefix="A", width=7),
            "order_id": _ORDER,
            "reviewer_id": shared.account,
            "reviewee_id": shared.account,
            "reviewed_at": _MOMENT,
            "rating": Whole(),
            "recommends": Answer(),
            "is_incentivised": Flag(),
        },
    }


def _plans(plan: MarketPlan, shared: _Shared) -> dict[str, dict[str, Held]]:
    return {
        "subscriptions": {
            "subscription_id": Key(prefix="P", width=6),
            "account_id": shared.account,
            "plan": Label(words=plan_names(len(plan.subscriptions))),
            **dict.fromkeys(("started_at", "paused_at", "resumed_at", "ended_at"), _MOMENT),
            "amount": _AMOUNT,
            "interval": Label(words=INTERVALS),
            "currency": shared.currency,
        },
    }


def _spending(
    shared: _Shared, campaign_names: tuple[str, ...], push_names: tuple[str, ...]
) -> dict[str, dict[str, Held]]:
    return {
        "campaigns": {
            "campaign_id": _CAMPAIGN,
            "name": Label(words=campaign_names),
            "channel": shared.channel,
            "side": shared.side,
            "started_at": _MOMENT,
            "ended_at": _MOMENT,
        },
        "pushes": {
            "push_id": Key(prefix="U", width=4),
            "name": Label(words=push_names),
            "side": shared.side,
            **shared.cell,
            "started_at": _MOMENT,
            "ended_at": _MOMENT,
            "intensity": Whole(),
            "assignment": Label(words=ASSIGNMENTS),
        },
        "spend": {
            "spend_id": Key(prefix="X", width=6),
            "kind": Label(words=SPEND_KINDS),
            "side": shared.side,
            "spent_at": _MOMENT,
            "amount": _AMOUNT,
            "currency": shared.currency,
            "channel": shared.channel,
            "campaign_id": _CAMPAIGN,
            **shared.cell,
        },
    }


def _prospects(shared: _Shared) -> dict[str, dict[str, Held]]:
    owner, reason = Label(words=OWNERS), Label(words=REASONS)
    return {
        "leads": {
            "lead_id": _LEAD,
            "side": shared.side,
            "account_id": shared.account,
            "name": CompanyName(),
            "channel": shared.channel,
            "campaign_id": _CAMPAIGN,
            **shared.cell,
            "segment": Label(words=SEGMENTS),
            "owner": owner,
            "created_at": _MOMENT,
        },
        "stage_changes": {
            "change_id": Key(prefix="H", width=7),
            "lead_id": _LEAD,
            "stage": Label(words=STAGES),
            "changed_at": _MOMENT,
            "reason": reason,
            "owner": owner,
        },
        "opportunities": {
            "opportunity_id": Key(prefix="D", width=6),
            "side": shared.side,
            "lead_id": _LEAD,
            "account_id": shared.account,
            "status": Label(words=DEAL_STATUSES),
            "opened_at": _MOMENT,
            "closed_at": _MOMENT,
            "amount": _AMOUNT,
            "currency": shared.currency,
            **shared.cell,
            "channel": shared.channel,
            "reason": reason,
            "owner": owner,
        },
        "touches": {
            "touch_id": Key(prefix="T", width=7),
            "lead_id": _LEAD,
            "account_id": shared.account,
            "kind": Label(words=TOUCH_KINDS),
            "direction": Label(words=("out", "in")),
            "occurred_at": _MOMENT,
            "owner": owner,
        },
    }
