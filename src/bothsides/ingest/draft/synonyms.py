"""What exports call the things the schema names: synonyms per table and column, written as plain words.

A column's own schema name always counts; here stand the others, separated by '|', in the words `names.phrase` gives.
"""

from bothsides.ingest.draft.languages import FOREIGN, FOREIGN_FILES
from bothsides.ingest.draft.names import phrase
from bothsides.schema import TABLES

BUYER = (
    "customer id|client id|buyer account id|customer unique id|customer number|customer code|buyer|buyer name|"
    "buyer company|"
    "buyer organisation|customer|customer name|customer company|client|client name|"
    "purchaser|bought by|buying organisation|organisation name|organization name|customer no|"
    "buyer account|customer account|bill to|sold to|cliente|comprador|nome do cliente"
)
SUPPLIER = (
    "seller id|vendor id|merchant id|store id|shop id|provider id|supplier account id|supplier code|vendor number|"
    "supplier|"
    "supplier name|supplier company|seller|seller name|vendor|vendor name|merchant|merchant name|provider|"
    "provider name|sold by|store|store name|shop|shop name|winning supplier|awarded supplier|supplier account|"
    "fornecedor|vendedor|lojista"
)
_ACCOUNT = (
    "account|account name|company id|company|company name|organisation|organization|customer id|customer|client id|"
    "user id|seller id|vendor id|buyer id|supplier id|merchant id"
)
_CATEGORY = (
    "category|category name|product category|product category name|lot|lot description|segment name|vertical|"
    "department|industry|"
    "industry sector|product|product line|family|categoria|business segment|sector"
)
_REGION = (
    "region|area|territory|state|province|county|country|city|location|market|delivery region|ship state|state code|"
    "location of the work|customer state|seller state|office location|regiao|estado|cidade|postcode area"
)
_CHANNEL = (
    "channel|source|lead source|origin|lead origin|utm source|acquisition channel|marketing channel|traffic source|"
    "medium|how did you hear|origem|canal|referrer type"
)
_OWNER = "owner|lead owner|account owner|deal owner|sales agent|sales rep|rep|agent|assigned to|responsible|call owner"
_AMOUNT = (
    "amount|total|total amount|order total|order value|value|gross amount|net amount|net total|subtotal|sub total|"
    "grand total|total price|price|revenue|sales|gmv|spend|evidenced spend|invoice amount|invoice total|"
    "line total|amount paid|"
    "turnover|transaction amount|valor|valor total|preco|total value|amount net|booking value|contract amount"
)
_CURRENCY = "currency|currency code|ccy|curr|iso currency|moeda"
_NAME = "name|title|company name|account name|full name|display name|legal name|trading name|nome|company"

