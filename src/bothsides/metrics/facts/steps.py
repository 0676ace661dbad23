"""The sorted streams that funnels walk along: what each account, and each lead, did, second by second."""

from bothsides.metrics.fact import Fact
from bothsides.metrics.facts.moves import STAGES

KINDS = {
    "site_visit": 1,
    **{stage: place for place, stage in enumerate(STAGES, start=2)},
    "signup": 10,
    "verified": 11,
    "catalogue": 12,
    "live": 13,
    "listing": 14,
    "visit": 20,
    "search": 21,
    "supplier_view": 22,
    "cart_add": 23,
    "checkout": 24,
    "cart_abandon": 25,
    "other": 26,
    "request": 30,
    "reply": 31,
    "award": 32,
    "bid": 33,
    "order": 40,
    "sale": 41,
}
"""What may be a step, with its number in the stream. In one second the lower number comes first."""

KIND_BITS, SECOND_BITS = 6, 32
"""A mark is account, second and kind in one whole number: 6 bits of kind, 32 of seconds since 1970, the account."""

_LAST_SECOND = 2**31 - 1

_COLUMNS = ("category", "region", "session", "quote", "counterparty", "results", "completed", "amount")


def mark(who: str, moment: str, kind: str) -> str:
    """Bad data may name any year: a moment outside 1970 to 2038 stands at its end."""
    second = f"least(greatest(CAST(floor(epoch({moment})) AS BIGINT), 0), {_LAST_SECOND})"
    return f"CAST({who} AS BIGINT) * {2 ** (KIND_BITS + SECOND_BITS)} + {second} * {2**KIND_BITS} + {kind}"


def _steps(relation: str, who: str, at: str, on: str, kind: str, where: str = "true", **columns: str) -> str:
    """One source of steps: its columns by name, those it does not have 0 (category and region: no label)."""
    empty = {"category": "CAST(NULL AS VARCHAR)", "region": "CAST(NULL AS VARCHAR)"}
    named = ", ".join(f"{columns.get(name, empty.get(name, '0'))} AS {name}" for name in _COLUMNS)
    return (
        f"SELECT {mark(who, at, kind)} AS mark, {on} - DATE '1970-01-01' AS day, {named}"
        f" FROM {relation} WHERE {at} IS NOT NULL AND {on} IS NOT NULL AND ({where})"
    )


def _not_before(late: str, early: str) -> str:
    """The later of two moments where they share a day: of one of them only the day may be known."""
    return f"CASE WHEN {late}_on = {early}_on THEN greatest({late}_at, {early}_at) ELSE {late}_at END"


def _coded(column: str, words: tuple[str, ...]) -> str:
    return f"CASE {column} " + " ".join(f"WHEN '{word}' THEN {KINDS[word]}" for word in words) + " END"


_EVENT_NAMES = ("visit", "search", "supplier_view", "cart_add", "checkout", "cart_abandon", "other")

_ORDER_COLUMNS = {
    "category": "o.category",
    "region": "o.region",
    "quote": "coalesce(q.quote, w.quote, 0)",
    "completed": "CASE WHEN o.status = 'completed' THEN 1 ELSE 0 END",
    "amount": "coalesce(o.booked, 0)",
}
_ORDERS = (
    "fact_bookings o LEFT JOIN step_quotes q ON q.quote_id = o.quote_id"
    " LEFT JOIN (SELECT order_id, min(quote) AS quote FROM step_quotes GROUP BY order_id) w ON w.order_id = o.order_id"
)


def _if_only_day(moment: str, then: str) -> str:
    # Not a condition of the join: one that reads a single side of it makes the engine compare every row with every row.
    return f"CASE WHEN {{ends:{moment}}} > {moment}_at THEN {then} END"


_DAY_OF = " LEFT JOIN step_days t ON t.account = o.{0} AND t.day = o.placed_on"
_PLACED = f"greatest(o.placed_at, {_if_only_day('o.placed', 't.last_at')})"
"""An order of which only the day is known stands after what its account did that day, not before it."""

_CAME = (
    " LEFT JOIN (SELECT visitor, started_on, min(started_at) AS came_at FROM fact_visits WHERE visitor IS NOT NULL"
    " GROUP BY visitor, started_on) v ON v.visitor = w.visitor AND v.started_on = {0}_on"
)
"""So does a signup, or a lead, after the first visit of its day."""
_ASKED = {"category": "r.category", "region": "r.region", "quote": "n.quote"}
_MILESTONES = "{accounts} r JOIN dim_accounts a ON a.account_id = r.account_id"
# A stage dated before its lead was known counts as reached the moment the lead was.
_STAGES = "fact_stage_moves m JOIN dim_leads l ON l.lead = m.lead"
_STAGE_AT, _STAGE_ON = "greatest(m.moved_at, l.created_at)", "greatest(m.moved_on, l.created_on)"

