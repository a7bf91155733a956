"""Which images are compared with which."""

import hashlib
from collections.abc import Sequence


def rings(keys: Sequence[str], rounds: int, seed: int = 0) -> list[tuple[int, int]]:
    """Every image meets its two neighbours in each of some rings, in which the images stand in an order drawn from their keys.

    One ring connects all of them. What is compared does not depend on the order of the images, and one more image changes two
    pairs a ring, so that earlier answers keep their use.

    Args:
        keys: a different one for each image.
        rounds: rings; each image is compared about twice as often.
        seed: of the orders.

    Returns:
        places in ``keys``, each pair once.
    """
    found: dict[frozenset[int], tuple[int, int]] = {}
    for ring in range(rounds):
        order = sorted(range(len(keys)), key=lambda place: _drawn(f"{seed} {ring} {keys[place]}"))
        for first, second in zip(order, order[1:] + order[:1]):
            if first != second:
                found.setdefault(frozenset((first, second)), (first, second))
    return list(found.values())


def _drawn(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
