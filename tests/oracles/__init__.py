"""Our estimators beside peers that many have checked: the same numbers to the last digits that matter."""
