"""The one definition of the same company and the same person, for routing, reports and lists alike."""

from bothsides.identity.compare import COMPARED, LEVELS, Comparison, compare
from bothsides.identity.dedupe import dedupe, link
from bothsides.identity.keys import candidates
from bothsides.identity.match import Match, Rival, key_index, match, match_all, roles, self_dealing
from bothsides.identity.name_lists import pairs_to_label
from bothsides.identity.normalise import normalise
from bothsides.identity.party import Normal, Party
from bothsides.identity.policy import FILE, MatchingPolicy, problems
from bothsides.identity.review import Clusters, Review
from bothsides.identity.rules import Matching, Verdict, compile_matching, keys_of
from bothsides.identity.survivorship import Held, Merged, MergeOrder, Profile, Undone, merge, settle, undo

__all__ = [
    "COMPARED",
    "FILE",
    "LEVELS",
    "Clusters",
    "Comparison",
    "Held",
    "Match",
    "Matching",
    "MatchingPolicy",
    "MergeOrder",
    "Merged",
    "Normal",
    "Party",
    "Profile",
    "Review",
    "Rival",
    "Undone",
    "Verdict",
    "candidates",
    "compare",
    "compile_matching",
    "dedupe",
    "key_index",
    "keys_of",
    "link",
    "match",
    "match_all",
    "merge",
    "normalise",
    "pairs_to_label",
    "problems",
    "roles",
    "self_dealing",
    "settle",
    "undo",
]
