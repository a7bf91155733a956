"""What a teacher answers to every training sample, asked once: at each step it costs many times what its student does."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from .columns import columns_of, table_path
from .kept import kept

BATCH = 256


def teacher_answers(
    teacher: Any, dataset: Any, names: set[str], cache_dir: str, device: torch.device | str,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, Tensor]:  # fmt: skip
    """The outputs of a teacher for all samples, from the file where they have been computed before.

    Args:
        teacher: a ``FrozenModel``, on ``device``.
        dataset: the student's training data, of which a sample is the same each time.
        names: of the outputs.
        cache_dir: where the file lies.
        device: of the answers.
        say: receives how far it is.

    Returns:
        Name -> (n, ...).

    Raises:
        ValueError: the data draws its samples anew, has no ``index``, or an output has no row a sample.
    """
    kind = type(dataset).__name__
    if getattr(dataset, "random", False):
        raise ValueError(f"KDHook.cache_dir: {kind} draws its samples anew each time; take cache_dir out")
    if "index" not in dataset.__getitems__([0]):
        raise ValueError(
            f"KDHook.cache_dir: batches of {kind} have no 'index' to look answers up by; take cache_dir out"
        )
    path = table_path(cache_dir, "teacher", dataset, sorted(names), [teacher.network])
    found = kept(path, lambda: columns_of(_only(names, teacher), dataset, range(len(dataset)), BATCH, device, say))
    if missing := sorted(names - set(found)):
        raise ValueError(
            f"KDHook.cache_dir: {type(teacher.network).__name__} gives no {', '.join(missing)} with one row a sample, so it "
            "cannot be looked up by sample; take cache_dir out"
        )
    return {name: column.to(device) for name, column in found.items()}


def names_read(losses: list[nn.Module]) -> set[str]:
    """The teacher's outputs that distillation losses read: those that their ``output_args`` name."""
    return {getattr(loss, argument) for loss in losses for argument in getattr(loss, "output_args", ())}


def _only(names: set[str], teacher: Any) -> Callable[[dict], dict]:
    def answers(batch: dict) -> dict:
        return {name: value for name, value in teacher(batch).items() if name in names}

    return answers
