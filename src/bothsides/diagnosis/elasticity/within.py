"""Cell and week effects taken out of a panel exactly, whatever is missing and however it is weighted."""

from dataclasses import dataclass

import numpy as np

from bothsides.diagnosis.panel import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TwoWay:
    """The projection off cell and week effects under one set of weights, cells x weeks; weight 0 leaves a number out.

    Cell effects are taken out by means; week effects from their normal equations, of which there are as many as weeks
    (Guimaraes and Portugal 2010 iterate where we can solve).
    """

    weight: Floats
    cell_total: Floats
    inverse: Floats

    def residual(self, values: Floats) -> Floats:
        """What is left of one array (cells x weeks) or of a stack of them; 0 where the weight is 0."""
        w = self.weight
        rest = np.where(w > 0, values, 0.0)
        rest = rest - ((w * rest).sum(-1) / self.cell_total)[..., None]
        week = (w * rest).sum(-2) @ self.inverse
        fitted = week[..., None, :] - (week @ w.T / self.cell_total)[..., None]
        left: Floats = np.where(w > 0, rest - fitted, 0.0)
        return left


def two_way(weight: Floats) -> TwoWay:
    """The projection under these weights."""
    total = np.maximum(weight.sum(1), np.finfo(float).tiny)
    held = weight.sum(0)
    normal = np.diag(held) - weight.T @ (weight / total[:, None])
    return TwoWay(weight=weight, cell_total=total, inverse=_inverse(normal, held))


def _inverse(normal: Floats, held: Floats) -> Floats:
    """A generalised inverse on what sums to 0 over weeks, which is all it is used on.

    Weeks are known up to a constant; fixing it makes the equations regular where all cells and weeks hang together.
    Where they do not, the pseudo-inverse, which takes ten times as long.
    """
    size = float(np.diag(normal).max(initial=0.0)) or 1.0
    regular = normal + np.diag(np.where(held > 0, 0.0, size)) + size / len(held)
    try:
        found: Floats = np.linalg.inv(regular)
    except np.linalg.LinAlgError:
        found = np.full_like(regular, np.nan)
    if np.isfinite(found).all() and np.abs(regular @ found - np.eye(len(held))).max() < 1e-8:
        return found
    slow: Floats = np.linalg.pinv(normal, hermitian=True).astype(np.float64)
    return slow


def known(*arrays: Floats) -> Floats:
    """1 where every array (cells x weeks, or a stack of them) has a number, else 0."""
    finite = np.ones(arrays[0].shape[-2:], bool)
    for array in arrays:
        finite &= np.isfinite(array).reshape(-1, *finite.shape).all(axis=0)
    return finite.astype(np.float64)


def products(a: Floats, b: Floats, weight: Floats) -> Floats:
    """Weighted sums of products of two stacks (each of cells x weeks): one row per array of a, one column per b."""
    cells = weight.size
    found: Floats = (a * weight).reshape(len(a), cells) @ b.reshape(len(b), cells).T
    return found
