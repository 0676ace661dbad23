"""Where a warehouse lies that is no file: a PostgreSQL address, given as such or by an environment variable's name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, unquote_to_bytes

NAME_BYTES = 63
"""PostgreSQL cuts longer names off without an error, so that two could become one."""

_FORM = "write postgresql://HOST/DATABASE?schema=NAME, or env:VARIABLE for the variable that holds it"
_UNREADABLE = (
    "a warehouse's address cannot be read: what its user, password or options hold of / ? # @ % or blanks must be"
    f" percent-encoded (%2F %3F %23 %40 %25 %20), and ports are numbers; {_FORM}"
)
"""Said of whatever is wrong with an address, since any part of it may be one of its password."""

_HOST = r"(?:\[[^][@/?#]*\]|[^][@/?#:,]*)(?::[0-9]*)?"
_ADDRESS = re.compile(
    r"(?P<scheme>postgres|postgresql)://"
    r"(?:(?P<user>[^:@/?#]*)(?::[^@/?#]*)?(?P<at>@))?"
    rf"(?P<hosts>{_HOST}(?:,{_HOST})*)(?P<database>/[^@?#]*)?"
    r"(?:\?(?P<options>[^@#]*))?"
)
"""Narrower than what libpq takes: it splits an address otherwise where a password holds a letter that divides."""

_BLANK_OR_BAD_ESCAPE = re.compile(r"[\x00-\x20\x7f]|%(?![0-9A-Fa-f]{2})|%00")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A schema of a PostgreSQL database; without `schema` the role's own search path. Shown without its password.

    Raises ValueError, which repeats nothing of the address, for one that is not surely read as it was meant.
    """

    url: str = field(repr=False)
    schema: str | None = None

    def __post_init__(self) -> None:
        """What is not understood could not be shown without its password either."""
        _read(self.url)
        if self.schema is not None and len(self.schema.encode()) > NAME_BYTES:
            raise ValueError(f"a schema's name in PostgreSQL has at most {NAME_BYTES} bytes, letters like ü take two")

    def __str__(self) -> str:
        """The address as it may be shown and logged: no user's password, no options.

        >>> str(parse_address("postgresql://ana:secret@db.example/market?schema=acme", {}))
        'postgresql://ana@db.example/market?schema=acme'
        """
        parts = _read(self.url)
        shown = "".join(parts[name] or "" for name in ("user", "at", "hosts", "database"))
        schema = f"?schema={quote(self.schema, safe='')}" if self.schema else ""
        return f"{parts['scheme']}://{shown}{schema}"


def parse_address(text: str, environment: Mapping[str, str], *, of: str = "warehouse") -> Address:
    """Read an address; `env:NAME` is looked up, so that a password stands neither in a file nor on a command line. `of`
    is what lies there, as messages name it.

    Raises ValueError for another form and for a variable that is not set; no message repeats the address.
    """
    if text.startswith("env:"):
        name = text.removeprefix("env:")
        if not _VARIABLE.fullmatch(name):
            raise ValueError(f"a {of}'s env: is followed by the name of a variable, not by an address; {_FORM}")
        if not environment.get(name):
            raise ValueError(f"{of} {text}: the environment variable {name!r} is not set")
        text = environment[name]
    text = text.strip()
    if not text.startswith(("postgresql://", "postgres://")):
        raise ValueError(f"a {of}'s address must begin with postgresql:// or env:; {_FORM}")
    options = (_read(text)["options"] or "").split("&")
    schemas = [unquote(option.partition("=")[2]) for option in options if _is_schema(option)]
    if len(schemas) > 1 or "" in schemas:
        raise ValueError(f"a {of}'s address names one schema; {_FORM}")
    rest = "&".join(option for option in options if not _is_schema(option))
    url = text.partition("?")[0] + (f"?{rest}" if rest else "")
    return Address(url=url, schema=schemas[0] if schemas else None)


def _is_schema(option: str) -> bool:
    return option.partition("=")[0] == "schema"


def _read(url: str) -> re.Match[str]:
    """The address's parts."""
    parts = _ADDRESS.fullmatch(url)
    if parts is None or _BLANK_OR_BAD_ESCAPE.search(url) or not _is_text(url):
        raise ValueError(_UNREADABLE)
    return parts


def _is_text(url: str) -> bool:
    try:
        unquote_to_bytes(url).decode()
    except UnicodeError:
        return False
    return True
