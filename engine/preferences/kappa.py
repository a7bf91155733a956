"""Agreement beyond chance."""

from collections import Counter
from collections.abc import Hashable, Sequence


def cohen_kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> float | None:
    """``(p_o - p_e) / (1 - p_e)``: agreement observed, and expected of the two annotators' own frequencies.

    Args:
        first, second: the answers of each, N, in the same order.

    Returns:
        1 for agreement throughout, 0 for that of chance, negative below; None without an answer, or where both gave one and
        the same answer throughout, of which chance would agree as much.

    Raises:
        ValueError: of different lengths.

    Source: Cohen, A coefficient of agreement for nominal scales, 1960.
    """
    if len(first) != len(second):
        raise ValueError(
            f"cohen_kappa: got {len(first)} and {len(second)} answers, expected as many; give common pairs only"
        )
    if not first:
        return None
    count = len(first)
    observed = sum(one == other for one, other in zip(first, second)) / count
    left, right = Counter(first), Counter(second)
    expected = sum(left[answer] * right[answer] for answer in left) / count**2
    return None if expected == 1 else (observed - expected) / (1 - expected)
