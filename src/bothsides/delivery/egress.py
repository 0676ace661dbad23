"""Keeps outgoing connections away from private networks: one look-up, every answer judged, the address pinned.

Ranges: the IANA special-purpose registries for IPv4 and IPv6, and the addresses where clouds keep credentials.
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve: TypeAlias = Callable[[str, int], Sequence[str]]
"""The addresses of a host and port. Raises OSError where there are none."""

_NOT_PUBLIC = tuple(
    ipaddress.IPv4Network(block)
    for block in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
        "192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 "
        "168.63.129.16/32"
    ).split()
)
_PUBLIC_6 = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    ipaddress.IPv6Network(block)
    for block in "2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20 3ffe::/16".split()
)
_NEVER = tuple(ipaddress.ip_network(block) for block in ("169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128"))
"""Link-local, where metadata services are: refused even for a host that the settings allow."""
_NEVER_ONE = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "168.63.129.16", "192.0.0.192")))
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")


class EgressRefused(ValueError):  # noqa: N818 - reads as the fact
    """A connection that must not be made; the message names host and reason, never the path or a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EgressPolicy:
    """Set under `[egress]` of `agreement/delivery.toml`: where messages may go."""

    schemes: tuple[str, ...] = ("https",)
    ports: tuple[int, ...] = (443,)
    mail_ports: tuple[int, ...] = (25, 465, 587, 2525)
    allow_hosts: tuple[str, ...] = ()
    """Hosts inside the own network that may be reached, by http and on any port, such as a mail relay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A place that was judged: connect to `address`, speak to `host`."""

    scheme: str
    host: str
    port: int
    path: str
    address: str

    @property
    def pinned_url(self) -> str:
        """The URL with the judged address in the host's place, so that nothing is looked up again."""
        return f"{self.scheme}://{_bracketed(self.address)}:{self.port}{self.path}"

    @property
    def authority(self) -> str:
        """What the Host header says."""
        usual = {"https": 443, "http": 80}.get(self.scheme)
        return _bracketed(self.host) if self.port == usual else f"{_bracketed(self.host)}:{self.port}"


def looked_up(host: str, port: int) -> Sequence[str]:
    """The addresses that the system's resolver gives."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def guarded_url(url: str, policy: EgressPolicy, *, resolve: Resolve = looked_up) -> Target:
    """The target of a URL. Raises EgressRefused for one that must not be reached, OSError where no address is found."""
    if not url.isascii() or re.search(r"[\x00-\x20\x7f\\]", url):
        raise EgressRefused("a URL must be plain ASCII without spaces, control characters or backslashes")
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        raise EgressRefused("the URL cannot be read") from None
    scheme = parts.scheme.lower()
    if "@" in parts.netloc:
        raise EgressRefused("a URL must not hold a user name or password")
    host = _known_host(host)
    number = {"https": 443, "http": 80}.get(scheme, 0) if port is None else port
    if host not in policy.allow_hosts:
        if scheme not in policy.schemes:
            raise EgressRefused(f"{host}: scheme {scheme!r} is not allowed; allowed: {', '.join(policy.schemes)}")
        if number not in policy.ports:
            raise EgressRefused(f"{host}: port {number} is not allowed; allowed: {_listed(policy.ports)}")
    elif scheme not in ("http", "https"):
        raise EgressRefused(f"{host}: scheme {scheme!r} is not allowed; allowed: http, https")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    address = _judged(host, number, policy, resolve)
    return Target(scheme=scheme, host=host, port=number, path=path, address=address)


def guarded_mail(host: str, port: int, policy: EgressPolicy, *, resolve: Resolve = looked_up) -> Target:
    """The target of a mail relay. Raises as `guarded_url`."""
    host = _known_host(host.lower())
    if host not in policy.allow_hosts and port not in policy.mail_ports:
        raise EgressRefused(f"{host}: port {port} is not allowed for mail; allowed: {_listed(policy.mail_ports)}")
    return Target(scheme="smtp", host=host, port=port, path="", address=_judged(host, port, policy, resolve))


def not_public(text: str) -> str | None:
    """Why the address must not be reached from here, None where it is public.

    >>> not_public("10.1.2.3")
    '10.1.2.3 is not a public address (10.0.0.0/8)'
    >>> not_public("93.184.216.34")
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return "what was found is not an address"
    if isinstance(address, ipaddress.IPv4Address):
        block = next((block for block in _NOT_PUBLIC if address in block), None)
        return f"{text} is not a public address ({block})" if block else None
    # ::ffff:0:0/96, 64:ff9b::/96, ::/96, fc00::/7, fe80::/10 and ff00::/8 all lie outside 2000::/3
    if address.scope_id or address not in _PUBLIC_6:
        return f"{text} is not a public address (outside {_PUBLIC_6})"
    block_6 = next((block for block in _NOT_PUBLIC_6 if address in block), None)
    return f"{text} is not a public address ({block_6})" if block_6 else None


def _known_host(host: str) -> str:
    """The host in its one spelling. Raises EgressRefused for numbers in disguise such as 0x7f.1 or 2130706433."""
    if ":" in host:
        try:
            return str(ipaddress.IPv6Address(host))
        except ValueError:
            raise EgressRefused("the host is not an IPv6 address") from None
    host = host.lower().removesuffix(".")
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise EgressRefused("the host is not a name or an address")
    if re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1]):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError:
            raise EgressRefused(f"{host}: an address must be written as four decimal numbers") from None
    return host


def _judged(host: str, port: int, policy: EgressPolicy, resolve: Resolve) -> str:
    """The first address; one bad address among several refuses them all, for the next look-up may bring it first."""
    found = tuple(dict.fromkeys(resolve(host, port)))
    if not found:
        raise OSError(f"{host}: no address was found")
    for address in found:
        if host in policy.allow_hosts:
            if wrong := _never(address):
                raise EgressRefused(f"{host}: {wrong}")
        elif wrong := not_public(address):
            raise EgressRefused(f"{host}: {wrong}; a host of the own network must stand in allow_hosts")
    return found[0]


def _never(text: str) -> str | None:
    try:
        address: Address = ipaddress.ip_address(text)
    except ValueError:
        return "what was found is not an address"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address in _NEVER_ONE or any(address in block for block in _NEVER):
        return f"{text} is where clouds keep credentials; it is never reached"
    return None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _listed(ports: Sequence[int]) -> str:
    return ", ".join(map(str, ports))
