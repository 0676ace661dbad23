"""Answers in agreed codes, and the attributes they go with on leads whose truth is known."""

import numpy as np
import pytest
from tests.leads.teams.agreed import POLICY

from bothsides.agreement import AgreementError
from bothsides.leads.teams.feedback import Feedback, attribute_signs, coded, reject_reasons
from bothsides.leads.teams.reasons import Means, Reason, ReasonsPolicy, load_reasons, problems
from bothsides.schema import Side


def said(lead, code=None, *, side=Side.BUYER, note=""):
    return Feedback(lead_id=lead, side=side, accepted=code is None, code=code, note=note, by="ada", at=0)


def test_an_answer_with_an_agreed_code_stands():
    assert coded(POLICY, said("a")) == said("a")
    assert coded(POLICY, said("a", "too_small")) == said("a", "too_small")


@pytest.mark.parametrize("code", ["", "to_small", "few_products"])
def test_any_other_is_refused_and_names_what_may_stand(code):
    (refused,) = coded(POLICY, said("a", code))
    assert str(refused) == f"a: reject = {code!r}: must be one of later, other, too_small, wrong_number"


def test_an_accepted_lead_has_no_reject_code_and_other_needs_a_sentence():
    both = Feedback(lead_id="a", side=Side.BUYER, accepted=True, code="later", note="", by="ada", at=0)
    assert "an accepted lead has no reject code" in str(coded(POLICY, both)[0])
    assert "needs a sentence" in str(coded(POLICY, said("a", "other", note="  "))[0])
    assert coded(POLICY, said("a", "other", note="A student")) == said("a", "other", note="A student")


def test_codes_are_counted_side_by_side():
    feedback = [said(f"b{i}", "too_small") for i in range(3)] + [said("b9", "later"), said("b10")]
    feedback += [said("s1", "few_products", side=Side.SUPPLIER)]
    counts = [(one.side, one.code, one.count, one.n) for one in reject_reasons(POLICY, feedback)]
    assert counts == [
        (Side.BUYER, "too_small", 3, 4),
        (Side.BUYER, "later", 1, 4),
        (Side.SUPPLIER, "few_products", 1, 1),
    ]


def leads(seed, *, bad_source=0.3):
    """600 buyers from three sources; of those from the fair, more are too small. Regions say nothing."""
    draws = np.random.default_rng(seed)
    feedback, fields = [], {}
    for i in range(600):
        lead = f"lead-{i}"
        source = ("search", "fair", "partner")[i % 3]
        fields[lead] = {"source": source, "region": "EU" if draws.random() < 0.5 else "UK", "employees": i}
        small = draws.random() < (bad_source if source == "fair" else 0.1)
        feedback.append(said(lead, "too_small" if small else "later" if draws.random() < 0.2 else None))
    return feedback, fields


def test_the_planted_source_is_named_and_what_says_nothing_is_not():
    for seed in range(5):
        signs = attribute_signs(POLICY, *leads(seed), ["source", "region", "employees"])
        assert signs[0].attribute == "source"
        assert (signs[0].value, signs[0].code) == ("fair", "too_small")
        assert signs[0].rate > 0.2 > signs[0].others_rate
        assert "lower the points of source = fair for buyer leads" in signs[0].proposal
        assert {sign.code for sign in signs} == {"too_small"}, "timing is no fault of the lead"


def test_where_nothing_is_planted_hardly_anything_is_named():
    named = sum(bool(attribute_signs(POLICY, *leads(seed, bad_source=0.1), ["source", "region"])) for seed in range(60))
    assert named <= 6


def test_few_leads_say_nothing():
    feedback, fields = leads(1)
    assert attribute_signs(POLICY, feedback[:50], fields, ["source"]) == ()


def test_codes_must_be_words_and_answerable(tmp_path):
    path = tmp_path / "reasons.toml"
    path.write_text('[[reject]]\ncode = "Too small"\nwords = "x"\nmeans = "guess"\n', encoding="utf-8")
    with pytest.raises(AgreementError) as error:
        load_reasons(path)
    assert "lower-case letters" in str(error.value)
    assert "reject[0].means" in str(error.value)
    only = ReasonsPolicy(loss=(Reason(code="x", words="x", sides=(Side.BUYER,)),) * 2)
    found = problems(only)
    assert found == (
        "loss 'x' stands twice",
        "loss: no code may be given for a supplier, so nobody could answer",
    )
    assert problems(POLICY) == ()
    assert POLICY.reject[3].means is Means.TIMING
