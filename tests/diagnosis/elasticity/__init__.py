"""What one side does for the other: estimates, grades, money, refusals and the push that would tell."""
