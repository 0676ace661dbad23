"""E-mail against a real SMTP server: what it gets, what its answers mean, TLS, and headers nobody can slip in."""

import contextlib
import dataclasses
import email
import email.policy
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from hypothesis import given
from hypothesis import strategies as st

from bothsides.delivery import Message, Secret
from bothsides.delivery.egress import EgressPolicy
from bothsides.delivery.mail import MailSink, NamedContext, named_context, written_mail
from bothsides.schema.mail_address import is_address

HERE = EgressPolicy(allow_hosts=("127.0.0.1", "localhost", "mail.test"))
MESSAGE = Message(
    action="sla_breach",
    subject="lead-1",
    created_at=1_000_000,
    to="ana@example.com",
    title="Missed: Acme",
    text="Call.\n.\n.hidden dot\nGrüße " + "x" * 1200 + "\n",
    unsubscribe="https://x.example/u/abc",
)


class Mailbox:
    def __init__(self) -> None:
        self.came: list[Envelope] = []
        self.answer = {"mail": "250 OK", "rcpt": "250 OK", "data": "250 OK"}

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answer["mail"]

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answer["rcpt"]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.came.append(envelope)
        return self.answer["data"]

    def read(self, number: int = 0) -> EmailMessage:
        content = self.came[number].content
        assert isinstance(content, bytes)
        return email.message_from_bytes(content, policy=email.policy.default)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextlib.contextmanager
def served(mailbox: Mailbox, **words: object) -> Iterator[int]:
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port(), **words)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def a_sink(port: int, **changes: object) -> MailSink:
    plain = MailSink(
        host="127.0.0.1", port=port, security="none", sender="desk@acme.example", sender_name="Acme desk", egress=HERE
    )
    return dataclasses.replace(plain, **changes)


def sent(sink: MailSink, message: Message = MESSAGE, key: str = "k1", timeout: float = 5) -> tuple[str, str]:
    outcome = sink.send(message, key=key, now=1_000_000, timeout=timeout)
    return outcome.verdict.value, outcome.reason


def test_a_mail_arrives_whole() -> None:
    mailbox = Mailbox()
    with served(mailbox) as port:
        assert sent(a_sink(port)) == ("delivered", "")
        assert sent(a_sink(port), key="k2") == ("delivered", "")
    mail = mailbox.read()
    assert mail.get_content().replace("\r\n", "\n") == MESSAGE.text
    assert {name: mail[name] for name in ("From", "To", "Subject", "Date", "Auto-Submitted")} == {
        "From": "Acme desk <desk@acme.example>",
        "To": "ana@example.com",
        "Subject": "Missed: Acme",
        "Date": "Mon, 12 Jan 1970 13:46:40 +0000",
        "Auto-Submitted": "auto-generated",
    }
    assert mail["List-Unsubscribe"] == "<https://x.example/u/abc>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mailbox.came[0].rcpt_tos == ["ana@example.com"]
    assert mail["Message-ID"].endswith("@acme.example>")
    assert mail["Message-ID"] != mailbox.read(1)["Message-ID"]


@pytest.mark.parametrize(
    ("step", "answer", "verdict", "told"),
    [
        ("mail", "451 later", "retry", "answered 451 to MAIL"),
        ("mail", "550 not from you", "retry", "answered 550 to MAIL"),
        ("rcpt", "450 greylisted", "retry", "answered 450 to RCPT"),
        ("rcpt", "550 nobody here", "refused", "answered 550 to RCPT"),
        ("data", "452 full", "retry", "answered 452"),
        ("data", "554 spam", "refused", "answered 554 to the mail"),
    ],
)
def test_what_the_relays_answers_mean(step: str, answer: str, verdict: str, told: str) -> None:
    mailbox = Mailbox()
    mailbox.answer[step] = answer
    with served(mailbox) as port:
        got, reason = sent(a_sink(port))
    assert got == verdict
    assert told in reason


