"""The last line of a command's help: what one does before it and after it."""

AT_THE_FRONT = "Start with `bothsides demo`, or with `bothsides init DIR --from FILES` on your own exports."
AUDIT = "From exports to an audit: `bothsides init DIR --from FILES`, then in DIR `sync`, `doctor`, `audit`."

LEADS = (
    "In order: `leads agree`, `leads take FILE --source NAME`, `tick`; then `leads`, `leads show LEAD`, `leads agenda`."
)
SCORE = "Learned cards, in order: `score fit`, `score trial`, `score models`, `score promote`; back: `score rollback`."
ROUTE = "Why a lead is whose it is: `route explain LEAD`; where one would go: `route try`; away: `route absent`."
SLA = "What is owed now: `sla`, `sla clocks`; a month between the teams: `sla month`, `sla scorecard`."
MERGE = "Waiting pairs: `merge`, then `merge yes` or `merge no`; what became one comes apart with `merge undo`."
LOGBOOK = "Is it whole: `logbook verify`; a copy while the desk works: `logbook copy`."
HYGIENE = "In order: `hygiene`, `hygiene fixes`, `hygiene apply`; back: `hygiene undo`."
SERVICE = "In order: `bothsides leads agree`, `serve` or `leads take` for leads, `tick` or `run` for what is due."
REPLAY = "Copy the folder agreement/, change the copy, and replay with `--agreement COPY`."

OF = {
    **dict.fromkeys(("init", "sync", "change", "mirror", "audit", "liquidity", "finding"), AUDIT),
    **dict.fromkeys(("predict", "threshold", "quarantine", "doctor"), AUDIT),
    **dict.fromkeys(("serve", "tick", "run"), SERVICE),
    "replay": REPLAY,
}
"""Of commands that are one function; those with subcommands say theirs where they are declared."""
