-- One record per marketing qualified lead, with the seller it became where it was won.
SELECT mqls.mql_id, mqls.first_contact_date, mqls.landing_page_id, mqls.origin, deals.seller_id
FROM mqls
LEFT JOIN deals ON deals.mql_id = mqls.mql_id
