"""Student's t for whole degrees of freedom, as far as judging a change needs it; the standard library has the normal alone."""

from __future__ import annotations

import math


def two_sided(t: float, degrees: int) -> float:
    """The chance that |T| is above |t| with so many degrees of freedom, by the finite series for whole numbers
    (Abramowitz and Stegun 26.7.3 and 26.7.4).

    Raises `ValueError` below one degree.
    """
    if degrees < 1:
        raise ValueError(f"Student's t needs 1 degree of freedom or more, got {degrees}")
    angle = math.atan(abs(t) / math.sqrt(degrees))
    square = math.cos(angle) ** 2
    odd = degrees % 2
    term = math.cos(angle) if odd else 1.0
    inside = term if degrees > 1 else 0.0
    for step in range(2 + odd, degrees, 2):
        term *= square * (step - 1) / step
        inside += term
    inside *= math.sin(angle)
    if odd:
        inside = (angle + inside) * 2 / math.pi
    return min(1.0, max(0.0, 1.0 - inside))
