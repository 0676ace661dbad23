"""What is wrong with the market, where, how sure, what it is worth and what to do first."""
