"""Who gets which lead: known owners first, ordered rules, pools that take turns, queues when all are full."""

from bothsides.leads.route.batch import Claimed, Waiting, assign_batch, claim, drain, in_order
from bothsides.leads.route.compiled import STRIDE, CompiledRouting, OpenHours, compile_routing
from bothsides.leads.route.deciding import credit, release, route, route_in_pool
from bothsides.leads.route.decision import Decision, Destination
from bothsides.leads.route.policy import Member, OwnerFirst, Pool, RoutingPolicy, Rule, Territory, To
from bothsides.leads.route.problems import FILE, load_routing, problems
from bothsides.leads.route.state import Changed, Load, Place, RoutingState

__all__ = [
    "FILE",
    "STRIDE",
    "Changed",
    "Claimed",
    "CompiledRouting",
    "Decision",
    "Destination",
    "Load",
    "Member",
    "OpenHours",
    "OwnerFirst",
    "Place",
    "Pool",
    "RoutingPolicy",
    "RoutingState",
    "Rule",
    "Territory",
    "To",
    "Waiting",
    "assign_batch",
    "claim",
    "compile_routing",
    "credit",
    "drain",
    "in_order",
    "load_routing",
    "problems",
    "release",
    "route",
    "route_in_pool",
]
