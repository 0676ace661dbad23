"""Marketplaces with known truth at any scale: plan one, simulate it, write it as its exports would look."""

from bothsides.simulate.market import Market, simulate
from bothsides.simulate.plan import MarketPlan
from bothsides.simulate.truth import Truth
from bothsides.simulate.worlds import demo_plan, healthy_plan
from bothsides.simulate.writing import decode, write

__all__ = ["Market", "MarketPlan", "Truth", "decode", "demo_plan", "healthy_plan", "simulate", "write"]
