"""How each system that sends leads names its fields: the standard name of a lead's field to the system's own."""

from collections.abc import Mapping

_ON_FORMS = (
    "side",
    "source",
    "channel",
    "campaign",
    "company",
    "name",
    "email",
    "phone",
    "website",
    "country",
    "region",
    "category",
    "segment",
    "deal_size",
    "employees",
    "job_title",
    "language",
    "sku_count",
    "marketing_consent",
)

LAYOUTS: Mapping[str, Mapping[str, str]] = {
    "web_form": {field: field for field in _ON_FORMS},
    "crm": {
        "side": "Account_Type__c",
        "source": "LeadSource",
        "channel": "Channel__c",
        "campaign": "Campaign",
        "company": "Company",
        "name": "Name",
        "email": "Email",
        "phone": "Phone",
        "website": "Website",
        "country": "CountryCode",
        "region": "Region__c",
        "category": "Category__c",
        "segment": "Segment__c",
        "deal_size": "AnnualSpend__c",
        "employees": "NumberOfEmployees",
        "job_title": "Title",
        "language": "Language__c",
        "sku_count": "SkuCount__c",
    },
    "partner": {
        "side": "wants_to",
        "source": "submitted_through",
        "channel": "channel",
        "campaign": "partner",
        "company": "company_name",
        "name": "contact_name",
        "email": "contact_email",
        "phone": "contact_phone",
        "country": "country",
        "category": "interest",
        "segment": "size_class",
        "deal_size": "expected_annual_value",
        "job_title": "contact_role",
    },
    "trade_fair": {
        "side": "Visitor type",
        "source": "List",
        "channel": "Channel",
        "campaign": "Fair",
        "company": "Company",
        "name": "Contact",
        "email": "E-mail",
        "phone": "Telephone",
        "country": "Country",
        "category": "Interest",
        "job_title": "Position",
    },
}
"""By source. The partner and the trade fair know less than the marketplace's own form or the CRM."""

ENVELOPES: Mapping[str, Mapping[str, str]] = {
    "web_form": {"id": "submission_id", "created_at": "submitted_at"},
    "crm": {"id": "Id", "created_at": "CreatedDate"},
    "partner": {"id": "reference", "created_at": "submitted_at"},
    "trade_fair": {},
}
"""How each system names its key of a lead and when it came in; a list of a trade fair says neither."""

CHANNEL_WORDS: Mapping[str, tuple[str, ...]] = {
    "organic": ("Organic Search", "google / organic", "SEO"),
    "paid_search": ("Google Ads", "AdWords", "google / cpc"),
    "paid_social": ("LinkedIn Ads", "Paid Social"),
    "content": ("Content", "White Paper"),
    "direct": ("(direct)", "Direct"),
    "referral": ("Referral", "word of mouth"),
    "outbound": ("Cold Call", "Outbound"),
    "event": ("Event",),
    "partner": ("Partner", "Partner Portal"),
    "trade_show": ("Tradeshow", "Messe", "fair"),
}
"""By channel, what systems write for it beside the standard word: what hygiene has to standardise."""

SIDE_WORDS: Mapping[str, Mapping[str, str]] = {
    "web_form": {"buyer": "buyer", "supplier": "supplier"},
    "crm": {"buyer": "Buyer", "supplier": "Supplier"},
    "partner": {"buyer": "purchaser", "supplier": "vendor"},
    "trade_fair": {"buyer": "Customer", "supplier": "Seller"},
}
"""The words that each system writes for the side, by standard word."""


def carried(source: str) -> frozenset[str]:
    """The standard fields that this source sends, and the domain that is read off the e-mail address."""
    return frozenset(LAYOUTS[source]) | {"email_domain"}
