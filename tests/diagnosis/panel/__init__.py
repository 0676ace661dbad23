"""The panel read from a store: who joined, who left, what was pushed and spent."""
