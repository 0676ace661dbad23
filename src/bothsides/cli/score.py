"""`bothsides score`: who scores what, why a lead has its points, and another card tried beside the live one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from cyclopts import App, Parameter
from rich.console import Console

from bothsides.cli import next_steps
from bothsides.cli.at_the_desk import AsOf, OpenDesk, at_the_desk
from bothsides.cli.lead_words import AsJson, Lead, cut, hint, iso, one_of, print_record, show_table, when, zone_of
from bothsides.cli.places import WorkspaceFolder, of_folder
from bothsides.cli.score_models import COMMANDS as MODEL_COMMANDS
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from bothsides.leads.desk.standing import LeadNow
    from bothsides.leads.score import Card, Comparison, CompiledCard, Event, Score
    from bothsides.logbook import Book, Written
    from bothsides.schema import Side


score = App(name="score", help_epilogue=next_steps.SCORE)
for _name, _help in MODEL_COMMANDS.items():
    score.command(f"bothsides.cli.score_models:{_name}", name=_name, help=_help)


@score.default
def cards(*, at: AsOf = None, json: AsJson = False, workspace: WorkspaceFolder = Path()) -> None:
    """The cards in force for each side, their bands, and how many open leads stand in each. Examples:

    bothsides score

    bothsides score explain 3f2a91
    """
    with at_the_desk(workspace, at, as_it_stands=True) as desk, desk.reading() as book:
        records = [_side_record(book, desk, side) for side in _sides()]
    if json:
        print_record(records)
        return
    console = screen()
    for record in records:
        console.print(plain(f"{record['side']}s: {record['card'] or 'no card is live'}", style="bold"))
        if record["bands"]:
            console.print(plain(f"  {record['bands']}"))
        for shadow in record["shadows"]:
            console.print(plain(f"  beside it, deciding nothing: {shadow}"))
        show_table(
            console,
            ("  band", "open leads", "of them set by a person"),
            [(f"  {one['band'] or 'not scored'}", one["leads"], one["overridden"]) for one in record["leads"]],
            numbers=("open leads", "of them set by a person"),
        )
    where = of_folder(workspace)
    hint(console, f"One lead: bothsides score explain ID{where}. Another card: bothsides score try --card FILE{where}")


@score.command
def explain(lead: Lead, *, at: AsOf = None, json: AsJson = False, workspace: WorkspaceFolder = Path()) -> None:
    """What a lead's score is the sum of, now, with the arithmetic of decay and when it moves by itself.

    Example: bothsides score explain 3f2a91
    """
    from bothsides.leads.score import decided, next_change
    from bothsides.leads.wording import plural

    with at_the_desk(workspace, at, as_it_stands=True) as desk:
        with desk.reading() as book:
            whole = _lead(book, lead)
        card = _card(desk, whole)
        facts = _facts(desk, whole)
        found = _scored(card, whole, facts, desk)
        change = next_change(found, facts, _did(desk, whole))
        stands = decided(found.band, whole.override, desk.now)
        zone = zone_of(desk)
    record = {
        "lead_id": whole.lead_id,
        "at": iso(desk.now),
        "card": found.version,
        "points": found.points,
        "fit": found.fit,
        "engagement": found.engagement,
        "fitted": found.fitted,
        "win_chance": found.probability,
        "grade": found.grade,
        "band": stands.band.value,
        "by_the_card": found.band.value,
        "says": stands.says,
        "stored": {"points": whole.score, "band": None if whole.band is None else whole.band.value},
        "reasons": [
            {"code": one.code, "points": one.points, "text": one.text, "how": one.how} for one in found.reasons
        ],
        "hot": [{"code": sign.hot.code, "says": sign.hot.says, "does": sign.hot.does} for sign in found.hot],
        "moves_next": None if change is None else {"at": iso(change.due_at), "points": change.points},
    }
    if json:
        print_record(record)
        return
    console = screen()
    console.print(plain(f"{plural(found.points, 'point')} by {found.version}: {stands.says}", style="bold"))
    rows = [(one.points, cut(one.text, 44), cut(one.how, 42)) for one in found.reasons]
    show_table(console, ("points", "reason", "how"), [*rows, (found.points, "together", "")], numbers=("points",))
    for sign in found.hot:
        console.print(plain(f"hot: {sign.hot.says} ({sign.hot.does.replace('_', ' ')})"))
    if whole.score is not None and whole.score != found.points:
        console.print(plain(f"lists and leads show say {plural(whole.score, 'point')}, as it was scored last"))
    if change is not None:
        console.print(plain(f"moves by itself at {when(change.due_at, zone)} ({zone.key}), to {change.points}"))


@score.command
def why(
    lead: Lead,
    *,
    since: Annotated[int, Parameter(help="How many scores back to begin; 1 is the one before the last.")] = 1,
    at: AsOf = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Why a lead's score moved between two of its scores: each reason with what it gained or lost.

    Example: bothsides score why 3f2a91
    """
    from bothsides.cli.lead_words import reading
    from bothsides.leads.desk.listing import meant
    from bothsides.logbook import Kind

    with reading(workspace, at) as desk:
        lead_id = meant(desk.book, lead).lead_id
        scored = [line for line in desk.book.history(lead_id) if line.kind is Kind.SCORED]
        zone = desk.zone
    if len(scored) < 2:
        how_often = "was scored once" if scored else "was never scored"
        raise LookupError(f"lead {lead_id} {how_often}: there is nothing to compare")
    if not 1 <= since < len(scored):
        raise ValueError(
            f"--since {since}: must be from 1 to {len(scored) - 1}, for lead {lead_id} was scored {len(scored)} times"
        )
    before, after = scored[-1 - since], scored[-1]
    moves = _moves(before, after)
    record = {
        "lead_id": lead_id,
        "before": {"at": iso(before.at), "points": before.data["score"], "band": before.data["band"]},
        "after": {"at": iso(after.at), "points": after.data["score"], "band": after.data["band"]},
        "change": after.data["score"] - before.data["score"],
        "moves": moves,
    }
    if json:
        print_record(record)
        return
    console = screen()
    told = [f"{line.data['score']} {line.data['band']} at {when(line.at, zone)}" for line in (before, after)]
    console.print(plain(f"{' to '.join(told)} ({zone.key}): {record['change']:+d}", style="bold"))
    show_table(
        console,
        ("change", "before", "after", "reason"),
        [(f"{one['change']:+d}", one["before"], one["after"], cut(one["text"], 70)) for one in moves],
        numbers=("change", "before", "after"),
    )


