"""One missed deadline, from the desk's request to letter, webhook and file, as a workspace's agreement says."""

import json
from pathlib import Path

from benchmarks.faulty_receiver import in_order, receiver

from bothsides.delivery import Post, Recipient, Secrets, compile_routes, deliver_due, load_delivery, open_sinks
from bothsides.delivery.journal_outbox import JournalOutbox
from bothsides.delivery.signatures import verify_standard
from bothsides.delivery.templates import read_template
from bothsides.delivery.ways import is_staff, waking_hours
from bothsides.logbook import Entry, Kind, Logbook
from bothsides.logbook.upgrading import upgrade
from bothsides.schema.instant import HOUR
from tests.delivery.outbox import Clock, MemorySends
from tests.delivery.test_mail import Mailbox, served

AGREEMENT = """
staff_domains = ["acme.example"]
egress = {{ allow_hosts = ["127.0.0.1"] }}
[webhook.crm]
url = "env:HOOK_URL"
secrets = ["env:HOOK_SECRET"]
[email.mail]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "desk@acme.example"
[file.ledger]
path = "effects.jsonl"
[purpose.sla]
kind = "internal"
hours = "waking"
[[route]]
action = "clock_breached"
sink = "mail"
purpose = "sla"
[[route]]
action = "clock_breached"
sink = "crm"
when = {{ side = "buyer" }}
[[route]]
action = "clock_breached"
sink = "ledger"
"""


def test_one_missed_deadline_leaves_by_three_ways(tmp_path: Path) -> None:
    logbook, mailbox, clock = Logbook.open(tmp_path / "logbook.sqlite"), Mailbox(), Clock(1_000_000)
    upgrade(logbook)
    payload = {"to": "ana", "subject": "lead-1", "clause": "First touch", "due_at": 1_000_000}
    data = {"effect": "clock_breached:c1", "action": "clock_breached", "payload": payload}
    with logbook.writing() as book:
        book.post([Entry(kind=Kind.EFFECT_REQUESTED, subject="lead-1", at=1_000_000, data=data)], now=1_000_000)
    with served(mailbox) as port, receiver(in_order(["500_after"])) as running:
        path = tmp_path / "delivery.toml"
        path.write_text(AGREEMENT.format(port=port))
        policy = load_delivery(path).policy
        secrets = Secrets(folder=tmp_path, environment={"HOOK_URL": running.url, "HOOK_SECRET": "s"})

        def who_is(address: str) -> Recipient:
            hours = {"waking": waking_hours(policy.waking, "Europe/London")}
            return Recipient(address=address, staff=is_staff(address, policy.staff_domains), hours=hours)

        post = Post(
            policy=policy,
            sinks=open_sinks(policy, secrets),
            sends=MemorySends(),
            people=who_is,
            template=lambda name: read_template(name, tmp_path / "templates"),
            routes=compile_routes(policy),
            address=lambda who: f"{who}@acme.example",
            facts=lambda effect: {"company": "Acme", "side": "buyer"},
        )
        outbox = JournalOutbox(logbook=logbook)
        counts = []
        for _ in range(3):
            counts.append(deliver_due(outbox, post, clock=clock).counts)
            clock.now += HOUR
    assert counts == [{"routed": 1}, {"retry": 1, "sent": 2}, {"sent": 1}]
    mail = mailbox.read()
    assert (mail["To"], mail["Subject"]) == ("ana@acme.example", "Missed: First touch, Acme")
    assert "First touch of Acme was due by 1970-01-12 13:46 UTC and is missed." in mail.get_content()
    assert len(mailbox.came) == 1
    assert running.effects == {"clock_breached:c1:crm": 1}
    assert running.requests.total() == 2
    proof = verify_standard(
        running.heads[1], running.bodies[1], secrets=[secrets.find("env:HOOK_SECRET")], now=1_000_000 + 2 * HOUR
    )
    assert proof.ok
    (line,) = (tmp_path / "effects.jsonl").read_text().splitlines()
    assert json.loads(line)["key"] == "clock_breached:c1:ledger"
    with logbook.reading() as book:
        assert {row[0] for row in book.all("SELECT DISTINCT state FROM outbox")} == {"done"}
    logbook.close()
