"""Identity keys: short texts that a table can index, so that a party is compared only with those it may be."""

from collections.abc import Iterable, Mapping, Sequence

from bothsides.identity.names import one_umlaut
from bothsides.identity.party import Normal

_VOWELS = str.maketrans("", "", "aeiouyh ")


def company_keys(normal: Normal) -> tuple[str, ...]:
    """Keys under which the company can be found; each begins with what it is of.

    >>> from bothsides.identity.normalise import normalise
    >>> from bothsides.identity.party import Party
    >>> lead = Party(party_id="1", kind="lead", company="Acme Robotics Ltd", email="jo@acme.com")
    >>> company_keys(normalise(lead))
    ('mail:jo@acme.com', 'domain:acme.com', 'name:acmerobotics', 'start:acmero', 'sound:cmrbtc')
    """
    keys = [] if not normal.registration_number else [f"number:{normal.registration_number}"]
    if normal.email:
        keys.append("mail:" + normal.email)
    if normal.domains:
        keys += ["domain:" + domain for domain in normal.domains]
    if normal.phone:
        keys.append("phone:" + normal.phone)
    name = normal.company
    if name:
        words = name.split()
        keys.append("name:" + "".join(sorted(words)))
        squeezed = name.replace(" ", "")
        keys.append("start:" + squeezed[:6])
        keys.append("sound:" + _skeleton(squeezed)[:6])
        if normal.country and len(words) > 1:
            keys.append(f"place:{normal.country}:{words[0]}")
    return tuple(keys)


def person_keys(normal: Normal) -> tuple[str, ...]:
    """Keys under which the person can be found."""
    keys = []
    if normal.email:
        keys.append("mail:" + normal.email)
    if normal.phone:
        keys.append("phone:" + normal.phone)
    surname, given = one_umlaut(normal.surname), one_umlaut(normal.given)
    if surname and given:
        keys.append(f"person:{given}:{surname}" if given < surname else f"person:{surname}:{given}")
    if surname or given:
        last = surname or given
        keys += [f"at:{last}:{domain}" for domain in normal.domains]
        if normal.company:
            keys.append(f"of:{last[:4]}:{one_umlaut(normal.company)[:6]}")
    return tuple(keys)


def address_keys(normal: Normal) -> tuple[str, ...]:
    """More keys of a person for lists with typing errors in every field: any two or so that agree find the pair."""
    given, surname, post, city = normal.given, normal.surname, normal.postcode, normal.city
    street, number = normal.street, normal.street_number
    parts = (
        ("born", normal.born_on),
        ("sp", surname, post),
        ("gp", given, post),
        ("an", street[:6], number),
        ("ga", given, street[:5]),
        ("sc", surname[:4], city),
        ("pn", post, number),
        ("lo", normal.locality),
        ("gc", given, city),
        ("gy", given, normal.born_on[:4]),
        ("sy", surname[:4], normal.born_on[:4]),
    )
    return tuple(":".join(part) for part in parts if all(part))


def _skeleton(name: str) -> str:
    """Consonants without doubles: a wrong vowel or a doubled letter changes nothing."""
    last = ""
    kept = []
    for sign in name.translate(_VOWELS):
        if sign != last:
            kept.append(sign)
            last = sign
    return "".join(kept)


def candidates(keys: Iterable[str], found: Mapping[str, Sequence[str]], *, too_common: int) -> tuple[str, ...]:
    """Ids of those who share a key, each once; a key that returns `too_common` parties or more says nothing.

    `found` holds parties of one kind: a company that sent 30 leads has one account, and its domain still finds it.

    >>> candidates(["a", "b"], {"a": ["1", "2"], "b": ["2", "3", "4"]}, too_common=3)
    ('1', '2')
    """
    seen: dict[str, None] = {}
    for key in keys:
        holders = found.get(key)
        if holders is not None and len(holders) < too_common:
            for holder in holders:
                seen[holder] = None
    return tuple(seen)
