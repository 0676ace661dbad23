"""Whose turn it is in a pool: stride scheduling in whole numbers, so that nobody is ever a lead ahead or behind.

Each member has a pointer; taking a turn moves it by a step, a smaller one for a heavier weight. The pool's level is the
mean of the pointers, each counted by weight. The next is, of those at most one common turn ahead of the level, the one
whose pointer will be lowest after the turn. Taking simply the lowest pointer (as the usual router does) lets a heavy
member fall several leads behind while light ones take their first turns; with this rule everybody's number of leads
differs from the share due by less than one after every lead (the earliest-deadline schedule of P-fair tasks: Baruah,
Cohen, Plaxton and Varvel 1996, "Proportionate progress").
"""

import hashlib
from collections.abc import Sequence

from bothsides.leads.route.compiled import STRIDE, CompiledPool, Seat
from bothsides.leads.route.state import Place

_MASK = 2**64 - 1


def draw(key: bytes, lead_id: str) -> tuple[int, int]:
    """Two 64-bit numbers that are the same for the same seed and lead: is it held out, and who gets it then."""
    number = int.from_bytes(hashlib.blake2b(lead_id.encode(), digest_size=16, key=key).digest(), "big")
    return number >> 64, number & _MASK


def level(seats: Sequence[Seat], places: dict[str, Place]) -> int | None:
    """Where the turns of a pool stand: the mean pointer, by weight, of those who missed none; None for none."""
    total = weights = 0
    for seat in seats:
        place = places.get(seat.id)
        if place is not None and place.pointer is not None and not place.away:
            total += seat.weight * place.pointer
            weights += seat.weight
    return total // weights if weights else None


def seated(pool: CompiledPool, seats: Sequence[Seat], places: dict[str, Place]) -> tuple[list[Place], bool]:
    """The places of the seats that may take the turn, and whether some were new or came back and so were lifted.

    A new member starts at the level in every pool. One who comes back is lifted only where the pool keeps places, and
    keeps the turns that were given back meanwhile.
    """
    result: list[Place] = []
    stale = False
    for seat in seats:
        place = places.get(seat.id)
        if place is None:
            place = places[seat.id] = Place()
        stale = stale or place.pointer is None or place.away
        result.append(place)
    if stale:
        here = level(pool.seats, places)
        for seat, place in zip(seats, result, strict=True):
            if place.pointer is None:
                place.pointer = (here or 0) - place.owed * seat.step
            elif place.away:
                place.pointer = max(place.pointer, here if here is not None else place.pointer)
                place.pointer -= place.owed * seat.step
            place.away, place.owed = False, 0
    return result, stale


def counted(seats: Sequence[Seat], pointers: Sequence[int]) -> tuple[int, int]:
    """The sum of the pointers, each times its weight, and the sum of the weights: their quotient is the level."""
    return sum([seat.weight * pointers[at] for at, seat in enumerate(seats)]), sum([seat.weight for seat in seats])


def next_turn(seats: Sequence[Seat], pointers: Sequence[int], total: int, weights: int) -> int:
    """The position of the seat whose turn it is, from pointers and their `counted` sums (a turn adds STRIDE to the
    first sum). Ties are settled by a hash of the seed, pool, member and turn.

    The hash changes from turn to turn: where leads come best first, nobody gets the best of each round.
    """
    bound = total + STRIDE
    best, lowest, rank = -1, 0, -1
    for position, pointer in enumerate(pointers):
        if pointer * weights < bound:
            seat = seats[position]
            after = pointer + seat.step
            if best < 0 or after < lowest:
                best, lowest, rank = position, after, -1
            elif after == lowest:
                if rank < 0:
                    rank = _mixed(seats[best].salt, after)
                if (own := _mixed(seat.salt, after)) < rank:
                    best, rank = position, own
    return best


def give_back(pool: CompiledPool, member: str, places: dict[str, Place]) -> bool:
    """Give a member of the pool one turn back; False where the member never took one here."""
    step = next((seat.step for seat in pool.seats if seat.id == member), 0)
    place = places.get(member)
    if not step or place is None or place.pointer is None:
        return False
    if place.away:
        place.owed += 1
    else:
        place.pointer -= step
    return True


def _mixed(salt: int, turn: int) -> int:
    """A 64-bit mix of both (the first round of splitmix64's finaliser; Steele, Lea and Flood 2014)."""
    value = (salt ^ (turn * 0x9E3779B97F4A7C15)) & _MASK
    return ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
