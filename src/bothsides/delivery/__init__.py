"""The last gate and the sending: consent, hours and limits; outbox to sink, retries, dead letters; signatures."""

from bothsides.delivery.deliver import Handled, Outbox, Plan, Post, Round, deliver_due, dry_run
from bothsides.delivery.gate import Consent, Recipient, address_hash
from bothsides.delivery.message import Effect, Message, Outcome, Sink, Verdict
from bothsides.delivery.policy import DeliveryPolicy, load_delivery
from bothsides.delivery.secret import Secret, SecretMissing, Secrets
from bothsides.delivery.ways import Routes, compile_routes, open_sinks

__all__ = [
    "Consent",
    "DeliveryPolicy",
    "Effect",
    "Handled",
    "Message",
    "Outbox",
    "Outcome",
    "Plan",
    "Post",
    "Recipient",
    "Round",
    "Routes",
    "Secret",
    "SecretMissing",
    "Secrets",
    "Sink",
    "Verdict",
    "address_hash",
    "compile_routes",
    "deliver_due",
    "dry_run",
    "load_delivery",
    "open_sinks",
]
