"""The monthly look back: reads the logbook, judges the month, calls meetings and reviews, freezes statements."""
