"""Names of companies, people and places in one spelling: no accents, case, punctuation or legal form."""

import re
import unicodedata

_APART = {ord("ø"): "o", ord("đ"): "d", ord("ł"): "l", ord("æ"): "ae", ord("œ"): "oe", ord("ı"): "i", ord("þ"): "th"}
_ASCII_MARKS = {code: " " for code in range(128) if not chr(code).isalnum()} | {ord("'"): None, ord("`"): None}

_JOINING = frozenset("and und et y e i og och en the der die das la le les el".split())
"""Words that say nothing: 'and' in a few languages anywhere, articles at the start only (see _ARTICLES)."""
_ARTICLES = frozenset("the der die das la le les el".split())
_CONJUNCTIONS = _JOINING - _ARTICLES - {"e", "i", "y", "en"}

LEGAL_FORMS = frozenset(
    """
    ab abp aktiebolag aktiebolaget ag aktiengesellschaft ans aps anpartsselskab as asa aksjeselskap aktieselskab asbl
    ay bhd bv besloten bvba chtd co company corp corporation cia compania companhia coop cooperative cv cvba dd doo
    dmcc eg ehf eingetragene eireli ek ekfm epe eood esp eurl ev fze fzc fzco fzllc gbr gesmbh gie gmbh gmbhcokg
    gmk goz gp hb hf hk iks inc incorporated ik ivs jsc kb kd kda kft kg kgaa khd kk kommanditgesellschaft ks kt ky
    lc lda ldc limitada limited limitee llc llp lllp lp ltd ltda mbh mei nv oe ohg ood ooo oao oy oyj oeu ou
    ob pao pc pjsc plc pllc pt pte pty private proprietary psc pvt public ptk qk rt rl sa sab sac saic saog saoc
    sapi sarl sarlu sas sasu sc sca scop scs scrl sdn se sem sf sia sicav sl slne slp slu sll snc sociedad societe
    sociedade societa sp spa spj spk spol spzoo sprl srl srls sro tbk tls ua uab ug unlimited vof vzw vat wll
    xt zao zoo zrt anonima anonyme gesellschaft mit beschrankter haftung sti тоо ооо оао зао пао ао ип чп
    """.split()
)
"""Legal forms of companies as they stand at the end of a name, points and spaces inside them removed."""
_LEADING_FORMS = frozenset("pt ooo oao zao pao uab sia ab sarl ud tov ооо оао зао пао ао".split())
_OF_VARIABLE_CAPITAL = re.compile(r"(?<=\w)(?: s ?a(?: ?b| ?p ?i)?| s de r ?l)?(?: de c ?v| s de r ?l)$")
"""Mexico's S.A. de C.V., S.A.B. de C.V., S. de R.L. de C.V. and S. de R.L. at the end of a plain name."""
_WRITTEN_TOGETHER = (
    "株式会社",
    "有限会社",
    "合同会社",
    "(株)",
    "股份有限公司",
    "有限责任公司",
    "有限公司",
    "주식회사",
    "(주)",
    "ש.מ",
    "בע״מ",
)
NOTHING = frozenset(
    """
    na n/a n.a n.a. n\\a none null nil nan nul unknown undefined undisclosed unspecified test testing tester tbd tba tbc
    xxx xx x - -- --- . .. ... ? ?? * 0 00 000 999 9999 99999 999999 asdf asdfg asdfasdf qwerty foo bar dummy sample
    example select choose other no blank empty missing default anonymous someone
    """.split()
) | {
    "please select",
    "not applicable",
    "not available",
    "not provided",
    "not known",
    "not set",
    "no company",
    "test test",
}
"""What people and systems write for 'I do not know', lower case."""
NO_COMPANY = frozenset(
    """
    self selfemployed freelance freelancer individual private person privateperson personal home student retired
    unemployed own myself me mycompany company none nocompany
    """.split()
)


def nothing(text: str | None) -> bool:
    """Whether the text only stands for 'unknown': n/a, -, test, 999 and their like.

    >>> nothing("N/A"), nothing("999"), nothing("Nathan")
    (True, True, False)
    """
    return not text or not (word := text.strip().lower()) or word in NOTHING


