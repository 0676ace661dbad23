"""Where a warehouse lies that is no file: a PostgreSQL address, given as such or by an environment variable's name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

SCHEMES = ("postgresql", "postgres")
_FORM = "write postgresql://HOST/DATABASE?schema=NAME, or env:VARIABLE for the variable that holds it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A schema of a PostgreSQL database; without `schema` the role's own search path. Shown without its password."""

    url: str = field(repr=False)
    schema: str | None = None

    def __str__(self) -> str:
        """The address as it may be shown and logged: no user's password, no options.

        >>> str(parse_address("postgresql://ana:secret@db.example/market?schema=acme", {}))
        'postgresql://ana@db.example/market?schema=acme'
        """
        parts = urlsplit(self.url)
        user, at, host = parts.netloc.rpartition("@")
        shown = urlunsplit((parts.scheme, f"{user.partition(':')[0]}{at}{host}", parts.path, "", ""))
        return f"{shown}?schema={self.schema}" if self.schema else shown


def parse_address(text: str, environment: Mapping[str, str]) -> Address:
    """Read an address; `env:NAME` is looked up, so that a password stands neither in a file nor on a command line.

    Raises ValueError for another form and for a variable that is not set; no message repeats the address.
    """
    if text.startswith("env:"):
        name = text.removeprefix("env:")
        if not environment.get(name):
            raise ValueError(f"warehouse {text}: the environment variable {name!r} is not set")
        return parse_address(environment[name], {})
    parts = urlsplit(text)
    if parts.scheme not in SCHEMES:
        raise ValueError(f"a warehouse's address must begin with postgresql:// or env:; {_FORM}")
    options = parse_qsl(parts.query, keep_blank_values=True)
    schemas = [value for name, value in options if name == "schema"]
    if len(schemas) > 1 or "" in schemas:
        raise ValueError(f"a warehouse's address names one schema; {_FORM}")
    rest = urlencode([pair for pair in options if pair[0] != "schema"])
    return Address(url=urlunsplit(parts._replace(query=rest)), schema=schemas[0] if schemas else None)