SYNONYMS: dict[str, dict[str, str]] = {
    "accounts": {
        "account_id": f"id|uid|uuid|record id|{_ACCOUNT}|account number|{BUYER}|{SUPPLIER}",
        "side": "side|role|account type|user type|party type|market side|type|kind",
        "name": f"{_NAME}|{BUYER}|{SUPPLIER}|account|organisation name",
        "parent_id": "parent|parent account|parent company|subsidiary of|head office|group",
        "signed_up_at": "signed up at|sign up date|signup date|signup|registered|registered at|registration date|"
        "created|"
        "created at|created date|created time|date created|join date|joined|joined at|member since|applied at|"
        "application date|customer since|onboarded at|data de cadastro",
        "verified_at": "verified|verified at|verification date|kyc passed at|approved at|approval date",
        "catalogue_at": "catalogue uploaded|catalog uploaded|catalogue at|catalog date",
        "live_at": "live|live at|went live|go live date|activated at|activation date|first listing date",
        "closed_at": "closed at|closed date|churned at|churn date|cancelled at|deactivated at|terminated at",
        "category": _CATEGORY,
        "region": _REGION,
        "channel": _CHANNEL,
        "segment": "segment|size|size band|company size|tier|sm eor large|sme or large|customer segment|business type",
        "country": "country|country code|pais|billing country",
        "is_internal": "internal|is test|test account|is internal|staff",
    },
    "contacts": {
        "contact_id": "id|record id|contact|contact number",
        "account_id": _ACCOUNT,
        "name": "name|full name|contact name|last name|nome",
        "email": "email|e mail|email address|mail",
        "role": "role|job title|title|position|function|cargo",
        "created_at": "created|created at|created time|date created|created date",
    },
    "listings": {
        "listing_id": "id|listing|product id|product code|sku|item id|offer id|stock code|asin",
        "supplier_id": SUPPLIER,
        "title": "title|name|product name|listing title|description|item name",
        "category": _CATEGORY,
        "region": _REGION,
        "listed_at": "listed|listed at|listing date|published|published at|created|created at|created time|"
        "created date|"
        "date added|live at|available from",
        "closed_at": "closed at|delisted at|removed at|ended at|end date|expired at|unpublished at|available until",
        "paused_at": "paused at|paused since|out of stock since|inactive since|suspended at|sold out at",
        "price": "price|list price|unit price|sales price|amount|preco",
        "currency": _CURRENCY,
    },
    "visits": {
        "visit_id": "id|session id|session|visit number|session key|ga session id|hit session",
        "visitor_id": "visitor|client id|cookie id|device id|user pseudo id|anonymous id|full visitor id|fullvisitorid|"
        "unique visitor id|browser id|ga client id|visitor key",
        "account_id": f"user id|{_ACCOUNT}",
        "side": "side|audience|target side",
        "started_at": "started at|session start|session started at|visit start|visit time|visit date|session date|"
        "session start time|start time|date|timestamp|datetime|day|first hit time|created at",
        "channel": f"session default channel group|default channel group|session source medium|source medium|"
        f"session source|channel grouping|referrer|{_CHANNEL}",
        "campaign_id": "campaign|campaign name|utm campaign|session campaign",
        "category": _CATEGORY,
        "region": _REGION,
        "searches": "searches|search count|site searches|internal searches|number of searches",
        "sessions": "sessions|visits|session count|visit count|number of sessions|number of visits",
    },
    "events": {
        "event_id": "id|event|hit id",
        "account_id": f"{_ACCOUNT}|visitor id",
        "session_id": "session|visit id|session id",
        "name": "event|event name|event type|action|type|activity",
        "occurred_at": "occurred at|event time|event date|timestamp|event timestamp|time|date|created at|datetime",
        "category": _CATEGORY,
        "region": _REGION,
        "supplier_id": SUPPLIER,
        "results": "results|result count|number of results|hits|results returned",
    },
    "quotes": {
        "quote_id": "id|rfq id|rfq|rfq number|request id|opportunity id|tender id|enquiry id|inquiry id|notice id|"
        "quote number",
        "kind": "kind|type",
        "request_id": "rfq id|request|parent request|in reply to",
        "buyer_id": f"{BUYER}|organisation",
        "supplier_id": f"{SUPPLIER}|winner|awarded to",
        "requested_at": "requested at|request date|published|published at|publication date|published date|created|"
        "created at|"
        "created time|date|sent at|rfq date|issued|issue date|date created|opened at",
        "due_at": "due|due date|deadline|closing date|closes at|valid till|valid until|response deadline",
        "awarded_at": "awarded|awarded at|award date|awarded date|won at|date awarded",
        "status": "status|state|stage|quote stage|outcome|sales status",
        "responses": "responses|replies|bids|quotes received|total organisations|number of responses|offers|"
        "applications|"
        "number of bids|response count",
        "category": _CATEGORY,
        "region": _REGION,
        "title": "title|subject|name|description|opportunity|request title|project",
        "order_id": "order|order number|sales order id",
        "amount": f"{_AMOUNT}|award value|contract value|quoted amount|budget",
        "currency": _CURRENCY,
    },
    "orders": {
        "order_id": "id|order|order number|order no|order ref|order reference|sales order id|purchase id|"
        "transaction id|transaction|"
        "transaction number|invoice id|invoice|invoice no|invoice number|deal id|booking id|po number|"
        "numero do pedido",
        "buyer_id": f"{BUYER}|user id|account|account id|account name|company",
        "supplier_id": SUPPLIER,
        "placed_at": "placed at|order date|date|created|created at|created time|created date|date created|"
        "purchase date|purchased at|"
        "order purchase timestamp|order time|order timestamp|timestamp|transaction date|invoice date|booked at|"
        "booking date|"
        "return month|month|period|posting date|sale date|ordered at|ordered on|data do pedido|data|day",
        "completed_at": "completed at|completed date|completion date|fulfilled at|delivered at|delivery date|"
        "delivered date|"
        "shipped at|paid at|order delivered customer date|closed at|settled at",
        "status": "status|order status|state|order state|fulfilment status|fulfillment status|invoice status|"
        "payment status",
        "cancelled_by": "cancelled by|canceled by|cancelled by party|cancelling party|cancellation by",
        "amount": _AMOUNT,
        "tax": "tax|vat|gst|tax amount|sales tax|vat amount|imposto",
        "shipping": "shipping|shipping price|freight|freight value|shipping cost|delivery fee|postage|"
        "shipping amount|frete",
        "currency": _CURRENCY,
        "category": _CATEGORY,
        "region": _REGION,
        "channel": _CHANNEL,
        "on_platform": "on platform|on marketplace",
        "is_test": "test|is test|test order",
        "quote_id": "quote|rfq id|quote number|request id|rfq",
        "terms": "terms|payment terms|delivery terms|incoterms",
        "title": "title|description|subject|product name|item|project name and description|project|memo|descricao",
        "sample_weight": "weight|sample weight",
    },
    "order_lines": {
        "line_id": "id|line|order line id|order item id|item id|line number",
        "order_id": "order|order number|order no|invoice no|invoice number|sales order id|invoice id",
        "listing_id": "listing|product id|sku|stock code|product code",
        "quantity": "quantity|qty|units|quantity ordered|quantidade",
        "amount": "amount|line total|total|price|unit price|line amount|net total|value",
        "currency": _CURRENCY,
        "category": _CATEGORY,
    },
    "shipments": {
        "shipment_id": "id|shipment|shipment number|shipment no|delivery id|delivery number|delivery no|delivery note|"
        "delivery note number|consignment|consignment number|parcel id|parcel number|despatch number|package id|"
        "tracking number|tracking no|tracking code",
        "order_id": "order|order number|order no|order ref|order reference|sales order id|purchase order|po number",
        "status": "status|shipment status|delivery status|tracking status|shipping status|state",
        "promised_at": "promised at|promised date|promised delivery date|promised for|estimated delivery|"
        "estimated delivery date|expected delivery|expected delivery date|expected at|eta|due date|delivery due|"
        "requested delivery date|agreed delivery date|deliver by",
        "shipped_at": "shipped at|shipped|ship date|shipped date|date shipped|shipment date|shipping date|"
        "dispatched at|dispatch date|despatch date|despatched at|sent at|sent date|handed over at|pickup date|"
        "goods issue date",
        "delivered_at": "delivered at|delivered|delivery date|delivered date|date delivered|actual delivery|"
        "actual delivery date|arrived at|arrival date|received at|pod date",
        "quantity": "quantity|qty|units|units shipped|quantity shipped|shipped quantity|qty shipped|pieces|"
        "quantity delivered|delivered quantity",
        "carrier": "carrier|carrier name|courier|shipping company|logistics provider|forwarder|shipping provider",
    },
    "reviews": {
        "review_id": "id|review|review number|rating id|feedback id|survey id|survey response id",
        "order_id": "order|order number|order no|order ref|purchase id",
        "reviewer_id": f"reviewer|reviewer name|reviewed by|author|written by|rated by|respondent|{BUYER}|user id",
        "reviewee_id": f"reviewee|rated|rated company|reviewed company|subject|{SUPPLIER}",
        "reviewed_at": "reviewed at|review date|date of review|written at|submitted at|posted at|answered at|"
        "review creation date|created|created at|date|timestamp|response date",
        "rating": "rating|stars|star rating|score|review score|overall rating|overall score|grade|points|rating value",
        "best_rating": "best rating|max rating|maximum rating|highest rating|scale|out of|rating scale",
        "recommends": "recommends|recommend|recommended|would recommend|recommendation",
        "is_incentivised": "incentivised|incentivized|is incentivized|rewarded|sponsored|incentive|paid review",
    },
    "subscriptions": {
        "subscription_id": "id|subscription|subscription number|subscription no|contract id|contract number|"
        "membership id|membership number",
        "account_id": f"{_ACCOUNT}|{SUPPLIER}|{BUYER}|subscriber|subscriber id|member id",
        "plan": "plan|plan name|plan id|package|tier|membership|membership type|subscription plan|price name|"
        "product|product name|edition",
        "started_at": "started at|started|start|start date|subscription start|subscription start date|contract start|"
        "activated at|activation date|begin date|valid from|created|created at|created date|signup date",
        "trial_ends_at": "trial end|trial ends at|trial ends|trial end date|trial until|free until",
        "paused_at": "paused at|paused on|pause date|pause start|paused from",
        "resumed_at": "resumed at|resumes at|resume date|pause end|paused until",
        "ended_at": "ended at|ended|end|end date|cancelled at|canceled at|cancelled on|cancellation date|cancel date|"
        "churned at|churn date|terminated at|termination date|contract end|subscription end|expired at|valid until",
        "amount": f"plan amount|plan price|price per period|recurring amount|recurring price|monthly fee|fee|{_AMOUNT}",
        "interval": "interval|billing interval|billing period|billing cycle|billing frequency|plan interval|"
        "payment interval|frequency|period|term|cycle",
        "currency": _CURRENCY,
    },
    "fees": {
        "fee_id": "id|charge id|transaction id|billing id",
        "kind": "kind|type|fee type|fee kind|charge type|description",
        "order_id": "order|order number|order no",
        "account_id": f"{_ACCOUNT}|{SUPPLIER}|{BUYER}",
        "charged_at": "charged at|charge date|fee date|date|created|created at|billed at|billing date|"
        "invoice date|month",
        "amount": f"fee|fee amount|commission|commission amount|charge|{_AMOUNT}",
        "currency": _CURRENCY,
    },
    "refunds": {
        "refund_id": "id|refund number|return id|credit note",
        "order_id": "order|order number|order no|original order",
        "refunded_at": "refunded at|refund date|date|created|created at|returned at|return date|processed at",
        "amount": f"refund amount|refunded|amount refunded|{_AMOUNT}",
        "fee_amount": "fee amount|fee returned|fee refunded|commission refunded",
        "currency": _CURRENCY,
        "reason": "reason|refund reason|return reason|note|motivo",
    },
    "campaigns": {
        "campaign_id": "id|campaign|utm campaign id|campaign key",
        "name": "name|campaign name|campaign|title|utm campaign",
        "channel": f"{_CHANNEL}|type|campaign type|platform|network",
        "side": "side|audience|target|target side",
        "started_at": "started|started at|start|start date|launch date|created|created at|created time|begin date",
        "ended_at": "ended|ended at|end|end date|stop date|finish date",
    },
    "leads": {
        "lead_id": "id|lead|lead number|prospect id|mql id|prospect|enquiry id|record id",
        "side": "side|lead type|lead side|role|type",
        "account_id": "account|account name|converted account|converted account id|customer id|seller id|buyer id|"
        "supplier id|vendor id",
        "name": "name|company|company name|lead name|full name|organisation|last name|nome",
        "channel": f"{_CHANNEL}|original source|first touch|how did you hear about us",
        "campaign_id": "campaign|campaign name|utm campaign",
        "category": _CATEGORY,
        "region": _REGION,
        "segment": "segment|company size|size|employees band|number of employees|tier",
        "owner": f"{_OWNER}|sdr id|sdr",
        "created_at": "created|created at|created time|created date|date created|create date|first contact|"
        "first contact date|"
        "first seen|lead date|date|received at|submitted at|entry date|timestamp",
    },
    "stage_changes": {
        "change_id": "id|history id|change",
        "lead_id": "lead|record id|contact id|mql id|prospect id|object id",
        "stage": "stage|new stage|to stage|lifecycle stage|new value|status|lead status|lifecyclestage",
        "changed_at": "changed at|change date|entered at|date entered|timestamp|date|created at|won date|modified at|"
        "occurred at|edit date|created time",
        "reason": "reason|lost reason|loss reason|disqualification reason",
        "owner": f"{_OWNER}|changed by|sr id",
    },
    "opportunities": {
        "opportunity_id": "id|record id|opportunity|deal id|deal|potential id|opp id|potential",
        "side": "side|market side",
        "lead_id": "lead|mql id|prospect id",
        "account_id": "account|account name|company|company name|customer|client|customer name|associated company",
        "name": "name|opportunity name|deal name|potential name|title|subject|opportunity",
        "status": "status|stage|deal stage|opportunity stage|sales stage|outcome|state|pipeline stage",
        "opened_at": "opened at|created|created at|created time|created date|create date|open date|engage date|"
        "opened|start date",
        "closed_at": "closed at|close date|closed date|closing date|won date|won at|expected close date",
        "amount": f"{_AMOUNT}|close value|deal value|deal amount|opportunity amount|acv|arr|tcv",
        "currency": _CURRENCY,
        "category": _CATEGORY,
        "region": f"{_REGION}|regional office",
        "channel": _CHANNEL,
        "reason": "reason|lost reason|loss reason|won reason|closed lost reason",
        "owner": f"{_OWNER}|opportunity owner|potential owner",
        "probability": "probability|win probability|deal probability|stage probability|close probability",
    },
    "touches": {
        "touch_id": "id|touch|activity id|call id|task id|engagement id|event id|email id",
        "lead_id": "lead|prospect id|mql id",
        "account_id": "account|company id|company",
        "campaign_id": "campaign|campaign name",
        "kind": "kind|type|activity type|engagement type|touch type|task type",
        "direction": "direction|call direction|call type|inbound or outbound",
        "occurred_at": "occurred at|date|activity date|timestamp|created at|created time|call start time|"
        "start time|start date time|"
        "time|sent at|completed at",
        "owner": f"{_OWNER}|event owner|task owner|rep|user",
    },
    "spend": {
        "spend_id": "id|row id|expense id",
        "kind": "kind|type|cost type|expense type|spend type",
        "side": "side|audience|target side",
        "spent_at": "spent at|date|day|month|period|spend date|expense date|posting date|week",
        "amount": "amount|cost|spend|spent|budget spent|ad spend|media cost|cost amount|expense|investment|"
        "total cost|actual cost",
        "currency": _CURRENCY,
        "channel": f"{_CHANNEL}|platform|network|publisher",
        "campaign_id": "campaign|campaign name|utm campaign",
        "category": _CATEGORY,
        "region": _REGION,
    },
    "pushes": {
        "push_id": "id|push|push number|pilot id|pilot|blitz id",
        "name": "name|push name|pilot name|title|initiative|project|programme|program",
        "side": "side|target side|pushed side|audience",
        "category": _CATEGORY,
        "region": _REGION,
        "started_at": "started|started at|start|start date|from|launch date|begin date|first day",
        "ended_at": "ended|ended at|end|end date|until|to|stop date|last day",
        "intensity": "intensity|strength|dose|level|effort|budget",
        "assignment": "assignment|assigned by|how assigned|design|selection|picked by|randomised|randomized|allocation",
    },
    "fx_rates": {
        "rate_id": "id",
        "currency": "currency|currency code|from currency|base",
        "quoted_on": "date|quoted on|rate date|valid from|day",
        "rate": "rate|fx rate|exchange rate|value|close",
    },
}

