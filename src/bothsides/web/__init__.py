"""The door for other systems: leads, touches and events over HTTP, signed webhooks, a lead as it stands."""

from bothsides.web.app import create_app
from bothsides.web.policy import ApiPolicy
from bothsides.web.standing_desk import StandingDesk

__all__ = ["ApiPolicy", "StandingDesk", "create_app"]
