"""Names of members and queues: those that nobody knows are told, with what is near."""

from typing import Literal

import pytest
from tests.leads.desk.conftest import Desk

from bothsides.leads.desk.places import check_known


@pytest.mark.parametrize(
    ("what", "name", "said"),
    [
        ("owner", "priya.nail", "--owner 'priya.nail': no member is called so; did you mean priya.nair"),
        ("queue", "nurtur", "--queue 'nurtur': no queue is called so; did you mean nurture?"),
        ("queue", "zzz", "--queue 'zzz': no queue is called so; there are "),
    ],
)
def test_a_name_that_nobody_knows_is_told_with_what_is_near(
    desk: Desk, what: Literal["owner", "queue"], name: str, said: str
) -> None:
    with desk.logbook.reading() as book, pytest.raises(LookupError) as raised:
        check_known(book, desk.agreed.routing_policy, what, name)
    assert str(raised.value).startswith(said)


def test_who_had_a_lead_is_known_though_the_agreement_names_them_no_more(desk: Desk) -> None:
    owner = desk.take_one().stands.owner
    assert owner is not None
    with desk.logbook.reading() as book:
        check_known(book, None, "owner", owner)
        check_known(book, desk.agreed.routing_policy, "queue", "nurture")
        with pytest.raises(LookupError, match="no member is called so"):
            check_known(book, None, "owner", "nobody.ever")
