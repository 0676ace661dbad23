"""Countries by the names, codes and calling codes that people write."""

from functools import lru_cache

from bothsides.identity.names import plain

_TABLE = """
AE 971 0 ARE|united arab emirates|uae
AR 54 0 ARG|argentina
AT 43 0 AUT|austria|osterreich
AU 61 0 AUS|australia
BE 32 0 BEL|belgium|belgie|belgique
BG 359 0 BGR|bulgaria
BR 55 0 BRA|brazil|brasil
CA 1 1 CAN|canada
CH 41 0 CHE|switzerland|schweiz|suisse
CL 56 - CHL|chile
CN 86 0 CHN|china|peoples republic of china|pr china|prc
CO 57 - COL|colombia
CZ 420 - CZE|czech republic|czechia
DE 49 0 DEU|germany|deutschland|allemagne
DK 45 - DNK|denmark|danmark
EE 372 - EST|estonia
EG 20 0 EGY|egypt
ES 34 - ESP|spain|espana
FI 358 0 FIN|finland|suomi
FR 33 0 FRA|france
GB 44 0 GBR|united kingdom|uk|great britain|england|scotland|wales|northern ireland
GR 30 - GRC|greece
HK 852 - HKG|hong kong
HR 385 0 HRV|croatia
HU 36 06 HUN|hungary
ID 62 0 IDN|indonesia
IE 353 0 IRL|ireland|eire
IL 972 0 ISR|israel
IN 91 0 IND|india
IT 39 - ITA|italy|italia
JP 81 0 JPN|japan
KE 254 0 KEN|kenya
KR 82 0 KOR|south korea|korea|republic of korea
LT 370 0 LTU|lithuania
LU 352 - LUX|luxembourg
LV 371 - LVA|latvia
MA 212 0 MAR|morocco
MX 52 - MEX|mexico
MY 60 0 MYS|malaysia
NA 264 0 NAM|namibia
NG 234 0 NGA|nigeria
NL 31 0 NLD|netherlands|the netherlands|holland|nederland
NO 47 - NOR|norway|norge
NZ 64 0 NZL|new zealand
PE 51 0 PER|peru
PH 63 0 PHL|philippines
PK 92 0 PAK|pakistan
PL 48 - POL|poland|polska
PT 351 - PRT|portugal
RO 40 0 ROU|romania
RS 381 0 SRB|serbia
RU 7 8 RUS|russia|russian federation
SA 966 0 SAU|saudi arabia
SE 46 0 SWE|sweden|sverige
SG 65 - SGP|singapore
SI 386 0 SVN|slovenia
SK 421 0 SVK|slovakia
TH 66 0 THA|thailand
TR 90 0 TUR|turkey|turkiye
TW 886 0 TWN|taiwan
UA 380 0 UKR|ukraine
US 1 1 USA|united states|united states of america|america|usa|us
VN 84 0 VNM|vietnam|viet nam
ZA 27 0 ZAF|south africa
"""

_CODES: dict[str, str] = {}
CALLING: dict[str, tuple[str, str]] = {}
"""Calling code and the digit that stands before a number inside the country ('' for none), by ISO code."""
for _line in _TABLE.strip().splitlines():
    _iso, _calling, _trunk, _names = _line.split(" ", 3)
    CALLING[_iso] = (_calling, "" if _trunk == "-" else _trunk)
    _CODES[_iso.lower()] = _iso
    _CODES.update({name.lower(): _iso for name in _names.split("|")})


@lru_cache(maxsize=4096)
def country_code(written: str) -> str:
    """The ISO 3166 code of a country however it is written; an unlisted country keeps its plain spelling.

    >>> country_code("Deutschland"), country_code("U.S.A."), country_code("uk"), country_code("Fiji"), country_code("-")
    ('DE', 'US', 'GB', 'fiji', '')
    """
    name = plain(written)
    if not name or written.strip().lower() in {"n/a", "unknown", "none", "null", "other"}:
        return ""
    return _CODES.get(name) or _CODES.get(name.replace(" ", "")) or name
