"""The declared tables are consistent with each other: references, currencies, business dates, plays."""

import pytest

from bothsides.schema import TABLES, Kind, Side, table
from bothsides.schema.column import moment
from bothsides.schema.plays import PLAYS, play

COLUMNS = [(t, c) for t in TABLES.values() for c in t.columns]


@pytest.mark.parametrize("name", list(TABLES))
def test_a_table_says_what_it_is_and_whom_to_ask(name: str) -> None:
    declared = TABLES[name]
    assert declared.meaning
    assert declared.grain
    assert declared.owner
    assert declared.columns[0].kind is Kind.ID
    assert declared.columns[0].required
    assert len(set(declared.stored_names)) == len(declared.stored_names)
    assert declared.event_time is None or declared.event_time in declared.stored_names


def test_every_reference_points_to_a_declared_table_or_to_organizations() -> None:
    targets = {c.references for _, c in COLUMNS if c.references}
    assert targets <= {*TABLES, "organizations"}


def test_a_side_is_said_only_of_accounts() -> None:
    assert {c.references for _, c in COLUMNS if c.side} == {"accounts"}
    assert {c.side for _, c in COLUMNS if c.side} == set(Side)


def test_money_never_stands_without_its_currency() -> None:
    for declared in TABLES.values():
        if declared.has_money:
            assert declared.column("currency").required, declared.name


def test_moments_are_named_so_that_their_business_date_can_be() -> None:
    assert moment("placed_at", "when").business_date == "placed_on"
    with pytest.raises(ValueError, match="must end in _at"):
        moment("placed", "when")


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match="accounts"):
        table("customers")
    with pytest.raises(KeyError, match="buyer_id"):
        table("orders").column("customer_id")
    with pytest.raises(KeyError, match="seed_supply"):
        play("pray")
    assert all(text.endswith(".") for text in PLAYS.values())


def test_both_sides_know_each_other() -> None:
    assert Side.BUYER.other is Side.SUPPLIER
    assert Side.SUPPLIER.other is Side.BUYER
