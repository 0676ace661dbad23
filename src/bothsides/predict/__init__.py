"""What accounts will do: churn, lifetime value, spend, new pairs, upgrades; judged on time they have not seen."""
