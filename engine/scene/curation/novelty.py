"""Which points are far from those that are known and from each other."""

import torch
from torch import Tensor


def squared_distances(points: Tensor, others: Tensor) -> Tensor:
    """(N, D) and (M, D) to (N, M), at least 0."""
    found = points.square().sum(1)[:, None] + others.square().sum(1)[None] - 2 * points @ others.T
    return found.clamp_min(0)


def farthest_points(points: Tensor, known: Tensor, count: int) -> tuple[list[int], list[float]]:
    """Take the point that is farthest from all that is known or taken, again and again.

    Without known points the first is the one farthest from the mean.

    Args:
        points: (N, D) to choose from.
        known: (M, D).
        count: of points to take; all where there are fewer.

    Returns:
        places of the points in the order in which they were taken, and the squared distance of each to its nearest at that time,
        which never grows.

    Source: Gonzalez, Clustering to Minimize the Maximum Intercluster Distance, Theoretical Computer Science 38, 1985.
    """
    start = known if len(known) else points.mean(0, keepdim=True)
    nearest = squared_distances(points, start).amin(1)
    taken: list[int] = []
    novelty: list[float] = []
    for _ in range(min(count, len(points))):
        place = int(nearest.argmax())
        taken.append(place)
        novelty.append(float(nearest[place]))
        nearest = torch.minimum(nearest, squared_distances(points, points[place : place + 1])[:, 0])
        nearest[taken] = -torch.inf
    return taken, novelty


def neighbour_distances(points: Tensor) -> Tensor:
    """The squared distance of each point to its nearest other one: (N, D), N at least 2, to (N,)."""
    found = squared_distances(points, points)
    return found.fill_diagonal_(torch.inf).amin(1)
