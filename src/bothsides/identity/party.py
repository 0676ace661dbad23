"""A company or person as the desk meets it, and the same in the one spelling that is compared."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from bothsides.schema import Side
from bothsides.schema.instant import Instant

Kind: TypeAlias = Literal["lead", "account", "contact"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One record of a company or a person as it was written; None or an empty text is unknown."""

    party_id: str
    kind: Kind
    sides: tuple[Side, ...] = ()
    """The roles it plays: one, both, or none where nobody knows."""
    company: str | None = None
    name: str | None = None
    """A person's whole name; given name and surname win where they are known."""
    given_name: str | None = None
    surname: str | None = None
    born_on: str | None = None
    email: str | None = None
    phone: str | None = None
    website: str | None = None
    verified_domain: str | None = None
    """A domain that the company has proved to be its own."""
    registration_number: str | None = None
    """Number in a company or tax register."""
    country: str | None = None
    region: str | None = None
    city: str | None = None
    postcode: str | None = None
    street: str | None = None
    """Street with its number."""
    locality: str | None = None
    """Second line of an address."""
    organization_id: str | None = None
    """Ties the buyer account and the supplier account of one company."""
    parent_id: str | None = None
    """The account that a branch belongs to."""
    owner_id: str | None = None
    created_at: Instant | None = None
    last_activity_at: Instant | None = None
    open_deals: int = 0
    contacts: int = 0
    touches: int = 0


@dataclass(frozen=True, slots=True)
class Normal:
    """A party in the one spelling that is compared; an empty text is unknown."""

    party: Party
    company: str
    """Words of the name without legal form, accents and punctuation, lower case: 'acme robotics'."""
    given: str
    surname: str
    born_on: str
    email: str
    shared_mailbox: bool
    """info@, sales@ and the like: it is the company's, not a person's."""
    domains: tuple[str, ...]
    """Registrable domains that identify the company: proven, of its website, of an e-mail that is not free-mail."""
    phone: str
    verified_domain: str
    registration_number: str
    country: str
    region: str
    city: str
    postcode: str
    street: str
    street_number: str
    locality: str

    @property
    def person(self) -> str:
        """Given name and surname."""
        return f"{self.given} {self.surname}" if self.given and self.surname else self.given or self.surname
