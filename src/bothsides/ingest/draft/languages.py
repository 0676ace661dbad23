"""German, French, Spanish and Portuguese headers for what the schema names, in the words `names.phrase` gives."""

_BUYER = (
    "kunde|kunden nr|kunden nummer|kunden id|kunden name|kaufer|besteller|auftraggeber|kunde nr|kunde name|debitor|"
    "debitor nr|debitoren nr|firma kunde|acheteur|nom du client|nom client|code client|numero client|n client|"
    "no client|id client|client no|comprador|id cliente|codigo cliente|codigo do cliente|codigo de cliente|"
    "nombre cliente|nombre del cliente|numero de cliente|id do cliente|nome cliente"
)
_SUPPLIER = (
    "lieferant|lieferanten nr|lieferanten nummer|lieferanten id|lieferanten name|lieferant nr|lieferant name|handler|"
    "handler nr|handler name|verkaufer|anbieter|kreditor|kreditor nr|fournisseur|nom fournisseur|nom du fournisseur|"
    "code fournisseur|numero fournisseur|n fournisseur|id fournisseur|vendeur|marchand|proveedor|nombre proveedor|"
    "nombre del proveedor|id proveedor|codigo proveedor|numero de proveedor|id fornecedor|id do fornecedor|"
    "codigo fornecedor|codigo do fornecedor|nome do fornecedor|nome fornecedor|loja|tienda"
)
_CATEGORY = (
    "product group|product category name|group|class|product class|segment|waren gruppe|produkt gruppe|artikel gruppe|"
    "kategorie|produkt kategorie|sparte|branche|categorie|famille|famille de produits|groupe de produits|secteur|"
    "categoria de producto|grupo|grupo de productos|familia|categoria do produto|grupo de produtos|setor"
)
_REGION = (
    "land|gebiet|bundesland|ort|stadt|plz gebiet|pays|ville|departement|pais|provincia|ciudad|comunidad|uf|zona|zone"
)
_AMOUNT = (
    "betrag|netto betrag|netto wert|netto|auftrags wert|auftrags betrag|bestell wert|gesamt betrag|gesamt wert|wert|"
    "umsatz|brutto betrag|rechnungs betrag|summe|gesamtsumme|betrag netto|wert netto|montant|montant ht|montant net|"
    "montant total|total ht|montant ttc|prix total|chiffre d affaires|importe|importe neto|importe total|"
    "monto|monto total|valor neto|total neto|valor liquido|montante|valor do pedido"
)
_DATE = (
    "datum|auftrags datum|bestell datum|bestellungs datum|rechnungs datum|beleg datum|buchungs datum|bestellt am|"
    "erstellt am|leistungs datum|date commande|date de commande|date de la commande|date facture|date de facture|"
    "date de creation|fecha|fecha pedido|fecha de pedido|fecha del pedido|fecha factura|fecha de factura|"
    "fecha de creacion|data pedido|data da fatura|data de criacao|data da compra|mes|monat|mois"
)
_ORDER = (
    "auftrags nr|auftrags nummer|auftrag|auftrags id|auftrag nr|bestell nr|bestell nummer|bestellung|bestellungs nr|"
    "bestellungs nummer|beleg nr|beleg nummer|rechnungs nr|rechnungs nummer|rechnung|rechnung nr|numero de commande|"
    "numero commande|n commande|n de commande|no commande|commande|ref commande|numero de facture|n facture|"
    "numero facture|numero de pedido|numero pedido|n pedido|no pedido|pedido|id pedido|numero de factura|"
    "id do pedido|codigo do pedido|numero da fatura|fatura|factura"
)
_CURRENCY = "wahrung|waehrung|devise|monnaie|divisa"
_NAME = "firma|firmenname|bezeichnung|nom|raison sociale|societe|nombre|razon social|empresa|razao social"
_STATUS = "zustand|auftrags status|bestell status|rechnungs status|statut|etat|statut commande|estado|situacao"
_CREATED = (
    "erstellt|erstellt am|angelegt am|eingegangen am|eingangsdatum|datum|date de creation|cree le|fecha|"
    "fecha de creacion|data de criacao|criado em"
)