def plain(text: str) -> str:
    """Lower case without accents, every punctuation mark a blank, apostrophes gone.

    >>> plain("Société  Générale (Côte d'Ivoire)")
    'societe generale cote divoire'
    """
    if not text.isascii():
        spelled = unicodedata.normalize("NFKD", text).casefold().translate(_APART)
        text = "".join(
            sign if sign.isalnum() else "" if sign in "’‘ʼ'`" else " "
            for sign in spelled
            if not unicodedata.combining(sign)
        )
        return " ".join(text.split())
    return " ".join(text.lower().translate(_ASCII_MARKS).split())


def one_umlaut(plain: str) -> str:
    """A plain name in the one spelling of those who write ü and those who write ue; for finding and comparing only.

    >>> one_umlaut(plain("Jürgen Müller")) == one_umlaut(plain("Juergen Mueller"))
    True
    """
    return plain.replace("ue", "u").replace("oe", "o").replace("ae", "a") if "e" in plain else plain


def company_name(written: str | None) -> str:
    """The words of a company's name that tell it from others, its legal form and 'the', 'and' left out.

    >>> company_name("The Acme & Sons Co., Ltd."), company_name("A.B.B. S.p.A."), company_name("Müller GmbH & Co. KG")
    ('acme sons', 'abb', 'muller')
    >>> company_name("PT Astra Tbk"), company_name("Self-employed")
    ('astra', '')
    """
    if nothing(written):
        return ""
    assert written is not None
    if not written.isascii():
        for form in _WRITTEN_TOGETHER:
            written = written.replace(form, " ")
    head, bracket, tail = written.partition("(")
    text = _without_form(plain(head))
    if bracket:
        text = f"{text} {_without_form(plain(tail))}".strip()
    return "" if text.replace(" ", "") in NO_COMPANY else text


def _without_form(text: str) -> str:
    """A name in its plain spelling without legal form, articles at its start and conjunctions."""
    if " de " in text:
        text = _OF_VARIABLE_CAPITAL.sub("", text)
    words = text.split()
    if len(words) < 2:
        return text
    words = _initials_joined(words) if any(len(word) == 1 for word in words) else words
    kept = [word for word in words if word not in _CONJUNCTIONS] or words
    while len(kept) > 1 and kept[-1] in LEGAL_FORMS:
        kept.pop()
    if len(kept) > 1 and (kept[0] in _LEADING_FORMS or kept[0] in _ARTICLES):
        del kept[0]
    return " ".join(kept)


def person_word(written: str | None) -> str:
    """One part of a person's name, without what only stands for 'unknown'. A person may be called Na, Null or Test...

    >>> person_word("  O'Brien-Şahin "), person_word("n/a"), person_word("Na")
    ('obrien sahin', '', 'na')
    """
    if not written:
        return ""
    text = plain(written)
    return "" if text in _NOT_NAMES or written.strip().lower() in _NOT_NAMES else text


_NOT_NAMES = frozenset(
    ["n/a", "n.a.", "-", "--", ".", "?", "x", "xx", "xxx", "none", "unknown", "test", "tester", "testing", "asdf"]
)
_TITLES = frozenset("mr mrs ms miss dr prof sir herr frau mme monsieur sr sra".split())


def whole_name(written: str | None) -> tuple[str, str]:
    """Given name and surname of a name written in one field; 'Surname, Given' is turned round.

    >>> whole_name("Dr. Ana María López"), whole_name("Green, Mitchell")
    (('ana', 'maria lopez'), ('mitchell', 'green'))
    """
    if nothing(written):
        return "", ""
    assert written is not None
    last, comma, first = written.partition(",")
    if comma and first.strip():
        return plain(first), plain(last)
    words = plain(written).split()
    while len(words) > 1 and words[0] in _TITLES:
        del words[0]
    return (words[0], " ".join(words[1:])) if words else ("", "")


def _initials_joined(words: list[str]) -> list[str]:
    """Single letters that stand beside each other as one word, a legal form at the end apart: a b b s a -> abb sa."""
    joined: list[str] = []
    run = ""
    for word in words:
        if len(word) == 1 and word.isalpha():
            run += word
            continue
        if run:
            joined.append(run)
            run = ""
        joined.append(word)
    if run:
        form = next((run[-size:] for size in (4, 3, 2) if len(run) >= size + 2 and run[-size:] in LEGAL_FORMS), "")
        joined += [run.removesuffix(form), form] if form else [run]
    return joined
