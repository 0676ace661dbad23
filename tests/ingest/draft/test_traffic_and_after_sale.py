"""Exports of visits, shipments, reviews and plans in five languages: headers as they are, rows made up here."""

from collections.abc import Callable

import pytest

from bothsides.ingest.draft import Draft, Sure

Drafted = Callable[..., Draft]

_VISITS = [
    "V1,C9,2024-03-01 09:00:00,Organic Search,2",
    "V2,C9,2024-03-02 10:00:00,Email,0",
    "V3,C7,2024-03-02 11:00:00,Paid Search,1",
]
_SHIPMENTS = [
    "L1,A1,2024-03-05,2024-03-03,2024-03-06,10",
    "L2,A2,2024-03-07,2024-03-05,,4",
    "L3,A2,2024-03-07,2024-03-06,2024-03-07,2",
]
_REVIEWS = [
    "R1,A1,Steel AG,2024-03-09,5",
    "R2,A2,Nut SA,2024-03-10,2",
    "R3,A3,Steel AG,2024-03-12,4",
]
_PLANS = [
    "P1,Steel AG,Pro,2024-01-01,,79.50,{month}",
    "P2,Nut SA,Start,2024-02-01,2024-06-30,39.90,{month}",
    "P3,Bolt SL,Pro,2024-03-15,,795.50,{year}",
]
_VISIT_COLUMNS = ("visit_id", "visitor_id", "started_at", "channel", "searches")
_SHIPMENT_COLUMNS = ("shipment_id", "order_id", "promised_at", "shipped_at", "delivered_at", "quantity")
_REVIEW_COLUMNS = ("review_id", "order_id", "reviewee_id", "reviewed_at", "rating")
_PLAN_COLUMNS = ("subscription_id", "account_id", "plan", "started_at", "ended_at", "amount", "interval")

CASES = {
    "web analytics": ("web_sessions.csv", "Session ID,Client ID,Session start,Default channel group,Site searches"),
    "Webanalyse": ("sitzungen.csv", "Sitzungs-ID,Besucher-ID,Sitzungsbeginn,Kanal,Suchanfragen"),
    "trafic": ("visites.csv", "ID de session,ID visiteur,Date de visite,Canal,Recherches"),
    "trafico": ("visitas.csv", "ID de sesión,ID visitante,Fecha de visita,Canal,Búsquedas"),
    "trafego": ("sessoes.csv", "ID da sessão,ID do visitante,Data da visita,Canal,Buscas"),
    "deliveries": (
        "deliveries.csv",
        "Delivery number,Order number,Expected delivery date,Dispatch date,Delivered at,Qty",
    ),
    "Lieferungen": (
        "lieferungen.csv",
        "Lieferscheinnummer,Auftragsnr,Zugesagter Liefertermin,Versanddatum,Geliefert am,Menge",
    ),
    "livraisons": (
        "livraisons.csv",
        "Numéro d'expédition,N° commande,Date de livraison prévue,Date d'expédition,Livré le,Quantité",
    ),
    "envios": ("envios.csv", "Número de envío,Nº pedido,Fecha prevista,Fecha de envío,Fecha de entrega,Cantidad"),
    "remessas": ("remessas.csv", "Remessa,ID do pedido,Data prevista,Data de envio,Data da entrega,Quantidade"),
    "ratings": ("ratings.csv", "Review ID,Order ID,Seller,Review date,Stars"),
    "Bewertungen": ("bewertungen.csv", "Bewertungs-ID,Auftragsnr,Lieferant,Bewertet am,Sterne"),
    "avis": ("avis.csv", "ID avis,N° commande,Fournisseur,Date de l'avis,Note"),
    "resenas": ("resenas.csv", "ID de reseña,Nº pedido,Proveedor,Fecha de reseña,Puntuación"),
    "avaliacoes": ("avaliacoes.csv", "ID da avaliação,ID do pedido,Fornecedor,Data da avaliação,Nota"),
    "memberships": ("memberships.csv", "Subscription ID,Vendor,Plan,Start date,Cancelled at,Price,Billing interval"),
    "Abos": ("abos.csv", "Abo-Nummer,Lieferant,Tarif,Vertragsbeginn,Vertragsende,Preis,Zahlweise"),
    "abonnements": ("abonnements.csv", "N° abonnement,Fournisseur,Forfait,Date de début,Date de fin,Prix,Périodicité"),
    "suscripciones": (
        "suscripciones.csv",
        "Número de suscripción,Proveedor,Plan,Fecha de inicio,Fecha de baja,Precio,Periodicidad",
    ),
    "assinaturas": (
        "assinaturas.csv",
        "Número da assinatura,Fornecedor,Plano,Data de início,Data de cancelamento,Preço,Periodicidade",
    ),
}
_TABLES = ("visits", "shipments", "reviews", "subscriptions")
_ROWS = (_VISITS, _SHIPMENTS, _REVIEWS, _PLANS)
_COLUMNS = (_VISIT_COLUMNS, _SHIPMENT_COLUMNS, _REVIEW_COLUMNS, _PLAN_COLUMNS)
_WORDS = (
    ("monthly", "annual"),
    ("monatlich", "jährlich"),
    ("mensuel", "annuel"),
    ("mensual", "anual"),
    ("mensal", "anual"),
)


