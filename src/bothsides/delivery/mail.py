"""Sends a message as plain-text e-mail by SMTP, and says whether the relay took it, did not, or may have."""

import hashlib
import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import Literal

from bothsides.delivery.egress import EgressPolicy, EgressRefused, Resolve, Target, guarded_mail, looked_up
from bothsides.delivery.message import DELIVERED, Message, Outcome, refused, retry, uncertain
from bothsides.delivery.secret import Secret
from bothsides.delivery.templates import one_line
from bothsides.schema.instant import Instant, in_utc
from bothsides.schema.mail_address import is_address


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSink:
    """One relay. SMTP knows no key, so that an answer that never came stays in doubt."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    sender: str
    sender_name: str
    egress: EgressPolicy
    user: str = ""
    password: Secret | None = None
    trust: Callable[[str], ssl.SSLContext] | None = None
    """For tests: the certificates to trust, by host."""
    resolve: Resolve = looked_up

    @property
    def idempotent(self) -> bool:
        """Never."""
        return False

    def send(self, message: Message, *, key: str, now: Instant, timeout: float) -> Outcome:
        """Hand the mail over once. 4xx is tried again, 5xx of this recipient or text is refused."""
        if not is_address(message.to):
            return refused("the recipient's address cannot be read")
        try:
            target = guarded_mail(self.host, self.port, self.egress, resolve=self.resolve)
            content = written_mail(message, sender=self.sender, sender_name=self.sender_name, key=key, now=now)
        except EgressRefused as error:
            return retry(f"not reached: {error}")
        except OSError as error:
            return retry(f"{self.host}: not found ({error.strerror or 'no address'})")
        except ValueError:
            return refused("the mail cannot be written: an address or a header holds what mail does not allow")
        connection: smtplib.SMTP | None = None
        try:
            connection = self._connected(target, timeout)
            return _handed_over(connection, self.sender, message.to, content, self.host)
        except smtplib.SMTPResponseException as error:
            return retry(f"{self.host} answered {error.smtp_code} before the mail was sent")
        except (OSError, smtplib.SMTPException) as error:
            return retry(f"{self.host}: no connection ({type(error).__name__})")
        finally:
            if connection is not None:
                connection.close()

    def _connected(self, target: Target, timeout: float) -> smtplib.SMTP:
        """A connection to the pinned address, in TLS for the host's name, logged in."""
        context = self.trust(target.host) if self.trust else named_context(target.host)
        connection: smtplib.SMTP
        if self.security == "tls":
            connection = smtplib.SMTP_SSL(timeout=timeout, context=context)
        else:
            connection = smtplib.SMTP(timeout=timeout)
        try:
            code, _ = connection.connect(target.address, target.port)
            if code != 220:
                raise smtplib.SMTPConnectError(code, b"")
            connection.ehlo_or_helo_if_needed()
            if self.security == "starttls":
                connection.starttls(context=context)
                connection.ehlo()
            if self.password is not None:
                connection.login(self.user, self.password.reveal())
        except (OSError, smtplib.SMTPException):
            connection.close()
            raise
        return connection


class NamedContext(ssl.SSLContext):
    """Checks the certificate for one host, whatever address was dialled."""

    host = ""

    def wrap_socket(
        self,
        sock: socket.socket,
        server_side: bool = False,
        do_handshake_on_connect: bool = True,
        suppress_ragged_eofs: bool = True,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLSocket:
        """Wrap the socket under the host's name, which stands in the place of the address that was dialled."""
        name = self.host or server_hostname
        return super().wrap_socket(
            sock, server_side, do_handshake_on_connect, suppress_ragged_eofs, server_hostname=name, session=session
        )


def named_context(host: str) -> ssl.SSLContext:
    """A context that trusts the system's authorities and checks for that host."""
    context = NamedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.host = host
    context.load_default_certs()
    return context


def written_mail(message: Message, *, sender: str, sender_name: str, key: str, now: Instant) -> bytes:
    """The mail's bytes. Its Message-ID comes from the key, so that two copies can be told as one."""
    mail = EmailMessage(policy=SMTP if message.to.isascii() and sender.isascii() else SMTPUTF8)
    mail["From"] = Address(display_name=one_line(sender_name), addr_spec=sender)
    mail["To"] = Address(addr_spec=message.to)
    mail["Subject"] = one_line(message.title)
    mail["Date"] = format_datetime(in_utc(now))
    mail["Message-ID"] = f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{sender.partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    if message.unsubscribe:
        mail["List-Unsubscribe"] = f"<{one_line(message.unsubscribe)}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(message.text)
    return mail.as_bytes()


def _handed_over(connection: smtplib.SMTP, sender: str, to: str, content: bytes, host: str) -> Outcome:
    """MAIL, RCPT, DATA one by one: only after the text is on its way can the outcome be in doubt."""
    utf8 = ["SMTPUTF8"] if not to.isascii() or not sender.isascii() else []
    if utf8 and not connection.has_extn("smtputf8"):
        return refused(f"{host} takes no addresses beyond ASCII")
    steps: tuple[tuple[str, frozenset[int], Callable[[], tuple[int, bytes]]], ...] = (
        ("MAIL", frozenset({250}), lambda: connection.mail(sender, utf8)),
        ("RCPT", frozenset({250, 251}), lambda: connection.rcpt(to)),
        ("DATA", frozenset({354}), lambda: connection.docmd("DATA")),
    )
    for step, taken, ask in steps:
        code, _ = ask()
        if code not in taken:
            told = f"{host} answered {code} to {step}"
            return refused(told) if code >= 500 and step == "RCPT" else retry(told)
    try:
        connection.send(_dotted(content))
        code, _ = connection.getreply()
    except (OSError, smtplib.SMTPException) as error:
        return uncertain(f"{host}: no answer after the mail was sent ({type(error).__name__})")
    if code == 250:
        return DELIVERED
    return refused(f"{host} answered {code} to the mail") if code >= 500 else retry(f"{host} answered {code}")


def _dotted(content: bytes) -> bytes:
    """The mail as DATA wants it: a leading dot doubled, a dot alone at the end (RFC 5321, 4.5.2)."""
    whole = content if content.endswith(b"\r\n") else content + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", whole) + b".\r\n"
