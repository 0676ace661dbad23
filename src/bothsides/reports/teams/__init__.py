"""The teams' month as one page: who kept their word, what the leads were worth, what each person made of them."""

from bothsides.reports.teams.page import TeamsMonth, scorecard_html
from bothsides.reports.teams.words import team_sentences

__all__ = ["TeamsMonth", "scorecard_html", "team_sentences"]
