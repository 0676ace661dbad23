"""The benchmark's leads: 20,000 closed ones, 100,000 new ones, eight reps in two teams whose filters overlap.

It asks the same of a desk as the runs of other systems that `benchmarks/peers` records: six score fields, 30 % won,
duplicates among the new leads, accounts to match against.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from bothsides.schema.instant import DAY, Instant, instant
from bothsides.simulate.draws import Array, Floats, Ints, stream
from bothsides.simulate.worlds import CATEGORIES

SCORE_FIELDS = ("country", "source", "language", "segment", "category", "job_role")
WON_SHARE = 0.3
DUPLICATES = 0.15
OF_ACCOUNTS = 0.2
SPAN_DAYS = 91
OPENS_AT: Instant = instant(datetime(2026, 3, 30, tzinfo=UTC))

COUNTRIES = ("GB", "IE", "NL", "DE", "FR", "IT", "ES", "PL")
_WORDS: Mapping[str, tuple[str, ...]] = {
    "country": COUNTRIES,
    "source": ("web_form", "crm", "partner", "trade_fair", "referral"),
    "language": ("en", "de", "nl", "fr", "it", "es", "pl"),
    "segment": ("long_tail", "mid_market", "enterprise"),
    "category": CATEGORIES,
    "job_role": ("procurement", "operations", "management", "engineering", "office", "student"),
}
_SPREAD: Mapping[str, float] = {
    "country": 0.3,
    "source": 0.6,
    "language": 0.15,
    "segment": 0.5,
    "category": 0.4,
    "job_role": 0.8,
}
_MISSING = 0.1
_SYLLABLES = (
    "bel bor cal cor dan del dor fal fen gar gil har hol jas kel kor lan lor mar mel mor nal nor pal per quin rav "
    "ros sal sel tan tor val ver vin wal wen yor zan"
).split()
_TRADES = ("Fasteners", "Packaging", "Electrical", "Tools", "Bearings", "Fixings", "Safety", "Cable", "Pumps", "Steel")
_LEGAL = ("Ltd", "GmbH", "B.V.", "SARL", "S.r.l.")
_FREE_MAIL = ("gmail.com", "outlook.com", "gmx.de")


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A team of the benchmark: it takes leads for which `when` holds (field tests as in an agreement)."""

    name: str
    when: Mapping[str, list[str]]
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Columns of equal length by name; None where unknown. Moments are Instants, amounts major units.

    `history` has `won` and `closed_at`; `new` is in time order and has the truth about itself in `duplicate_of`
    (position of the first lead of the same company, -1 for the first) and `account` (position in `accounts`, -1 for
    none), which a desk must not read.
    """

    history: Mapping[str, Array]
    accounts: Mapping[str, Array]
    new: Mapping[str, Array]
    teams: tuple[Team, ...]

    def records(self, columns: Mapping[str, Array]) -> list[dict[str, object]]:
        """A table of this workload as one dict a row, without the fields that are unknown."""
        names = [name for name in columns if name not in ("duplicate_of", "account")]
        rows = zip(*(columns[name].tolist() for name in names), strict=True)
        return [{name: value for name, value in zip(names, row, strict=True) if value is not None} for row in rows]


def workload(n_history: int = 20_000, n_new: int = 100_000, reps: int = 8, teams: int = 2, seed: int = 7) -> Workload:
    """Draw the benchmark's leads; the same arguments give the same leads.

    Raises ValueError where there are fewer reps than teams or no lead to draw.
    """
    if min(n_history, n_new, teams) < 1 or reps < teams:
        raise ValueError(
            f"n_history = {n_history}, n_new = {n_new}, reps = {reps}, teams = {teams}: "
            "each must be 1 or more, and a team needs a rep"
        )
    staff = _teams(reps, teams)
    owners = tuple(member for team in staff for member in team.members)
    in_books = max(1, n_history // 2)
    effects = {
        field: stream(seed, f"effect of {field}").normal(0, _SPREAD[field], len(_WORDS[field])) for field in _WORDS
    }
    return Workload(
        history=_history(seed, n_history, in_books, effects),
        accounts=_accounts(seed, in_books, owners),
        new=_new(seed, n_new, in_books),
        teams=staff,
    )


def _teams(reps: int, teams: int) -> tuple[Team, ...]:
    """Teams of equal size whose countries overlap by two."""
    step = len(COUNTRIES) / teams
    found = []
    for number in range(teams):
        first, last = int(number * step), int((number + 1) * step)
        members = tuple(f"rep-{rep + 1}" for rep in range(reps) if rep % teams == number)
        countries = list(COUNTRIES[max(0, first - 1) : last + 1]) if teams > 1 else list(COUNTRIES)
        found.append(Team(name=f"team-{number + 1}", when={"country": countries}, members=members))
    return tuple(found)


def _history(seed: int, n: int, in_books: int, effects: Mapping[str, Floats]) -> dict[str, Array]:
    rng = stream(seed, "history")
    company = rng.integers(0, in_books, n)
    codes = _codes(rng, n, company)
    log_odds = sum((np.where(code >= 0, effects[field][code], 0.0) for field, code in codes.items()), np.zeros(n))
    chance = 1 / (1 + np.exp(-(log_odds + _intercept(log_odds))))
    created = np.sort(OPENS_AT - (rng.random(n) * 730 * DAY).astype(np.int64) - 60 * DAY)
    columns = _lead_columns(rng, codes, company, created, spelled=rng.random(n) < 0.1)
    columns["closed_at"] = created + (1 + rng.random(n) * 55 * DAY).astype(np.int64)
    columns["won"] = rng.random(n) < chance
    return columns


def _new(seed: int, n: int, in_books: int) -> dict[str, Array]:
    rng = stream(seed, "new leads")
    drawn = rng.random(n)
    company = in_books + np.arange(n)
    of_books = drawn < OF_ACCOUNTS
    company[of_books] = rng.integers(0, in_books, int(of_books.sum()))
    again = (drawn >= OF_ACCOUNTS) & (drawn < OF_ACCOUNTS + DUPLICATES) & (np.arange(n) > 0)
    earlier = (rng.random(n) * np.arange(n)).astype(np.int64)
    company[again] = company[earlier[again]]
    _, first, inverse = np.unique(company, return_index=True, return_inverse=True)
    duplicate_of = np.where(first[inverse] == np.arange(n), -1, first[inverse])
    created = OPENS_AT + np.sort(rng.random(n) * SPAN_DAYS * DAY).astype(np.int64)
    columns = _lead_columns(rng, _codes(rng, n, company), company, created, spelled=duplicate_of >= 0)
    columns["duplicate_of"] = duplicate_of
    columns["account"] = np.where(company < in_books, company, -1)
    return columns


def _accounts(seed: int, n: int, owners: tuple[str, ...]) -> dict[str, Array]:
    rng = stream(seed, "accounts")
    company = np.arange(n)
    owner = _words(owners)[rng.integers(0, len(owners), n)]
    owner[rng.random(n) < 0.1] = None
    return {
        "account_id": _ids(rng, n),
        "side": _words(("buyer", "supplier"))[_side(company)],
        "name": _names(company),
        "domain": _domains(company),
        "phone": _phones(company),
        "country": _words(COUNTRIES)[_country(company)],
        "owner": owner,
    }


def _codes(rng: np.random.Generator, n: int, company: Ints) -> dict[str, Ints]:
    """The six score fields as positions in their words, -1 for unknown; the country is the company's."""
    codes: dict[str, Ints] = {}
    for field in SCORE_FIELDS:
        code = _country(company) if field == "country" else rng.integers(0, len(_WORDS[field]), n)
        codes[field] = np.where(rng.random(n) < (0.0 if field == "country" else _MISSING), -1, code)
    return codes


