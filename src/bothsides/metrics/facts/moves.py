"""Leads and their moves from stage to stage: forwards, backwards, up again."""

from bothsides.metrics.fact import Fact

STAGES = ("lead", "mql", "sales_qualified", "opportunity", "closed_won")
"""The way up. A lead starts on the first; a loss and a return to marketing put it back below it."""

_PLACE = " ".join(f"WHEN '{stage}' THEN {place}" for place, stage in enumerate(STAGES, start=1))
_PLACES = ", ".join(f"({place}, '{stage}')" for place, stage in enumerate(STAGES, start=1))

DIM_LEADS = Fact(
    name="dim_leads",
    grain="one row per lead",
    requires=(),
    relation="dim_leads",
    dates={},
    dimensions=(),
    columns=(),
    known_by=(),
    builds=(
        """
        CREATE TABLE dim_leads AS
        SELECT row_number() OVER (ORDER BY l.lead_id)::INTEGER AS lead, l.lead_id, l.side, l.channel, l.category,
               l.region, l.segment, l.created_at, l.created_on, a.account
        FROM {leads} l LEFT JOIN dim_accounts a ON a.account_id = l.account_id
        """,
    ),
)

STAGE_MOVES = Fact(
    name="stage_moves",
    grain="one row per lead and stage it moved into; a forward move counts in the stages it skipped as well",
    requires=("leads", "stage_changes"),
    relation="fact_stage_moves",
    dates={"moved_on": "stage_changes"},
    dimensions=("channel", "category", "region", "segment"),
    columns=("stage", "move"),
    account=None,
    known_by=("leads", "stage_changes"),
    builds=(
        # `top` is the highest place reached before the change, `stood` the place and `left_stage` the stage it left.
        # What is known by the day alone falls on one moment: there the way up comes first, then losses and returns.
        f"""
        CREATE TABLE fact_stage_moves AS
        WITH placed AS (
            SELECT l.lead, c.stage, c.changed_at, c.changed_on, c.change_id,
                   CASE c.stage {_PLACE} ELSE 0 END AS place
            FROM {{stage_changes}} c JOIN dim_leads l ON l.lead_id = c.lead_id
        ),
        stepped AS (
            SELECT *, coalesce(lag(place) OVER earlier, 1) AS stood, lag(stage) OVER earlier AS left_stage,
                   greatest(1, coalesce(max(place) OVER (
                       PARTITION BY lead ORDER BY changed_at, place = 0, place, stage, change_id
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                   ), 1)) AS top
            FROM placed WINDOW earlier AS (PARTITION BY lead ORDER BY changed_at, place = 0, place, stage, change_id)
        ),
        moved AS (
            SELECT *, CASE WHEN stage = left_stage THEN NULL
                           WHEN stage = 'closed_lost' THEN 'lost' WHEN stage = 'recycled' THEN 'backward'
                           WHEN place > top THEN 'forward' WHEN place > stood THEN 're-entry'
                           WHEN place < stood THEN 'backward' END AS move
            FROM stepped
        )
        SELECT l.lead, l.side, l.channel, l.category, l.region, l.segment, m.stage, m.place, m.moved_at, m.moved_on,
               m.move
        FROM (
            SELECT lead, 'lead' AS stage, 1 AS place, created_at AS moved_at, created_on AS moved_on,
                   'forward' AS move FROM dim_leads
            UNION ALL
            SELECT s.lead, p.stage, p.place, s.changed_at, s.changed_on, s.move
            FROM moved s JOIN (VALUES {_PLACES}) AS p(place, stage) ON p.place > s.top AND p.place <= s.place
            WHERE s.move = 'forward'
            UNION ALL
            SELECT lead, stage, place, changed_at, changed_on, move FROM moved WHERE move <> 'forward'
        ) m JOIN dim_leads l ON l.lead = m.lead
        """,
    ),
)
