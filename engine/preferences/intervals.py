"""The interval of a share."""

import math


def wilson(successes: float, trials: int, z: float = 1.96) -> tuple[float, float]:
    """The interval of a probability from a count; it stays within [0, 1] and is of use at 0 and at all.

    Args:
        successes: 0 to ``trials``.
        trials: at least 0; 0 gives (0, 1).
        z: quantile of the normal distribution; 1.96 for 95 %.

    Source: Wilson, Probable inference, JASA 22, 1927.
    """
    if trials == 0:
        return 0.0, 1.0
    share, spread = successes / trials, z * z / trials
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / trials + spread / (4 * trials))
    # At none and at all the ends are exact, which rounding would miss.
    low = max(0.0, middle - half) if successes > 0 else 0.0
    return low, min(1.0, middle + half) if successes < trials else 1.0