FILE_HINTS: dict[str, str] = {
    "accounts": "account|accounts|customers|customer|clients|companies|organisations|organizations|buyers|"
    "suppliers|sellers|vendors|"
    "merchants|users|members|shops|stores|clientes|vendedores",
    "contacts": "contacts|contact|people|persons",
    "listings": "listings|listing|products|catalogue|catalog|offers|items|skus|produtos",
    "visits": "visits|visit|sessions|web sessions|web traffic|traffic|web analytics|ga 4|ga4|google analytics|matomo|"
    "plausible",
    "events": "events|searches|behaviour|behavior|clickstream|analytics|sessions|visits",
    "quotes": "quotes|quote|rfq|rfqs|requests|tenders|enquiries|inquiries|quotations|notices",
    "orders": "orders|order|sales|ledger|transactions|purchases|bookings|invoices|gmv|trades|pedidos|vendas",
    "order_lines": "lines|order lines|order items|line items|items",
    "shipments": "shipments|shipment|deliveries|delivery|dispatches|despatches|parcels|tracking|consignments|"
    "fulfilment|fulfillment|shipping",
    "reviews": "reviews|review|ratings|rating|feedback|order reviews|testimonials",
    "subscriptions": "subscriptions|subscription|plans|memberships|recurring|contracts|supplier plans",
    "fees": "fees|fee|commissions|commission|charges|billing",
    "refunds": "refunds|refund|returns|credit notes|chargebacks|reembolsos",
    "campaigns": "campaigns|campaign",
    "leads": "leads|lead|prospects|mql|mqls|qualified leads",
    "stage_changes": "stage changes|history|lead history|stages|stage history|lifecycle|field history",
    "opportunities": "opportunities|opportunity|deals|deal|potentials|pipeline",
    "touches": "touches|activities|calls|emails|meetings|engagements|tasks",
    "pushes": "pushes|push|pilots|pilot|pushes and pilots|blitz|blitzes|onboarding blitz|supply pushes|initiatives",
    "spend": "spend|costs|cost|expenses|budget|ads|ad spend|marketing",
    "fx_rates": "fx|rates|fx rates|exchange rates|currencies",
}


_NO_STEM = frozenset({"spend id", "fee id", "refund id", "rate id", "change id"})
"""Keys whose bare noun means the amount ('fee'), not the number of the row."""


def synonyms(table: str, column: str) -> tuple[tuple[str, ...], ...]:
    """What exports call that column, each as words; its schema name first.

    >>> synonyms("orders", "order_id")[:2]
    (('order', 'id'), ('id',))
    """
    own = phrase(column)
    stem = "" if own in _NO_STEM else own.removesuffix(" id").removesuffix(" at").removesuffix(" on")
    others = SYNONYMS.get(table, {}).get(column, "").split("|")
    foreign = FOREIGN.get(table, {}).get(column, "").split("|")
    return tuple(tuple(one.split()) for one in dict.fromkeys((own, *others, stem, *foreign)) if one)


def file_hints(table: str) -> tuple[tuple[str, ...], ...]:
    """Words in a file's name that point to the table."""
    hints = f"{FILE_HINTS.get(table, table)}|{FOREIGN_FILES.get(table, '')}"
    return tuple(tuple(one.split()) for one in hints.split("|") if one)


TABLE_NAMES: tuple[str, ...] = tuple(name for name in TABLES if name in SYNONYMS)
"""The tables a draft can recognise."""
