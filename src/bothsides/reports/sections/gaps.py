"""What the data cannot show: the question, what is missing, whom to ask, what becomes possible."""

from bothsides.diagnosis.picture import Diagnosis
from bothsides.reports.markup import Markup
from bothsides.reports.numbers import plural
from bothsides.reports.pieces import Column, Section, fold, prose, table

_SHOWN = 8
_COLUMNS = (
    Column(label="question"),
    Column(label="missing"),
    Column(label="whom to ask"),
    Column(label="then it can be said"),
)


def gaps(diagnosis: Diagnosis) -> Section | None:
    """The open questions; nothing where every question can be answered."""
    if not diagnosis.gaps:
        return None
    rows = [(gap.question, ", ".join(gap.missing), gap.ask, gap.then) for gap in diagnosis.gaps]
    lead = prose("An empty figure in this report is a question nobody has the data for yet. It is never a zero.")
    first, rest = rows[:_SHOWN], rows[_SHOWN:]
    body = Markup(lead + table("Open questions and who can close them", _COLUMNS, first, class_="words"))
    if rest:
        more = table("Open questions, the others", _COLUMNS, rest, class_="words")
        body = Markup(body + fold(f"{plural(len(rest), 'more open question')}", more))
    return Section(id="gaps", nav="Not shown", heading="What the data cannot show", body=body)
