"""What each supplier answered to requests for quotation, and how soon."""

from bothsides.metrics.fact import Fact

REPLIES = Fact(
    name="replies",
    grain="one row per supplier reply to a request for quotation",
    requires=("quotes",),
    relation="fact_replies",
    dates={"replied_on": "quotes"},
    dimensions=("category", "region"),
    columns=("hours",),
    known_by=("quotes",),
    builds=(
        """
        CREATE TABLE fact_replies AS
        SELECT 'supplier' AS side, s.account, p.requested_on AS replied_on, r.category,
               coalesce(r.region, s.region) AS region,
               EXTRACT(epoch FROM (CASE WHEN p.requested_on = r.requested_on
                                        THEN greatest(p.requested_at, r.requested_at) ELSE p.requested_at END
                                   - r.requested_at)) / 3600.0 AS hours
        FROM {quotes} p
        JOIN {quotes} r ON r.quote_id = p.request_id
        JOIN dim_accounts s ON s.account_id = p.supplier_id
        LEFT JOIN dim_accounts b ON b.account_id = r.buyer_id
        WHERE p.kind = 'reply' AND r.kind = 'request' AND (r.buyer_id IS NULL OR b.account IS NOT NULL)
        """,
    ),
)
