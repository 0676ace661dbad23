"""The desk on the workload of the peers: eight reps in two teams, six score fields, a clock a lead, known accounts."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bothsides.agreement.versions import Signed
from bothsides.identity import MatchingPolicy, normalise
from bothsides.leads.decay import DecayPolicy
from bothsides.leads.desk.adopting import ClosedLead, adopt
from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.candidates import identity_keys
from bothsides.leads.desk.opening import adopted
from bothsides.leads.desk.standing import account_of
from bothsides.leads.intake import IntakePolicy, Lead, Refused, Source, read_lead
from bothsides.leads.route import Member, OwnerFirst, Pool, RoutingPolicy, Rule, To
from bothsides.leads.score import Card, Group, ScoringPolicy, Thresholds
from bothsides.leads.score import Rule as Points
from bothsides.leads.sla.policy import Act, Clause, ClockKind, Sla, SlaPolicy, Step
from bothsides.leads.sla.policy import Party as Team
from bothsides.logbook import Logbook, PublishedParty, publish
from bothsides.logbook.upgrading import upgrade
from bothsides.schema import Side
from bothsides.schema.instant import DAY, HOUR, Instant, in_utc
from bothsides.schema.working_time import Calendar, Calendars
from bothsides.simulate.desk.workload import OPENS_AT, Workload, workload

NOW: Instant = OPENS_AT + 95 * DAY + 10 * HOUR
FORM = Source(name="web-form")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A logbook with the history and the accounts in it, and the new leads as they come."""

    logbook: Logbook
    agreed: Agreed
    raw: list[dict[str, object]]

    def leads(self, n: int) -> list[Lead]:
        """The first of them, read."""
        return [_read(record) for record in self.raw[:n]]


def _read(record: dict[str, object]) -> Lead:
    lead = read_lead(record, FORM, workspace="bench", now=NOW, ahead=300)
    if isinstance(lead, Refused):
        raise RuntimeError(f"the workload sent what intake refuses: {lead.reasons}")
    return lead


def agreement(load: Workload) -> dict[str, Signed[object]]:
    """Six fields of points, a rule for each team by country, four working hours to the first touch."""
    members = tuple(Member(id=name, team=team.name, calendar="office") for team in load.teams for name in team.members)
    values = {
        "channel": ("referral", "partner"),
        "segment": ("enterprise", "mid_market"),
        "job_role": ("procurement", "management"),
        "country": ("GB", "DE"),
        "language": ("en", "de"),
        "category": ("Fasteners", "Packaging"),
    }
    rules = tuple(
        Points(code=f"{field}-{value}", says=f"{field} is {value}", points=12 - 4 * place, when={field: value})
        for field, words in values.items()
        for place, value in enumerate(words)
    )
    cards = tuple(
        Card(
            id=f"bench-{side.value}",
            side=side,
            fit=(Group(id="profile", rule=rules),),
            thresholds=Thresholds(sales_from=1, self_serve_from=0),
            least=0,
        )
        for side in Side
    )
    step = Step(act=Act.REMIND_OWNER)
    clause = Clause(
        name="first touch",
        clock=ClockKind.FIRST_TOUCH,
        hours=4,
        owed_by=Team.SALES,
        owed_to=Team.MARKETING,
        ladder=(step,),
    )
    policies: dict[str, object] = {
        "intake": IntakePolicy(),
        "matching": MatchingPolicy(),
        "scoring": ScoringPolicy(card=cards),
        "routing": RoutingPolicy(
            seed="bench",
            # Peers give a lead to the owner of its account; a colleague's owner is what they do not look for.
            owner_first=OwnerFirst(fields=("open_deal_owner", "account_owner", "other_side_owner")),
            member=members,
            pool=tuple(Pool(name=team.name, team=team.name, schedule="always") for team in load.teams),
            rule=tuple(Rule(name=team.name, when=dict(team.when), to=To.POOL, target=team.name) for team in load.teams),
        ),
        "calendar": Calendars(calendar=(Calendar(name="office", week={"monday to friday": ("09:00-17:00",)}),)),
        "sla": Sla(policy=(SlaPolicy(name="all", clause=(clause,)),)),
        "decay": DecayPolicy(),
    }
    return {
        section: Signed(section=section, policy=policy, version="bench", effective_from=0, signature=None, content={})
        for section, policy in policies.items()
    }


def prepared(
    logbook: Logbook, *, n_history: int, n_new: int, progress: Callable[[str], None] = lambda _: None
) -> Prepared:
    """The workload's history and accounts in an empty logbook."""
    load = workload(n_history=n_history, n_new=n_new)
    with logbook.writing() as book:
        agreed = adopted(book, agreement(load), now=NOW - DAY)
    progress("history")
    closed = []
    for record in load.records(load.history):
        won, closed_at = bool(record.pop("won")), int(str(record.pop("closed_at")))
        closed.append(ClosedLead(lead=_read(_sent(record)), closed_at=closed_at, won=won))
    for start in range(0, len(closed), 2000):
        with logbook.writing() as book:
            adopt(book, closed[start : start + 2000], now=NOW - DAY)
    progress("accounts")
    with logbook.writing() as book:
        parties = [_account(record) for record in load.records(load.accounts)]
        publish(book, load_id=1, now=NOW - DAY, cells=[], parties=parties, watermarks={})
    return Prepared(logbook=logbook, agreed=agreed, raw=[_sent(record) for record in load.records(load.new)])


def _sent(record: dict[str, object]) -> dict[str, object]:
    """The record as a form would send it; the channel is what the workload calls its source."""
    told = {
        name: value for name, value in record.items() if name not in ("created_at", "lead_id", "source", "email_domain")
    }
    created = in_utc(int(str(record["created_at"]))).isoformat()
    return {**told, "id": record["lead_id"], "created_at": created, "channel": record.get("source")}


def _account(record: dict[str, object]) -> PublishedParty:
    party_id = str(record["account_id"])
    data = {
        "kind": "account",
        "sides": [record["side"]],
        "company": record["name"],
        "website": record.get("domain"),
        "phone": record.get("phone"),
        "country": record.get("country"),
        "owner_id": record.get("owner"),
    }
    return PublishedParty(party_id=party_id, data=data, keys=identity_keys(normalise(account_of(party_id, data))))


def fresh(folder: Path, name: str) -> Logbook:
    """An empty SQLite logbook."""
    logbook = Logbook.open(folder / f"{name}.sqlite")
    upgrade(logbook)
    return logbook


def seconds(work: Callable[[], object]) -> float:
    """CPU-seconds of this process that the work takes."""
    before = time.process_time()
    work()
    return time.process_time() - before
