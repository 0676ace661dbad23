"""Where a marketplace stands in its life, by which rule, and what its teams should do there."""
