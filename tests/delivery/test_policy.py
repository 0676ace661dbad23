"""`agreement/delivery.toml`: read, checked as a whole, every mistake at once, and no secret ever shown."""

import copy
import dataclasses
import pickle
import re
import traceback
import typing
from pathlib import Path

import pytest

from bothsides.agreement import AgreementError
from bothsides.delivery import DeliveryPolicy, Secret, SecretMissing, Secrets, compile_routes, load_delivery, open_sinks
from bothsides.delivery.file_sink import FileSink
from bothsides.delivery.mail import MailSink
from bothsides.delivery.ways import is_staff, waking_hours
from bothsides.delivery.webhook import WebhookSink

DOCS = Path(__file__).parents[2] / "docs" / "delivery.md"


def written(folder: Path, text: str) -> Path:
    path = folder / "delivery.toml"
    path.write_text(text, encoding="utf-8")
    return path


def told(folder: Path, text: str) -> str:
    with pytest.raises(AgreementError) as error:
        load_delivery(written(folder, text))
    return str(error.value)


def example() -> str:
    found = re.search(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found.group(1)


def test_the_example_of_the_documentation_is_a_policy_whose_sinks_open(tmp_path: Path) -> None:
    policy = load_delivery(written(tmp_path, example())).policy
    names = {reference for hook in policy.webhook.values() for reference in (*hook.secrets, hook.url)}
    names |= {mail.password for mail in policy.email.values() if mail.password} | {policy.address_key or ""}
    environment = {name.removeprefix("env:"): "x" for name in names if name.startswith("env:")}
    for name in names:
        if name.startswith("file:"):
            path = tmp_path / name.removeprefix("file:")
            path.parent.mkdir(exist_ok=True)
            path.write_text("x\n")
    sinks = open_sinks(policy, Secrets(folder=tmp_path, environment=environment))
    assert {type(sink) for sink in sinks.values()} == {WebhookSink, MailSink, FileSink}
    assert set(sinks) == set(policy.sinks)


def test_the_example_shows_every_setting_there_is() -> None:
    """A setting that the documentation does not show is one that nobody finds."""
    text = example()
    shown = set(re.findall(r"^#? ?([a-z_]+) = ", text, re.MULTILINE)) | set(re.findall(r"([a-z_]+) = ", text))
    shown |= {part for table in re.findall(r"^\[+([a-z_.]+)\]", text, re.MULTILINE) for part in table.split(".")}
    assert _settings(DeliveryPolicy) - shown == set()


def _settings(policy: type) -> set[str]:
    names = set()
    for name, hint in typing.get_type_hints(policy).items():
        inner = next((part for part in (hint, *typing.get_args(hint)) if dataclasses.is_dataclass(part)), None)
        names |= {name} | (_settings(inner) if isinstance(inner, type) else set())
    return names


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    text = told(
        tmp_path,
        """
        addresses = { "VP Marketing" = "mara" }
        [webhook.crm]
        url = "hooks.example.com"
        timeout_seconds = 0
        retrys = 3
        [email.mail]
        host = "mail.example.com"
        sender = "Acme"
        [waking]
        opens = "8"
        zone = "Mars/Base"
        [retry]
        most_attempts = -1
        [purpose.news]
        kind = "advert"
        """,
    )
    for key, allowed in (
        ("webhook.crm.url = (not shown)", "must be an http(s) address"),
        ("webhook.crm.timeout_seconds = 0", "must be a number above 0"),
        ("webhook.crm.retrys = (not shown)", "did you mean 'retry'"),
        ('email.mail.sender = "Acme"', "must be one mail address"),
        ('addresses.VP Marketing = "mara"', "must be one mail address"),
        ('waking.opens = "8"', "must be a time of day"),
        ('waking.zone = "Mars/Base"', "must be a time zone"),
        ("retry.most_attempts = -1", "must be a number above 0"),
        ('purpose.news.kind = "advert"', "'marketing', 'service' or 'internal'"),
    ):
        assert key in text
        assert allowed in text


def test_what_does_not_fit_together_is_named(tmp_path: Path) -> None:
    text = told(
        tmp_path,
        """
        [waking]
        opens = "20:00"
        closes = "08:00"
        [file.mail]
        path = "x.jsonl"
        [email.mail]
        host = "mail.example.com"
        sender = "desk@acme.example"
        user = "desk"
        [email.plain]
        host = "mail.example.com"
        sender = "desk@acme.example"
        security = "none"
        user = "desk"
        password = "env:PW"
        unsubscribe_url = "http://x.example"
        [purpose.news]
        kind = "marketing"
        [purpose.sla]
        kind = "internal"
        [[route]]
        action = "a"
        sink = "fax"
        [[route]]
        action = "b"
        sink = "mail"
        [[route]]
        action = "c"
        sink = "mail"
        purpose = "gift"
        [[route]]
        action = "d"
        sink = "mail"
        purpose = "news"
        """,
    )
    for key in (
        "mail: a sink's name must be used once",
        "route[0].sink = fax: must be a sink of this file: mail, mail, plain",
        "route[1].purpose: a mail needs a purpose: news, sla",
        "route[2].purpose = gift: must be a purpose of this file: news, sla",
        "email.mail.unsubscribe_url: a marketing mail must offer to unsubscribe",
        "email.mail: user and password must stand together",
        "email.plain.security = none: a password must not travel without starttls or tls",
        "email.plain.unsubscribe_url = http://x.example: must begin with https://",
        "waking.closes = 08:00: must be later than opens = 20:00",
        "staff_domains: internal purposes need the mail domains",
    ):
        assert key in text


@pytest.mark.parametrize(
    "text",
    [
        '[webhook.x]\nurl = "https://x.test"\nsecrets = ["canary"]',
        '[webhook.x]\nurl = "https://x.test"\nsecrets = "canary"',
        '[webhook.x]\nurl = "https://x.test"\nsecret = "canary"',
        '[webhook.x]\nurl = "https://user:canary@x.test"',
        '[webhook.x]\nurl = 5\nsecrets = [["canary"]]',
        '[webhook]\nurl = "https://x.test/canary"',
        '[slack]\nurl = "https://x.test/canary"',
        '[email.m]\nhost = "h"\nsender = "a@b.test"\nuser = "u"\npassword = "canary"',
        '[email.m]\nhost = "h"\nsender = "a@b.test"\npasword = "canary"',
        '[email.m]\npassword = ["canary"]',
        'email = ["canary"]',
        'address_key = "canary"',
        'token = "canary"',
    ],
)
def test_a_secret_in_the_wrong_place_is_refused_and_not_shown(tmp_path: Path, text: str) -> None:
    with pytest.raises(AgreementError) as error:
        load_delivery(written(tmp_path, text))
    shown = "".join(traceback.format_exception(error.value)) + repr(error.value) + repr(error.value.problems)
    assert "canary" not in shown


def test_a_secret_shows_only_where_it_is_from(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "hook").write_text("canary\n")
    secrets = Secrets(folder=tmp_path, environment={"HOOK": "canary", "EMPTY": ""})
    for reference in ("env:HOOK", "file:keys/hook"):
        secret = secrets.find(reference)
        assert secret.reveal() == "canary"
        for shown in (repr(secret), str(secret), f"{secret}", f"{secret!r:>40}", repr([secret])):
            assert "canary" not in shown
            assert reference in shown
        for store in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="must not be stored"):
                store(secret)
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "bytes").write_bytes(b"\xffcanary")
    for wrong, why in (
        ("env:NONE", "not set or empty"),
        ("env:EMPTY", "not set or empty"),
        ("file:none", "No such file"),
        ("file:empty", "is empty"),
        ("file:bytes", "not text in UTF-8"),
    ):
        with pytest.raises(SecretMissing, match=re.escape(wrong)) as error:
            secrets.find(wrong)
        assert why in str(error.value)
    with pytest.raises(ValueError, match="must be a reference") as refused:
        secrets.find("canary")
    assert "canary" not in str(refused.value)


