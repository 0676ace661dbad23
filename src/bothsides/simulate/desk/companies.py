"""Companies behind the leads, the accounts already in the books, and the ways in which people write a name."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from bothsides.schema.side import Side
from bothsides.simulate.desk.chance import happens, identity, pick, share, skewed, weighted
from bothsides.simulate.worlds import CATEGORIES

ZONES = {
    "GB": "Europe/London",
    "IE": "Europe/Dublin",
    "DE": "Europe/Berlin",
    "NL": "Europe/Amsterdam",
    "FR": "Europe/Paris",
    "IT": "Europe/Rome",
    "PL": "Europe/Warsaw",
    "ES": "Europe/Madrid",
}
REGIONS = ("UK", "EU")
_COUNTRIES = {"GB": 0.42, "DE": 0.16, "FR": 0.1, "NL": 0.09, "IE": 0.07, "PL": 0.07, "IT": 0.06, "ES": 0.03}
LANGUAGES = {"GB": "en", "IE": "en", "DE": "de", "NL": "nl", "FR": "fr", "IT": "it", "PL": "pl", "ES": "es"}
_LEGAL = {
    "GB": "Ltd",
    "IE": "Ltd",
    "DE": "GmbH",
    "NL": "B.V.",
    "FR": "SARL",
    "IT": "S.r.l.",
    "PL": "Sp. z o.o.",
    "ES": "S.L.",
}
_DIALS = {"GB": 44, "IE": 353, "DE": 49, "NL": 31, "FR": 33, "IT": 39, "PL": 48, "ES": 34}
_CITIES = {
    "GB": ("Leeds", "Derby", "Hull", "Swindon"),
    "IE": ("Cork", "Galway"),
    "DE": ("Köln", "Nürnberg", "Bremen"),
    "NL": ("Breda", "Tilburg"),
    "FR": ("Lille", "Nîmes"),
    "IT": ("Brescia", "Modena"),
    "PL": ("Łódź", "Poznań"),
    "ES": ("Bilbao", "Vigo"),
}
_STEMS = (
    "Brightwell Calder Dunmore Ashcombe Varley Thornbury Kessler Lindner Böhme Falkner Hartwig Öztürk Verhagen "
    "Dekker Marchal Delorme Lefèvre Fontaine Bellini Rossetti Kowalski Wójcik Navarro Iriarte Penrose Stanwick "
    "Rookley Harwood Merrick Tolland Quayle Ingram Oakley Prescott Wexler Brandt Zimmer Keller Vossberg Arden "
    "Lockhart Severn Tyndall Ravensby Gilmore Hexham Corrigan Maddox"
).split()
_TRADES = (
    "Fasteners",
    "Industrial",
    "Packaging",
    "Tools & Supply",
    "Electrical",
    "Safety Products",
    "Bearings",
    "Engineering",
    "Machine Parts",
    "Fixings",
    "Workwear",
    "Cleaning Systems",
    "Components",
    "Metalworks",
    "Trading",
    "Hydraulics",
    "Logistics",
    "Steel & Wire",
    "Cable",
    "Pumps",
)
_EMPLOYEES = {"enterprise": 900.0, "mid_market": 120.0, "long_tail": 14.0}
_SEGMENTS = {"long_tail": 0.52, "mid_market": 0.36, "enterprise": 0.12}


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A company as it is. `parent` is the number of the company that owns it, None for one that stands alone."""

    number: int
    name: str
    domain: str
    phone: str
    country: str
    city: str
    category: str
    segment: str
    employees: int
    parent: int | None = None

    @property
    def region(self) -> str:
        """UK or EU."""
        return REGIONS[0] if self.country == "GB" else REGIONS[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What stands in the books before the quarter: one row per company and side, with its owner."""

    account_id: str
    organization_id: str
    parent_id: str | None
    company: int
    side: Side
    name: str
    domain: str
    phone: str
    country: str
    owner: str | None
    segment: str


def company(seed: int, number: int) -> Company:
    """The company of this number; every twelfth one is a branch of the company eleven before it."""
    branch_of = number - 11 if number % 12 == 11 else None
    if branch_of is not None:
        return _branch(seed, number, company(seed, branch_of))
    country = weighted(_COUNTRIES, seed, "country", number)
    segment = weighted(_SEGMENTS, seed, "segment", number)
    place, lap = (number * 577 + seed) % (len(_STEMS) * len(_TRADES)), number // (len(_STEMS) * len(_TRADES))
    stem, trade = _STEMS[place % len(_STEMS)], _TRADES[place // len(_STEMS)]
    city = pick(_CITIES[country], seed, "city", number)
    words = f"{stem} {trade}" + (f" {city} {lap}" if lap else "")
    return Company(
        number=number,
        name=f"{words} {_LEGAL[country]}",
        domain=f"{_plain(words)}.example",
        phone=f"+{_DIALS[country]}{int(2e8 + share(seed, 'phone', number) * 7e8)}",
        country=country,
        city=city,
        category=pick(CATEGORIES, seed, "category", number),
        segment=segment,
        employees=max(1, int(skewed(_EMPLOYEES[segment], 0.5, seed, "employees", number))),
    )


def accounts(seed: int, companies: int, owners: tuple[str, ...]) -> tuple[Account, ...]:
    """The books: companies 0 up to this number; one in eight trades on both sides, one in ten has nobody as owner."""
    return tuple(
        Account(
            account_id=account_id(seed, one.number, side),
            organization_id=identity(seed, "organization", one.number),
            parent_id=None if one.parent is None else identity(seed, "organization", one.parent),
            company=one.number,
            side=side,
            name=one.name,
            domain=one.domain,
            phone=one.phone,
            country=one.country,
            owner=owner,
            segment=one.segment,
        )
        for one in (company(seed, number) for number in range(companies))
        for owner in (_owner(seed, one.number, owners),)
        for side in _sides(seed, one.number)
    )


def account_id(seed: int, number: int, side: Side) -> str:
    """The id of this company's account on this side."""
    return identity(seed, "account", number, side.value)


def spelled(name: str, seed: int, *subject: object) -> str:
    """The company's name as somebody else would type it: another legal form, case, accents, a slip of the finger."""
    for number in range(1 + int(share(seed, "spellings", *subject) * 2)):
        name = pick(_SPELLINGS, seed, "spelling", number, *subject)(name)
    return name


def _owner(seed: int, number: int, owners: tuple[str, ...]) -> str | None:
    return None if happens(0.1, seed, "orphan", number) else pick(owners, seed, "account owner", number)


def _sides(seed: int, number: int) -> tuple[Side, ...]:
    both = happens(0.125, seed, "both sides", number)
    return tuple(Side) if both else (pick(tuple(Side), seed, "account side", number),)


def _branch(seed: int, number: int, parent: Company) -> Company:
    city = pick(_CITIES[parent.country], seed, "branch city", number)
    return Company(
        number=number,
        name=f"{parent.name} - {city}",
        domain=parent.domain,
        phone=f"+{_DIALS[parent.country]}{int(2e8 + share(seed, 'phone', number) * 7e8)}",
        country=parent.country,
        city=city,
        category=parent.category,
        segment=parent.segment,
        employees=max(1, parent.employees // 6),
        parent=parent.number,
    )


def _plain(text: str) -> str:
    flat = unicodedata.normalize("NFKD", text.replace("Ł", "L").replace("ł", "l").replace("&", "and"))
    return "".join(letter for letter in flat.lower() if letter.isascii() and letter.isalnum())


def _legal_form(name: str) -> str:
    for form, other in (("Ltd", "Limited"), ("GmbH", "Gesellschaft mbH"), ("B.V.", "BV"), ("S.r.l.", "SRL")):
        if name.endswith(form):
            return name.removesuffix(form) + other
    return name


def _without_form(name: str) -> str:
    form = next((form for form in _LEGAL.values() if name.endswith(f" {form}")), "")
    return name.removesuffix(form).strip()


def _slip(name: str) -> str:
    return name[:3] + name[4] + name[3] + name[5:] if len(name) > 6 else name


def _without_accents(name: str) -> str:
    for letter, written in (("ö", "oe"), ("Ö", "Oe"), ("ü", "ue"), ("è", "e"), ("ó", "o"), ("ł", "l"), ("Ł", "L")):
        name = name.replace(letter, written)
    return name


_SPELLINGS: tuple[Callable[[str], str], ...] = (
    str.upper,
    str.lower,
    _legal_form,
    _without_form,
    _without_form,
    _slip,
    _without_accents,
    lambda name: name.replace(" & ", " and "),
    lambda name: f"  {name} ",
    lambda name: name.replace(" ", "  ", 1),
)