@score.command(name="try")
def beside(
    *,
    card: Annotated[Path, Parameter(help="A scoring.toml with the other card, whatever its status.")],
    which: Annotated[str | None, Parameter(name="--id", help="The card's id where the file holds several.")] = None,
    at: AsOf = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Another card beside the live one, on the open leads as they stand: where they agree, and who would move.

    Nothing is written. Example:

    bothsides score try --card scoring-july.toml
    """
    from bothsides.leads.desk.standing import leads_by_id
    from bothsides.leads.score import side_by_side

    with at_the_desk(workspace, at, as_it_stands=True) as desk:
        other = _other(card, which, desk.workspace.settings.time_zone)
        live = desk.agreed.cards.get(other.side)
        if live is None:
            raise LookupError(f"no card of scoring.toml is live for {other.side}s, so there is none to compare with")
        with desk.reading() as book:
            ids = [
                name
                for (name,) in book.all(
                    "SELECT lead_id FROM leads WHERE side = ? AND is_open = 1 AND merged_into IS NULL ORDER BY lead_id",
                    other.side.value,
                )
            ]
            leads = leads_by_id(book, ids, locked=False)
        found = side_by_side(
            live, other, ((name, _facts(desk, lead), _did(desk, lead)) for name, lead in leads.items()), desk.now
        )
    if json:
        print_record(_comparison_record(found))
    else:
        _print_comparison(screen(), found)


def _sides() -> list[Side]:
    from bothsides.schema import Side

    return list(Side)


def _side_record(book: Book, desk: OpenDesk, side: Side) -> dict[str, Any]:
    from bothsides.leads.desk.standing import override_of

    card = desk.agreed.cards.get(side)
    rows = book.all(
        "SELECT band, count(*) FROM leads WHERE side = ? AND is_open = 1 AND merged_into IS NULL GROUP BY band",
        side.value,
    )
    told = book.all(
        "SELECT band, override FROM leads"
        " WHERE side = ? AND is_open = 1 AND merged_into IS NULL AND override IS NOT NULL",
        side.value,
    )
    holds = Counter(band for band, said in told if override_of(orjson.loads(said)).until > desk.now)
    counted = {band: (leads, holds[band]) for band, leads in rows}
    order = [band for band in ("sales", "self_serve", "nurture", None) if band is not None or None in counted]
    return {
        "side": side.value,
        "card": None if card is None else card.version,
        "bands": "" if card is None else _bands(card.card),
        "shadows": [one.version for one in desk.agreed.shadows.get(side, ())],
        "policy": desk.agreed.versions["scoring"],
        "leads": [
            {"band": band, "leads": counted.get(band, (0, 0))[0], "overridden": counted.get(band, (0, 0))[1]}
            for band in order
        ],
    }


def _bands(card: Card) -> str:
    if (by := card.thresholds) is not None:
        kept = f", kept until {by.hysteresis} below" if by.hysteresis else ""
        return f"sales from {by.sales_from}, self-serve from {by.self_serve_from}, else nurture{kept}"
    grid = card.grid
    if grid is None:
        return ""
    return f"sales {', '.join(grid.sales)}; self-serve {', '.join(grid.self_serve) or 'none'}; else nurture"


def _lead(book: Book, said: str) -> LeadNow:
    from bothsides.leads.desk.listing import meant
    from bothsides.leads.desk.standing import leads_by_id

    lead_id = meant(book, said).lead_id
    return leads_by_id(book, [lead_id], locked=False)[lead_id]


def _card(desk: OpenDesk, lead: LeadNow) -> CompiledCard:
    card = desk.agreed.cards.get(lead.side)
    if card is None:
        raise LookupError(f"no card of scoring.toml is live for {lead.side}s, so lead {lead.lead_id} has no score")
    return card


def _facts(desk: OpenDesk, lead: LeadNow) -> dict[str, Any]:
    """The lead's fields with what fitted cards read of its events."""
    from bothsides.leads.models.seen import add_events

    facts = lead.facts
    for card in (desk.agreed.cards.get(lead.side), *desk.agreed.shadows.get(lead.side, ())):
        if card is not None:
            add_events(card, facts, _did(desk, lead), desk.now)
    return facts


def _did(desk: OpenDesk, lead: LeadNow) -> list[Event]:
    return lead.did(desk.now, ahead=desk.agreed.intake.clock_ahead_seconds)


def _scored(card: CompiledCard, lead: LeadNow, facts: dict[str, Any], desk: OpenDesk) -> Score:
    from bothsides.leads.score import score as scoring

    return scoring(card, facts, _did(desk, lead), desk.now, was=lead.stood)


def _moves(before: Written, after: Written) -> list[dict[str, Any]]:
    """Each reason whose points changed, the largest first; the changes sum to the change of the score."""
    was = {code: (points, text) for code, points, text in before.data["reasons"]}
    now = {code: (points, text) for code, points, text in after.data["reasons"]}
    found = []
    for code in dict.fromkeys((*was, *now)):
        old, new = was.get(code, (0, ""))[0], now.get(code, (0, ""))[0]
        if old != new:
            text = now.get(code, was.get(code, (0, code)))[1]
            found.append({"code": code, "text": text, "before": old, "after": new, "change": new - old})
    return sorted(found, key=lambda move: (-abs(move["change"]), move["code"]))


def _other(path: Path, which: str | None, time_zone: str) -> CompiledCard:
    from bothsides.agreement.versions import load_signed
    from bothsides.leads.score import ScoringPolicy, compiled, problems

    policy = load_signed(path, ScoringPolicy, time_zone=time_zone, check=problems).policy
    ids = [one.id for one in policy.card]
    if which is None and len(ids) != 1:
        raise ValueError(f"{path} holds {len(ids)} cards; name one with --id: {', '.join(ids)}")
    name = ids[0] if which is None else one_of("--id", which, ids)
    return compiled(replace(next(one for one in policy.card if one.id == name), status="live"))


def _comparison_record(found: Comparison) -> dict[str, Any]:
    return {
        "live": found.champion,
        "other": found.challenger,
        "leads": found.leads,
        "same_band": found.same_band,
        "kappa": found.kappa,
        "table": [
            {"live": one.champion.value, "other": one.challenger.value, "leads": one.leads} for one in found.table
        ],
        "stuck": [{"at_floor": one.at_floor, "at_cap": one.at_cap} for one in found.stuck],
        "movers": [
            {
                "lead_id": one.lead_id,
                "live": one.champion,
                "other": one.challenger,
                "moves": [{"code": move.code, "text": move.text, "change": move.change} for move in one.moves],
            }
            for one in found.apart
        ],
    }


def _print_comparison(console: Console, found: Comparison) -> None:
    from bothsides.leads.score import Band
    from bothsides.reports.numbers import percent

    console.print(plain(f"{found.challenger} beside {found.champion}, {found.leads:,} open leads", style="bold"))
    if found.same_band is None:
        console.print("No open lead of this side.")
        return
    kappa = "" if found.kappa is None else f", agreement beyond chance {found.kappa:.2f}"
    console.print(plain(f"{percent(found.same_band)} in the same band{kappa}"))
    counts = {(one.champion, one.challenger): one.leads for one in found.table}
    names = [band.value for band in Band]
    show_table(
        console,
        ("live card, then the other", *names),
        [(row.value, *(counts[row, column] for column in Band)) for row in Band],
        numbers=names,
    )
    if found.apart:
        console.print()
        show_table(
            console,
            ("lead", "live", "other", "most by"),
            [
                (one.lead_id[:8], one.champion, one.challenger, cut(one.moves[0].text if one.moves else "", 60))
                for one in found.apart
            ],
            numbers=("live", "other"),
        )
