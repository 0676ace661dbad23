"""How strongly one side of the market draws and keeps the other, and which side to fund."""

from bothsides.diagnosis.elasticity.alone import alike_alone, unit_economics
from bothsides.diagnosis.elasticity.amounts import account_costs, read_money
from bothsides.diagnosis.elasticity.enough import whole
from bothsides.diagnosis.elasticity.findings import effect_value, elasticity_findings, return_value
from bothsides.diagnosis.elasticity.funding import Money, SideMoney
from bothsides.diagnosis.elasticity.judgements import BELIEFS, read_judgements
from bothsides.diagnosis.elasticity.leak import is_leak, leaks
from bothsides.diagnosis.elasticity.lot import Design
from bothsides.diagnosis.elasticity.one_more import OneMore, one_more
from bothsides.diagnosis.elasticity.planner import DecidingTest, PlannedPush, PushPlan, cheapest_test, plan_push
from bothsides.diagnosis.elasticity.reading import SEED, effects_of, elasticity
from bothsides.diagnosis.elasticity.records import (
    Check,
    Direction,
    Effect,
    ElasticityReading,
    Funding,
    Identification,
    Judgement,
    Margin,
    Response,
    RetentionDriver,
    SideReturn,
)
from bothsides.diagnosis.elasticity.regression import Interval

__all__ = [
    "BELIEFS",
    "SEED",
    "Check",
    "DecidingTest",
    "Design",
    "Direction",
    "Effect",
    "ElasticityReading",
    "Funding",
    "Identification",
    "Interval",
    "Judgement",
    "Margin",
    "Money",
    "OneMore",
    "PlannedPush",
    "PushPlan",
    "Response",
    "RetentionDriver",
    "SideMoney",
    "SideReturn",
    "account_costs",
    "alike_alone",
    "cheapest_test",
    "effect_value",
    "effects_of",
    "elasticity",
    "elasticity_findings",
    "is_leak",
    "leaks",
    "one_more",
    "plan_push",
    "read_judgements",
    "read_money",
    "return_value",
    "unit_economics",
    "whole",
]
