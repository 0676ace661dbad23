"""Words that exports use for the schema's closed lists: statuses, sides, stages and kinds."""

from dataclasses import dataclass

from bothsides.ingest.draft.names import phrase
from bothsides.schema import table

_CALLED_OFF = (
    "cancelled|canceled|void|voided|refused|rejected|declined|denied|refunded|expired|abandoned|withdrawn|revoked|"
    "reversed|storniert|storno|abgebrochen|abgelehnt|annulliert|verweigert|erstattet|zuruckgezogen|widerrufen|"
    "annule|annulee|refuse|refusee|rembourse|remboursee|rejete|rejetee|abandonne|abandonnee|cancelado|cancelada|"
    "anulado|anulada|rechazado|rechazada|rehusado|reembolsado|reembolsada|devuelto|devuelta|recusado|recusada|"
    "rejeitado|rejeitada|estornado|estornada|devolvido|devolvida|gestorniert|gekundigt"
)
"""Words in English, German, French, Spanish and Portuguese that say that nothing came of an order."""
_NOT_WHOLLY = frozenset("not no un partially partial partly teilweise partiellement parcialmente nicht non nao".split())


_VOCABULARY: dict[tuple[str, str], dict[str, str]] = {
    ("*", "side"): {
        "buyer": "buyer|buyers|customer|customers|client|clients|purchaser|demand|consumer|buy side|kunde|kunden|"
        "kaufer|kaeufer|besteller|abnehmer|auftraggeber|debitor|acheteur|acheteurs|acheteuse|cliente|clientes|comprador|"
        "compradora|compradores",
        "supplier": "supplier|suppliers|seller|sellers|vendor|vendors|merchant|provider|partner|supply|sell side|"
        "lieferant|lieferanten|handler|haendler|verkaufer|verkaeufer|anbieter|kreditor|fournisseur|fournisseurs|"
        "vendeur|vendeurs|marchand|proveedor|proveedora|proveedores|vendedor|vendedora|vendedores|lojista|fornecedor|"
        "fornecedora|fornecedores",
    },
    ("orders", "status"): {
        "completed": "completed|complete|delivered|fulfilled|paid|invoiced|done|closed|settled|success|successful|"
        "received|closed won|won|finished|shipped and delivered|entregue|pago|paga|concluido|concluida|finalizado|"
        "finalizada|faturado|recebido|abgeschlossen|erledigt|geliefert|ausgeliefert|bezahlt|zugestellt|fakturiert|"
        "beendet|fertig|livre|livree|paye|payee|termine|terminee|facture|facturee|cloture|cloturee|regle|reglee|"
        "completado|completada|entregado|entregada|pagado|pagada|facturado|facturada|terminado|terminada|cerrado|"
        "cerrada|recibido",
        "cancelled": f"{_CALLED_OFF}|cancel|unavailable|failed|lost|fehlgeschlagen|verloren|echoue|echouee|fallido|"
        "fallida|perdido|perdida|falhou",
        "placed": "placed|pending|processing|new|open|created|approved|confirmed|shipped|in progress|in transit|"
        "ordered|awaiting payment|awaiting shipment|on hold|unpaid|booked|sent|active|partially delivered|offen|neu|"
        "in bearbeitung|bestatigt|versendet|versandt|bestellt|angelegt|unbezahlt|teilweise geliefert|teilgeliefert|"
        "en cours|en attente|nouveau|nouvelle|ouvert|ouverte|confirme|confirmee|expedie|expediee|commande|commandee|"
        "pendiente|en proceso|en curso|nuevo|nueva|abierto|abierta|confirmado|confirmada|enviado|enviada|pendente|"
        "em andamento|em processamento|novo|nova|aberto|aberta|aprovado|aprovada",
    },
    ("orders", "cancelled_by"): {
        "buyer": "buyer|customer|client|purchaser|kunde|kaufer|client|acheteur|cliente|comprador",
        "supplier": "supplier|seller|vendor|merchant|store|lieferant|verkaufer|handler|fournisseur|vendeur|proveedor|"
        "vendedor|fornecedor|lojista",
        "marketplace": "marketplace|platform|operator|admin|system|staff|betreiber|plateforme|plataforma",
    },
    ("shipments", "status"): {
        "pending": "pending|created|open|new|ready|label created|preparing|packed|picked|awaiting pickup|planned|"
        "processing|offen|in vorbereitung|en preparation|pendiente|pendente",
        "shipped": "shipped|in transit|dispatched|despatched|sent|on the way|out for delivery|handed over|delayed|"
        "versendet|versandt|unterwegs|expedie|expediee|en transit|enviado|enviada|en camino|em transito|despachado",
        "delivered": "delivered|completed|received|arrived|signed|complete|done|zugestellt|geliefert|ausgeliefert|"
        "livre|livree|entregado|entregada|entregue",
        "returned": "returned|return to sender|returning|refused|undeliverable|retour|zuruckgesandt|retourne|devuelto|"
        "devolvido",
        "cancelled": f"{_CALLED_OFF}|cancel|lost|failed",
    },
    ("subscriptions", "interval"): {
        "month": "month|monthly|1 month|per month|every month|m|30 days|monat|monatlich|mensuel|mensuelle|mois|mensual|"
        "mes|mensal",
        "quarter": "quarter|quarterly|3 months|per quarter|every 3 months|q|quartal|quartalsweise|vierteljahrlich|"
        "trimestriel|trimestrielle|trimestral",
        "half_year": "half year|half yearly|semiannual|semi annual|biannual|6 months|every 6 months|halbjahrlich|"
        "semestriel|semestrielle|semestral",
        "year": "year|yearly|annual|annually|12 months|per year|every year|y|jahr|jahrlich|annuel|annuelle|an|anual|"
        "ano",
    },
    ("pushes", "assignment"): {
        "randomised": "randomised|randomized|random|lottery|by lot|lot|drawn|coin flip|experiment|a b test|zufallig|"
        "zufall|ausgelost|aleatoire|tire au sort|aleatorio|sorteo|sorteio",
        "instrumented": "instrumented|instrument|natural experiment|outside|external|partner timetable|subsidy|"
        "forderung|subvention|subsidio",
        "chosen": "chosen|selected|manual|manually|picked|by hand|management|sales|targeted|ausgewahlt|gewahlt|choisi|"
        "elegido|escolhido",
    },
    ("quotes", "status"): {
        "open": "open|new|published|live|active|pending|submitted|draft|negotiation|in progress|created|sent",
        "closed": "closed|expired|ended|past due",
        "awarded": "awarded|won|accepted|approved|confirmed|closed won|converted",
        "cancelled": "cancelled|canceled|withdrawn|void",
        "unsuccessful": "unsuccessful|lost|rejected|declined|no award|not awarded|closed lost|denied",
        "replied": "replied|answered|quoted|delivered|responded",
    },
    ("quotes", "kind"): {
        "request": "request|rfq|enquiry|inquiry|tender",
        "reply": "reply|quote|bid|offer|response|proposal",
    },
    ("opportunities", "status"): {
        "won": "won|closed won|win|success|signed",
        "lost": "lost|closed lost|loss|disqualified|closed lost to competition|closed lost to competitor|"
        "abandoned|dead",
        "open": "open|new|engaging|prospecting|qualification|negotiation|proposal|needs analysis|demo|contacted|"
        "initial offer|"
        "value proposition|identify decision makers|proposal price quote|negotiation review|in progress|pending|"
        "presentation|discovery|evaluation|closing|qualified|perception analysis|id decision makers",
    },
    ("stage_changes", "stage"): {
        "visitor": "visitor|visit|anonymous",
        "lead": "lead|new|raw|open|subscriber|inquiry",
        "mql": "mql|marketing qualified lead|marketing qualified|marketingqualifiedlead",
        "sales_qualified": "sales qualified|sales qualified lead|sal|salesqualifiedlead|qualified|sales accepted",
        "opportunity": "opportunity|deal|proposal|negotiation",
        "closed_won": "closed won|won|customer|converted|closedwon",
        "closed_lost": "closed lost|lost|disqualified|unqualified|junk lead|lost lead|closedlost|not qualified",
        "recycled": "recycled|nurture|recycle|returned to marketing|contact in future",
    },
    ("events", "name"): {
        "visit": "visit|page view|pageview|session start|page|view",
        "search": "search|site search|search performed|view search results|query",
        "supplier_view": "supplier view|supplier viewed|profile view|product view|view item|listing view|"
        "vendor view|seller view|"
        "product viewed",
        "cart_add": "cart add|add to cart|added to cart|product added|basket add",
        "cart_abandon": "cart abandon|cart abandoned|abandoned cart|basket abandon",
        "checkout": "checkout|begin checkout|checkout started|purchase|order completed",
        "other": "other",
    },
    ("fees", "kind"): {
        "commission": "commission|take rate|marketplace fee|referral fee|sales fee|commission fee",
        "transaction": "transaction|transaction fee|payment|payment fee|processing fee",
        "subscription": "subscription|membership|monthly fee|saas|plan",
        "advertising": "advertising|ads|ad|promoted|sponsored|promotion",
        "listing": "listing|listing fee|insertion fee",
        "other": "other|misc|miscellaneous",
    },
    ("touches", "kind"): {
        "call": "call|phone|telephone|phone call|outbound call|calls",
        "email": "email|e mail|mail|newsletter|email sent",
        "meeting": "meeting|demo|visit|appointment|event",
        "chat": "chat|whatsapp|sms|message|live chat",
        "ad": "ad|ads|display|paid|impression|click",
        "web": "web|website|form|page view|download|landing page",
        "other": "other|task|note",
    },
    ("touches", "direction"): {
        "out": "out|outbound|outgoing|sent|dialled",
        "in": "in|inbound|incoming|received|missed",
    },
    ("spend", "kind"): {
        "marketing": "marketing|media|advertising|ads|paid media|content|events|seo|agency",
        "sales": "sales|salaries|sales salaries|commission|sales team|payroll",
        "onboarding": "onboarding|activation|implementation|verification|training",
        "incentive": "incentive|incentives|discount|voucher|coupon|rebate|referral bonus|bonus|subsidy",
    },
}