_ACCOUNT_SOURCES = (
    _steps(
        _STAGES,
        "l.account",
        _STAGE_AT,
        _STAGE_ON,
        _coded("m.stage", STAGES),
        "l.account IS NOT NULL AND m.move = 'forward'",
        category="l.category",
        region="l.region",
    ),
    *(
        _steps(
            _MILESTONES,
            "a.account",
            _not_before(f"r.{column}", "r.signed_up"),
            f"r.{column}_on",
            str(KINDS[kind]),
            category="a.category",
            region="a.region",
        )
        for kind, column in (
            ("signup", "signed_up"),
            ("verified", "verified"),
            ("catalogue", "catalogue"),
            ("live", "live"),
        )
    ),
    _steps(
        "{listings} l JOIN dim_accounts a ON a.account_id = l.supplier_id",
        "a.account",
        "l.listed_at",
        "l.listed_on",
        str(KINDS["listing"]),
        category="l.category",
        region="l.region",
    ),
    _steps(
        "fact_events e LEFT JOIN step_sessions s ON s.session_id = e.session_id",
        "e.account",
        "e.occurred_at",
        "e.occurred_on",
        _coded("e.name", _EVENT_NAMES),
        "e.account IS NOT NULL",
        category="e.category",
        region="e.region",
        session="coalesce(s.session, 0)",
        results="coalesce(e.results, -1)",
    ),
    _steps(
        "{quotes} r JOIN step_quotes n ON n.quote_id = r.quote_id JOIN dim_accounts a ON a.account_id = r.buyer_id",
        "a.account",
        "r.requested_at",
        "r.requested_on",
        str(KINDS["request"]),
        "r.kind = 'request'",
        **_ASKED,
    ),
    _steps(
        "{quotes} r JOIN step_quotes n ON n.quote_id = r.quote_id JOIN dim_accounts a ON a.account_id = r.buyer_id",
        "a.account",
        _not_before("r.awarded", "r.requested"),
        "r.awarded_on",
        str(KINDS["award"]),
        "r.kind = 'request'",
        **_ASKED,
    ),
    _steps(
        "{quotes} p JOIN step_quotes n ON n.quote_id = p.request_id JOIN {quotes} r ON r.quote_id = p.request_id"
        " JOIN dim_accounts a ON a.account_id = r.buyer_id",
        "a.account",
        _not_before("p.requested", "r.requested"),
        "p.requested_on",
        str(KINDS["reply"]),
        "p.kind = 'reply'",
        **_ASKED,
    ),
    _steps(
        "{quotes} p JOIN step_quotes n ON n.quote_id = p.request_id JOIN {quotes} r ON r.quote_id = p.request_id"
        " JOIN dim_accounts a ON a.account_id = p.supplier_id",
        "a.account",
        _not_before("p.requested", "r.requested"),
        "p.requested_on",
        str(KINDS["bid"]),
        "p.kind = 'reply'",
        **_ASKED,
    ),
    _steps(
        _ORDERS + _DAY_OF.format("buyer"),
        "o.buyer",
        _PLACED,
        "o.placed_on",
        str(KINDS["order"]),
        "o.status <> 'cancelled'",
        **_ORDER_COLUMNS,
        counterparty="o.supplier",
    ),
    _steps(
        _ORDERS + _DAY_OF.format("supplier"),
        "o.supplier",
        _PLACED,
        "o.placed_on",
        str(KINDS["sale"]),
        "o.status <> 'cancelled'",
        **_ORDER_COLUMNS,
        counterparty="o.buyer",
    ),
)

_LEAD_SOURCES = (
    _steps(
        _STAGES,
        "m.lead",
        _STAGE_AT,
        _STAGE_ON,
        _coded("m.stage", STAGES),
        "m.move = 'forward'",
        category="l.category",
        region="l.region",
    ),
    *(
        _steps(
            f"dim_leads l JOIN fact_bookings o ON l.account = o.{party}" + _DAY_OF.format(party),
            "l.lead",
            _PLACED,
            "o.placed_on",
            str(KINDS[kind]),
            "o.status <> 'cancelled'",
            category="o.category",
            region="o.region",
            counterparty=f"o.{other}",
            completed=_ORDER_COLUMNS["completed"],
            amount=_ORDER_COLUMNS["amount"],
        )
        for kind, party, other in (("order", "buyer", "supplier"), ("sale", "supplier", "buyer"))
    ),
)


