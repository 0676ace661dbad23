"""The lead desk: matches, scores, routes, clocks and returns every lead, and says why."""
