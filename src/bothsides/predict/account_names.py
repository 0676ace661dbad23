"""What accounts are called, whichever side they were loaded on: one may buy and sell."""

from collections.abc import Mapping

from bothsides.metrics import Store


def account_names(store: Store) -> Mapping[int, str]:
    """Each account's name, its number where it has none."""
    rows = store.engine.rows("SELECT account, coalesce(name, 'account ' || account) FROM dim_accounts")
    return dict(rows)