_VISITOR_SOURCES = (
    _steps(
        "fact_visits v JOIN dim_visitors w ON w.visitor = v.visitor",
        "w.visitor",
        "v.started_at",
        "v.started_on",
        str(KINDS["site_visit"]),
        category="v.category",
        region="v.region",
    ),
    _steps(
        f"{_STAGES} JOIN dim_visitors w ON w.account = l.account" + _CAME.format("l.created"),
        "w.visitor",
        f"greatest(m.moved_at, l.created_at, {_if_only_day('l.created', 'v.came_at')})",
        _STAGE_ON,
        _coded("m.stage", STAGES),
        "m.move = 'forward'",
        category="l.category",
        region="l.region",
    ),
    _steps(
        "dim_accounts a JOIN dim_visitors w ON w.account = a.account" + _CAME.format("a.signed_up"),
        "w.visitor",
        f"greatest(a.signed_up_at, {_if_only_day('a.signed_up', 'v.came_at')})",
        "a.signed_up_on",
        str(KINDS["signup"]),
        category="a.category",
        region="a.region",
    ),
    *(
        _steps(
            f"fact_bookings o JOIN dim_visitors w ON w.account = o.{party}" + _DAY_OF.format(party),
            "w.visitor",
            _PLACED,
            "o.placed_on",
            str(KINDS[kind]),
            "o.status <> 'cancelled'",
            category="o.category",
            region="o.region",
            counterparty=f"o.{other}",
            completed=_ORDER_COLUMNS["completed"],
            amount=_ORDER_COLUMNS["amount"],
        )
        for kind, party, other in (("order", "buyer", "supplier"), ("sale", "supplier", "buyer"))
    ),
)


def _sorted(name: str, sources: tuple[str, ...]) -> str:
    """The sources together in the order of their marks; labels become their numbers in `step_labels`, none 0."""
    kept = "CAST(u.{0} AS INTEGER) AS {0}"
    numbers = ", ".join(kept.format(name) for name in ("session", "quote", "counterparty", "results", "completed"))
    return f"""
        CREATE TABLE {name} AS
        SELECT u.mark, CAST(u.day AS INTEGER) AS day, coalesce(c.code, 0) AS category, coalesce(r.code, 0) AS region,
               {numbers}, CAST(u.amount AS BIGINT) AS amount
        FROM ({" UNION ALL ".join(sources)}) u
        LEFT JOIN step_labels c ON c.label = u.category LEFT JOIN step_labels r ON r.label = u.region
        ORDER BY u.mark
    """


_DAYS = f"""
CREATE TABLE step_days AS
WITH dated AS (
    SELECT buyer AS account, placed_on AS day FROM fact_bookings WHERE {{ends:placed}} > placed_at
    UNION
    SELECT supplier, placed_on FROM fact_bookings WHERE {{ends:placed}} > placed_at
),
done AS (
    SELECT account, occurred_on AS day, occurred_at AS moment FROM fact_events WHERE account IS NOT NULL
    UNION ALL
    SELECT a.account, r.requested_on, r.requested_at
    FROM {{quotes}} r
    JOIN dim_accounts a ON a.account_id = CASE WHEN r.kind = 'request' THEN r.buyer_id ELSE r.supplier_id END
    UNION ALL
    SELECT a.account, l.listed_on, l.listed_at
    FROM {{listings}} l JOIN dim_accounts a ON a.account_id = l.supplier_id
    UNION ALL
    SELECT a.account, a.signed_up_on, a.signed_up_at FROM dim_accounts a
    UNION ALL
    SELECT l.account, {_STAGE_ON}, {_STAGE_AT} FROM {_STAGES} WHERE l.account IS NOT NULL
    UNION ALL
    SELECT w.account, v.started_on, v.started_at
    FROM fact_visits v JOIN fact_visitors w ON w.visitor = v.visitor WHERE w.account IS NOT NULL
)
SELECT d.account, d.day, max(e.moment) AS last_at
FROM dated d JOIN done e ON e.account = d.account AND e.day = d.day GROUP BY d.account, d.day
"""

_LABELLED = ("fact_bookings", "fact_events", "fact_visits", "dim_accounts", "dim_leads", "{listings}", "{quotes}")

STEPS = Fact(
    name="steps",
    grain="one row per thing that an account (or a lead) did, sorted by account, second and kind",
    requires=(),
    relation="state_steps",
    dates={},
    dimensions=(),
    columns=(),
    known_by=(),
    builds=(
        "CREATE TABLE step_labels AS SELECT label, CAST(row_number() OVER (ORDER BY label) AS INTEGER) AS code FROM ("
        + " UNION ".join(
            f"SELECT {name} AS label FROM {table}" for table in _LABELLED for name in ("category", "region")
        )
        + ") x WHERE label IS NOT NULL",
        """
        CREATE TABLE step_quotes AS
        SELECT quote_id, order_id, CAST(row_number() OVER (ORDER BY quote_id) AS INTEGER) AS quote
        FROM {quotes} WHERE kind = 'request'
        """,
        """
        CREATE TABLE step_sessions AS
        SELECT session_id, CAST(row_number() OVER (ORDER BY session_id) AS INTEGER) AS session
        FROM (SELECT DISTINCT session_id FROM fact_events WHERE session_id IS NOT NULL) x
        """,
        _DAYS,
        _sorted("state_steps", _ACCOUNT_SOURCES),
        _sorted("state_lead_steps", _LEAD_SOURCES),
        """
        CREATE TABLE dim_visitors AS
        SELECT visitor, account, side, channel, CAST(NULL AS VARCHAR) AS segment FROM fact_visitors
        """,
        _sorted("state_visitor_steps", _VISITOR_SOURCES),
    ),
)
