"""One spelling: names, addresses, numbers and what only stands for 'unknown'."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bothsides.identity import Party, normalise
from bothsides.identity.addresses import (
    company_domain,
    mail_address,
    phone_digits,
    register_number,
    registrable,
    website_domain,
)
from bothsides.identity.names import company_name, whole_name


def lead(**fields: str) -> Party:
    return Party(party_id="1", kind="lead", **fields)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("The Acme Company, Inc.", "acme"),
        ("ACME LTD", "acme"),
        ("Acme Pty. Ltd.", "acme"),
        ("Acme Pvt Ltd", "acme"),
        ("Acme Ltda.", "acme"),
        ("Acme do Brasil S.A.", "acme do brasil"),
        ("Acme S.p.A.", "acme"),
        ("Acme S.A. de C.V.", "acme"),
        ("Grupo Acme, S.A.B. de C.V.", "grupo acme"),
        ("Acme, S. de R.L. de C.V.", "acme"),
        ("Acme S de RL", "acme"),
        ("Acme (UK) Ltd", "acme uk"),
        ("Acme Co. Ltd. (UK)", "acme uk"),
        ("SAS Institute Inc.", "sas institute"),
        ("Acme S.r.l.", "acme"),
        ("Acme Sp. z o.o.", "acme"),
        ("Acme B.V.", "acme"),
        ("Acme N.V.", "acme"),
        ("Acme AB", "acme"),
        ("AB Volvo", "volvo"),
        ("Acme Oy", "acme"),
        ("Acme A/S", "acme"),
        ("Acme K.K.", "acme"),
        ("Acme GmbH & Co. KG", "acme"),
        ("Acme Gesellschaft mit beschränkter Haftung", "acme"),
        ("Acme s.r.o.", "acme"),
        ("Acme d.o.o.", "acme"),
        ("Acme Kft.", "acme"),
        ("Acme A.Ş.", "acme"),
        ("PT Acme Tbk", "acme"),
        ("Acme Sdn. Bhd.", "acme"),
        ("Acme LLC", "acme"),
        ("トヨタ自動車株式会社", "トヨタ自動車"),
        ("Smith & Sons", "smith sons"),
        ("Smith and Sons Limited", "smith sons"),
        ("Sotheby’s", "sothebys"),
        ("Société Générale", "societe generale"),
        ("Ørsted A/S", "orsted"),
        ("ＡＣＭＥ　Ltd", "acme"),
        ("Limited", "limited"),
        ("N/A", ""),
        ("test", ""),
        ("999", ""),
        ("  -  ", ""),
        ("Self-employed", ""),
        ("Not applicable", ""),
    ],
)
def test_company_names_lose_their_legal_form_and_keep_their_words(written: str, name: str) -> None:
    assert company_name(written) == name


@given(st.text(st.characters(codec="ascii")))
def test_case_never_changes_a_company(text: str) -> None:
    assert company_name(text.upper()) == company_name(text.lower())


@given(st.builds(Party, party_id=st.just("1"), kind=st.just("lead"), **{
    name: st.none() | st.text() for name in (
        "company", "name", "given_name", "surname", "born_on", "email", "phone", "website", "verified_domain",
        "registration_number", "country", "region", "city", "postcode", "street", "locality",
    )
}))  # fmt: skip
def test_whatever_stands_there_can_be_normalised(party: Party) -> None:
    assert normalise(party).party is party


@pytest.mark.parametrize(
    ("written", "domain"),
    [
        ("shop.acme.co.uk", "acme.co.uk"),
        ("www.acme.com.br", "acme.com.br"),
        ("acme.com.au", "acme.com.au"),
        ("mail.acme.com", "acme.com"),
        ("acme.de", "acme.de"),
        ("acme.myshopify.com", "acme.myshopify.com"),
        ("localhost", ""),
        ("10.0.0.1", ""),
    ],
)
def test_a_domain_is_what_somebody_registered(written: str, domain: str) -> None:
    assert registrable(written) == domain


@pytest.mark.parametrize(
    ("written", "domain"),
    [
        ("https://user:secret@www.acme.com:8080/a?b=@c", "acme.com"),
        ("//acme.com", "acme.com"),
        ("ACME.COM.", "acme.com"),
        ("www.müller.de", "xn--mller-kva.de"),
        ("linkedin.com/company/acme", ""),
        ("none", ""),
    ],
)
def test_websites(written: str, domain: str) -> None:
    assert website_domain(written) == domain


@pytest.mark.parametrize("host", ["gmail.com", "hotmail.fr", "yahoo.co.uk", "qq.com", "facebook.com", "wixsite.com"])
def test_a_free_mail_domain_tells_no_company(host: str) -> None:
    assert company_domain(host) == ""


@pytest.mark.parametrize(
    ("written", "address"),
    [
        (" Jo.Smith+fair@Acme.com ", "jo.smith@acme.com"),
        ("j.o.smith@gmail.com", "josmith@gmail.com"),
        ("josmith@googlemail.com", "josmith@gmail.com"),
        ("Jo Smith <jo@acme.com>", "jo@acme.com"),
        ("mailto:jo@acme.com", "jo@acme.com"),
        ("test@test.com", ""),
        ("noreply@acme.com", ""),
        ("jo@acme", ""),
        ("n/a", ""),
    ],
)
def test_e_mail_addresses(written: str, address: str) -> None:
    assert mail_address(written)[0] == address


@pytest.mark.parametrize(
    ("written", "country", "digits"),
    [
        ("+44 (0)20 7946 0958", "", "442079460958"),
        ("0044 20 7946 0958", "", "442079460958"),
        ("020 7946 0958", "GB", "442079460958"),
        ("(11) 99876-5432", "BR", "5511998765432"),
        ("(212) 555-0187", "US", "12125550187"),
        ("1-212-555-0187", "US", "12125550187"),
        ("06 1234 5678", "IT", "390612345678"),
        ("089 1234567 Durchwahl 12", "DE", "49891234567"),
        ("0000000000", "GB", ""),
        ("1234567890", "US", ""),
        ("n/a", "GB", ""),
    ],
)
def test_phone_numbers(written: str, country: str, digits: str) -> None:
    assert phone_digits(written, country) == digits


def test_register_numbers() -> None:
    assert register_number("GB 0123 4567", "GB") == register_number("1234567", "GB") == "1234567"
    assert register_number("0000000", "GB") == register_number("unknown", "GB") == ""


def test_persons() -> None:
    assert whole_name("Green, Mitchell") == whole_name("Mr. Mitchell Green") == ("mitchell", "green")
    normal = normalise(lead(given_name="Na", surname="Null", street="7 Wallaby Pl.", born_on="09.04.1956"))
    assert (normal.given, normal.surname) == ("na", "null")
    assert (normal.street_number, normal.street) == ("7", "wallaby place")
    assert normal.born_on == normalise(lead(born_on="1956-04-09")).born_on == "19560409"


def test_the_mailbox_of_a_team_is_known_as_such() -> None:
    assert normalise(lead(email="Info@acme.com")).shared_mailbox
    assert not normalise(lead(email="jo@acme.com")).shared_mailbox
