"""Stories over many steps: syncs that meet accidents, weeks of trade."""