@pytest.mark.parametrize("case", CASES)
def test_an_export_is_recognised_with_its_columns(drafted: Drafted, case: str) -> None:
    file, header = CASES[case]
    which, language = divmod(list(CASES).index(case), 5)
    month, year = _WORDS[language]
    rows = [row.format(month=month, year=year) for row in _ROWS[which]]
    (source,) = drafted({file: "\n".join([header, *rows]) + "\n"}).sources
    main, names, columns = source.tables[0], header.split(","), _COLUMNS[which]
    assert main.name == _TABLES[which]
    assert main.key == (names[0],)
    found = {column.column: column.fields[0] for column in main.columns if column.fields}
    assert dict(zip(columns[1:], names[1:], strict=True)).items() <= found.items()
    if main.name == "subscriptions":
        (interval,) = (column for column in main.columns if column.column == "interval")
        assert dict(interval.words) == {month: "month", year: "year"}


def test_counts_by_day_and_channel_are_visits_without_a_key(drafted: Drafted) -> None:
    rows = ["2024-03-01,Organic Search,120", "2024-03-01,Direct,80", "2024-03-02,Organic Search,131"]
    header = "Date,Session default channel group,Sessions"
    (source,) = drafted({"ga4_traffic.csv": "\n".join([header, *rows]) + "\n"}).sources
    main = source.tables[0]
    assert (main.name, main.key) == ("visits", ())
    assert {c.column: c.fields[0] for c in main.columns if c.fields} == {
        "started_at": "Date",
        "channel": "Session default channel group",
        "sessions": "Sessions",
    }


def test_an_order_list_with_delivery_dates_stays_an_order_list(drafted: Drafted) -> None:
    header = "Order number,Customer,Supplier,Order date,Delivery date,Order status,Cancelled by,Net amount"
    rows = [
        "1001,Acme,Steel AG,2024-01-03,2024-01-09,delivered,,120.50",
        "1002,Bolt,Steel AG,2024-01-04,,cancelled,seller,20.50",
        "1003,Acme,Nut SA,2024-01-05,2024-01-12,cancelled,customer,50.50",
    ]
    (source,) = drafted({"orders_with_shipping.csv": "\n".join([header, *rows]) + "\n"}).sources
    main = source.tables[0]
    assert main.name == "orders"
    (by,) = (column for column in main.columns if column.column == "cancelled_by")
    assert dict(by.words) == {"seller": "supplier", "customer": "buyer"}


def ratings(given: list[str]) -> str:
    rows = "".join(f"R{at},A{at},Steel AG,2024-03-{1 + at % 28:02d},{one}\n" for at, one in enumerate(given))
    return f"Review ID,Order ID,Seller,Review date,Rating\n{rows}"


@pytest.mark.parametrize(
    ("given", "best", "sure"),
    [
        ([str(1 + at % 5) for at in range(40)], None, None),
        ([str(1 + at % 10) for at in range(40)], "10", Sure.LIKELY),
        ([str(1 + at % 8) for at in range(40)], "10", Sure.GUESS),
        ([str(20 + at % 81) for at in range(162)], "100", Sure.LIKELY),
        ([*(str(1 + at % 5) for at in range(40)), "11"], None, None),
    ],
)
def test_ratings_above_five_are_not_taken_as_out_of_five(
    drafted: Drafted, given: list[str], best: str | None, sure: Sure | None
) -> None:
    (source,) = drafted({"reviews.csv": ratings(given)}, currency="EUR").sources
    rating, made = source.tables[0].column("rating"), source.tables[0].column("best_rating")
    assert rating is not None
    assert rating.sure is (Sure.SURE if max(map(int, given)) <= 5 else Sure.LIKELY)
    assert (made.value if made else None, made.sure if made else None) == (best, sure)
    if "11" in given:
        assert "taken as out of 5, although 1 of 41 are above it" in rating.reason


def test_ratings_that_fit_no_scale_are_a_guess(drafted: Drafted) -> None:
    (source,) = drafted({"reviews.csv": ratings([str(200 + at) for at in range(40)])}, currency="EUR").sources
    rating = source.tables[0].column("rating")
    assert rating is not None
    assert (rating.sure, source.tables[0].column("best_rating")) == (Sure.GUESS, None)
    assert "write best_rating" in rating.reason
