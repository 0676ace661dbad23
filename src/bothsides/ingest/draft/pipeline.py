"""What CRM exports need beside their columns: dated stages of leads, and planned close dates that are not closings."""

from collections.abc import Iterator
from dataclasses import replace

from bothsides.ingest.draft.choices import translate
from bothsides.ingest.draft.guess import FileGuess
from bothsides.ingest.draft.names import words
from bothsides.ingest.draft.order_lines import quoted_name
from bothsides.ingest.draft.profile import ColumnProfile
from bothsides.ingest.draft.records import ColumnDraft, Question, Reshape, Sure, TableDraft
from bothsides.schema.stage import LeadStage

CLOSED_ON = "closed_on"
"""The field that holds the close date of closed deals only."""
_STAGES: dict[LeadStage, tuple[str, ...]] = {
    LeadStage.MQL: ("mql", "marketing qualified", "marketing qualified lead"),
    LeadStage.SALES_QUALIFIED: ("sales qualified", "sales qualified lead", "sql", "qualified", "sal", "sales accepted"),
    LeadStage.OPPORTUNITY: ("opportunity",),
    LeadStage.CLOSED_WON: ("won", "closed won", "converted", "customer", "conversion", "deal won"),
    LeadStage.CLOSED_LOST: ("lost", "closed lost", "disqualified", "unqualified"),
}
_AROUND = frozenset("became become a an date at on time timestamp lead first in entered stage lifecycle".split())

_STAGE_NAMES = frozenset(
    tuple(name.split())
    for name in ("lead stage", "lead status", "stage", "status", "lifecycle stage", "current stage", "pipeline stage")
)
_CHANGED = frozenset(
    tuple(name.split())
    for name in (
        *("modified", "modified at", "modified time", "modified date", "last modified", "last modified date"),
        *("updated at", "last updated", "last update", "stage date", "status date", "stage changed at"),
        *("status changed at", "stage entered", "date modified", "last stage change", "last status change"),
    )
)


def dated_stages(guess: FileGuess, main: TableDraft, space: str) -> tuple[TableDraft, ...]:
    """The history of leads from fields such as 'MQL date' and 'Won date': one table per dated stage."""
    if guess.table != "leads" or guess.key is None:
        return ()
    found = dict(_stage_fields(guess, main))
    created = guess.field("created_at")
    if not found or created is None:
        return ()
    fields = {LeadStage.LEAD: created, **found}
    return tuple(_stage_table(stage, field, guess.key.field.name, space) for stage, field in fields.items())


def _stage_fields(guess: FileGuess, main: TableDraft) -> Iterator[tuple[LeadStage, ColumnProfile]]:
    taken = set[LeadStage]()
    for field in guess.profile.columns:
        if field.dates is None or field.name in main.used_fields:
            continue
        said = " ".join(word for word in words(field.name) if word not in _AROUND)
        for stage, names in _STAGES.items():
            if stage not in taken and any(said == _bare(name) for name in names):
                taken.add(stage)
                yield stage, field


def _bare(name: str) -> str:
    return " ".join(word for word in name.split() if word not in _AROUND)


def _stage_table(stage: LeadStage, field: ColumnProfile, key: str, space: str) -> TableDraft:
    return TableDraft(
        name="stage_changes",
        entities=True,
        id_space=f"{space}-{stage.value}",
        where=((field.name, ("*",)),) if field.filled < field.rows else (),
        key=(key,),
        note=f"When each lead became {stage.value}.",
        columns=(
            ColumnDraft(column="lead_id", fields=(key,), id_space=space, reason="the lead of the same record"),
            ColumnDraft(column="stage", value=stage.value, sure=Sure.LIKELY, reason=f"'{field.name}' dates it"),
            ColumnDraft(
                column="changed_at",
                fields=(field.name,),
                formats=field.dates.formats if field.dates else (),
                sure=Sure.LIKELY,
                reason=f"{field.filled:,} of {field.rows:,} leads have it",
                examples=field.examples,
            ),
        ),
    )


