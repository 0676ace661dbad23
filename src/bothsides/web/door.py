"""Who comes in and how much they may carry: tokens, this machine alone without one, the size of a body."""

import hmac
import ipaddress
from urllib.parse import urlsplit

from starlette.requests import Request

from bothsides.web.answer import denied
from bothsides.web.standing_desk import StandingDesk

_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


def check_caller(request: Request, desk: StandingDesk) -> None:
    """Lets in who brings a token that is agreed, or, without one, who calls from this machine. Raises Denied."""
    if not desk.tokens:
        _check_local(request)
        return
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not given:
        message = "give a token: Authorization: Bearer TOKEN"
        raise denied(401, "unauthorized", message, www_authenticate='Bearer realm="bothsides"')
    # Each is compared, and in constant time, so that the time tells nothing of which one came close.
    sent = given.strip().encode("utf-8", "surrogateescape")
    fitting = [token for token in desk.tokens if hmac.compare_digest(sent, token.reveal().encode())]
    if not fitting:
        message = "this token is not one of those agreed"
        raise denied(401, "unauthorized", message, www_authenticate='Bearer realm="bothsides", error="invalid_token"')


def _check_local(request: Request) -> None:
    """A page in a browser of this machine, or a proxy on it, is not this machine: both can be told by their headers."""
    headers = request.headers
    client = request.client.host if request.client else ""
    origin = headers.get("origin")
    local = (
        _is_loopback(client)
        and _is_loopback(_host(f"//{headers.get('host', '')}"))
        and (origin is None or _is_loopback(_host(origin)))
        and not any(name in headers for name in _FORWARDED)
    )
    if not local:
        message = "no token is agreed, so only this machine is served; agree on one in agreement/api.toml"
        raise denied(403, "only_this_machine", message)


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return address.is_loopback or (mapped is not None and mapped.is_loopback)


async def read_body(request: Request, most: int) -> bytes:
    """The bytes of the body. Raises Denied as soon as it is known to be larger than `most`, and where it is packed."""
    headers = request.headers
    if headers.get("content-encoding", "identity") != "identity":
        message = "send the body as it is: no Content-Encoding is read"
        raise denied(415, "packed", message, accept_encoding="identity")
    said = headers.get("content-length", "")
    if said.isascii() and said.isdigit() and int(said) > most:
        raise _too_large(most)
    parts, size = [], 0
    while True:
        event = await request.receive()
        if event["type"] == "http.disconnect":
            raise denied(400, "cut_off", "the caller went away in the middle of the body")
        part = event.get("body", b"")
        size += len(part)
        if size > most:
            raise _too_large(most)
        parts.append(part)
        if not event.get("more_body"):
            return b"".join(parts)


def _too_large(most: int) -> Exception:
    message = f"the body has more than {most:,} bytes; send fewer records at once (agreement/intake.toml: most_bytes)"
    return denied(413, "too_large", message)