def _lead_columns(
    rng: np.random.Generator, codes: Mapping[str, Ints], company: Ints, created: Ints, spelled: Array
) -> dict[str, Array]:
    n = len(company)
    name, domain = _names(company), _domains(company)
    name[spelled] = _other_spelling(rng, name[spelled])
    free = rng.random(n) < 0.08
    mailbox = np.where(free, _words(_FREE_MAIL)[rng.integers(0, len(_FREE_MAIL), n)], domain)
    person = _words(tuple(f"person{number}" for number in range(3)))[rng.integers(0, 3, n)]
    local = np.where(free, person + _digits(company), person)
    phone, website = _phones(company), "https://www." + domain + "/"
    phone[rng.random(n) < 0.3] = None
    website[rng.random(n) < 0.5] = None
    columns: dict[str, Array] = {
        "lead_id": _ids(rng, n),
        "side": _words(("buyer", "supplier"))[_side(company)],
        "created_at": created,
        "company": name,
        "email": local + "@" + mailbox,
        "email_domain": mailbox,
        "phone": phone,
        "website": website,
        "deal_size": np.round(np.exp(rng.normal(9.0, 1.1, n)), -2),
    }
    for field in SCORE_FIELDS:
        columns[field] = np.array([*_WORDS[field], None], dtype=object)[codes[field]]
    return columns


