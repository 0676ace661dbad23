"""Clean records in the logbook: the weekly audit, fixes that are lines of the journal, who wrote which field."""
