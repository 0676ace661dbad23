"""Column and file names as plain words: camelCase, snake_case, accents and blanks all read the same."""

import re
import unicodedata

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^a-z0-9]+")
_GLUED = {
    suffix: len(suffix)
    for suffix in (
        *("id", "name", "date", "number", "code", "amount", "status", "time", "type", "price", "no"),
        *("nr", "nummer", "datum", "betrag", "wert", "name", "art", "gruppe"),
    )
}
_HEADS = frozenset(
    "account buyer campaign category client commission company contact created currency customer deal event fee "
    "invoice lead listing merchant order organisation organization opportunity payment potential product purchase "
    "quote refund request sale salesorder seller supplier transaction txn unit user vendor "
    "auftrag auftrags bestell bestellung bestellungs kunde kunden lieferant lieferanten handler verkaufer kaufer "
    "rechnung rechnungs beleg buchungs liefer gebuhr gebuhren gesamt netto brutto produkt artikel waren leistungs "
    "angebots anfrage konto firmen".split()
)


def words(name: str) -> tuple[str, ...]:
    """The words of a name, lower case, without accents.

    >>> words("SupplierName"), words("order_purchase_timestamp"), words("ACCOUNTID"), words("Código do Cliente")
    (('supplier', 'name'), ('order', 'purchase', 'timestamp'), ('account', 'id'), ('codigo', 'do', 'cliente'))
    """
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    parts = _WORD.split(_CAMEL.sub(" ", plain).lower())
    return tuple(word for part in parts if part for word in _unglue(part))


def _unglue(word: str) -> tuple[str, ...]:
    """'accountid' is two words, 'paid' is one."""
    for suffix, size in _GLUED.items():
        if word.endswith(suffix) and word[:-size] in _HEADS:
            return (word[:-size], suffix)
    return (word,)


def phrase(name: str) -> str:
    """The words of a name joined by blanks, as the synonyms are written.

    >>> phrase("Organisation Name"), phrase("SMEorLarge")
    ('organisation name', 'sm eor large')
    """
    return " ".join(words(name))


def slug(name: str) -> str:
    """A file or workspace name: lower case, words joined by hyphens; 'source' when nothing is left.

    >>> slug("G-Cloud Spend (v2).csv"), slug("///")
    ('g-cloud-spend-v2-csv', 'source')
    """
    return "-".join(words(name))[:60].rstrip("-") or "source"
