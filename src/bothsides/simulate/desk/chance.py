"""Chance without a generator: a draw is a hash of the seed and of what is drawn, so no draw moves another."""

import math
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from statistics import NormalDist
from typing import TypeVar

T = TypeVar("T")
_NORMAL = NormalDist()


def share(seed: int, *subject: object) -> float:
    """A number from 0 up to, not including, 1 that always is the same for this seed and subject.

    >>> share(7, "lead 1", "touched") == share(7, "lead 1", "touched")
    True
    >>> share(7, "lead 1", "touched") == share(8, "lead 1", "touched")
    False
    """
    text = "\x1f".join(map(str, (seed, *subject)))
    return (int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 11) / 2**53


def happens(probability: float, seed: int, *subject: object) -> bool:
    """Whether something of this probability happens."""
    return share(seed, *subject) < probability


def pick(options: Sequence[T], seed: int, *subject: object) -> T:
    """One of the options, each as likely."""
    return options[int(share(seed, *subject) * len(options))]


def weighted(options: Mapping[T, float], seed: int, *subject: object) -> T:
    """One of the options by weight; the weights need not sum to 1."""
    left = share(seed, *subject) * sum(options.values())
    for option, weight in options.items():
        left -= weight
        if left < 0:
            return option
    return option


def skewed(median: float, sigma: float, seed: int, *subject: object) -> float:
    """A log-normal quantity with that median."""
    return median * math.exp(sigma * _NORMAL.inv_cdf(max(share(seed, *subject), 1e-12)))


def identity(seed: int, *subject: object) -> str:
    """An id of 32 hex digits for this subject."""
    return blake2b("\x1f".join(map(str, (seed, *subject))).encode(), digest_size=16).hexdigest()
