"""The two sides of the market."""

from enum import StrEnum


class Side(StrEnum):
    """Which role a company plays in a transaction; one company may play both.

    >>> Side.BUYER.other
    <Side.SUPPLIER: 'supplier'>
    """

    BUYER = "buyer"
    SUPPLIER = "supplier"

    @property
    def other(self) -> "Side":
        """The counterparty's side."""
        return Side.SUPPLIER if self is Side.BUYER else Side.BUYER
