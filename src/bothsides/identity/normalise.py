"""A party in the one spelling that blocking, comparing and matching share."""

import re

from bothsides.identity.addresses import (
    SHARED_MAILBOXES,
    company_domain,
    mail_address,
    phone_digits,
    register_number,
    registrable,
    website_domain,
)
from bothsides.identity.countries import country_code
from bothsides.identity.names import company_name, nothing, person_word, plain, whole_name
from bothsides.identity.party import Normal, Party

_STREET_WORDS = {
    "st": "street", "str": "street", "rd": "road", "ave": "avenue", "av": "avenue", "ln": "lane", "dr": "drive",
    "pl": "place", "ct": "court", "crt": "court", "cres": "crescent", "blvd": "boulevard", "sq": "square",
}  # fmt: skip
_YEAR_FIRST = re.compile(r"(\d{4})\D?(\d{2})\D?(\d{2})")
_YEAR_LAST = re.compile(r"(\d{1,2})\D(\d{1,2})\D(\d{4})")


def normalise(party: Party) -> Normal:
    """The party in one spelling; what only stands for 'unknown' (n/a, test, 999) is unknown.

    >>> lead = Party(party_id="1", kind="lead", company="The Acme Co., Ltd.", email="Jo@mail.acme.co.uk", country="UK")
    >>> normal = normalise(lead)
    >>> normal.company, normal.domains, normal.country
    ('acme', ('acme.co.uk',), 'GB')
    """
    country = country_code(party.country) if party.country else ""
    email, host = mail_address(party.email) if party.email else ("", "")
    by_mail = company_domain(host) if host else ""
    by_site = website_domain(party.website) if party.website else ""
    verified = registrable(party.verified_domain) if party.verified_domain else ""
    given = surname = ""
    if party.given_name or party.surname:
        given, surname = person_word(party.given_name), person_word(party.surname)
    elif party.name:
        given, surname = whole_name(party.name)
    number, street = _street(party.street) if party.street else ("", "")
    return Normal(
        party,
        company_name(party.company) if party.company else "",
        given,
        surname,
        _date(party.born_on) if party.born_on else "",
        email,
        bool(email) and email.partition("@")[0] in SHARED_MAILBOXES,
        _domains(verified, by_site, by_mail),
        phone_digits(party.phone, country) if party.phone else "",
        verified,
        register_number(party.registration_number, country) if party.registration_number else "",
        country,
        _place(party.region),
        _place(party.city),
        _place(party.postcode).replace(" ", ""),
        street,
        number,
        _place(party.locality),
    )


def _domains(verified: str, by_site: str, by_mail: str) -> tuple[str, ...]:
    if not verified and (by_site == by_mail or not by_site or not by_mail):
        domain = by_site or by_mail
        return (domain,) if domain else ()
    return tuple(domain for domain in dict.fromkeys((verified, by_site, by_mail)) if domain)


def _place(written: str | None) -> str:
    if not written or nothing(written):
        return ""
    return plain(written)


def _street(written: str) -> tuple[str, str]:
    """Number and name of a street; '7 Wallaby Pl.' and 'Wallaby Place 7' are the same."""
    if nothing(written):
        return "", ""
    words = plain(written).split()
    numbers = [word for word in words if word[0].isdigit()]
    names = [_STREET_WORDS.get(word, word) for word in words if not word[0].isdigit()]
    return " ".join(numbers), " ".join(names)


def _date(written: str) -> str:
    """Digits of a date, year first; empty for one that is no date."""
    if found := _YEAR_FIRST.fullmatch(written.strip()):
        digits = "".join(found.groups())
    elif found := _YEAR_LAST.fullmatch(written.strip()):
        digits = found[3] + found[2].zfill(2) + found[1].zfill(2)
    else:
        return ""
    return "" if digits[:4] in {"1900", "0000", "9999"} and digits[4:] in {"0101", "0000", "1231", "9999"} else digits
