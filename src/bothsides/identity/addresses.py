"""E-mail addresses, domains, phone numbers and register numbers in one spelling."""

import re
import unicodedata
from functools import lru_cache

from bothsides.identity.countries import CALLING
from bothsides.identity.names import nothing

FREE_MAIL = frozenset(
    """
    gmail.com googlemail.com yahoo.com ymail.com rocketmail.com hotmail.com outlook.com live.com msn.com aol.com
    icloud.com me.com mac.com protonmail.com proton.me pm.me gmx.com gmx.de gmx.net gmx.at gmx.ch web.de t-online.de
    freenet.de mail.com email.com zoho.com yandex.com yandex.ru mail.ru bk.ru inbox.ru list.ru rambler.ru qq.com
    163.com 126.com sina.com foxmail.com yeah.net naver.com daum.net hanmail.net orange.fr wanadoo.fr free.fr
    laposte.net sfr.fr libero.it virgilio.it tiscali.it alice.it uol.com.br bol.com.br terra.com.br ig.com.br
    rediffmail.com btinternet.com btopenworld.com virginmedia.com talktalk.net sky.com ntlworld.com blueyonder.co.uk
    comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net optonline.net
    shaw.ca rogers.com sympatico.ca bigpond.com optusnet.com.au xtra.co.nz telenet.be skynet.be planet.nl ziggo.nl
    kpnmail.nl hetnet.nl home.nl bluewin.ch seznam.cz wp.pl o2.pl onet.pl interia.pl abv.bg ukr.net walla.co.il
    fastmail.com hey.com tutanota.com hushmail.com duck.com mailinator.com guerrillamail.com 10minutemail.com
    yopmail.com tempmail.com trashmail.com
    """.split()
)
_FREE_NAMES = frozenset("yahoo hotmail outlook live gmx aol yandex".split())
"""Free-mail in every country: yahoo.co.uk, hotmail.fr, live.nl."""
_NOT_OWN = frozenset(
    """
    facebook.com linkedin.com instagram.com twitter.com x.com youtube.com google.com goo.gl bit.ly linktr.ee t.me
    wa.me whatsapp.com tiktok.com amazon.com ebay.com etsy.com alibaba.com aliexpress.com wikipedia.org
    """.split()
)
"""Places where a company has a page but no domain of its own."""
_HOSTS = frozenset(
    """
    github.io gitlab.io wordpress.com wixsite.com blogspot.com myshopify.com squarespace.com weebly.com webflow.io
    herokuapp.com vercel.app netlify.app web.app business.site godaddysites.com jimdofree.com azurewebsites.net
    """.split()
)
"""Hosts that give each customer a name below their own."""
_SECOND_LEVEL = frozenset(
    "co com net org gov edu ac or ne go ltd plc me gob mil sch nhs gov gouv gv asso nom in web biz info firm".split()
)
_NOBODY = frozenset(["example.com", "example.org", "example.net", "test.com", "none.com", "email.test", "domain.com"])
_NO_MAILBOX = frozenset(["none", "na", "test", "noemail", "noreply", "no-reply", "donotreply", "unknown", "null"])
SHARED_MAILBOXES = frozenset(
    """
    info sales contact hello office mail email admin support help service enquiries enquiry inquiries kontakt contato
    contacto accounts accounting billing finance invoice invoices purchasing procurement orders marketing hr jobs
    press team reception webmaster postmaster
    """.split()
)
_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]{2,}")
_NOT_DIGITS = re.compile(r"\D+")
_EXTENSION = re.compile(r"(?:ext|x|extension|durchwahl|ramal|#).*$", re.IGNORECASE)


@lru_cache(maxsize=65536)
def registrable(host: str) -> str:
    """The part of a host name that its owner registered; empty where it is no host name.

    >>> registrable("www.shop.acme.co.uk"), registrable("mail.acme.com"), registrable("acme.myshopify.com")
    ('acme.co.uk', 'acme.com', 'acme.myshopify.com')
    """
    labels = (host if host.isascii() else _in_ascii(host)).lower().strip(".").split(".")
    if len(labels) < 2 or not all(labels) or labels[-1].isdigit():
        return ""
    keep = 2
    if len(labels) > 2 and (
        (len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL) or f"{labels[-2]}.{labels[-1]}" in _HOSTS
    ):
        keep = 3
    return ".".join(labels[-keep:])


def _in_ascii(host: str) -> str:
    """A name such as müller.de as the net spells it; as it is where it cannot be one."""
    try:
        return host.strip(".").encode("idna").decode("ascii")
    except UnicodeError:
        return host