@pytest.mark.parametrize(
    ("ends_after", "verdict"),
    [
        ("connect", "retry"),
        ("EHLO", "retry"),
        ("MAIL", "retry"),
        ("RCPT", "retry"),
        ("DATA", "retry"),
        (".", "uncertain"),
    ],
)
@pytest.mark.parametrize("how", ["hangs up", "falls silent"])
def test_only_after_the_text_is_sent_it_is_in_doubt(ends_after: str, verdict: str, how: str) -> None:
    """A relay that ends at each step, before it answers that step."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as lines, contextlib.suppress(OSError):
            if ends_after != "connect":
                connection.sendall(b"220 here\r\n")
                in_text = False
                for line in lines:
                    word = "." if in_text and line == b".\r\n" else line[:4].decode("latin-1").strip().upper()
                    if word == ends_after or (in_text and word != "."):
                        if word == ends_after:
                            break
                        continue
                    in_text = word == "DATA"
                    connection.sendall(b"354 go on\r\n" if in_text else b"250 OK\r\n")
            if how == "falls silent":
                over.wait(5)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    got, reason = sent(a_sink(listener.getsockname()[1]), timeout=0.3)
    over.set()
    thread.join(timeout=5)
    listener.close()
    assert got == verdict, reason


def test_nobody_listening_and_nobody_found_are_tried_again() -> None:
    assert sent(a_sink(free_port())) == ("retry", "127.0.0.1: no connection (ConnectionRefusedError)")

    def nobody(host: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    assert sent(a_sink(25, host="mail.test", resolve=nobody)) == (
        "retry",
        "mail.test: not found (Name or service not known)",
    )
    assert "not reached" in sent(a_sink(25, egress=EgressPolicy()))[1]


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_no_field_slips_in_a_header(title: str, name: str, text: str) -> None:
    message = dataclasses.replace(MESSAGE, title=f"x{title}\r\nBcc: evil@x.test", text=text.replace("\r", ""))
    content = written_mail(
        message, sender="desk@acme.example", sender_name=f"{name}\nBcc: evil@x.test", key="k", now=1_000_000
    )
    head = email.message_from_bytes(content, policy=email.policy.default)
    assert set(head.keys()) == {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "Content-Type",
        "Content-Transfer-Encoding",
        "MIME-Version",
    }
    assert b"\n" not in content.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "wrong",
    [
        "Ana <a@x.test>",
        "a@x..test",
        "a@x.test\n",
        '"a"@x.test',
        "a" * 65 + "@x.test",
        "a@b@x.test",
        "a@x.test;b",
        "",
        "ana",
        "ana@",
        "@x.test",
        "a b@x.test",
        "a@x.test, b@x.test",
        "a@x.test\r\nBcc: b@x.test",
        "<a@x.test>",
        "a@-x",
    ],
)
def test_what_is_no_single_address_is_refused(wrong: str) -> None:
    assert not is_address(wrong)
    assert sent(a_sink(1), dataclasses.replace(MESSAGE, to=wrong))[0] == "refused"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl command here to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=mail.test -addext subjectAltName=DNS:mail.test"
    )
    made = [*command.split(), "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(made, check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"


def trusting(certificate: Path, host: str) -> ssl.SSLContext:
    context = NamedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.host = host
    context.load_verify_locations(certificate)
    return context


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # the server sees its own TLS as none
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_tls_checks_the_name_though_an_address_is_dialled(certificate: tuple[Path, Path], security: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)

    def login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"desk", b"canary"), handled=False)

    words = {"authenticator": login, "auth_required": True}
    if security == "tls":
        words |= {"ssl_context": context, "auth_require_tls": False}
    else:
        words |= {"tls_context": context, "require_starttls": True}
    mailbox = Mailbox()
    with served(mailbox, **words) as port:
        sink = a_sink(
            port,
            host="mail.test",
            security=security,
            user="desk",
            password=Secret("env:PW", "canary"),
            resolve=lambda host, port: ["127.0.0.1"],
            trust=lambda host: trusting(certificate[0], host),
        )
        assert sent(sink) == ("delivered", "")
        assert "no connection (SSLCertVerificationError)" in sent(dataclasses.replace(sink, trust=None))[1]
        other = dataclasses.replace(sink, host="localhost")
        assert "no connection (SSLCertVerificationError)" in sent(other)[1]
        wrong = dataclasses.replace(sink, password=Secret("env:PW", "canary2"))
        verdict, reason = sent(wrong)
        assert (verdict, reason) == ("retry", "mail.test answered 535 before the mail was sent")
    assert len(mailbox.came) == 1
    assert "canary" not in repr(sink)


def test_without_starttls_at_the_relay_nothing_is_said_in_the_clear() -> None:
    mailbox = Mailbox()
    with served(mailbox) as port:
        verdict, reason = sent(a_sink(port, security="starttls"))
    assert (verdict, reason) == ("retry", "127.0.0.1: no connection (SMTPNotSupportedError)")
    assert not mailbox.came


def test_the_usual_context_checks_names_and_authorities() -> None:
    context = named_context("mail.test")
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
