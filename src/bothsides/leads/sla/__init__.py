"""The two-way SLA: what is owed, the clocks that run on it, and the record the teams review."""