_LOST = frozenset("lost verloren perdu perdue perdido perdida".split())
_DOUBTFUL: dict[tuple[str, str], frozenset[str]] = {
    ("orders", "status"): _LOST,
    ("accounts", "side"): frozenset({"partner"}),
    ("leads", "side"): frozenset({"partner"}),
}
"""Words whose meaning is likely but not sure: a lost order was never won, or its parcel went astray."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """How a column's words read in a closed list: pairs to translate, unknown words, share of records understood.

    `doubtful` are pairs whose word could mean another thing in this market: a person should look at them once.
    """

    pairs: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]
    doubtful: tuple[tuple[str, str], ...]
    share: float


def translate(table_name: str, column: str, words: tuple[tuple[str, int], ...]) -> Translation:
    """Read source words as the schema's; words already spelt as allowed need no pair.

    >>> translate("orders", "status", (("delivered", 9), ("placed", 1)))
    Translation(pairs=(('delivered', 'completed'),), unknown=(), doubtful=(), share=1.0)
    """
    allowed = table(table_name).column(column).allowed
    known = _vocabulary(table_name, column)
    pairs, unknown, understood, total = list[tuple[str, str]](), list[str](), 0, 0
    for word, count in words:
        total += count
        meant = word if word in allowed else known.get(phrase(word)) or _called_off(table_name, column, word)
        if meant is None:
            unknown.append(word)
            continue
        understood += count
        if meant != word:
            pairs.append((word, meant))
    unclear = _DOUBTFUL.get((table_name, column), frozenset())
    return Translation(
        pairs=tuple(pairs),
        unknown=tuple(unknown),
        doubtful=tuple(pair for pair in pairs if phrase(pair[0]) in unclear),
        share=understood / total if total else 0.0,
    )


def _called_off(table_name: str, column: str, word: str) -> str | None:
    """'Cancelled by customer' is cancelled, whatever else it says; 'partially refunded' is left to the person."""
    said = set(phrase(word).split())
    if (table_name, column) != ("orders", "status") or said & _NOT_WHOLLY or not said & set(_CALLED_OFF.split("|")):
        return None
    return "cancelled"


def _vocabulary(table_name: str, column: str) -> dict[str, str]:
    words = _VOCABULARY.get((table_name, column)) or _VOCABULARY.get(("*", column)) or {}
    known = {one: meant for meant, listed in words.items() for one in listed.split("|")}
    return known | {phrase(one): one for one in table(table_name).column(column).allowed}