def _intercept(log_odds: Floats) -> float:
    """What must be added for the mean chance to be the share won, by bisection."""
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        mean = float((1 / (1 + np.exp(-(log_odds + middle)))).mean())
        low, high = (middle, high) if mean < WON_SHARE else (low, middle)
    return (low + high) / 2


def _words(options: tuple[str, ...]) -> Array:
    return np.array(options, dtype=object)


def _digits(numbers: Ints) -> Array:
    return np.array([str(number) for number in numbers.tolist()], dtype=object)


def _ids(rng: np.random.Generator, n: int) -> Array:
    text = rng.bytes(16 * n).hex()
    return np.array([text[place : place + 32] for place in range(0, 32 * n, 32)], dtype=object)


def _side(company: Ints) -> Ints:
    side: Ints = (company * 7919 % 10 >= 6).astype(np.int64)
    return side


def _country(company: Ints) -> Ints:
    country: Ints = company * 104_729 % 97 % len(COUNTRIES)
    return country


def _stems(company: Ints) -> Array:
    parts, many = _words(tuple(_SYLLABLES)), len(_SYLLABLES)
    place = company * 48_271 % many**4
    stem: Array = parts[place % many] + parts[place // many % many] + parts[place // many**2 % many]
    lap = place // many**3
    return np.where(lap > 0, stem + parts[lap], stem)


def _names(company: Ints) -> Array:
    stem = np.array([word.capitalize() for word in _stems(company).tolist()], dtype=object)
    name: Array = stem + " " + _words(_TRADES)[company % len(_TRADES)] + " " + _words(_LEGAL)[company * 31 % 5]
    return name


def _domains(company: Ints) -> Array:
    domain: Array = _stems(company) + ".example"
    return domain


def _phones(company: Ints) -> Array:
    return np.array([f"+44{2_000_000_000 + number * 7_001:010d}" for number in company.tolist()], dtype=object)


def _other_spelling(rng: np.random.Generator, names: Array) -> Array:
    """Upper case, no legal form, two letters swapped, or as it is."""
    kinds = rng.integers(0, 4, len(names)).tolist()
    spelled = []
    for kind, name in zip(kinds, names.tolist(), strict=True):
        if kind == 0:
            spelled.append(name.upper())
        elif kind == 1:
            spelled.append(name.rpartition(" ")[0])
        else:
            spelled.append(name[:2] + name[3] + name[2] + name[4:] if kind == 2 else name)
    return np.array(spelled, dtype=object)
