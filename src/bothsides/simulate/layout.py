"""How a market's columns are held in memory and how they are written: keys, labels, times, amounts."""

from dataclasses import dataclass

from bothsides.schema.side import Side
from bothsides.simulate.acquisition import SPEND_KINDS
from bothsides.simulate.behaviour import EVENT_NAMES
from bothsides.simulate.billing import FEE_KINDS, REFUND_REASONS
from bothsides.simulate.plan import MarketPlan
from bothsides.simulate.traits import COUNTRIES, SEGMENTS

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


Held = Key | Label | Moment | Day | Amount | Whole | Millionths | Flag | CompanyName | AccountKey


def _list(words: list[str] | tuple[str, ...]) -> str:
    return "[" + ", ".join(f"'{word}'" for word in words) + "]"


def layout(plan: MarketPlan, buyers: int) -> dict[str, dict[str, Held]]:
    """Per table and emitted column, how its values are held."""
    account = AccountKey(buyers=buyers)
    side, currency = Label(words=SIDES), Label(words=(plan.currency, plan.trade.second_currency or plan.currency))
    cell: dict[str, Held] = {"category": Label(words=plan.categories), "region": Label(words=plan.regions)}
    channel = Label(words=tuple(channel.name for channel in plan.channels))
    moment, amount, campaign = Moment(), Amount(), Key(prefix="C", width=4)
    return {
        "accounts": {
            "account_id": account,
            "side": side,
            "name": CompanyName(),
            "organization_id": Key(prefix="G", width=6),
            "parent_id": account,
            **dict.fromkeys(("signed_up_at", "verified_at", "catalogue_at", "live_at", "closed_at"), moment),
            **cell,
            "channel": channel,
            "segment": Label(words=SEGMENTS),
            "country": Label(words=COUNTRIES),
            "is_internal": Flag(),
        },
        "events": {
            "event_id": Key(prefix="E", width=8),
            "account_id": account,
            "session_id": Key(prefix="V", width=7),
            "name": Label(words=EVENT_NAMES),
            "occurred_at": moment,
            **cell,
            "supplier_id": account,
            "results": Whole(),
        },
        "orders": {
            "order_id": Key(prefix="O", width=7),
            "buyer_id": account,
            "supplier_id": account,
            "placed_at": moment,
            "completed_at": moment,
            "status": Label(words=ORDER_STATUSES),
            "amount": amount,
            "tax": amount,
            "currency": currency,
            **cell,
            "channel": Label(words=("web", "sales desk", "api")),
            "on_platform": Flag(),
            "is_test": Flag(),
            "terms": Label(words=("net 30", "net 60", "prepaid")),
        },
        "fees": {
            "fee_id": Key(prefix="F", width=7),
            "kind": Label(words=FEE_KINDS),
            "order_id": Key(prefix="O", width=7),
            "account_id": account,
            "charged_at": moment,
            "amount": amount,
            "currency": currency,
        },
        "refunds": {
            "refund_id": Key(prefix="R", width=6),
            "order_id": Key(prefix="O", width=7),
            "refunded_at": moment,
            "amount": amount,
            "fee_amount": amount,
            "currency": currency,
            "reason": Label(words=REFUND_REASONS),
        },
        "campaigns": {
            "campaign_id": campaign,
            "name": Label(words=campaign_names(plan)),
            "channel": channel,
            "side": side,
            "started_at": moment,
            "ended_at": moment,
        },
        "spend": {
            "spend_id": Key(prefix="X", width=6),
            "kind": Label(words=SPEND_KINDS),
            "side": side,
            "spent_at": moment,
            "amount": amount,
            "currency": currency,
            "channel": channel,
            "campaign_id": campaign,
            **cell,
        },
        "fx_rates": {
            "rate_id": Key(prefix="K", width=4),
            "currency": currency,
            "quoted_on": Day(),
            "rate": Millionths(),
        },
    }


def campaign_names(plan: MarketPlan) -> tuple[str, ...]:
    """Every campaign's name: side, channel and quarter of the plan, quarter varying fastest."""
    quarters = -(-plan.weeks // 13)
    return tuple(
        f"{side.capitalize()}s, {channel.name.replace('_', ' ')}, quarter {quarter + 1}"
        for side in SIDES
        for channel in plan.channels
        for quarter in range(quarters)
    )