FOREIGN: dict[str, dict[str, str]] = {
    "accounts": {
        "account_id": f"{_BUYER}|{_SUPPLIER}|konto|konto nr|konto nummer|konto id|firmen nr|firmen nummer|compte|"
        "numero de compte|n compte|id compte|cuenta|numero de cuenta|id cuenta|conta|numero da conta|id da conta",
        "side": "rolle|typ|art|kontoart|kontotyp|partnerart|seite|rol|tipo|tipo de cuenta|lado|papel|funcao|"
        "tipo de conta|type de compte",
        "name": f"{_NAME}|kunden name|lieferanten name|nom client|nom fournisseur|nombre cliente|nome do cliente",
        "signed_up_at": f"{_CREATED}|registriert am|kunde seit|lieferant seit|date d inscription|fecha de alta|"
        "data de cadastro",
        "category": _CATEGORY,
        "region": _REGION,
        "segment": "grosse|kundensegment|taille|tamano|porte",
        "country": "land|pays|pais",
    },
    "listings": {
        "listing_id": "artikel nr|artikel nummer|produkt id|reference|reference article|codigo de producto",
        "supplier_id": _SUPPLIER,
        "title": "artikel|artikel name|produkt|produkt name|bezeichnung|titre|designation|produit|producto|produto",
        "category": _CATEGORY,
        "price": "preis|prix|precio|preco",
        "currency": _CURRENCY,
    },
    "visits": {
        "visit_id": "sitzung|sitzungs id|besuch|besuchs id|id de session|identifiant de session|id de sesion|"
        "id da sessao",
        "visitor_id": "besucher|besucher id|visiteur|id visiteur|id du visiteur|visitante|id visitante|"
        "id del visitante|id do visitante",
        "started_at": "sitzungsbeginn|beginn|besuchsdatum|datum|debut de session|date de visite|date|inicio de sesion|"
        "fecha de visita|fecha|inicio da sessao|data da visita|data",
        "channel": "kanal|quelle|herkunft|canal|source de trafic|fuente|origen|origem|canal de trafico",
        "campaign_id": "kampagne|campagne|campana|campanha",
        "category": _CATEGORY,
        "region": _REGION,
        "searches": "suchen|suchanfragen|recherches|busquedas|buscas|pesquisas",
        "sessions": "sitzungen|besuche|visites|sesiones|visitas|sessoes",
    },
    "quotes": {
        "quote_id": "anfrage nr|anfrage nummer|anfrage|angebots nr|angebots nummer|numero de devis|n devis|devis|"
        "numero de presupuesto|presupuesto|numero do orcamento|orcamento",
        "buyer_id": _BUYER,
        "supplier_id": _SUPPLIER,
        "requested_at": f"anfrage datum|angebots datum|date de demande|date devis|fecha de solicitud|{_CREATED}",
        "status": _STATUS,
        "responses": "angebote|anzahl angebote|antworten|reponses|offres|respuestas|ofertas|respostas|propostas",
        "category": _CATEGORY,
        "region": _REGION,
        "amount": _AMOUNT,
        "currency": _CURRENCY,
    },
    "orders": {
        "order_id": _ORDER,
        "buyer_id": _BUYER,
        "supplier_id": _SUPPLIER,
        "placed_at": _DATE,
        "completed_at": "liefer datum|geliefert am|date de livraison|livre le|fecha de entrega|data de entrega",
        "status": _STATUS,
        "amount": _AMOUNT,
        "tax": "mwst|ust|umsatzsteuer|steuer|tva|montant tva|iva|impuesto|imposto",
        "shipping": "versand|versandkosten|fracht|frais de port|livraison|envio|gastos de envio|frete",
        "currency": _CURRENCY,
        "category": _CATEGORY,
        "region": _REGION,
        "channel": "kanal|quelle|vertriebsweg|canal de venta|canal de venda",
    },
    "order_lines": {
        "order_id": _ORDER,
        "listing_id": "artikel nr|artikel nummer|reference article|codigo de producto",
        "quantity": "menge|anzahl|stuck|quantite|cantidad",
        "amount": _AMOUNT,
        "category": _CATEGORY,
    },
    "shipments": {
        "shipment_id": "sendung|sendungs nr|sendungs nummer|sendungsnummer|sendungsnr|lieferschein|"
        "lieferscheinnummer|lieferscheinnr|lieferschein nr|"
        "lieferschein nummer|liefer nr|numero d expedition|numero expedition|bon de livraison|numero de suivi|"
        "numero de envio|n envio|albaran|numero de albaran|numero do envio|codigo de rastreio|remessa",
        "order_id": _ORDER,
        "status": f"sendungs status|liefer status|{_STATUS}",
        "promised_at": "zugesagt|zugesagt am|zugesagter liefertermin|liefertermin|soll liefer datum|wunschtermin|"
        "date promise|date de livraison prevue|livraison prevue|fecha prometida|fecha prevista|"
        "fecha de entrega prevista|entrega prevista|data prometida|data prevista|data de entrega prevista|prazo",
        "shipped_at": "versendet am|versand datum|versanddatum|versandt am|warenausgang|date d expedition|"
        "date expedition|expedie le|fecha de envio|enviado el|data de envio|data do envio|enviado em|postado em",
        "delivered_at": "geliefert am|liefer datum|zugestellt am|zustell datum|ist liefer datum|date de livraison|"
        "livre le|date livraison|fecha de entrega|entregado el|data de entrega|data da entrega|entregue em",
        "quantity": "menge|stuck|anzahl|gelieferte menge|quantite|quantite livree|cantidad|cantidad enviada|quantidade|"
        "quantidade enviada",
        "carrier": "spediteur|spedition|paketdienst|frachtfuhrer|transporteur|transportista|transportadora",
    },
    "reviews": {
        "review_id": "bewertung nr|bewertungs nr|bewertungs id|bewertungs nummer|id avis|numero d avis|id de resena|"
        "id da avaliacao|id valoracion",
        "order_id": _ORDER,
        "reviewer_id": f"bewertet von|verfasser|auteur|autor|{_BUYER}",
        "reviewee_id": _SUPPLIER,
        "reviewed_at": f"bewertet am|bewertungs datum|date de l avis|date avis|fecha de resena|fecha de valoracion|"
        f"data da avaliacao|{_CREATED}",
        "rating": "bewertung|sterne|punkte|note|avis|etoiles|puntuacion|valoracion|estrellas|calificacion|avaliacao|"
        "nota|estrelas",
        "best_rating": "hochste note|note maximale|puntuacion maxima|nota maxima",
        "recommends": "weiterempfehlung|empfiehlt|empfehlung|recommande|recomienda|recomendaria|recomenda",
        "is_incentivised": "belohnt|incentiviert|remunere|incentivado|recompensado",
    },
    "subscriptions": {
        "subscription_id": "abo nr|abo nummer|abonummer|abo|vertrags nr|vertragsnummer|vertrags nummer|abonnement|"
        "numero d abonnement|n abonnement|numero de contrat|suscripcion|numero de suscripcion|contrato|"
        "numero de contrato|assinatura|numero da assinatura",
        "account_id": f"{_SUPPLIER}|{_BUYER}|abonnent|mitglied|abonne|suscriptor|assinante",
        "plan": "tarif|paket|mitgliedschaft|forfait|formule|offre|plan|paquete|tarifa|plano|pacote",
        "started_at": "beginn|start datum|startdatum|vertragsbeginn|gultig ab|laufzeit ab|date de debut|debut|"
        "fecha de inicio|inicio|fecha de alta|data de inicio",
        "trial_ends_at": "testphase bis|probezeit bis|fin d essai|fin de prueba|fim do teste",
        "paused_at": "pausiert am|pausiert ab|pause ab|en pause le|pausado el|pausado em",
        "resumed_at": "fortgesetzt am|pausiert bis|pause bis|repris le|reanudado el|retomado em",
        "ended_at": "ende|end datum|enddatum|vertragsende|gekundigt zum|laufzeit bis|gultig bis|date de fin|fin|"
        "resilie le|fecha de fin|fecha de baja|baja|data de termino|data de cancelamento|cancelado em|fim",
        "amount": f"monats preis|monatspreis|grundgebuhr|gebuhr|preis|prix|tarif mensuel|precio|cuota|preco|"
        f"mensalidade|{_AMOUNT}",
        "interval": "abrechnung|abrechnungsintervall|abrechnungszeitraum|zahlweise|turnus|periodicite|"
        "frequence de facturation|periodicidad|frecuencia|periodicidade|frequencia|ciclo",
        "currency": _CURRENCY,
    },
    "fees": {
        "fee_id": "fee no|fee number|fee ref|fee reference|fee nr|charge no|charge number|commission no|"
        "commission number|gebuhr nr|gebuhren nr|gebuhren nummer|gebuehren nr|numero de frais|n frais|numero de tarifa",
        "kind": "gebuhren art|gebuehrenart|art|type de frais|tipo de tarifa|tipo de taxa|tipo",
        "order_id": _ORDER,
        "account_id": f"{_SUPPLIER}|{_BUYER}",
        "charged_at": f"gebuhren datum|gebuehrendatum|date de frais|fecha de cargo|data da taxa|{_DATE}",
        "amount": f"gebuhr|gebuehr|provision|frais|tarifa|comision|taxa|comissao|{_AMOUNT}",
        "currency": _CURRENCY,
    },
    "refunds": {
        "refund_id": "erstattungs nr|gutschrift nr|gutschrift|avoir|numero d avoir|numero de devolucion",
        "order_id": _ORDER,
        "refunded_at": f"erstattet am|date de remboursement|fecha de devolucion|data do reembolso|{_DATE}",
        "amount": f"erstattung|erstattungsbetrag|remboursement|reembolso|devolucion|{_AMOUNT}",
        "reason": "grund|motif|motivo",
        "currency": _CURRENCY,
    },
    "leads": {
        "name": _NAME,
        "channel": "kanal|quelle|herkunft|source du lead|origen|fuente",
        "category": _CATEGORY,
        "region": _REGION,
        "owner": "betreuer|vertriebler|responsable|responsavel",
        "created_at": _CREATED,
    },
    "opportunities": {
        "account_id": _BUYER,
        "status": f"phase|{_STATUS}|etape|etapa",
        "opened_at": _CREATED,
        "closed_at": "abschlussdatum|abgeschlossen am|date de cloture|fecha de cierre|data de fechamento",
        "amount": _AMOUNT,
        "currency": _CURRENCY,
    },
    "pushes": {
        "name": "massnahme|mesure|medida|acao",
        "side": "seite|zielseite|cote|lado",
        "started_at": "beginn|start datum|startdatum|von|debut|date de debut|inicio|fecha de inicio|data de inicio",
        "ended_at": "ende|end datum|enddatum|bis|fin|date de fin|fecha de fin|fim|data de fim",
        "intensity": "intensitat|starke|intensite|intensidad|intensidade",
        "assignment": "zuteilung|auswahl|zuordnung|affectation|asignacion|atribuicao",
    },
    "spend": {
        "kind": "art|kostenart|type de depense|tipo de gasto",
        "spent_at": "datum|monat|mois|mes|fecha|data",
        "amount": "kosten|ausgaben|depense|cout|gasto|coste|custo|despesa|betrag|montant|importe|valor",
        "channel": "kanal|canal",
        "currency": _CURRENCY,
    },
}

