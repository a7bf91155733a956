"""Where an iteration's samples are cut into parts that fit in memory."""

from collections.abc import Sequence

from ..registry import nearest


def cut_parts(sizes: Sequence[int], most: int, budget: int | None = None) -> list[slice]:
    """Consecutive parts, each as long as it may be.

    Args:
        sizes: what each sample costs, such as its nodes; at least 0.
        most: samples of a part at most, at least 1.
        budget: sum of the sizes of a part at most; None for no bound. A single sample above it is a part of its own.

    Returns:
        Slices that cover all samples in order, none of them empty.
    """
    parts, start, total = [], 0, 0
    for position, size in enumerate(sizes):
        full = position - start >= most or (budget is not None and total + size > budget)
        if full and position > start:
            parts.append(slice(start, position))
            start, total = position, 0
        total += size
    return [*parts, slice(start, len(sizes))] if len(sizes) else parts


def node_budget_of(dataset, node_budget: int, factor: float | str = 1.0) -> int:
    """The nodes that a part may hold, after a look at whether the data set's largest sample fits.

    Args:
        dataset: has ``node_counts``, the nodes of each sample, and may have ``budget_factors``, name -> share.
        node_budget: nodes that fit in memory, at least 1.
        factor: share of it to use, in (0, 1], or the name of one of the data set's.

    Raises:
        ValueError: a number out of range, a data set that does not count nodes, an unknown name, or a sample that is larger
            than the budget.
    """
    share = _named(dataset, factor) if isinstance(factor, str) else factor
    if node_budget < 1 or not 0 < share <= 1:
        raise ValueError(
            f"dataloader: got node_budget={node_budget} and budget_factor={factor}, expected at least 1 node and a share in "
            "(0, 1], such as 40000 and 0.75"
        )
    counts = getattr(dataset, "node_counts", None)
    if counts is None:
        raise ValueError(
            f"dataloader.node_budget: {type(dataset).__name__} has no node_counts; leave node_budget out, or give the data "
            "set that attribute, (n,) whole numbers"
        )
    budget, largest = int(node_budget * share), max(map(int, counts), default=0)
    if largest > budget:
        raise ValueError(
            f"dataloader.node_budget: the largest sample has {largest} nodes, more than the {budget} that node_budget="
            f"{node_budget} times budget_factor={factor} leaves; raise it, or use shorter windows"
        )
    return budget


def _named(dataset, name: str) -> float:
    known = getattr(dataset, "budget_factors", {})
    if name not in known:
        near = nearest(name, known)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known) or 'none'}"
        raise ValueError(
            f"dataloader.budget_factor: {type(dataset).__name__} names no share {name!r}; {hint} A number in (0, 1] does too"
        )
    return known[name]