@lru_cache(maxsize=65536)
def company_domain(host: str) -> str:
    """The registrable domain where it tells a company: empty for free-mail, hosts and social pages.

    >>> company_domain("mail.acme.com.br"), company_domain("gmail.com"), company_domain("yahoo.co.uk")
    ('acme.com.br', '', '')
    """
    domain = registrable(host)
    if not domain or domain in FREE_MAIL or domain in _NOT_OWN or domain in _HOSTS or domain in _NOBODY:
        return ""
    return "" if domain.partition(".")[0] in _FREE_NAMES else domain


def website_domain(written: str | None) -> str:
    """The company's domain from the address of its website.

    >>> website_domain("https://www.acme.co.uk/shop?x=1"), website_domain("facebook.com/acme"), website_domain("n/a")
    ('acme.co.uk', '', '')
    """
    if not written:
        return ""
    text = written.strip().lower()
    _, _, after = text.partition("://")
    host = (after or text).lstrip("/").partition("/")[0].partition("?")[0]
    return company_domain(host.rpartition("@")[2].partition(":")[0])


def holds_mail_address(written: str) -> bool:
    """Whether anybody could write to it: a mailbox at a host, with or without a name before it.

    >>> [holds_mail_address(text) for text in ("Jo Smith <jo@acme.com>", "jörg@müller.de", "jo@acme", "nope")]
    [True, True, False, False]
    """
    return _ADDRESS.search(written) is not None


def reaches_somebody(written: str) -> bool:
    """Whether a person may read what is written to it: an address, and none that only fills a form.

    >>> [reaches_somebody(text) for text in ("jo@acme.com", "test@test.com", "NoReply@acme.com", "nope")]
    [True, False, False, False]
    """
    found = _ADDRESS.search(written.strip().lower().removeprefix("mailto:"))
    if found is None:
        return False
    box, _, host = found.group().partition("@")
    return host not in _NOBODY and box not in _NO_MAILBOX


def mail_address(written: str | None) -> tuple[str, str]:
    """The e-mail address in one spelling and its host; tags after a plus are cut, and points in Gmail's names.

    >>> mail_address("Jo.Smith+fair@Googlemail.com"), mail_address("mailto:Jo@Acme.com"), mail_address("test@test.com")
    (('josmith@gmail.com', 'gmail.com'), ('jo@acme.com', 'acme.com'), ('', ''))
    """
    if not written:
        return "", ""
    text = written.strip().lower()
    if text.startswith("mailto:") or "<" in text or " " in text:
        found = _ADDRESS.search(text.removeprefix("mailto:"))
        text = found.group() if found else ""
    box, _, host = text.partition("@")
    if not box or "." not in host or "@" in host or host in _NOBODY or box in _NO_MAILBOX:
        return "", ""
    box = box.partition("+")[0]
    if host in {"gmail.com", "googlemail.com"}:
        box, host = box.replace(".", ""), "gmail.com"
    return (f"{box}@{host}", host) if box else ("", "")


def phone_digits(written: str | None, country: str) -> str:
    """The number as its digits with the calling code; empty for one too short or plainly made up.

    >>> phone_digits("+44 (0)20 7946 0958", ""), phone_digits("020 7946 0958 ext. 3", "GB"), phone_digits("999", "GB")
    ('442079460958', '442079460958', '')
    """
    if not written:
        return ""
    text = written.strip() if written.isascii() else unicodedata.normalize("NFKC", written).strip()
    if any(sign.isalpha() or sign == "#" for sign in text):
        text = _EXTENSION.sub("", text)
    digits = _NOT_DIGITS.sub("", text)
    if len(digits) < 7 or len(set(digits[-7:])) == 1 or digits.endswith("1234567890"):
        return ""
    if text[0] == "+" or digits.startswith("00"):
        digits = digits.removeprefix("00")
        return _NOT_DIGITS.sub("", text.replace("(0)", "")).removeprefix("00") if "(0)" in text else digits
    calling, trunk = CALLING.get(country, ("", ""))
    if not calling:
        return digits
    if digits.startswith(calling) and len(digits) >= len(calling) + 9:
        return digits
    return calling + (digits.removeprefix(trunk) if trunk else digits)


def register_number(written: str | None, country: str) -> str:
    """A register or tax number: letters and digits only, without its country's letters and leading zeros.

    >>> register_number("GB 0123 4567", "GB"), register_number("DE-812/345", ""), register_number("n/a", "GB")
    ('1234567', 'DE812345', '')
    """
    if not written or nothing(written):
        return ""
    text = "".join(sign for sign in written.upper() if sign.isalnum())
    if country and text.startswith(country):
        text = text[len(country) :]
    text = text.lstrip("0")
    return text if len(text) >= 4 and len(set(text)) > 1 else ""