def status_stages(guess: FileGuess, main: TableDraft, space: str) -> tuple[TableDraft, ...]:
    """The stage that each lead is in now, dated by the field that says when the record was last changed."""
    status = _stage_field(guess, main.used_fields)
    changed = next(
        (field for field in guess.profile.columns if field.dates is not None and words(field.name) in _CHANGED), None
    )
    if guess.table != "leads" or guess.key is None or status is None or changed is None:
        return ()
    pairs = translate("stage_changes", "stage", status.words)
    known = tuple(word for word, _ in status.words if word not in pairs.unknown)
    key = guess.key.field.name
    table_ = TableDraft(
        name="stage_changes",
        entities=True,
        id_space=f"{space}-stage",
        where=((status.name, known),),
        key=(key,),
        note=f"The stage each lead is in now. '{changed.name}' is the last change of the lead, taken as the day it "
        "entered the stage: ask for the stage history if there is one.",
        columns=(
            ColumnDraft(column="lead_id", fields=(key,), id_space=space, reason="the lead of the same record"),
            ColumnDraft(
                column="stage",
                fields=(status.name,),
                words=pairs.pairs,
                sure=Sure.LIKELY,
                reason=f"{pairs.share:.0%} of the leads are in a stage that is known",
                examples=status.examples,
            ),
            ColumnDraft(
                column="changed_at",
                fields=(changed.name,),
                formats=changed.dates.formats if changed.dates else (),
                sure=Sure.GUESS,
                reason="the last change of the lead, whatever was changed",
                examples=changed.examples,
            ),
        ),
    )
    return (table_,)


def stage_question(guess: FileGuess) -> Question | None:
    """What to ask about the stage of leads: its history, or the words that nobody knows."""
    status = _stage_field(guess, frozenset()) if guess.table == "leads" else None
    if status is None:
        return None
    unknown = translate("stage_changes", "stage", status.words).unknown
    said = f" What do {', '.join(repr(word) for word in unknown[:10])} mean?" if unknown else ""
    text = (
        f"'{status.name}' says the stage a lead is in, not since when: is there an export of the stage history?{said}"
    )
    return Question(table="leads", column="stage", text=text)


def _stage_field(guess: FileGuess, used: frozenset[str]) -> ColumnProfile | None:
    for field in guess.profile.columns:
        named = words(field.name) in _STAGE_NAMES and field.name not in used and field.distinct <= 30
        if named and translate("stage_changes", "stage", field.words).share >= 0.5:
            return field
    return None


def planned_closings(guess: FileGuess, source: str) -> Reshape | None:
    """SQL that keeps the close date of won and lost deals only, where open deals carry a planned one."""
    status, closed = guess.field("status"), guess.field("closed_at")
    if guess.table != "opportunities" or status is None or closed is None:
        return None
    translation = translate("opportunities", "status", status.words)
    meaning = {word: word for word, _ in status.words} | dict(translation.pairs)
    over = [(word, count) for word, count in status.words if meaning[word] in ("won", "lost")]
    if not over or closed.filled <= sum(count for _, count in over):
        return None
    listed = ", ".join("'" + word.replace("'", "''") + "'" for word, _ in over)
    sql = (
        "-- Deals that are still open carry a planned close date; only won and lost ones were closed.\n"
        f"SELECT *, CASE WHEN {quoted_name(status.name)} IN ({listed}) THEN {quoted_name(closed.name)} END "
        f"AS {CLOSED_ON}\nFROM deals\n"
    )
    return Reshape(name=f"{source}.sql", sql=sql, inputs=(("deals", guess.profile.files),))


def with_real_closings(main: TableDraft) -> TableDraft:
    """The table with its close date taken from the reshaped field."""
    return replace(
        main,
        columns=tuple(
            replace(one, fields=(CLOSED_ON,), reason=f"{one.reason}; blank for deals that are still open")
            if one.column == "closed_at"
            else one
            for one in main.columns
        ),
    )
