"""Money as whole minor units of an ISO 4217 currency, never as a float."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

# ISO 4217:2015 amendment 177: minor-unit exponents that differ from 2.
_EXPONENTS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
_TWO_DECIMALS = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY "
    "COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS "
    "INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR "
    "MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD "
    "SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
)
CURRENCIES: dict[str, int] = dict(sorted({**dict.fromkeys(_TWO_DECIMALS.split(), 2), **_EXPONENTS}.items()))
"""Every active ISO 4217 currency and its minor-unit exponent."""


def minor_units(currency: str) -> int:
    """How many decimals the currency has. Raises ValueError for a code ISO 4217 does not list.

    >>> minor_units("GBP"), minor_units("JPY"), minor_units("KWD")
    (2, 0, 3)
    """
    try:
        return CURRENCIES[currency]
    except KeyError:
        raise ValueError(f"currency {currency!r} is not an active ISO 4217 code, e.g. EUR, GBP, USD") from None


def to_minor(amount: Decimal, currency: str) -> int:
    """Major units to whole minor units, rounding half to even (IEEE 754 and the accountant's default).

    >>> to_minor(Decimal("10.125"), "GBP"), to_minor(Decimal("10.135"), "GBP")
    (1012, 1014)
    """
    return int(amount.scaleb(minor_units(currency)).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def from_minor(amount: int, currency: str) -> Decimal:
    """Whole minor units back to major units, exactly.

    >>> from_minor(21745567438, "GBP")
    Decimal('217455674.38')
    """
    return Decimal(amount).scaleb(-minor_units(currency))


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount in minor units with its currency; sums refuse to mix currencies.

    >>> Money(minor=250, currency="EUR") + Money(minor=50, currency="EUR")
    Money(minor=300, currency='EUR')
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        minor_units(self.currency)

    @property
    def major(self) -> Decimal:
        """The amount in major units, exact."""
        return from_minor(self.minor, self.currency)

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}: convert at a dated rate first")
        return Money(minor=self.minor + other.minor, currency=self.currency)
