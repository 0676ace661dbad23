"""Names of a lead's fields: those that we know, a header that writes one of them otherwise, and one that is a slip."""

import difflib
import re
from collections.abc import Collection, Iterable
from functools import lru_cache

RESERVED = frozenset(
    {
        "account_id", "account_owner", "open_deal_owner", "other_side_owner", "company_lead_owner", "organization_id",
        "owner", "stage", "band", "score", "priority", "step", "cell_suppliers",
    }
)  # fmt: skip
"""What the desk finds out or decides: a record that says so is kept under given_NAME, and decides nothing."""

WHO = ("company", "name", "email", "phone", "given_name", "surname", "website", "registration_number")
"""What says who a lead is: a record without any of it reaches nobody."""

FIELDS = frozenset(
    {
        *RESERVED, *WHO, "side", "source", "deal_size", "segment", "category", "region", "country", "city", "postcode",
        "campaign", "job_title", "employees", "email_domain", "sku_count",
    }
)  # fmt: skip
"""Fields that the desk itself knows. A lead may bring any other, so only a slip of one of these is wrong."""

ALWAYS_READ = frozenset({"id", "created_at", "events", "channel", "street"})
"""By intake and identity, besides those that conditions know."""

BROUGHT = (FIELDS - RESERVED - {"source"}) | ALWAYS_READ
"""Fields that a record may bring under a name that is written a little otherwise."""

_NEAR = 0.8
_MARKS = re.compile(r"[\s_-]+")


def bare(name: str) -> str:
    """The name without case, blanks, hyphens and underscores."""
    return _MARKS.sub("", name).casefold()


_BY_BARE = {bare(name): name for name in BROUGHT}


@lru_cache(maxsize=10_000)
def ours(name: str) -> str:
    """The known field that the name is, but for case, blanks and hyphens; else the name as it is.

    >>> ours("Deal-Size"), ours("sku count"), ours("E-Mail"), ours("Shoe size")
    ('deal_size', 'sku_count', 'email', 'Shoe size')
    """
    return _BY_BARE.get(bare(name), name)


def slip_of(name: str, known: Iterable[str] = BROUGHT) -> str | None:
    """The known field of which the name is a slip by one letter; None for one that is known, and for a name of its own.

    >>> slip_of("deal_sise"), slip_of("compny"), slip_of("deal_size"), slip_of("shoe_size")
    ('deal_size', 'company', None, None)
    """
    word = _MARKS.sub("_", name.strip()).casefold()
    names = set(known)
    if word in names or ours(name) in names:
        return None
    return meant(word, [one for one in names if is_slip(word, one)])


def is_slip(word: str, known: str) -> bool:
    """Whether one letter of the known word was left out, doubled, put in, mistaken or swapped with its neighbour.

    A longer name that has the known one whole in it, as category_id, is a name of its own, unless a letter is doubled.
    """
    if len(word) == len(known):
        differ = [place for place, (one, other) in enumerate(zip(word, known, strict=True)) if one != other]
        first, last = (differ[0], differ[-1]) if differ else (0, 0)
        return len(differ) == 1 or (
            len(differ) == 2 and last == first + 1 and word[first : last + 1] == known[first : last + 1][::-1]
        )
    longer, shorter = (word, known) if len(word) > len(known) else (known, word)
    if len(longer) != len(shorter) + 1:
        return False
    places = [place for place in range(len(longer)) if longer[:place] + longer[place + 1 :] == shorter]
    return bool(places) and (longer is known or known not in word or len(places) > 1)


def meant(word: str, known: Collection[str]) -> str | None:
    """The known word that is nearest, where one is near."""
    return next(iter(difflib.get_close_matches(word, sorted(known), n=1, cutoff=_NEAR)), None)
