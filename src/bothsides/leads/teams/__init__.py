"""What the teams tell each other: coded feedback, win and loss, escalation, pipeline audit, rep scorecards."""