FOREIGN_FILES: dict[str, str] = {
    "accounts": "kunden|kundenliste|lieferanten|handler|verkaufer|konten|kontenliste|firmen|fournisseurs|acheteurs|"
    "vendeurs|comptes|entreprises|proveedores|compradores|cuentas|fornecedores|contas|empresas",
    "listings": "artikel|produkte|angebotsliste|produits|articles|productos",
    "visits": "besuche|sitzungen|webanalyse|visites|trafic|visitas|sesiones|trafico|sessoes|trafego",
    "shipments": "sendungen|lieferungen|lieferscheine|versand|expeditions|livraisons|envios|entregas|albaranes|"
    "remessas",
    "reviews": "bewertungen|rezensionen|avis|evaluations|resenas|valoraciones|opiniones|avaliacoes",
    "subscriptions": "abos|abonnements|vertrage|mitgliedschaften|suscripciones|assinaturas|forfaits|planos",
    "quotes": "anfragen|angebote|devis|presupuestos|orcamentos|cotizaciones|cotacoes",
    "orders": "auftrage|auftraege|auftrag|bestellungen|rechnungen|umsatze|verkaufe|commandes|commande|factures|ventes|"
    "ventas|facturas|faturas",
    "order_lines": "positionen|auftragspositionen|lignes|lineas|itens",
    "fees": "gebuhren|gebuehren|provisionen|frais|comisiones|tarifas|taxas|comissoes",
    "refunds": "erstattungen|retouren|gutschriften|remboursements|avoirs|devoluciones|devolucoes",
    "leads": "interessenten",
    "opportunities": "verkaufschancen|opportunites|oportunidades",
    "pushes": "massnahmen|pilotprojekte|pilotes|pilotos|iniciativas",
    "spend": "kosten|ausgaben|depenses|gastos|despesas",
}