def test_a_policy_and_its_sinks_show_no_secret(tmp_path: Path) -> None:
    text = """
    address_key = "env:A"
    [webhook.x]
    url = "env:A"
    secrets = ["env:A"]
    [email.m]
    host = "mail.test"
    sender = "a@b.test"
    user = "u"
    password = "env:A"
    """
    agreed = load_delivery(written(tmp_path, text))
    sinks = open_sinks(agreed.policy, Secrets(folder=tmp_path, environment={"A": "https://x.test/canary"}))
    assert "canary" not in repr(agreed) + repr(sinks) + repr(Secrets(folder=tmp_path))
    assert isinstance(sinks["m"], MailSink)
    assert isinstance(sinks["m"].password, Secret)
    with pytest.raises(SecretMissing, match="env:A"):
        open_sinks(agreed.policy, Secrets(folder=tmp_path, environment={}))


def test_routes_by_action_and_conditions(tmp_path: Path) -> None:
    text = """
    staff_domains = ["acme.example"]
    [file.log]
    path = "log.jsonl"
    [file.big]
    path = "big.jsonl"
    [[route]]
    action = "sla_breach"
    sink = "log"
    [[route]]
    action = "sla_breach"
    sink = "big"
    when = { deal_size = ">= 50000" }
    """
    policy = load_delivery(written(tmp_path, text)).policy
    routes = compile_routes(policy)
    assert [route.sink for route in routes.of("sla_breach", {"deal_size": 70000})] == ["log", "big"]
    assert [route.sink for route in routes.of("sla_breach", {})] == ["log"]
    assert routes.of("other", {}) == ()
    assert is_staff("Ana@ACME.example", policy.staff_domains)
    assert not is_staff("ana@sub.acme.example", policy.staff_domains)
    assert not is_staff("acme.example", ("",))


def test_waking_hours_fall_back_to_the_agreed_zone(tmp_path: Path) -> None:
    policy = load_delivery(written(tmp_path, '[waking]\nzone = "Europe/London"')).policy
    assert waking_hours(policy.waking, "Asia/Tokyo").zone.key == "Asia/Tokyo"
    for unknown in ("", "Mars/Base", "../etc/passwd"):
        assert waking_hours(policy.waking, unknown).zone.key == "Europe/London"
