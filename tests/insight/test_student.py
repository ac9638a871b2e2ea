"""Student's t from the standard library alone, beside scipy's."""

from __future__ import annotations

import pytest
from scipy import stats

from adnotice.insight.analysis.student import two_sided


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 5, 8, 17, 50, 99, 102])
@pytest.mark.parametrize("t", [0.0, 0.3, 1.0, 2.1, 3.5, -3.5, 8.0])
def test_the_chance_is_scipys(t: float, degrees: int) -> None:
    assert two_sided(t, degrees) == pytest.approx(2 * stats.t.sf(abs(t), degrees), rel=1e-6, abs=1e-12)


def test_without_a_degree_of_freedom_it_is_refused() -> None:
    with pytest.raises(ValueError, match="1 degree of freedom or more, got 0"):
        two_sided(1.0, 0)
